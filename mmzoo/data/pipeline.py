"""Batches of a split: as NumPy arrays, or the same ones through tf.data."""

import keras
import numpy as np

from mmzoo.data.buckets import PASSES, bucket_bounds, bucket_of
from mmzoo.data.common_steps import steps_differ
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTION, Split

# Ids stay whole numbers: a float of few bits would round them to other words.
TOKENS = "tokens"
# Padded like a modality, where each step has one.
LABELS = "labels"


class Batches(keras.utils.PyDataset):
    """The batches of a split, in an order that depends only on seed and epoch.

    A batch is a pair of dicts. `x` has, for each modality, its frames
    `(batch, timesteps, features)` and under `"<modality>_mask"` which of them
    were observed `(batch, timesteps)`; `y` has the split's target, such as
    `"sentiment"`, and `"sentiment_mask"`, `(batch,)` or, with a label a step,
    `(batch, timesteps)`. Ids of `"tokens"` and classes of `"emotion"` are int32, all
    else float32.

    Samples of similar length share a batch: buckets, the classes of length, are cut
    where padding and compilation together cost the least, see
    `mmzoo.data.buckets.bucket_bounds`, and their samples are padded to the longest
    among them. The last batch of a bucket is filled up with rows that are masked
    throughout; `rows` tells which are real.

    In `fit`, pass `callbacks=[batches.follow_epochs()]`, so that each epoch has its own
    order, and `shuffle=False`: `fit` would shuffle the batches once more, by a
    generator that cannot be resumed.

    Args:
        split: `Split` to read.
        modalities: list of modalities to emit. Defaults to all of the split.
        batch_size: int. Rows of every batch. Defaults to `32`.
        shuffle: bool. Whether each epoch has an order of its own.
            Defaults to `False`: the order of the split, within each bucket.
        seed: int. Seed of the order. Defaults to `0`.
        num_buckets: int. The most buckets; padding alone then decides. Defaults to
            as many as are worth their compilation.
        passes: int. How often the batches are read in all, for a bucket to save more
            than it costs: `1` where a model runs over a split once. Defaults to `50`.
        keys: names in `x` to emit, such as `["text", "text_mask"]`.
            Defaults to frames and mask of each modality.

    Example:
    ```python
    corpus = mmzoo.data.read("sample")
    batches = mmzoo.data.Batches(corpus.train, ["text", "audio"], shuffle=True)
    x, y = batches[0]
    x["text"].shape  # (32, timesteps, 300)
    ```
    """

    def __init__(
        self,
        split: Split,
        modalities=None,
        batch_size=32,
        shuffle=False,
        seed=0,
        num_buckets=None,
        passes=PASSES,
        keys=None,
    ):
        super().__init__()
        self.split = split
        self.modalities = sorted(modalities or split.sequences)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self._check(keys, num_buckets=num_buckets, passes=passes)
        # Classes, unless they are scores that somebody named so.
        self._whole = split.target == EMOTION and _are_whole(split.labels)
        self.keys = None if keys is None else sorted(keys)
        self._buckets = self._cut(num_buckets, passes)
        self.set_epoch(0)

    def _check(self, keys, **counts):
        unknown = [name for name in self.modalities if name not in self.split.sequences]
        offered = [*self.modalities, *(f"{name}_mask" for name in self.modalities)]
        stray = [key for key in keys or () if key not in offered]
        if unknown:
            known = sorted(self.split.sequences)
            raise ValueError(f"modalities={unknown}: the split has {known}.")
        if stray:
            raise ValueError(f"keys={stray}: the batches offer {sorted(offered)}.")
        for name, count in {"batch_size": self.batch_size, **counts}.items():
            if count is not None and count < 1:
                raise ValueError(f"{name} must be at least 1, received {count}.")

    def _cut(self, num_buckets, passes) -> list[tuple[np.ndarray, dict[str, int]]]:
        """Samples and padded length of each part, bucket by bucket."""
        parts = self._lengths()
        # (samples, parts)
        lengths = np.stack(list(parts.values()), axis=1)
        bounds = bucket_bounds(lengths, self.batch_size, num_buckets, passes)
        bucket = bucket_of(lengths, bounds)
        return [
            (np.flatnonzero(bucket == number), dict(zip(parts, steps, strict=True)))
            for number, steps in enumerate(bounds.tolist())
        ]

    def _lengths(self) -> dict[str, np.ndarray]:
        """Steps of everything that is padded, `(samples,)`, at least one."""
        longest = self.split.lengths
        parts = {}
        for name in self.modalities:
            parts[name] = self._common_lengths(name)
        if isinstance(self.split.labels, Sequences) or not parts:
            parts[LABELS] = longest
        return {name: np.maximum(lengths, 1) for name, lengths in parts.items()}

    def _common_lengths(self, name: str) -> np.ndarray:
        """Steps of a modality, and of those aligned with it where it is missing.

        Aligned modalities share their steps, so they share their length in every
        bucket, whatever steps a further modality has. Result: `(samples,)`.
        """
        common = lengths = self.split.sequences[name].lengths
        if not lengths.any():
            return lengths
        for rows in self.split.sequences.values():
            if not steps_differ({"one": lengths, "other": rows.lengths}).any():
                common = np.maximum(common, rows.lengths)
        return common

    def set_epoch(self, epoch: int) -> None:
        """Order the batches as the epoch of this number has them."""
        generator = np.random.default_rng([self.seed, epoch])
        plan = []
        for samples, bounds in self._buckets:
            if self.shuffle:
                samples = generator.permutation(samples)
            for first in range(0, len(samples), self.batch_size):
                plan.append((samples[first : first + self.batch_size], bounds))
        if self.shuffle:
            plan = [plan[i] for i in generator.permutation(len(plan))]
        self.epoch = epoch
        self._plan = plan

    def follow_epochs(self) -> keras.callbacks.Callback:
        """A callback for `fit` that calls `set_epoch` as each epoch begins.

        The hooks of `PyDataset` do not serve: `fit` also calls them before the first
        epoch, so an order that they drive would differ after a resumption.
        """
        return keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: self.set_epoch(epoch)
        )

    def __len__(self):
        return len(self._plan)

    def __getitem__(self, index: int) -> tuple[dict, dict]:
        return self._batch(*self._plan[index])

    def steps(self, index: int) -> dict[str, int]:
        """What a batch is padded to, by modality."""
        return self._plan[index][1]

    def rows(self, index: int) -> np.ndarray:
        """Samples in the real rows of a batch, `(real_rows,)`."""
        return self._plan[index][0]

    @property
    def order(self) -> np.ndarray:
        """Sample of every real row of a full pass, in the order of the batches."""
        return np.concatenate([samples for samples, _ in self._plan])

    def _batch(self, samples: np.ndarray, bounds: dict[str, int]) -> tuple[dict, dict]:
        x = {}
        for name in self.modalities:
            if self.keys is None or not {name, f"{name}_mask"}.isdisjoint(self.keys):
                rows = self.split.sequences[name].padded(samples, bounds[name])
                x[name], x[f"{name}_mask"] = map(self._filled, rows)
                if name == TOKENS:
                    x[name] = x[name].astype("int32")
        if self.keys is not None:
            x = {key: x[key] for key in self.keys}
        labels, mask = self._labels(samples, bounds.get(LABELS))
        target = self.split.target
        if self._whole:
            labels = labels.astype("int32")
        return x, {target: self._filled(labels), f"{target}_mask": self._filled(mask)}

    def _labels(self, samples: np.ndarray, timesteps: int):
        labels = self.split.labels
        if isinstance(labels, Sequences):
            values, mask = labels.padded(samples, timesteps)
            values = values[..., 0]
        else:
            values = labels[samples]
            mask = np.ones(values.shape, bool)
        # A sample without a label, or without one of several, has NaN in its place.
        mask = mask & ~np.isnan(values)
        return np.where(mask, values, np.float32(0.0)), mask

    def _filled(self, rows: np.ndarray) -> np.ndarray:
        """Add masked rows up to the batch size, or to a multiple of it."""
        missing = -len(rows) % self.batch_size
        if not missing:
            return rows
        return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])

    def as_dataset(self):
        """The same batches as a `tf.data.Dataset`, made ahead of their use.

        Each new iteration has the order of the epoch that `set_epoch` named last.
        """
        import tensorflow as tf

        def passes():
            for samples, bounds in self._plan:
                yield self._batch(samples, bounds)

        def spec(array):
            # Rows are constant, timesteps differ between buckets.
            shape = [self.batch_size, *([None] * (array.ndim > 1)), *array.shape[2:]]
            return tf.TensorSpec(shape, array.dtype)

        signature = tf.nest.map_structure(spec, self[0])
        dataset = tf.data.Dataset.from_generator(passes, output_signature=signature)
        cardinality = tf.data.experimental.assert_cardinality(len(self))
        return dataset.apply(cardinality).prefetch(tf.data.AUTOTUNE)


def batches(split: Split, modalities=None, **kwargs):
    """The batches in the form that the Keras backend reads fastest.

    Args:
        split: The split to read.
        modalities: Modalities to emit. Defaults to all.
        **kwargs: Passed on to `Batches`.

    Returns:
        A `tf.data.Dataset` under TensorFlow, else the `Batches` themselves.
    """
    plan = Batches(split, modalities, **kwargs)
    if keras.backend.backend() == "tensorflow":
        return plan.as_dataset()
    return plan


def _are_whole(labels) -> bool:
    """Whether all labels that are known are whole numbers, as classes are."""
    values = labels.frames if isinstance(labels, Sequences) else np.asarray(labels)
    known = values[np.isfinite(values)]
    return bool(np.all(known == np.round(known)))

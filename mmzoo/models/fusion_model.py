"""One vector a modality, fused, and an answer: emotion classes or a score."""

import keras
from keras import ops

from mmzoo.layers.fusion_head import FusionHead
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.ops.losses import (
    masked_absolute_error,
    masked_cross_entropy,
    masked_mistakes,
)


@keras.saving.register_keras_serializable(package="mmzoo")
class FusionModel(MultimodalModel):
    """Branches from the frames of each modality to a vector, and a fusion head.

    A front end makes a modality's frames from raw input (`LogSpectrogram` from a
    waveform, `PretrainedText` from tokens), so that the saved model answers from raw
    clips. Where the frames are in the batch already, the front end is passed over: what
    is frozen is computed once for all epochs.

    Masking: masked steps count nowhere. A modality that is missing from a sample has a
    mask without any True; see `FusionHead` for what becomes of it.

    Args:
        input_dims: dict from modality to the number of its features.
        branches: dict from modality to a layer such as `SequenceBranch`.
        front_ends: dict from modality to a layer that makes its frames; modalities
            without one are read as frames. Defaults to none.
        classes: list of names of classes; `None` gives a score. Defaults to `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        fusion: method of `FusionHead`. Defaults to `"concat"`. For `"tokens"` the
            branches do not pool, see `SequenceBranch`.
        dropout: float. Of the head. Defaults to `0.4`.
        fusion_options: optional dict, passed on to `FusionHead`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)`, or the raw input of its
        front end, `"waveform"` `(batch, samples)` or `"tokens"` `(batch, tokens)`.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: logits `(batch, classes)`, or scores `(batch,)`.

    Example:
    ```python
    branches = {"text": mmzoo.layers.SequenceBranch(16)}
    model = mmzoo.models.FusionModel({"text": 300}, branches, classes=["sad", "happy"])
    model({"text": keras.ops.ones((2, 9, 300))})["emotion"].shape  # (2, 2)
    ```

    Reference:
        - Section 3.1.5 of the audio-text paper
    """

    def __init__(
        self,
        input_dims,
        branches,
        front_ends=None,
        classes=None,
        target=None,
        fusion="concat",
        dropout=0.4,
        fusion_options=None,
        **kwargs,
    ):
        target = target or ("emotion" if classes else "sentiment")
        names = [f"{target}_loss", f"{target}_error"] if classes else [f"{target}_mae"]
        # The log that chooses an epoch: the loss grows while the errors still fall.
        self.monitor = names[-1]
        super().__init__(loss_names=names, **kwargs)
        if set(branches) != set(input_dims):
            raise ValueError(
                f"`branches` are of {sorted(branches)}, `input_dims` of "
                f"{sorted(input_dims)}: name the same modalities in both."
            )
        self.input_dims = dict(input_dims)
        self.branches = {name: branches[name] for name in sorted(branches)}
        self.front_ends = dict(front_ends or {})
        self.classes = list(classes) if classes else None
        self.target = target
        self.fusion = fusion
        self.dropout = dropout
        self.fusion_options = dict(fusion_options or {})
        self.fusion_head = FusionHead(
            len(self.classes) if classes else 1,
            fusion,
            dropout,
            **self.fusion_options,
            dtype=self.dtype_policy,
            name="fusion_head",
        )
        for name, branch in self.branches.items():
            # One that was loaded is built.
            if not branch.built:
                branch.build((None, None, self.input_dims[name]))
        # A branch that does not pool gives sequences.
        axes = [
            (None, None) if branch.pooling == "none" else (None,)
            for branch in self.branches.values()
        ]
        widths = [branch.output_dim for branch in self.branches.values()]
        shapes = [(*axis, width) for axis, width in zip(axes, widths, strict=True)]
        self.fusion_head.build(shapes, axes)
        self.built = True

    @classmethod
    def from_ends(cls, ends, branches, classes, target=None, **options):
        """A model of modalities that come from front ends or are given as frames.

        Args:
            ends: dict from modality to a front end, or to an int, the number of
                features of frames that are given ready; `None` leaves it out.
            branches: dict from modality to a function that makes its branch.
            classes: as for the class.
            target: as for the class.
            **options: passed on to the class.

        Returns:
            The model.
        """
        given = {name: end for name, end in ends.items() if end is not None}
        if not given:
            names = " and ".join(f"`{name}`" for name in ends)
            raise ValueError(f"{names} are both None: give at least one.")
        made = {name: end for name, end in given.items() if not isinstance(end, int)}
        return cls(
            {n: made[n].features if n in made else end for n, end in given.items()},
            {name: branches[name]() for name in given},
            made,
            classes,
            target,
            **options,
        )

    @property
    def label(self):
        """The name of the labels, which is that of the answer."""
        return self.target

    @property
    def source(self):
        """The modalities that a prediction reads, sorted."""
        return list(self.branches)

    @property
    def reads(self):
        """The keys of a training batch: raw input only where a front end learns."""
        learning = {
            name: front_end.raw
            for name, front_end in self.front_ends.items()
            if front_end.trainable_weights
        }
        return sorted(learning.get(name, name) for name in self.branches)

    @property
    def normalizations(self):
        """The layer that standardises each modality: its branch."""
        return self.branches

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training=training)
        missing = [name for name in self.branches if name not in inputs]
        if missing:
            raise ValueError(
                f"The batch has no {missing}; this model reads {self.source}, and the "
                f"batch holds {sorted(inputs)}."
            )
        answer = self.fusion_head(*self._read(inputs, training), training=training)
        return {self.target: answer if self.classes else answer[:, 0]}

    def _read(self, inputs, training=None):
        """What each branch makes of its frames, and where it is observed."""
        found, present = [], []
        for name, branch in self.branches.items():
            frames, mask = inputs[name], inputs.get(f"{name}_mask")
            if mask is None:
                mask = ops.ones(ops.shape(frames)[:2], dtype="bool")
            found.append(branch(frames, mask=mask, training=training))
            mask = ops.cast(mask, "bool")
            present.append(mask if branch.pooling == "none" else ops.any(mask, axis=1))
        return found, present

    def attend(self, inputs):
        """The attention of each branch that has one, or of the head on its steps.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, regions)`, and the frames that were
            attended to under `"<modality>_frames"`.
        """
        inputs = self.featurize(inputs)
        _, by_head = self.fusion_head(*self._read(inputs), return_attention=True)
        found = {}
        for index, (name, branch) in enumerate(self.branches.items()):
            _, weights = branch(
                inputs[name], mask=inputs.get(f"{name}_mask"), return_attention=True
            )
            weights = by_head[index] if by_head else weights
            if weights is not None:
                found[name] = weights
                found[f"{name}_frames"] = inputs[name]
        return found

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        name = self.target
        each = y[name], y_pred[name], y[f"{name}_mask"], sample_weight
        if not self.classes:
            return {self.monitor: (1.0, *masked_absolute_error(*each))}
        return {
            f"{name}_loss": (1.0, *masked_cross_entropy(*each)),
            self.monitor: (0.0, *masked_mistakes(*each)),
        }

    def get_config(self):
        def serialize(layers):
            configs = {
                name: keras.saving.serialize_keras_object(layer)
                for name, layer in layers.items()
            }
            # The constructor builds them.
            for config in configs.values():
                config.pop("build_config", None)
            return configs

        return {
            **super().get_config(),
            "input_dims": self.input_dims,
            "branches": serialize(self.branches),
            "front_ends": serialize(self.front_ends),
            "classes": self.classes,
            "target": self.target,
            "fusion": self.fusion,
            "dropout": self.dropout,
            "fusion_options": self.fusion_options,
        }

    @classmethod
    def revive(cls, config):
        def layers(configs):
            revive = keras.saving.deserialize_keras_object
            return {name: revive(layer) for name, layer in configs.items()}

        parts = ("branches", "front_ends")
        return {**config, **{part: layers(config[part]) for part in parts}}

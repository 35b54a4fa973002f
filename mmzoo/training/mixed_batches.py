"""Batches whose samples are mixed with one another (mixup)."""

import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.data.pipeline import TOKENS


class MixedBatches(Batches):
    """Batches in which each sample is mixed with another one of its batch.

    A sample keeps the share `max(lambda, 1 - lambda)` of itself, with `lambda` drawn
    from Beta(alpha, alpha) for each sample, so that it stays the larger part. Frames of
    both are averaged step by step with these shares; a step that one of them alone has
    is left as it is, and the mixture has the steps of either. Scores are averaged, too.
    Of two classes one is drawn, with the shares as chances: the loss is then that of
    the paper, which averages the losses of both, on the mean over the draws, and any
    model with any loss can learn from it. A sample without a label stays unmixed.

    Whatever a batch holds is mixed: samples of recordings that are heard at once, the
    pixels of pictures, spectrograms, or the states of a frozen encoder. Ids of words
    have no mean.

    Args:
        alpha: float above 0. Of the Beta distribution; with small ones most samples
            are nearly themselves.
        classes: bool. Whether labels are classes, or answers yes or no, of which one is
            drawn.
        *args: those of `Batches`.
        **kwargs: those of `Batches`.

    Raises:
        ValueError: a batch holds ids of words, or each step has a label.

    Example:
    ```python
    from mmzoo.training.mixed_batches import MixedBatches

    corpus = mmzoo.data.sample_corpus(sizes={"train": 40, "valid": 10, "test": 20})
    x, y = MixedBatches(0.2, False, corpus.train, ["audio"], batch_size=8)[0]
    x["audio"].shape[0], y["sentiment"].shape  # (8, (8,))
    ```

    Reference:
        - [Zhang et al., 2018](https://arxiv.org/abs/1710.09412), section 2.
    """

    def __init__(self, alpha, classes, *args, **kwargs):
        self.alpha = alpha
        self.classes = classes
        super().__init__(*args, **kwargs)
        if TOKENS in self.modalities:
            raise ValueError(
                f"`mixup={alpha}` averages what samples are made of, and the ids of "
                "words have no mean: take `mixup=0`, or a text encoder that is frozen."
            )
        if isinstance(self.split.labels, Sequences):
            raise ValueError(
                f"`mixup={alpha}` needs a label a sequence, and each step of these has "
                "one: take `mixup=0`."
            )

    def _batch(self, samples, bounds):
        x, y = super()._batch(samples, bounds)
        generator = np.random.default_rng([self.seed, self.epoch, *samples])
        other, share = self._partners(generator, len(samples), y)
        for name in self.modalities:
            mask = f"{name}_mask"
            x[name], x[mask] = _mixed(x[name], x[mask], other, share)
        return x, self._answers(generator, y, other, share)

    def _partners(self, generator, real, y):
        """With which row each is mixed, and the share of itself; `(batch_size,)` each.

        Rows that fill a batch up stay as they are.
        """
        known = y[f"{self.split.target}_mask"]
        known = known.all(axis=tuple(range(1, known.ndim)))
        other = np.arange(len(known))
        other[:real] = generator.permutation(real)
        share = generator.beta(self.alpha, self.alpha, len(known))
        share = np.maximum(share, 1.0 - share)
        return other, np.where(known & known[other], share, 1.0).astype("float32")

    def _answers(self, generator, y, other, share):
        target = self.split.target
        own, others = y[target], y[target][other]
        if self.classes:
            kept = generator.random(len(share)) < share
            mixed = np.where(_against(kept, own), own, others)
        else:
            mixed = _against(share, own) * own + _against(1.0 - share, own) * others
        return {**y, target: mixed}


def _mixed(frames, mask, other, share):
    """Frames `(batch, steps, features)` averaged with other rows, and their masks."""
    own = share[:, None] * mask
    theirs = (1.0 - share)[:, None] * mask[other]
    total = np.maximum(own + theirs, np.finfo("float32").tiny)
    own, theirs = (own / total)[..., None], (theirs / total)[..., None]
    mixed = own * frames + theirs * frames[other]
    return mixed.astype(frames.dtype), (mask | (theirs[..., 0] > 0))


def _against(values, rows):
    """Values `(batch,)` in as many axes as rows have."""
    return values.reshape(-1, *[1] * (rows.ndim - 1))

"""Hide bands of a spectrogram in training (SpecAugment)."""

import keras
from keras import ops

from mmzoo.ops.masking import extents, zero_masked

# No time mask is wider, and no shift further, than this share of a clip's frames.
# SpecAugment calls such a bound p.
LARGEST_SHARE = 5


@keras.saving.register_keras_serializable(package="mmzoo")
class SpectrogramAugmentation(keras.layers.Layer):
    """Hide, raise and move parts of each spectrogram, differently at each step.

    In training, each clip gets a draw of its own: it is stretched or compressed, its
    frequencies move as in another voice, a gain is added to all its values, bands of
    time and of frequency are set to 0, and it moves in time. The spectrogram
    must be standardised (`MaskedNormalization`), so that 0 is the mean of every
    bin and the gain counts in standard deviations. Otherwise the frames pass unchanged.

    It is SpecAugment with an even stretch in place of its time warping, and with gain
    and shifts added. Time masks are drawn over the real frames of a clip, and
    are no wider than a fifth of them. The audio-text paper augments nothing, and
    reports overfitting.

    Masking: takes a mask; masked frames come out as zeros, in training or not. Hidden
    frames stay observed. The mask moves with the frames; what moves beyond either end
    of the batch is lost, at most a fifth of a clip.

    Args:
        num_time_masks: int. Bands of time a clip. Defaults to `2`.
        max_time_width: int. The widest, in frames; each width from 0 is as likely.
            Defaults to `30`.
        num_frequency_masks: int. Bands of frequency a clip. Defaults to `2`.
        max_frequency_width: int. The widest, in bins. Defaults to `8`.
        max_gain: float. The gain is drawn from `-max_gain` to `max_gain`, in standard
            deviations. Defaults to `0.0`.
        max_stretch: float. A clip becomes longer or shorter by this share at most; what
            no longer fits into the batch is cut off. Defaults to `0.0`.
        max_frequency_shift: int. Bins that the frequencies move at most, up or down.
            Defaults to `0`.
        max_shift: int. Frames that a clip moves at most, to either side, and no further
            than a fifth of its own. Defaults to `0`.
        seed: optional int. Of the draws; one seed gives one series of draws on each
            backend.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        frames: float tensor `(batch, frames, bins)`, standardised.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether anything is drawn.

    Returns:
        Frames and mask, shaped like those that came in.

    Example:
    ```python
    augmentation = mmzoo.layers.SpectrogramAugmentation(max_time_width=20, seed=1)
    frames, mask = augmentation(keras.ops.ones((4, 300, 64)), training=True)
    frames.shape, mask.shape  # (4, 300, 64), (4, 300)
    ```

    Reference:
        - [Park et al., 2019](https://arxiv.org/abs/1904.08779), section 2.
    """

    def __init__(
        self,
        num_time_masks=2,
        max_time_width=30,
        num_frequency_masks=2,
        max_frequency_width=8,
        max_gain=0.0,
        max_stretch=0.0,
        max_frequency_shift=0,
        max_shift=0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        sizes = {
            "num_time_masks": num_time_masks,
            "max_time_width": max_time_width,
            "num_frequency_masks": num_frequency_masks,
            "max_frequency_width": max_frequency_width,
            "max_gain": max_gain,
            "max_stretch": max_stretch,
            "max_frequency_shift": max_frequency_shift,
            "max_shift": max_shift,
        }
        for name, value in sizes.items():
            if value < 0:
                raise ValueError(f"`{name}` is at least 0, not {value}.")
            setattr(self, name, value)
        if max_stretch >= 1:
            raise ValueError(f"`max_stretch` is a share below 1, not {max_stretch}.")
        self.seed = seed
        self.supports_masking = True
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, frames, mask=None, training=None):
        if mask is None:
            mask = ops.ones(ops.shape(frames)[:2], dtype="bool")
        mask = ops.cast(mask, "bool")
        if training:
            frames, mask = self._stretched(zero_masked(frames, mask), mask)
            frames = self._with_gain(self._with_other_pitch(frames))
            frames = self._without_bands(frames, extents(mask))
            frames, mask = self._shifted(frames, mask)
        return zero_masked(frames, mask), mask

    def _uniform(self, frames, count):
        """Draws `(batch, count)` from 0 to 1."""
        shape = (ops.shape(frames)[0], count)
        return keras.random.uniform(shape, dtype="float32", seed=self.seed_generator)

    def _whole(self, frames, count, limits):
        """Draws `(batch, count)` of whole numbers from 0 to `limits`, inclusive."""
        drawn = self._uniform(frames, count) * (ops.cast(limits, "float32") + 1.0)
        # Rounding can bring a draw just below 1 up to 1.
        return ops.minimum(ops.cast(ops.floor(drawn), "int32"), limits)

    def _stretched(self, frames, mask):
        """Each clip resampled in time, linearly between its frames."""
        if not self.max_stretch:
            return frames, mask
        rate = 1.0 + (2.0 * self._uniform(frames, 1) - 1.0) * self.max_stretch
        # (batch, frames): where in the clip each new frame stands
        places = ops.arange(ops.shape(frames)[1], dtype="float32")[None, :] / rate
        inside = places <= ops.cast(extents(mask)[:, None] - 1, "float32")
        last = ops.shape(frames)[1] - 1
        before = ops.clip(ops.cast(ops.floor(places), "int32"), 0, last)
        after = ops.minimum(before + 1, last)
        share = ops.cast(places - ops.cast(before, "float32"), frames.dtype)[..., None]
        first, second = (
            ops.take_along_axis(frames, index[..., None], axis=1)
            for index in (before, after)
        )
        kept = ops.take_along_axis(ops.cast(mask, "int32"), before, axis=1) > 0
        return (1 - share) * first + share * second, ops.logical_and(kept, inside)

    def _with_other_pitch(self, frames):
        """Frequencies moved up or down; 0, the mean, moves in."""
        if not self.max_frequency_shift:
            return frames
        most = ops.full((ops.shape(frames)[0], 1), self.max_frequency_shift, "int32")
        shift = self._whole(frames, 1, 2 * most) - most
        bins = frames.shape[2]
        index = ops.arange(bins, dtype="int32")[None, :] - shift
        inside = ops.logical_and(index >= 0, index < bins)[:, None, :]
        index = ops.clip(index, 0, bins - 1)[:, None, :]
        moved = ops.take_along_axis(frames, index, axis=2)
        return ops.where(inside, moved, ops.zeros_like(moved))

    def _with_gain(self, frames):
        if not self.max_gain:
            return frames
        gain = (2.0 * self._uniform(frames, 1) - 1.0) * self.max_gain
        return frames + ops.cast(gain[..., None], frames.dtype)

    def _without_bands(self, frames, lengths):
        lengths = lengths[:, None]
        widest = ops.minimum(self.max_time_width, lengths // LARGEST_SHARE)
        time = self._bands(frames, self.num_time_masks, widest, lengths, axis=1)
        bins = ops.full_like(lengths, frames.shape[2])
        widest = ops.minimum(self.max_frequency_width, bins)
        frequency = self._bands(frames, self.num_frequency_masks, widest, bins, axis=2)
        hidden = ops.logical_or(time[:, :, None], frequency[:, None, :])
        return ops.where(hidden, ops.zeros_like(frames), frames)

    def _bands(self, frames, count, widest, size, axis):
        """Which positions `(batch, positions)` lie in one of `count` bands."""
        width = self._whole(frames, count, widest)
        begin = self._whole(frames, count, size - width)
        # (batch, positions, count)
        positions = ops.arange(ops.shape(frames)[axis], dtype="int32")[None, :, None]
        begin, end = begin[:, None], (begin + width)[:, None]
        inside = ops.logical_and(positions >= begin, positions < end)
        return ops.any(inside, axis=-1)

    def _shifted(self, frames, mask):
        if not self.max_shift:
            return frames, mask
        furthest = ops.minimum(self.max_shift, extents(mask) // LARGEST_SHARE)[:, None]
        shift = self._whole(frames, 1, 2 * furthest) - furthest
        steps = ops.shape(frames)[1]
        index = ops.arange(steps, dtype="int32")[None, :] - shift
        inside = ops.logical_and(index >= 0, index < steps)
        index = ops.clip(index, 0, steps - 1)
        moved = ops.take_along_axis(ops.cast(mask, "int32"), index, axis=1) > 0
        frames = ops.take_along_axis(frames, index[..., None], axis=1)
        return frames, ops.logical_and(moved, inside)

    def compute_mask(self, frames, mask=None):
        return None

    def compute_output_spec(self, frames, mask=None, training=None):
        return (
            keras.KerasTensor(frames.shape, dtype=self.compute_dtype),
            keras.KerasTensor(frames.shape[:2], dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "num_time_masks": self.num_time_masks,
            "max_time_width": self.max_time_width,
            "num_frequency_masks": self.num_frequency_masks,
            "max_frequency_width": self.max_frequency_width,
            "max_gain": self.max_gain,
            "max_stretch": self.max_stretch,
            "max_frequency_shift": self.max_frequency_shift,
            "max_shift": self.max_shift,
            "seed": self.seed,
        }

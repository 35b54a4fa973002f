"""From a batch to one sequence: normalise modalities, join them step by step."""

import keras
from keras import ops

from mmzoo.layers.masked_normalization import MaskedNormalization
from mmzoo.ops.masking import observed_in_any


@keras.saving.register_keras_serializable(package="mmzoo")
class ModalityConcat(keras.layers.Layer):
    """Normalise the modalities of a batch and concatenate them at each step.

    The paper's `concat(T, A)`: `x_t = [w_t; a_t]`. Each modality has a
    `MaskedNormalization` of its own, so whatever a model learns or predicts is in
    standard deviations, and the statistics travel with the model.

    Masking: takes `"<modality>_mask"` from the batch (all observed where it is absent).
    A modality's masked steps are zeros; the joint mask is True where any of the
    modalities was observed, so one that is missing at a step hides none of the others.

    Args:
        input_dims: dict from modality to the number of its features.
        clip: optional float. Standardised values are limited to `[-clip, clip]`.
            Defaults to `5.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: dict, a batch: `"<modality>"` `(batch, timesteps, features)` and
            `"<modality>_mask"` `(batch, timesteps)`.
        modalities: optional list of the modalities to join. Defaults to all of
            `input_dims`; always joined in sorted order.
        joined: bool. Whether they are joined; `apart` says what comes else. Defaults to
            `True`.
        aligned: bool. Whether modalities of other steps than the rest are refused.
            Defaults to `True`.

    Returns:
        Frames `(batch, timesteps, sum of features)` and their mask `(batch,
        timesteps)`.

    Example:
    ```python
    concat = mmzoo.layers.ModalityConcat({"audio": 74, "text": 300})
    ones = keras.ops.ones
    frames, mask = concat({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})
    frames.shape, mask.shape  # (2, 9, 374), (2, 9)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 3
    """

    def __init__(self, input_dims, clip=5.0, **kwargs):
        # See `MaskedNormalization`.
        super().__init__(autocast=False, **kwargs)
        self.input_dims = {name: int(input_dims[name]) for name in sorted(input_dims)}
        self.clip = clip
        self.normalizations = {
            name: MaskedNormalization(
                clip, dtype=self.dtype_policy, name=f"{name}_normalization"
            )
            for name in self.input_dims
        }
        for name, features in self.input_dims.items():
            self.normalizations[name].build((None, None, features))
        self.built = True

    def features(self, modalities):
        """Width of the given modalities together.

        Args:
            modalities: list of names.

        Returns:
            The sum of their numbers of features.
        """
        return sum(self.input_dims[name] for name in modalities)

    def adapt(self, frames):
        """Take the statistics of every modality from training frames.

        Args:
            frames: dict from modality to what `MaskedNormalization.adapt` takes.
        """
        for name, normalization in self.normalizations.items():
            normalization.adapt(frames[name])

    def call(self, inputs, modalities=None, joined=True, aligned=True):
        names = sorted(modalities or self.input_dims)
        self._check(inputs, names, aligned)
        masks = {name: self._mask(inputs, name) for name in names}
        frames = {
            name: self.normalizations[name](inputs[name], mask=mask)
            for name, mask in masks.items()
        }
        if not joined:
            return frames, masks
        frames = ops.concatenate(list(frames.values()), axis=-1)
        return frames, observed_in_any(masks.values())

    def apart(self, inputs, modalities=None, aligned=True):
        """The modalities of a batch standardised, each by itself.

        Args:
            inputs: dict, a batch, as `call` takes it.
            modalities: optional list of the modalities to read. Defaults to all of
                `input_dims`.
            aligned: bool. Whether their steps are the same, so that others are refused.
                Defaults to `True`.

        Returns:
            Dict from modality, in sorted order, to its frames `(batch, timesteps,
            features)`, zeros where they are masked, and one to their masks `(batch,
            timesteps)`.
        """
        return self(inputs, modalities=modalities, joined=False, aligned=aligned)

    def compute_output_spec(self, inputs, modalities=None, joined=True, aligned=True):
        # Keras would trace `call`, and JAX traces no names.
        names = sorted(modalities or self.input_dims)
        self._check(inputs, names, aligned)
        steps = {name: tuple(inputs[name].shape[:2]) for name in names}
        frames = {
            name: keras.KerasTensor((*each, self.input_dims[name]), "float32")
            for name, each in steps.items()
        }
        masks = {name: keras.KerasTensor(each, "bool") for name, each in steps.items()}
        if not joined:
            return frames, masks
        whole = (*steps[names[0]], self.features(names))
        return keras.KerasTensor(whole, "float32"), masks[names[0]]

    def _mask(self, inputs, name):
        mask = inputs.get(f"{name}_mask")
        if mask is None:
            return ops.ones(ops.shape(inputs[name])[:2], dtype="bool")
        return ops.cast(mask, "bool")

    def _check(self, inputs, names, aligned=True):
        missing = [name for name in names if name not in inputs]
        if missing:
            raise ValueError(
                f"The batch has no {missing}; this model reads {names}, and the batch "
                f"holds {sorted(inputs)}."
            )
        for name in names:
            shape = tuple(inputs[name].shape)
            if len(shape) != 3 or shape[-1] != self.input_dims[name]:
                raise ValueError(
                    f"{name!r} has shape {shape}, but this model reads (batch, "
                    f"timesteps, {self.input_dims[name]})."
                )
        if not aligned:
            return
        steps = {name: inputs[name].shape[1] for name in names}
        known = [each for each in steps.values() if each is not None]
        # Compared and not counted: PyTorch's writer of ONNX has tensors for sizes.
        if any(each != known[0] for each in known[1:]):
            raise ValueError(
                f"Modalities joined step by step have the same steps, not {steps}: "
                "align them first, as `corpus.align_to` does, or take a model that "
                "needs no common steps, such as crossmodal_transformer."
            )

    def split(self, frames, modalities):
        """Take joined frames apart and put them back into the file's units.

        Args:
            frames: float tensor `(batch, timesteps, sum of features)`, standardised.
            modalities: list of the modalities that were joined.

        Returns:
            Dict from modality to `(batch, timesteps, features)`.
        """
        parts, start = {}, 0
        for name in sorted(modalities):
            end = start + self.input_dims[name]
            parts[name] = self.normalizations[name].inverse(frames[..., start:end])
            start = end
        return parts

    def get_config(self):
        return {
            **super().get_config(),
            "input_dims": dict(self.input_dims),
            "clip": self.clip,
        }

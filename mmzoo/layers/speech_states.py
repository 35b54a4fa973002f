"""What the encoders of speech have in common: copies of parts of a backbone."""

import keras

from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.pretrained_text import mark_built


class SpeechStates(keras.layers.Layer):
    """The half of a speech recogniser of KerasHub that hears.

    A subclass names in `parts` the arguments of its constructor that are layers, or
    lists of them, and takes them from a backbone in `parts_of`.

    Masking: see the subclasses.

    Args:
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        samples: float tensor `(batch, samples)`, zeros behind a clip's end.
        lengths: int tensor `(batch,)`. Samples of each clip.
        training: bool. Whether dropout is active.

    Returns:
        States `(batch, steps, features)`.

    Example:
    ```python
    issubclass(mmzoo.layers.WhisperStates, mmzoo.layers.speech_states.SpeechStates)
    ```

    Reference:
        - [KerasHub](https://keras.io/keras_hub/)
    """

    parts = ()
    # Parts that stay frozen also where the others learn.
    still = ()

    def __init__(self, **kwargs):
        # Samples keep their digits however few the compute dtype has.
        super().__init__(autocast=False, **kwargs)

    def finish(self, sample_rate, normalization):
        """Say what is known when the parts are there; the constructor's last step.

        Args:
            sample_rate: int. Samples a second.
            normalization: the last layer, as wide as the states.
        """
        self.sample_rate = sample_rate
        self.features = normalization.gamma.shape[-1]
        mark_built(self)

    @classmethod
    def from_backbone(cls, backbone, converter, **kwargs):
        """Copy the parts that hear, so that those that write can be forgotten.

        Args:
            backbone: of KerasHub.
            converter: layer of KerasHub that prepares the samples for it.
            **kwargs: passed on to the constructor.

        Returns:
            The layer.
        """
        parts = {
            name: [*map(_copy, part)] if isinstance(part, list) else _copy(part)
            for name, part in cls.parts_of(backbone).items()
        }
        return cls(**parts, converter=converter, **kwargs)

    def let_learn(self, value):
        """Let the parts learn, or freeze them.

        Args:
            value: bool.
        """
        set_trainable(self, value)
        for part in self.still:
            set_trainable(part, False)

    def compute_output_spec(self, samples, lengths, training=None):
        batch, length = samples.shape
        steps = None if length is None else self.steps(length)
        return keras.KerasTensor((batch, steps, self.features), self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        for name in self.parts:
            config[name] = keras.saving.serialize_keras_object(getattr(self, name))
        return config

    @classmethod
    def from_config(cls, config):
        # Registers the classes that the config names.
        import keras_hub  # noqa: F401

        config = dict(config)
        for name in cls.parts:
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)


def _copy(layer):
    """A layer of the same weights that knows of no model."""
    config = keras.saving.serialize_keras_object(layer)
    copy = keras.saving.deserialize_keras_object(config)
    copy.set_weights(layer.get_weights())
    return copy

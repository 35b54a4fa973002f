"""Translators on top of each other (section 4.2, Algorithm 2, figure 2)."""

import keras

from mmzoo.layers.frozen_parts import keep_frozen


@keras.saving.register_keras_serializable(package="mmzoo")
class HierarchicalStack(keras.layers.Layer):
    """Stack translators: each level encodes the states of the level below.

    Level 1 translates X into Y; its encoder's states E_XY are the source that level 2
    translates into Z, which gives E_XYZ, and so on. With one level it is the
    translator itself.

    Masking: takes the source's mask, which holds at every level, and a mask a target.

    Args:
        translators: list of `ModalityTranslator`, lowest level first.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        source: float tensor `(batch, source_steps, features)`.
        targets: list with the true target of every level, as `ModalityTranslator`
            takes it.
        source_mask: optional boolean tensor `(batch, source_steps)`.
        target_masks: optional list of boolean tensors `(batch, target_steps)`.
        training: bool. Whether dropout is active.

    Returns:
        List with every level's teacher-forced prediction.

    Example:
    ```python
    Translator = mmzoo.layers.ModalityTranslator
    stack = mmzoo.layers.HierarchicalStack(
        [Translator(output_dim=74, units=32), Translator(output_dim=35, units=16)]
    )
    ones = keras.ops.ones
    stack(ones((4, 10, 300)), [ones((4, 10, 74)), ones((4, 10, 35))])
    states, embedding = stack.encode(ones((4, 10, 300)))  # (4, 10, 16), (4, 16)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 4.2
    """

    def __init__(self, translators, **kwargs):
        super().__init__(**kwargs)
        if not translators:
            raise ValueError("`translators` is empty: a stack has at least one level.")
        self.translators = list(translators)
        self.supports_masking = True

    def build(self, source_shape, targets_shape=None):
        features = source_shape[-1]
        for translator in self.translators:
            if not translator.built:
                translator.build((None, None, features))
            features = translator.encoder.output_dim
        keep_frozen(self)
        self.built = True

    @property
    def output_dim(self):
        """Width of the top level's states."""
        return self.translators[-1].encoder.output_dim

    def call(self, source, targets, source_mask=None, target_masks=None, training=None):
        target_masks = target_masks or [None] * len(self.translators)
        outputs, states = [], source
        for translator, target, target_mask in zip(
            self.translators, targets, target_masks, strict=True
        ):
            states, embedding = translator.encode(states, source_mask, training)
            outputs.append(
                translator.decode(
                    target, states, embedding, source_mask, target_mask, training
                )
            )
        return outputs

    def encode(self, source, source_mask=None, training=None, levels=None):
        """The joint representation of the top level, or of the lowest `levels`.

        Args:
            source: float tensor `(batch, source_steps, features)`.
            source_mask: optional boolean tensor `(batch, source_steps)`.
            training: bool. Whether dropout is active.
            levels: optional int. How many levels to climb. Defaults to all.

        Returns:
            States `(batch, source_steps, units)` and E `(batch, units)`.
        """
        states, embedding = source, None
        for translator in self.translators[:levels]:
            states, embedding = translator.encode(states, source_mask, training)
        return states, embedding

    def compute_mask(self, *args, **kwargs):
        return None

    def compute_output_spec(self, source, targets, *args, **kwargs):
        return [
            keras.KerasTensor(
                (*target.shape[:2], translator.output_dim),
                translator.decoder.output_layer.compute_dtype,
            )
            for translator, target in zip(self.translators, targets, strict=True)
        ]

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "translators": [serialize(each) for each in self.translators],
        }

    @classmethod
    def from_config(cls, config):
        revive = keras.saving.deserialize_keras_object
        translators = [revive(each) for each in config.pop("translators")]
        return cls(translators, **config)

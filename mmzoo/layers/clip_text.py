"""A text as the one vector that CLIP gives it."""

import keras
import numpy as np
from keras import ops

from mmzoo.layers.clip_preset import check_tokenizer, load_clip
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.pretrained_text import ids_and_mask, mark_built
from mmzoo.ops.directions import directions
from mmzoo.ops.masking import last_observed, zero_masked
from mmzoo.words import normalized


@keras.saving.register_keras_serializable(package="mmzoo")
class CLIPText(keras.layers.Layer):
    """Read a text as a vector beside which CLIP puts the pictures that fit it.

    It is a front end, and the half of KerasHub's `CLIPBackbone` that reads texts: the
    state of the last token, which ends the text, projected and brought to length 1.
    `CLIPImage` is the other half. A text has as many tokens as the encoder has
    positions, 77, the first and the last included; of a longer one the beginning is
    read.

    Masking: no token is read by those before it, so padding changes nothing. A text
    without words has no token: its vector is zeros, and masked.

    Args:
        encoder: `keras_hub.models.CLIPTextEncoder`.
        tokenizer: `keras_hub.tokenizers.CLIPTokenizer` that fits it.
        projection_dim: int. Width of the vector. Defaults to `512`, that of base CLIPs.
        trainable: bool. Whether it is fine-tuned. Defaults to `False`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: token ids `(batch, tokens)`, or `(batch, tokens, 1)`, any dtype.
        mask: optional boolean tensor `(batch, tokens)`, True = a token.
        training: bool. Whether the encoder, if it learns, is trained.

    Returns:
        Vectors `(batch, 1, projection_dim)`, and their mask `(batch, 1)`.

    Example:
    ```python
    hub = __import__("keras_hub")
    names = ["a", "b", "a</w>", "b</w>", "ab", "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer = hub.tokenizers.CLIPTokenizer(vocabulary, ["a b"])
    encoder = hub.models.CLIPTextEncoder(7, 4, 4, 1, 2, 8, max_sequence_length=9)
    layer = mmzoo.layers.CLIPText(encoder, tokenizer, projection_dim=6)
    vectors, mask = layer(*layer.tokenize(["a ab", "b"]))
    vectors.shape, mask.shape  # (2, 1, 6), (2, 1)
    ```

    Reference:
        - [Radford et al., 2021](https://arxiv.org/abs/2103.00020), section 2
    """

    raw = "tokens"

    def __init__(
        self, encoder, tokenizer, projection_dim=512, trainable=False, **kwargs
    ):
        # Ids are whole numbers, of which bfloat16 holds those up to 256.
        super().__init__(trainable=trainable, autocast=False, **kwargs)
        self.encoder = encoder
        self.tokenizer = tokenizer
        mark_built(tokenizer)
        self.features = projection_dim
        # With the first and the last token of a text.
        self.sequence_length = encoder.max_sequence_length
        self.supports_masking = True
        self.projection = keras.layers.Dense(
            projection_dim, use_bias=False, dtype=self.dtype_policy, name="projection"
        )
        self.projection.build((None, encoder.output.shape[-1]))
        set_trainable(encoder, trainable)
        set_trainable(self.projection, trainable)
        self.built = True

    @classmethod
    def from_preset(cls, preset, **kwargs):
        """Take the half of a trained CLIP that reads texts.

        Args:
            preset: name of a KerasHub preset, such as `"clip_vit_base_patch32"`, or a
                folder that holds one.
            **kwargs: passed on to the constructor.

        Returns:
            A `CLIPText`.
        """
        backbone, tokenizer = load_clip(preset, "tokenizer")
        layer = cls(backbone.text_encoder, tokenizer, backbone.projection_dim, **kwargs)
        layer.projection.set_weights(backbone.text_projection.get_weights())
        return layer

    def tokenize(self, texts):
        """Token ids of some texts, as arrays.

        Args:
            texts: list of str.

        Returns:
            Ids `(batch, tokens)`, int32, and their mask, as long as the longest text; a
            text without words has no token.
        """
        rows = [self._ids(text) for text in texts]
        lengths = np.array([len(row) for row in rows], "int32")
        ids = np.zeros((len(rows), max(1, lengths.max(initial=0))), "int32")
        mask = np.arange(ids.shape[1]) < lengths[:, None]
        ids[mask] = [number for row in rows for number in row]
        return ids, mask

    def _ids(self, text):
        """The ids of one text with its first and last token; none without words."""
        inner = self._inner_ids(text)[: self.sequence_length - 2]
        ends = self.tokenizer.start_token_id, self.tokenizer.end_token_id
        return [ends[0], *inner, ends[1]] if len(inner) else []

    def _inner_ids(self, text):
        # KerasHub's tokenizer lowers letters by some of its ways and not by others.
        text = normalized(text).strip().lower()
        found = self.tokenizer(text) if text else []
        return np.array(ops.convert_to_numpy(found), "int32").tolist()

    def is_cut(self, text):
        """Whether a text has more tokens than are read.

        Args:
            text: str.

        Returns:
            A bool.
        """
        return len(self._inner_ids(text)) > self.sequence_length - 2

    def pieces(self, text):
        """The parts of a text that have a vector of their own: the text itself.

        Args:
            text: str.

        Returns:
            List of str.
        """
        found = normalized(text).strip()
        return [found] if found else []

    def call(self, inputs, mask=None, training=None):
        tokens, mask = ids_and_mask(inputs, mask)
        learning = bool(training) and self.encoder.trainable
        states = self.encoder({"token_ids": tokens}, training=learning)
        last = last_observed(states, mask)
        vectors = directions(self.projection(last))[:, None]
        vectors = ops.cast(vectors, self.compute_dtype)
        seen = ops.any(mask, axis=1, keepdims=True)
        return zero_masked(vectors, seen), seen

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        shape = (inputs.shape[0], 1)
        return (
            keras.KerasTensor((*shape, self.features), self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "encoder": serialize(self.encoder),
            "tokenizer": serialize(self.tokenizer),
            "projection_dim": self.features,
        }

    @classmethod
    def from_config(cls, config):
        # Registers the classes that the config names.
        import keras_hub  # noqa: F401

        check_tokenizer()
        config = dict(config)
        parts = {
            name: keras.saving.deserialize_keras_object(config.pop(name))
            for name in ("encoder", "tokenizer")
        }
        return cls(**parts, **config)

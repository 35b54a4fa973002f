"""A pretrained text encoder of KerasHub, from words to a sequence of vectors."""

import keras
import numpy as np
from keras import ops

from mmzoo.files import atomic_folder
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.ops.masking import zero_masked
from mmzoo.words import normalized

STATES = ("last", "table")


def mark_built(preprocessor):
    """Tell Keras that a preprocessor of texts and its parts have no weights to build.

    On JAX, Keras runs a model of which any layer is not built once more before each
    batch that it is given alone, step by step, without compiling it.

    Args:
        preprocessor: layer of KerasHub, such as a tokenizer. What it makes when it is
            built, `tokenize` lets it make with the first text.
    """
    for part in preprocessor._flatten_layers():
        part.built = True


@keras.saving.register_keras_serializable(package="mmzoo")
class PretrainedText(keras.layers.Layer):
    """Words to contextual states, by any text encoder that KerasHub knows.

    The layer holds KerasHub's preprocessor and backbone, so a model that contains it
    reads plain words and needs no other file. `tokenize` turns words into token
    ids outside the graph, since tensors of strings exist on TensorFlow only; the call
    turns ids into states.

    `states="table"` looks the tokens up in the encoder's input table and runs none of
    its layers, as the public code of the audio-text paper does: a token has one vector
    whatever stands around it, and no place. The paper itself describes states that
    "consider surrounding words", those of the last layer.

    Masking: masked tokens are invisible to the others, and their states are zeros.

    Args:
        backbone: `keras_hub.models.Backbone`, such as a `BertBackbone`.
        preprocessor: `keras_hub.models.TextClassifierPreprocessor` that fits it.
        trainable: bool. Whether the backbone, or the table, is fine-tuned. Defaults to
            `False`.
        states: `"last"`, those of the encoder's last layer, or `"table"`, the rows of
            its input table. Defaults to `"last"`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: token ids `(batch, tokens)`, or `(batch, tokens, 1)` or more, of which
            the first are the ids; any dtype.
        mask: optional boolean tensor `(batch, tokens)`, True = a token.
        training: bool. Whether dropout is active, if the backbone is trainable.

    Returns:
        States `(batch, tokens, features)`, and the mask.

    Example:
    ```python
    hub = __import__("keras_hub").models
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]
    tokenizer = hub.BertTokenizer(vocabulary=words)
    preprocessor = hub.BertTextClassifierPreprocessor(tokenizer, sequence_length=8)
    backbone = hub.BertBackbone(len(words), 1, 2, 4, 8, max_sequence_length=8)
    layer = mmzoo.layers.PretrainedText(backbone, preprocessor)
    states, mask = layer(*layer.tokenize(["good", "bad bad"]))
    states.shape  # (2, 4, 4)
    ```

    Reference:
        - Section 3.1.4 of the audio-text paper, and GitHub
          `pablogarciaamolina/MAS-Research`, `models/text/bertEmbeddings.py`
        - [Devlin et al., 2018](https://arxiv.org/abs/1810.04805)
    """

    raw = "tokens"
    # A token and the place of its word.
    token_features = 2

    def __init__(
        self, backbone, preprocessor, trainable=False, states="last", **kwargs
    ):
        # Ids are whole numbers, of which bfloat16 holds those up to 256.
        super().__init__(trainable=trainable, autocast=False, **kwargs)
        if states not in STATES:
            raise ValueError(f"`states` is one of {list(STATES)}, not {states!r}.")
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.states = states
        mark_built(preprocessor)
        self._let_learn(trainable)
        self.features = _states(backbone.output).shape[-1]
        if states == "table":
            self.features = self._table.output_dim
        self.built = True

    def _let_learn(self, trainable):
        """Freeze the parts of the encoder that nothing reads, and others if asked."""
        if self.states == "table":
            set_trainable(self.backbone, False)
            set_trainable(self._table, trainable)
            return
        set_trainable(self.backbone, trainable)
        for layer in self.backbone.layers:
            # BERT's; the states of the tokens do not pass through it.
            if layer.name == "pooled_dense":
                layer.trainable = False

    @property
    def _table(self):
        table = getattr(self.backbone, "token_embedding", None)
        if table is None:
            raise ValueError(
                f'`states="table"` needs an input table, of which KerasHub tells none '
                f'in a {type(self.backbone).__name__}: take "last".'
            )
        return table

    @classmethod
    def from_preset(cls, preset, sequence_length=60, **kwargs):
        """Load an encoder with its tokenizer.

        Args:
            preset: name of a KerasHub preset, or a folder that holds one: in KerasHub's
                own form or in that of Hugging Face.
            sequence_length: int. Tokens that are read at the most, if the encoder
                bears as many. Defaults to `60`, the paper's.
            **kwargs: passed on to the constructor.

        Returns:
            A `PretrainedText`.
        """
        import keras_hub

        try:
            backbone = keras_hub.models.Backbone.from_preset(str(preset))
            longest = getattr(backbone, "max_sequence_length", None)
            preprocessor = keras_hub.models.TextClassifierPreprocessor.from_preset(
                str(preset),
                sequence_length=min(sequence_length, longest or sequence_length),
            )
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise ValueError(
                f"`preset={str(preset)!r}` holds no text encoder that KerasHub loads "
                f"({reason}). Give the name of one of its text presets, such as "
                '"bert_tiny_en_uncased", or a folder with config.json, weights and '
                "vocabulary."
            ) from error
        return cls(backbone, preprocessor, **kwargs)

    def save_to_preset(self, folder):
        """Write the encoder, as it is trained, for `from_preset` and `text_encoder`.

        So a training on one corpus begins where that on another ended: the encoder of
        a model is in its `front_ends["text"]`.

        Args:
            folder: path of a folder that is not there yet.

        Raises:
            OSError: it is there, or cannot be written.
        """
        with atomic_folder(folder) as temporary:
            for part in (self.backbone, self.preprocessor):
                part.save_to_preset(str(temporary))

    def tokenize(self, texts):
        """Token ids of some texts, as arrays.

        Args:
            texts: list of str.

        Returns:
            Ids `(batch, tokens)`, int32, and their mask, cut to the longest text; a
            text without words has no token.
        """
        texts = [normalized(text) for text in texts]
        if getattr(self.preprocessor, "packer", self) is None:
            # Its tokenizer has its vocabulary by now, which a file gives it late.
            self.preprocessor.build(None)
        tokens = self.preprocessor(texts)
        ids = np.array(ops.convert_to_numpy(tokens["token_ids"]), "int32")
        mask = np.array(ops.convert_to_numpy(tokens["padding_mask"])).astype(bool)
        mask &= np.array([bool(text.strip()) for text in texts])[:, None]
        longest = max(1, int(mask.sum(axis=1).max(initial=0)))
        return (ids * mask)[:, :longest], mask[:, :longest]

    def word_places(self, texts):
        """Which word of its text each token is a piece of; words are cut at blanks.

        Args:
            texts: list of str.

        Returns:
            Array `(batch, tokens)`, int32, as `tokenize` gives the ids: 0 for pieces of
            the first word, and -1 for what is of no word, such as the first and the
            last token; -1 throughout for a text whose words, each by itself, do not
            give the tokens of the whole.
        """
        _, mask = self.tokenize(texts)
        counts = self._piece_counts({word for text in texts for word in _cut(text)})
        longest = self.preprocessor.sequence_length
        places = np.full(mask.shape, -1, "int32")
        for row, tokens, text in zip(places, mask.sum(axis=1), texts, strict=True):
            of_each = [counts[word] for word in _cut(text)]
            known = np.repeat(np.arange(len(of_each)), of_each)
            # One token stands before the words and one behind them.
            inner = max(0, tokens - 2)
            if inner == len(known) or (tokens == longest and inner < len(known)):
                row[1 : 1 + inner] = known[:inner]
        return places

    def _piece_counts(self, words):
        """Dict from each word to the number of its pieces."""
        tokenizer = self.preprocessor.tokenizer
        return {word: len(tokenizer(word)) for word in sorted(words)}

    def pieces(self, text):
        """What the tokens of a text stand for, one for each.

        Args:
            text: str.

        Returns:
            List of str.
        """
        ids, mask = self.tokenize([text])
        tokenizer = self.preprocessor.tokenizer
        return [str(tokenizer.id_to_token(int(i))) for i in ids[0][mask[0]]]

    def call(self, inputs, mask=None, training=None):
        tokens, mask = ids_and_mask(inputs, mask)
        if self.states == "table":
            return zero_masked(self._table(tokens), mask), mask
        return zero_masked(self._encoded(tokens, mask, training), mask), mask

    def _encoded(self, tokens, mask, training):
        """The states of the last layer."""
        given = {
            "token_ids": tokens,
            "padding_mask": ops.cast(mask, "int32"),
            "segment_ids": ops.zeros_like(tokens),
        }
        wanted = {name: given[name] for name in self.backbone.input}
        training = bool(training) and self.backbone.trainable
        return _states(self.backbone(wanted, training=training))

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, training=None):
        tokens = inputs.shape[:2]
        dtype = _states(self.backbone.output).dtype
        if self.states == "table":
            dtype = self._table.compute_dtype
        states = keras.KerasTensor((*tokens, self.features), dtype)
        return states, keras.KerasTensor(tokens, "bool")

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "backbone": serialize(self.backbone),
            "preprocessor": serialize(self.preprocessor),
            "states": self.states,
        }

    @classmethod
    def from_config(cls, config):
        # Registers the classes that the config names.
        import keras_hub  # noqa: F401

        config = dict(config)
        parts = {
            name: keras.saving.deserialize_keras_object(config.pop(name))
            for name in ("backbone", "preprocessor")
        }
        return cls(**parts, **config)


def _cut(text):
    return normalized(text).split()


def ids_and_mask(inputs, mask=None):
    """The ids of tokens, without what else is known of them, and their mask.

    Args:
        inputs: tokens `(batch, tokens)`, or `(batch, tokens, 1)` or more, any dtype.
        mask: optional boolean tensor `(batch, tokens)`, True = a token.

    Returns:
        Ids `(batch, tokens)`, int32, and the mask, all True where it is not given.
    """
    ids = ops.cast(inputs, "int32")
    ids = ids[..., 0] if len(ids.shape) == 3 else ids
    if mask is None:
        mask = ops.ones_like(ids, dtype="bool")
    return ids, ops.cast(mask, "bool")


def _states(outputs):
    return outputs["sequence_output"] if isinstance(outputs, dict) else outputs

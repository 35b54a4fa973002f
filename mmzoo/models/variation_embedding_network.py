"""RAVEN: words whose vectors vary with what is heard and seen while they are said."""

import keras

from mmzoo.layers.gated_shift import GatedShift
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.sequence_head import SequenceHead
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model

__all__ = ["VariationEmbeddingNetwork", "build_variation_embedding_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class VariationEmbeddingNetwork(MultimodalModel):
    """Shift each word by its voice and face, and read the shifted words in order.

    RAVEN, the Recurrent Attended Variation Embedding Network, on one frame a word: a
    dense layer with tanh reads the frame of each modality, `GatedShift` moves the
    vector of the word by what it found, and an LSTM reads the moved vectors.

    Masking: a modality that was not observed at a word does not shift it. The steps are
    those of the words, and where there is no word there is nothing to shift: audio and
    video are not read there, and without any word they change no answer.

    Differs from the paper: a word has one frame of audio and of video, their mean, and
    not a sequence that an LSTM reads; frames and word vectors are standardised on the
    training split; the bias of a shift passes through the gate; the answer costs its
    absolute error; classes are an addition.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them: `"text"`, the words, and at least one other. Their
            steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int. Width of the LSTM. Defaults to `64`.
        hidden_dim: int. Width of what is read from a frame. Defaults to `64`.
        beta: float. How long a shift may be, as a part of the length of a word's
            vector. Defaults to `1.0`.
        gate: `"scalar"`, `"vector"` or `"none"`, see `GatedShift`. Defaults to
            `"scalar"`.
        dropout: float. Of what the LSTM and the answer read. Defaults to `0.2`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.VariationEmbeddingNetwork(dims, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Wang et al., 2019](https://arxiv.org/abs/1811.09362)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        hidden_dim=64,
        beta=1.0,
        gate="scalar",
        dropout=0.2,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.shifting = shifting_modalities(self.input_dims)
        self.units = units
        self.hidden_dim = hidden_dim
        self.beta = beta
        self.gate = gate
        self.dropout = dropout
        self._make_parts()
        self._build_parts()
        self.built = True

    def _make_parts(self):
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.frame_readers = {
            name: keras.layers.Dense(
                self.hidden_dim, "tanh", name=f"{name}_reader", **named
            )
            for name in self.shifting
        }
        self.shift = GatedShift(self.beta, self.gate, name="shift", **named)
        self.head = SequenceHead(
            self.units,
            labels_per=self.labels_per,
            dropout=self.dropout,
            classes=len(self.classes) if self.classes else None,
            name="head",
            **named,
        )

    def _build_parts(self):
        for name, reader in self.frame_readers.items():
            reader.build((None, None, self.input_dims[name]))
        words = (None, None, self.input_dims["text"])
        frames = [(None, None, self.hidden_dim)] * len(self.shifting)
        self.shift.build(words, frames)
        self.head.build(words)

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        shifted, mask = self.shifted_words(self.featurize(inputs, training))
        return {self.target: self.head(shifted, mask=mask, training=training)}

    def shifted_words(self, inputs):
        """The vector of each word after it was shifted.

        Args:
            inputs: dict, a batch of frames and their masks.

        Returns:
            Float tensor `(batch, timesteps, features)`, and the mask of the words.
        """
        frames, masks = self.modality_concat.apart(inputs)
        read = [reader(frames[name]) for name, reader in self.frame_readers.items()]
        observed = [masks[name] for name in self.frame_readers]
        return self.shift(frames["text"], read, mask=observed), masks["text"]

    def get_config(self):
        names = ["units", "hidden_dim", "beta", "gate", "dropout"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def shifting_modalities(input_dims):
    """The modalities that shift words.

    Args:
        input_dims: dict from modality to the number of its features.

    Returns:
        List of names.

    Raises:
        ValueError: where there are no words, or nothing else.
    """
    others = [name for name in input_dims if name != "text"]
    if others == list(input_dims) or not others:
        raise ValueError(
            f"`input_dims` names {' and '.join(input_dims)}: this model shifts the "
            "words of 'text' by at least one other modality, so give both."
        )
    return others


@register_model
def build_variation_embedding_network(
    input_dims, **options
) -> VariationEmbeddingNetwork:
    """Shift each word by its voice and face, and read the shifted words in order.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `VariationEmbeddingNetwork`.

    Returns:
        A `VariationEmbeddingNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_variation_embedding_network(dims, units=32, beta=0.5)
    ```
    """
    return VariationEmbeddingNetwork(input_dims, **options)

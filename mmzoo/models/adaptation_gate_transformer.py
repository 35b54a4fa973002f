"""MAG-BERT: a BERT whose word pieces are shifted by their voice and face."""

import keras

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.bert_parts import check_bert, lower_part, runs_encoder, upper_part
from mmzoo.layers.gated_shift import GatedShift
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.models.crossmodal_transformer import CrossmodalEncoder
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.models.variation_embedding_network import shifting_modalities
from mmzoo.ops.frames_of_words import frames_of_words
from mmzoo.ops.masking import masked_mean, zero_masked

__all__ = ["AdaptationGateTransformer", "build_adaptation_gate_transformer"]


@keras.saving.register_keras_serializable(package="mmzoo")
class AdaptationGateTransformer(MultimodalModel):
    """Shift each word piece inside a BERT by the frames of its word.

    MAG-BERT. A Multimodal Adaptation Gate stands between two layers of a BERT that is
    fine-tuned: `z' = dropout(LN(GatedShift(z, audio, video)))`, in which every piece of
    a word has the frames of the word. The answer is read from the last state of the
    first token through a dense layer with tanh.

    Where the text is frames, such as word vectors, there is no BERT. A dense layer
    brings them to `hidden_dim`, the gate follows, and a `CrossmodalEncoder` of
    self-attention that is trained from the start stands for the layers above; the
    answer is read from the mean of its states.

    Masking: a modality that was not observed at a word does not shift it, nor does any
    shift the tokens that are of no word, such as the first and the last. A sample
    without words has nothing to shift, and its audio and video change no answer.

    Differs from the paper: audio and video are standardised on the training split; the
    layer with tanh is made anew; the answer costs its absolute error; all weights have
    one learning rate; the form without a BERT is an addition.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them: `"text"`, and at least one other. The text is a
            `PretrainedText` that runs a BERT and learns, and the others have one frame
            for each word, cut at blanks, or one for all; or the text is the width of
            frames, and all have the same steps.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one. Defaults to `"sequence"`.
        beta: float. How long a shift may be, as a part of the length of a state.
            Defaults to `1.0`.
        gate: `"vector"`, `"scalar"` or `"none"`, see `GatedShift`. Defaults to
            `"vector"`.
        shift_after: int. After how many layers of the BERT the gate stands; 0 is behind
            its embeddings. Defaults to `0`.
        hidden_dim: int. Without a BERT, the width of the encoder. Defaults to `64`.
        num_layers: int. Likewise, its blocks. Defaults to `2`.
        num_heads: int. Likewise, of each block; divides `hidden_dim`. Defaults to `4`.
        encoder_dropout: float. Likewise, of the encoder. Defaults to `0.1`.
        dropout: float. Of the shifted states and of what the answer is made of.
            Defaults to `0.5`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"tokens"`: int32 `(batch, tokens, 2)`, a token and the place of its word; or
        `"text"`: float `(batch, timesteps, features)`.
        `"<modality>"`: float `(batch, timesteps, features)` for every other modality.
        `"<name>_mask"`: bool `(batch, timesteps)`, for each of these.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.AdaptationGateTransformer(dims, hidden_dim=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Rahman et al., 2020](https://arxiv.org/abs/1908.05787)
    """

    answers_per = ("sequence",)

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        beta=1.0,
        gate="vector",
        shift_after=0,
        hidden_dim=64,
        num_layers=2,
        num_heads=4,
        encoder_dropout=0.1,
        dropout=0.5,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.shifting = shifting_modalities(self.input_dims)
        self.beta = beta
        self.gate = gate
        self.shift_after = shift_after
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.encoder_dropout = encoder_dropout
        self.dropout = dropout
        self.reads_tokens = "text" in self.front_ends
        self._make_parts()
        self.built = True

    def _make_parts(self):
        named, width = {"dtype": self.dtype_policy}, self.hidden_dim
        framed = self.shifting if self.reads_tokens else list(self.input_dims)
        self.modality_concat = ModalityConcat(
            {name: self.input_dims[name] for name in framed},
            name="modality_concat",
            **named,
        )
        if self.reads_tokens:
            self._check_front_end()
            width = self.input_dims["text"]
        else:
            self._make_encoder(named)
        self.shift = GatedShift(self.beta, self.gate, name="shift", **named)
        self.shift_norm = keras.layers.LayerNormalization(
            epsilon=1e-5, name="shift_norm", **named
        )
        self.shift_dropout = keras.layers.Dropout(
            self.dropout, name="shift_dropout", **named
        )
        self.pooler = keras.layers.Dense(width, "tanh", name="pooler", **named)
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            name="answer_head",
            **named,
        )
        self._build_parts(width)

    def _build_parts(self, width):
        states = (None, None, width)
        frames = [(None, None, self.input_dims[name]) for name in self.shifting]
        self.shift.build(states, frames)
        self.shift_norm.build(states)
        for layer in (self.pooler, self.answer_head):
            layer.build((None, width))

    def _make_encoder(self, named):
        states = (None, None, self.hidden_dim)
        self.projection = keras.layers.Dense(
            self.hidden_dim, name="projection", **named
        )
        self.projection.build((None, None, self.input_dims["text"]))
        self.encoder = CrossmodalEncoder(
            self.num_layers,
            self.num_heads,
            self.encoder_dropout,
            name="encoder",
            **named,
        )
        self.encoder.build(states)

    def _check_front_end(self):
        end = self.front_ends["text"]
        if not runs_encoder(end):
            raise ValueError(
                f"`input_dims['text']` is a {type(end).__name__}: give a "
                "`PretrainedText` that runs a BERT, or the width of frames."
            )
        check_bert(end.backbone)
        layers = len(end.backbone.transformer_layers)
        # The first token is of no word: it learns of shifts from a layer above them.
        if not 0 <= self.shift_after < layers:
            raise ValueError(
                f"`shift_after={self.shift_after}`, but the encoder has {layers} "
                "layers, and one at the least stands above the gate: give a number "
                f"from 0 to {layers - 1}."
            )

    @property
    def reads_to_answer(self):
        """The names of a batch to predict from: tokens wherever there is a BERT."""
        names = self.shifting + (["tokens"] if self.reads_tokens else ["text"])
        return sorted(names)

    @property
    def joined_steps(self):
        """All, of frames; tokens say themselves which words they are of."""
        return [] if self.reads_tokens else super().joined_steps

    @property
    def normalizations(self):
        """The layer that standardises each modality that is frames."""
        return self.modality_concat.normalizations

    def check_steps(self, split, place, answering=False):
        if self.reads_tokens:
            split.check_word_steps(self.shifting, place)
        else:
            super().check_steps(split, place, answering)

    def call(self, inputs, training=None):
        read = self._read_tokens if self.reads_tokens else self._read_frames
        summary = self.pooler(read(inputs, training))
        return {self.target: self.answer_head(summary, training=training)}

    def _read_frames(self, inputs, training):
        inputs = self.featurize(inputs, training)
        frames, masks = self.modality_concat.apart(inputs)
        shifting = [[each[name] for name in self.shifting] for each in (frames, masks)]
        states = self._shifted(self.projection(frames["text"]), *shifting, training)
        states = self.encoder(states, target_mask=masks["text"], training=training)
        return masked_mean(states, masks["text"])

    def _read_tokens(self, inputs, training):
        tokens = self._tokens(inputs)
        # What is named is taken as made: the encoder runs here, in two parts.
        inputs = self.featurize({**inputs, "text": tokens}, training)
        # Frames stand at words, and there are more tokens than words.
        found, masks = self.modality_concat.apart(inputs, self.shifting)
        places = tokens[..., 1]
        spread = [
            frames_of_words(found[name], masks[name], places) for name in self.shifting
        ]
        frames, observed = (list(each) for each in zip(*spread, strict=True))
        backbone, layers = self.front_ends["text"].backbone, self.shift_after
        states, mask = lower_part(
            backbone, tokens, inputs.get("tokens_mask"), training, layers
        )
        states = self._shifted(states, frames, observed, training)
        states = upper_part(backbone, states, mask, training, layers)
        # A sample without a token has no first one.
        return zero_masked(states[:, :1], mask[:, :1])[:, 0]

    def _tokens(self, inputs):
        if "tokens" not in inputs:
            raise ValueError(
                f"The batch has no ['tokens']; this model reads {self.reads_to_answer} "
                f"and runs its text encoder itself, and the batch holds "
                f"{sorted(inputs)}."
            )
        tokens = inputs["tokens"]
        if len(tokens.shape) != 3 or tokens.shape[-1] != 2:
            raise ValueError(
                f"'tokens' has shape {tuple(tokens.shape)}, but this model reads "
                "(batch, tokens, 2): each token and the place of its word, as "
                "`word_places` of the front end tells it."
            )
        return tokens

    def _shifted(self, states, frames, observed, training):
        """The Multimodal Adaptation Gate."""
        shifted = self.shift(states, frames, mask=observed)
        return self.shift_dropout(self.shift_norm(shifted), training=training)

    def get_config(self):
        names = ["beta", "gate", "shift_after", "hidden_dim", "num_layers"]
        names += ["num_heads", "encoder_dropout", "dropout"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model
def build_adaptation_gate_transformer(
    input_dims, **options
) -> AdaptationGateTransformer:
    """Shift each word piece inside a BERT by the frames of its word.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `AdaptationGateTransformer`.

    Returns:
        An `AdaptationGateTransformer`.

    Raises:
        ValueError: where the encoder of the text is frozen, too.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_adaptation_gate_transformer(dims, hidden_dim=32, beta=0.5)
    ```
    """
    text = input_dims.get("text")
    # One that was trained may be frozen later, and is then loaded as it is.
    if hasattr(text, "backbone") and not text.trainable_weights:
        raise ValueError(
            "`input_dims['text']` is frozen, so that its states are computed before a "
            "training and no gate stands inside it: fine-tune it (`--fine-tune`), or "
            "give word vectors."
        )
    return AdaptationGateTransformer(input_dims, **options)

"""MMBT and VisualBERT's form: parts of a picture are further tokens of a BERT."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.bert_parts import check_bert, embed, runs_encoder, upper_part
from mmzoo.layers.masked_adaptive_pooling import MaskedAdaptivePooling
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.pretrained_text import ids_and_mask
from mmzoo.layers.transformer_fusion import TransformerFusion
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model

__all__ = ["MultimodalBitransformer", "build_multimodal_bitransformer"]

ENCODERS = ("bert", "own")
# Steps of a text that the model's own encoder reads at the most.
MAX_STEPS = 512


@keras.saving.register_keras_serializable(package="mmzoo")
class MultimodalBitransformer(MultimodalModel):
    """Let a BERT read parts of a picture among its words, as tokens like them.

    MMBT. The cells of a picture are averaged in `num_tokens` bins, and a dense layer
    makes each as wide as a word piece. With `tokens_first` the BERT reads `[CLS] bins
    [SEP]` as its first segment and `words [SEP]` as its second, each with positions
    from 0. Without, it reads `[CLS] words [SEP]` and then the bins, as the second
    segment and without positions: the single stream of VisualBERT, without its
    pretraining. The BERT's own normalisation and layers follow, and the answer is read
    from the state of `[CLS]` through a dense layer with tanh.

    Where the text is frames, such as word vectors or the states of a frozen encoder, an
    encoder of the model's own, `TransformerFusion` on bins and words, stands for the
    BERT, and the answer is read from the mean of its states.

    Masking: no token attends to a masked one. A bin in which nothing was observed is
    masked, and so is the `[SEP]` behind bins of which none was. Of a text without words
    there remains `[CLS]`, so that the picture answers alone, and without a picture the
    words do.

    Differs from the paper: behind a BERT all weights have one learning rate and are
    trained from the first epoch on; the layer with tanh is made anew; frames are
    standardised where they are there before the training; the text ends with `[SEP]`;
    a score costs its absolute error; modalities other than a picture, and the form
    without a BERT, are additions.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them: `"text"`, and at least one other, such as `"image"`.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one. Defaults to `"sequence"`.
        num_tokens: int. Bins of each other modality; as many as a picture has cells
            leave these as they are. Defaults to `3`.
        tokens_first: bool. Whether they stand before the words. Defaults to `True`.
        encoder: `"bert"`, that of the text, a `PretrainedText`; or `"own"`. Defaults to
            `None`: `"bert"` if the text has one that learns.
        hidden_dim: int. Width of the own encoder. Defaults to `64`.
        num_layers: int. Its layers. Defaults to `2`.
        num_heads: int. Of each of them; divides `hidden_dim`. Defaults to `4`.
        encoder_dropout: float. In the own encoder. Defaults to `0.1`.
        dropout: float. Of what the answer is made of. Defaults to `0.1`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"tokens"`: int32 `(batch, tokens)`, or `(batch, tokens, 2)`, the ids first; or
        `"text"`: float `(batch, timesteps, features)`.
        `"<modality>"`: float `(batch, timesteps, features)` for every other modality,
        or the raw input of its front end, such as `"pixels"`.
        `"<name>_mask"`: bool `(batch, timesteps)`, for each of these.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`.

    Example:
    ```python
    dims = {"image": mmzoo.layers.ImageEncoder(side=32), "text": 300}
    model = mmzoo.models.MultimodalBitransformer(dims, hidden_dim=16)
    pixels, words = keras.ops.ones((2, 32 * 32, 3)), keras.ops.ones((2, 9, 300))
    model({"pixels": pixels, "text": words})["sentiment"].shape  # (2,)
    ```

    Reference:
        - [Kiela et al., 2019](https://arxiv.org/abs/1909.02950)
        - [Li et al., 2019](https://arxiv.org/abs/1908.03557), VisualBERT
    """

    answers_per = ("sequence",)

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        num_tokens=3,
        tokens_first=True,
        encoder=None,
        hidden_dim=64,
        num_layers=2,
        num_heads=4,
        encoder_dropout=0.1,
        dropout=0.1,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.num_tokens = num_tokens
        self.tokens_first = tokens_first
        self.encoder = encoder or self._fitting_encoder()
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.encoder_dropout = encoder_dropout
        self.dropout = dropout
        self.pooled = [name for name in self.input_dims if name != "text"]
        self._check()
        self._make_parts()
        self._build_parts()
        self.built = True

    def _fitting_encoder(self):
        text = self.front_ends.get("text")
        learns = runs_encoder(text) and text.trainable_weights
        return "bert" if learns else "own"

    def _check(self):
        if "text" not in self.input_dims or not self.pooled:
            raise ValueError(
                f"`input_dims` names {' and '.join(self.input_dims)}: this model reads "
                "a text, and at least one other modality among its words."
            )
        if self.encoder not in ENCODERS:
            raise ValueError(
                f"`encoder` is one of {list(ENCODERS)}, not {self.encoder!r}."
            )
        if self.encoder == "bert":
            self._check_front_end()

    def _check_front_end(self):
        end = self.front_ends.get("text")
        if not runs_encoder(end):
            raise ValueError(
                '`encoder="bert"` runs that of the text, but `input_dims["text"]` is '
                f"{end or self.input_dims['text']!r}: give a `PretrainedText` that "
                'runs a BERT, or take `encoder="own"`.'
            )
        check_bert(end.backbone)
        needed = len(self.pooled) * self.num_tokens + 2
        if self.tokens_first and needed > (longest := end.backbone.max_sequence_length):
            raise ValueError(
                f"`num_tokens={self.num_tokens}` of {' and '.join(self.pooled)} take "
                f"{needed} positions, and the encoder has {longest}: take fewer, or "
                "`tokens_first=False`, which needs none."
            )

    def _make_parts(self):
        named, text = {"dtype": self.dtype_policy}, self.input_dims["text"]
        # Word pieces are no frames.
        framed = self.pooled if self.encoder == "bert" else list(self.input_dims)
        self.modality_concat = ModalityConcat(
            {name: self.input_dims[name] for name in framed},
            name="modality_concat",
            **named,
        )
        self.poolings = {
            name: MaskedAdaptivePooling(
                self.num_tokens,
                getattr(self.front_ends.get(name), "grid", None),
                name=f"{name}_pooling",
                **named,
            )
            for name in self.pooled
        }
        width = text if self.encoder == "bert" else self.hidden_dim
        self.projections, self.fusion = {}, None
        if self.encoder == "bert":
            self.projections = {
                name: keras.layers.Dense(width, name=f"{name}_projection", **named)
                for name in self.pooled
            }
        else:
            self.fusion = self._make_fusion(named)
        self.pooler = keras.layers.Dense(width, "tanh", name="pooler", **named)
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            name="answer_head",
            **named,
        )

    def _make_fusion(self, named):
        return TransformerFusion(
            "tokens",
            self.num_layers,
            self.num_heads,
            4 * self.hidden_dim,
            self.encoder_dropout,
            self.hidden_dim,
            pooling="mean",
            max_steps=max(MAX_STEPS, self.num_tokens),
            name="fusion",
            **named,
        )

    def _build_parts(self):
        frames = {name: (None, None, width) for name, width in self.input_dims.items()}
        for name, projection in self.projections.items():
            projection.build(frames[name])
        if self.fusion is not None:
            self.fusion.build([frames[name] for name in (*self.pooled, "text")])
        for layer in (self.pooler, self.answer_head):
            layer.build((None, self.pooler.units))

    @property
    def reads_to_answer(self):
        """The names of a batch to predict from: tokens wherever there is a BERT."""
        names = set(super().reads_to_answer)
        if self.encoder == "bert":
            names = names - {"text"} | {"tokens"}
        return sorted(names)

    @property
    def joined_steps(self):
        """None: each modality has steps of its own."""
        return []

    @property
    def normalizations(self):
        """The layer that standardises each modality that is frames."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        read = self._read_tokens if self.encoder == "bert" else self._read_frames
        summary = self.pooler(read(inputs, training))
        return {self.target: self.answer_head(summary, training=training)}

    def _read_frames(self, inputs, training):
        inputs = self.featurize(inputs, training)
        found = [self._bins(inputs, name) for name in self.pooled]
        found.append(self.modality_concat(inputs, modalities=["text"]))
        vectors, masks = map(list, zip(*found, strict=True))
        return self.fusion(vectors, mask=masks, training=training)

    def _bins(self, inputs, name):
        frames, mask = self.modality_concat(inputs, modalities=[name])
        return self.poolings[name](frames, mask=mask)

    def _read_tokens(self, inputs, training):
        if "tokens" not in inputs:
            raise ValueError(
                f"The batch has no ['tokens']; this model reads {self.reads_to_answer} "
                f"and runs its text encoder itself, and the batch holds "
                f"{sorted(inputs)}."
            )
        ids, mask = ids_and_mask(inputs["tokens"], inputs.get("tokens_mask"))
        # What is named is taken as made: the encoder runs here, on more than words.
        inputs = self.featurize({**inputs, "text": ids}, training)
        join = self._picture_first if self.tokens_first else self._picture_last
        states, mask = join(ids, mask, *self._picture(inputs), training)
        backbone = self.front_ends["text"].backbone
        return upper_part(backbone, states, mask, training)[:, 0]

    def _picture(self, inputs):
        """The bins of all other modalities as vectors of a BERT, and their mask."""
        backbone = self.front_ends["text"].backbone
        vectors, masks = [], []
        for name in self.pooled:
            bins, mask = self._bins(inputs, name)
            vectors.append(self.projections[name](bins))
            masks.append(mask)
        vectors = ops.concatenate(vectors, axis=1)
        dtype = backbone.token_embedding.compute_dtype
        return ops.cast(vectors, dtype), ops.concatenate(masks, axis=1)

    def _picture_first(self, ids, mask, picture, seen, training):
        """MMBT: `[CLS] picture [SEP]`, and then the words without a `[CLS]`."""
        backbone = self.front_ends["text"].backbone
        first, end = (backbone.token_embedding(each) for each in self._specials(ids))
        seen = ops.concatenate(
            [ops.ones_like(seen[:, :1]), seen, ops.any(seen, axis=1, keepdims=True)],
            axis=1,
        )
        vectors = ops.concatenate([first, picture, end], axis=1)
        words = backbone.token_embedding(ids[:, 1:])
        states = [
            embed(backbone, vectors, 0, training=training),
            embed(backbone, words, 1, training=training),
        ]
        return ops.concatenate(states, 1), ops.concatenate([seen, mask[:, 1:]], 1)

    def _picture_last(self, ids, mask, picture, seen, training):
        """VisualBERT: the words with their `[CLS]`, and then the picture."""
        backbone = self.front_ends["text"].backbone
        first, _ = self._specials(ids)
        words = ops.concatenate([first, ids[:, 1:]], axis=1)
        states = [
            embed(backbone, backbone.token_embedding(words), 0, training=training),
            embed(backbone, picture, 1, positions=False, training=training),
        ]
        mask = ops.concatenate([ops.ones_like(mask[:, :1]), mask[:, 1:], seen], axis=1)
        return ops.concatenate(states, 1), mask

    def _specials(self, ids):
        """`[CLS]` and `[SEP]` of each sample, `(batch, 1)`: a text may lack them."""
        tokenizer = self.front_ends["text"].preprocessor.tokenizer
        numbers = tokenizer.cls_token_id, tokenizer.sep_token_id
        return [ops.full_like(ids[:, :1], number) for number in numbers]

    def get_config(self):
        names = ["num_tokens", "tokens_first", "encoder", "hidden_dim", "num_layers"]
        names += ["num_heads", "encoder_dropout", "dropout"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model(made_for=("image",))
def build_multimodal_bitransformer(input_dims, **options) -> MultimodalBitransformer:
    """Let a BERT read parts of a picture among its words, as tokens like them.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MultimodalBitransformer`.

    Returns:
        A `MultimodalBitransformer`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    classes = ["negative", "positive"]
    model = mmzoo.build_multimodal_bitransformer(ends, classes=classes, num_tokens=4)
    ```
    """
    return MultimodalBitransformer(input_dims, **options)

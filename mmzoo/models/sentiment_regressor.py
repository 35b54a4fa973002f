"""Sentiment from a translator's representation (last phase of Algorithms 1 and 2)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.sequence_head import SequenceHead
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.models.seq2seq_translator import REPRESENTATION


@keras.saving.register_keras_serializable(package="mmzoo")
class SentimentRegressor(MultimodalModel):
    """E_XY from a translator's encoder, R = RNN(E_XY), score = Regression(R).

    With the translator frozen (the paper), a batch may carry its states as
    `"representation"`, encoded once for all epochs. With it trainable, the whole is
    fine-tuned; with a `translation_weight` besides, sentiment and translation are
    trained end to end in one model, which the paper names as future work. The
    translation needs its targets in training only.

    Masking: see `ModalityConcat` and `ModalityTranslator`.

    Args:
        translator: a `Seq2SeqTranslator`.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int. Width of R. Defaults to `64`.
        num_layers: int. Stacked layers of R. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether R reads both ways. Defaults to `False`.
        pooling_attention: bool. Soft attention over R (eq. 3-4). Defaults to `False`.
        dropout: float. Defaults to `0.0`.
        train_translator: bool. Whether the translator is trained too. Defaults to
            `False`.
        translation_weight: float. Weight of the translation's loss beside the
            sentiment's, if the translator is trained. Defaults to `0.0`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for the source modalities.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or `(batch, timesteps)` with labels
        one a step; with classes their logits on a further axis.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    translator = mmzoo.build_seq2seq_translator(dims, "text", "audio", units=16)
    model = mmzoo.models.SentimentRegressor(translator, units=16)
    model({"text": keras.ops.ones((2, 9, 300))})["sentiment"].shape  # (2,)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 4
    """

    def __init__(
        self,
        translator,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        pooling_attention=False,
        dropout=0.0,
        train_translator=False,
        translation_weight=0.0,
        **kwargs,
    ):
        if translation_weight and not train_translator:
            raise ValueError(
                f"`translation_weight={translation_weight}` trains the translator: set "
                "`train_translator=True`, or leave the weight at 0."
            )
        super().__init__(
            translator.input_dims,
            classes,
            target,
            labels_per,
            further_losses=translator.loss_trackers if translation_weight else (),
            **kwargs,
        )
        self.translator = translator
        self.front_ends = translator.front_ends
        self.train_translator = train_translator
        self.translation_weight = translation_weight
        translator.train_level(None)
        set_trainable(translator, train_translator)
        if not translation_weight:
            # No loss reaches them.
            for part in translator.decoding_parts:
                set_trainable(part, False)
        self.head = SequenceHead(
            units,
            num_layers,
            cell,
            bidirectional,
            pooling_attention,
            labels_per,
            dropout,
            len(self.classes) if classes else None,
            dtype=self.dtype_policy,
            name="head",
        )
        self.head.build((None, None, translator.output_dim))
        self.built = True

    @property
    def source(self):
        """The modalities that a prediction reads, the translator's."""
        return self.translator.source

    @property
    def joined_steps(self):
        """The modalities that the translator joins step by step."""
        return self.translator.joined_steps

    @property
    def reads(self):
        """The names of a training batch, with a translation weight the targets too."""
        translates = self.translation_weight > 0
        return self.translator.reads if translates else self.reads_to_answer

    @property
    def normalizations(self):
        """The layer that standardises each modality, the translator's."""
        return self.translator.normalizations

    def call(self, inputs, training=None):
        states, mask, outputs = self._represent(inputs, training)
        answer = self.head(states, mask=mask, training=training)
        return {self.target: answer, **outputs}

    def _represent(self, inputs, training):
        if REPRESENTATION in inputs:
            mask = ops.cast(inputs[f"{REPRESENTATION}_mask"], "bool")
            return inputs[REPRESENTATION], mask, {}
        # Prediction has no targets, so it only encodes.
        targets_here = all(name in inputs for name in self.translator.reads)
        return self.translator.climb(
            inputs,
            training=training if self.train_translator else False,
            decode=self.translation_weight > 0 and targets_here,
        )

    def train_phases(self, run):
        """Train the last phase of the algorithms, or all of it end to end.

        Args:
            run: `mmzoo.training.TrainingRun`, whose `fit` trains one phase.
        """
        corpus, read = run.corpus, self.reads
        if not self.train_translator:
            # A frozen encoder gives the same states in every epoch.
            levels = len(self.translator.output_names_by_level)
            corpus, read = run.encoded(self.translator, levels), [REPRESENTATION]
        run.fit(self.target, self, corpus, read, self.monitor)

    def encode(self, inputs):
        """As `Seq2SeqTranslator.encode`.

        Args:
            inputs: dict, a batch with the source modalities.

        Returns:
            States `(batch, timesteps, units)` and their last, `(batch, units)`.
        """
        return self.translator.encode(inputs)

    def translate(self, batch, **options):
        """As `Seq2SeqTranslator.translate`.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            **options: as there.

        Returns:
            Dict of arrays, as there.
        """
        return self.translator.translate(batch, **options)

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        if self.translation_weight:
            translation = self.translator.loss_terms(x, y, y_pred, sample_weight)
            for name, (weight, *loss) in translation.items():
                terms[name] = (weight * self.translation_weight, *loss)
        return terms

    def get_config(self):
        head = self.head
        translator = keras.saving.serialize_keras_object(self.translator)
        # How the translator was trained is over; its optimizer would not load.
        translator.pop("compile_config", None)
        config = super().get_config()
        # The translator has them.
        del config["input_dims"]
        return {
            **config,
            "translator": translator,
            "units": head.units,
            "num_layers": head.num_layers,
            "cell": head.cell,
            "bidirectional": head.bidirectional,
            "pooling_attention": head.pooling_attention,
            "dropout": head.dropout,
            "train_translator": self.train_translator,
            "translation_weight": self.translation_weight,
        }

    @classmethod
    def revive(cls, config):
        translator = keras.saving.deserialize_keras_object(config["translator"])
        return {**config, "translator": translator}


@register_model
def build_sentiment_regressor(translator, **options) -> SentimentRegressor:
    """A sentiment regressor on a trained translator's states.

    Args:
        translator: a `Seq2SeqTranslator`, frozen unless `train_translator=True`.
        **options: passed on to `SentimentRegressor`.

    Returns:
        A `SentimentRegressor`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    translator = mmzoo.build_seq2seq_translator(dims, "text", "audio", units=16)
    model = mmzoo.build_sentiment_regressor(translator, pooling_attention=True)
    ```
    """
    return SentimentRegressor(translator, **options)

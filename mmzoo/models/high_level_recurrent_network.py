"""HL-RNN after its abstract: frames whose label is hidden, and their statistics."""

import keras
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.frame_statistics import FrameStatistics
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.hidden_labels import hidden_label_log_likelihoods
from mmzoo.ops.losses import weight_a_sample
from mmzoo.ops.precision import wide_dtype

__all__ = ["HighLevelRecurrentNetwork", "build_high_level_recurrent_network"]

POOLINGS = ("frame_statistics", "last")
# Of the logit of null before training.
NULL_BIAS = -2.0


@keras.saving.register_keras_serializable(package="mmzoo")
class HighLevelRecurrentNetwork(MultimodalModel):
    """Find the few frames that show the emotion, and answer from their statistics.

    HL-RNN, after the abstract of Lee and Tashev; the forms are ours. Only some frames
    of an utterance show its emotion, so the label of a frame is hidden: the utterance's
    class, or null. A bidirectional LSTM reads the frames, and a dense layer with a
    softmax gives each frame's posteriors over the classes and null. What the utterance
    shows are statistics of these posteriors (`FrameStatistics`), from which a hidden
    layer and a dense layer answer.

    Beside the answer's loss there is `frame_loss`, the `-log P(c)` a frame of the
    utterance's class c: each frame's label is c or null, and all rows of such labels
    are summed over (`mmzoo.ops.hidden_label_log_likelihoods`). Scores have a hidden
    class for each of `centres`, and a label belongs to the nearest one.

    With `pooling="last"` the answer is read from the LSTM's last states, and no label
    is hidden: the simplification that comparisons on CMU-MOSI call by the same name.

    Masking: see `ModalityConcat`. Masked frames count in no statistic and no loss; of
    an utterance without any the statistics are zeros.

    Differs from the paper: it follows the abstract alone. Hidden labels do not depend
    on each other, so that the sum over them is in closed form; a dense network, which
    is trained along with the rest, stands for the extreme learning machine.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them; the paper reads audio alone. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, of which the frames' labels are hidden. Defaults to
            `"sequence"`.
        pooling: `"frame_statistics"` or `"last"`. Defaults to `"frame_statistics"`.
        units: int. Width of each LSTM in each direction. Defaults to `128`.
        num_layers: int. Stacked layers. Defaults to `2`.
        hidden_dim: int. Width of the hidden layer before the answer. Defaults to `64`.
        dropout: float. Of the LSTMs' inputs, and before each dense layer of the answer.
            Defaults to `0.2`.
        threshold: float. See `FrameStatistics`. Defaults to `0.2`.
        frame_weight: float. Of `frame_loss`. Defaults to `1.0`.
        null_prior: float. How probable null is before a frame is seen, between
            `1 / (classes + 1)` and 1/2, see `hidden_label_log_likelihoods`. Defaults to
            `0.4`.
        centres: list of floats. The scores that hidden classes stand for where there
            are no `classes`. Defaults to the whole
            numbers from -3 to 3.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. With
        `pooling="frame_statistics"` also what the loss reads: `"log_likelihoods"`
        `(batch, classes or centres)`, and `"observed"` `(batch,)`, the number of
        observed frames.

    Example:
    ```python
    model = mmzoo.models.HighLevelRecurrentNetwork({"audio": 74}, units=16)
    model({"audio": keras.ops.ones((2, 40, 74))})["sentiment"]
    ```

    Reference:
        - [Lee and Tashev, 2015](http://research.microsoft.com/apps/pubs/default.aspx?id=256305),
          the abstract
        - [Han et al., 2014](https://doi.org/10.21437/Interspeech.2014-57)
    """

    answers_per = ("sequence",)

    # Every loss compares with labels, whatever its name.
    learns_unlabelled = False

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        pooling="frame_statistics",
        units=128,
        num_layers=2,
        hidden_dim=64,
        dropout=0.2,
        threshold=0.2,
        frame_weight=1.0,
        null_prior=0.4,
        centres=(-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
        **kwargs,
    ):
        self.hides = pooling == "frame_statistics"
        further = ("frame_loss",) if self.hides and frame_weight else ()
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=further, **kwargs
        )
        self.pooling = pooling
        self.units = units
        self.num_layers = num_layers
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.threshold = threshold
        self.frame_weight = frame_weight
        self.null_prior = null_prior
        self.centres = sorted(float(each) for each in centres)
        self._check()
        self._make_parts()
        self.built = True

    def _check(self):
        if self.pooling not in POOLINGS:
            raise ValueError(
                f"`pooling` is one of {list(POOLINGS)}, not {self.pooling!r}."
            )
        if self.frame_weight < 0:
            raise ValueError(f"`frame_weight` is at least 0, not {self.frame_weight}.")
        if not 0 < self.null_prior < 1:
            raise ValueError(f"`null_prior` is between 0 and 1, not {self.null_prior}.")
        if len(self.centres) < 2:
            raise ValueError(f"`centres` are two scores or more, not {self.centres}.")
        if self.several and self.hides:
            raise ValueError(
                f"`target={self.target!r}` asks for any number of classes, of which "
                'the frames of a sequence show one: take `pooling="last"`.'
            )

    def _make_parts(self):
        named, count = {"dtype": self.dtype_policy}, len(self.classes or self.centres)
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.encoder = SequenceEncoder(
            self.units,
            self.num_layers,
            bidirectional=True,
            dropout=self.dropout,
            name="encoder",
            **named,
        )
        self.encoder.build((None, None, sum(self.input_dims.values())))
        features = self.encoder.output_dim
        if self.hides:
            self.frame_labels = keras.layers.Dense(
                count + 1, dtype=wide_dtype(self.variable_dtype), name="frame_labels"
            )
            self.frame_labels.build((None, None, features))
            # All frames show the class at first, and null is learnt where one does not:
            # the other way round some seeds find null for all frames, and stay there.
            self.frame_labels.bias.assign([0.0] * count + [NULL_BIAS])
            self.statistics = FrameStatistics(
                self.threshold, name="statistics", **named
            )
            features = 4 * count
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            self.hidden_dim,
            name="answer_head",
            **named,
        )
        self.answer_head.build((None, features))

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.modality_concat(self.featurize(inputs, training))
        states, last = self.encoder(frames, mask=mask, training=training)
        if not self.hides:
            return {self.target: self.answer_head(last, training=training)}
        # (batch, timesteps, classes and null)
        logits = self.frame_labels(states)
        posteriors = ops.softmax(logits, axis=-1)[..., :-1]
        shown = self.statistics(posteriors, mask=mask)
        return {
            self.target: self.answer_head(shown, training=training),
            "log_likelihoods": hidden_label_log_likelihoods(
                logits, self.null_prior, mask
            ),
            "observed": ops.sum(ops.cast(mask, logits.dtype), axis=-1),
        }

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        if "frame_loss" in self.loss_trackers:
            likelihood = self._likelihood(y, y_pred, sample_weight)
            terms["frame_loss"] = (self.frame_weight, *likelihood)
        return terms

    def _likelihood(self, y, y_pred, sample_weight):
        """The sum of `-log P(c)` over the samples, and how many there are."""
        found = y_pred["log_likelihoods"]
        labels = ops.reshape(y[self.target], (-1,))
        mask = ops.reshape(ops.cast(y[f"{self.target}_mask"], "bool"), (-1,))
        mask = ops.logical_and(mask, y_pred["observed"] > 0)
        labels = ops.where(mask, labels, ops.zeros_like(labels))
        if not self.classes:
            apart = ops.cast(labels, found.dtype)[:, None] - ops.convert_to_tensor(
                self.centres, dtype=found.dtype
            )
            labels = ops.argmin(ops.abs(apart), axis=-1)
        own = ops.one_hot(labels, found.shape[-1], dtype=found.dtype)
        errors = -ops.sum(own * found, axis=-1)
        if sample_weight is not None:
            errors = errors * weight_a_sample(sample_weight, errors)
        total = ops.sum(ops.where(mask, errors, ops.zeros_like(errors)))
        return total, ops.sum(ops.cast(mask, found.dtype))

    def get_config(self):
        names = ["pooling", "units", "num_layers", "hidden_dim", "dropout", "threshold"]
        names += ["frame_weight", "null_prior", "centres"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model
def build_high_level_recurrent_network(
    input_dims, **options
) -> HighLevelRecurrentNetwork:
    """Find the few frames that show the emotion, after HL-RNN's abstract.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `HighLevelRecurrentNetwork`.

    Returns:
        A `HighLevelRecurrentNetwork`.

    Example:
    ```python
    model = mmzoo.build_high_level_recurrent_network({"audio": 74}, units=32)
    ```
    """
    return HighLevelRecurrentNetwork(input_dims, **options)

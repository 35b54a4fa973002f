"""A loss of masked terms that add up exactly, however they fall into batches."""

import keras
from keras import ops

from mmzoo.models.exact_loss import ExactLoss
from mmzoo.models.fit_arguments import (
    by_name,
    check_label_smoothing,
    class_table,
    labels_and_mask,
    minimise,
    one_weight,
    refuse_lone_weights,
    refuse_losses,
    weight_of_classes,
    weight_of_positives,
)
from mmzoo.models.recoverable_model import RecoverableModel


class MaskedLossModel(RecoverableModel):
    """A model whose loss is a weighted sum of masked terms.

    Each term is logged under its name as its mean over all real entries of an epoch,
    and `loss` is the weighted sum of such means and of what regularisers add. Weights
    of samples and of classes weigh the loss and not these logs. `MultimodalModel` says
    what labels, weights and smoothing mean.

    A subclass has `target`, `classes`, `several` and `source`, as `MultimodalModel`
    has them, then calls `track_terms`, and gives the terms by `loss_terms`.

    Args:
        **kwargs: passed on to `keras.Model`.
    """

    def __init__(self, **kwargs):
        # A batch keeps its digits until it is standardised: each part narrows what it
        # reads, and none before the statistics, the spectrogram and the loss.
        super().__init__(autocast=False, **kwargs)
        # Bypass Keras' attribute tracking: they are no state of the model.
        self.__dict__["_class_table"] = None
        self.__dict__["_label_smoothing"] = 0.0

    def track_terms(self, names):
        """Make what keeps the mean of each term.

        Args:
            names: of the terms that `loss_terms` may return.
        """
        self.loss_trackers = {
            name: keras.metrics.Mean(name=name, dtype="float32") for name in names
        }
        self.exact_loss = ExactLoss(self.loss_trackers)

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        """The terms of the loss, as `MultimodalModel.loss_terms` returns them."""
        raise NotImplementedError(f"`{type(self).__name__}` has no `loss_terms`.")

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        label_smoothing=0.0,
        **options,
    ):
        refuse_losses(
            self,
            loss=loss,
            loss_weights=loss_weights,
            metrics=metrics,
            weighted_metrics=weighted_metrics,
        )
        check_label_smoothing(label_smoothing, self.classes, self.several)
        self.__dict__["_label_smoothing"] = label_smoothing
        super().compile(optimizer, **options)

    def compile_from_config(self, config):
        # Keras would warn that `compile` is a model's own, and leave it.
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def fit(self, *args, **kwargs):
        given = by_name(super().fit, *args, **kwargs)
        refuse_lone_weights(self.target, **given)
        self._weigh_classes(given)
        minimise(given.get("callbacks"), self.loss_trackers)
        return super().fit(**given)

    def evaluate(self, *args, **kwargs):
        given = by_name(super().evaluate, *args, **kwargs)
        refuse_lone_weights(self.target, **given)
        return super().evaluate(**given)

    def train_on_batch(self, *args, **kwargs):
        given = by_name(super().train_on_batch, *args, **kwargs)
        self._weigh_classes(given)
        return super().train_on_batch(**given)

    def make_train_function(self, force=False):
        # TensorFlow traces a step twice where the first trace creates variables.
        if self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        super().make_train_function(force)

    def _weigh_classes(self, given):
        weights = given.pop("class_weight", None), given.get("sample_weight")
        table = class_table(weights[0], self.classes, weights[1])
        if table != self._class_table:
            # What was compiled holds the former weights.
            self.__dict__["_class_table"] = table
            self.train_function = self.test_function = None

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        y, sample_weight = self._targets(x, y, y_pred, sample_weight, training)
        terms = self.loss_terms(x, y, y_pred)
        for name, (_, total, count) in terms.items():
            mean = total / ops.maximum(count, 1.0)
            self.loss_trackers[name].update_state(mean, sample_weight=count)
        smoothed = training and self._label_smoothing
        if smoothed:
            y = {**y, "label_smoothing": self._label_smoothing}
        if smoothed or sample_weight is not None:
            terms = self.loss_terms(x, y, y_pred, sample_weight)
        penalty, samples = sum(self.losses), ops.shape(keras.tree.flatten(x)[0])[0]
        self.exact_loss.update_state(terms, penalty, samples)
        return penalty + sum(
            weight * total / ops.maximum(count, 1.0)
            for weight, total, count in terms.values()
        )

    def get_metrics_result(self):
        logs = super().get_metrics_result()
        # Keras' own mean depends on how the entries fell into batches.
        logs["loss"] = logs.pop(self.exact_loss.name)
        return logs

    def _targets(self, x, y, y_pred, sample_weight, training):
        """Labels with their mask, and the weight of each sample or `None`."""
        sample_weight = one_weight(sample_weight)
        if self.target is None:
            return y, sample_weight
        answers = y_pred[self.target]
        if self.classes and not self.several:
            answers = answers[..., 0]
        # Emotions are no steps, of which some would be observed.
        modalities = [] if self.several else [*self.source, "representation"]
        y = labels_and_mask(y, self.target, answers, x, modalities)
        if training and self._class_table is not None:
            labels, mask = y[self.target], y[f"{self.target}_mask"]
            weigh = weight_of_positives if self.several else weight_of_classes
            of_class = weigh(self._class_table, labels, mask)
            given = ops.ones_like(of_class) if sample_weight is None else sample_weight
            if len(given.shape) < len(of_class.shape):
                # (batch, 1) beside (batch, classes)
                given = given[:, None]
            sample_weight = of_class * given
        return y, sample_weight

"""What the models share: masked losses that add up, and a compiled function."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import set_trainable, trainable_exceptions
from mmzoo.models.export_signature import export_signature
from mmzoo.models.fit_arguments import (
    class_table,
    labels_and_mask,
    minimise,
    one_weight,
    refuse_losses,
    weight_of_classes,
)
from mmzoo.models.training_frames import adapt_all, training_frames


class MultimodalModel(keras.Model):
    """A model whose loss is a weighted sum of masked terms.

    A subclass says in `loss_terms` what it is trained on. The batch itself holds
    whatever the terms need (a translation's target is an input of its batch), so
    `compile(optimizer=...)` takes no loss. Each term is logged under its name as its
    mean over all real entries of an epoch, however they fell into batches. As in Keras,
    `sample_weight` and `class_weight` weigh the loss and not these logs; a weighted sum
    is divided by the number of real entries.

    Labels are `y[label]` with `y["<label>_mask"]`, or `y` itself; without a mask all
    of them count, of labels one a step those at observed steps.

    Models are subclasses rather than Functional graphs because one set of weights is
    entered in three ways: teacher-forced, free-running, and from states that were
    encoded before; targets are there in training only.

    Args:
        loss_names: list of the names of the terms.
        **kwargs: passed on to `keras.Model`.
    """

    # The name of the labels, and of their classes, where a model learns any.
    label = None
    classes = None

    def __init__(self, loss_names, **kwargs):
        # A batch keeps its digits until it is standardised: each part narrows what it
        # reads, and none before the statistics, the spectrogram and the loss.
        super().__init__(autocast=False, **kwargs)
        self.loss_trackers = {
            name: keras.metrics.Mean(name=name, dtype="float32") for name in loss_names
        }
        self.front_ends = {}
        # Past the tracker: what is compiled from a model is no part of it.
        self.__dict__["_compiled_functions"] = {}
        self.__dict__["_class_table"] = None

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        """Name of each active term -> (weight, total, count)."""
        raise NotImplementedError

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        **options,
    ):
        refuse_losses(
            self,
            loss=loss,
            loss_weights=loss_weights,
            metrics=metrics,
            weighted_metrics=weighted_metrics,
        )
        super().compile(optimizer, **options)

    def compile_from_config(self, config):
        # Keras would warn that `compile` is a model's own, and leave it.
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def fit(self, x=None, y=None, *args, **kwargs):
        self._weigh_classes(kwargs)
        minimise(kwargs.get("callbacks"), self.loss_trackers)
        return super().fit(x, y, *args, **kwargs)

    def train_on_batch(self, x, y=None, *args, **kwargs):
        self._weigh_classes(kwargs)
        return super().train_on_batch(x, y, *args, **kwargs)

    def _weigh_classes(self, kwargs):
        weights = kwargs.pop("class_weight", None), kwargs.get("sample_weight")
        table = class_table(weights[0], self.classes, weights[1])
        if table != self._class_table:
            # What was compiled holds the former weights.
            self.__dict__["_class_table"], self.train_function = table, None

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        y, sample_weight = self._targets(x, y, y_pred, sample_weight, training)
        terms = self.loss_terms(x, y, y_pred)
        for name, (_, total, count) in terms.items():
            mean = total / ops.maximum(count, 1.0)
            self.loss_trackers[name].update_state(mean, sample_weight=count)
        if sample_weight is not None:
            terms = self.loss_terms(x, y, y_pred, sample_weight)
        return sum(self.losses) + sum(
            weight * total / ops.maximum(count, 1.0)
            for weight, total, count in terms.values()
        )

    def _targets(self, x, y, y_pred, sample_weight, training):
        """Labels with their mask, and the weight of each sample or `None`."""
        sample_weight = one_weight(sample_weight)
        if self.label is None:
            return y, sample_weight
        answers = y_pred[self.label]
        answers = answers[..., 0] if self.classes else answers
        modalities = [*self.source, "representation"]
        y = labels_and_mask(y, self.label, answers, x, modalities)
        if training and self._class_table is not None:
            labels, mask = y[self.label], y[f"{self.label}_mask"]
            of_class = weight_of_classes(self._class_table, labels, mask)
            given = 1.0 if sample_weight is None else sample_weight
            sample_weight = of_class * given
        return y, sample_weight

    @property
    def normalizations(self):
        """The layer with `adapt` that standardises each modality, by its name."""
        raise NotImplementedError

    def adapt(self, split):
        """Take the normalisation of every modality from the training split.

        Values that are not finite are ignored, and a warning counts them. A modality
        whose front end learns has no frames before training, and is left as it is.

        Args:
            split: `Split`, such as `corpus.train`. Also a dict from modality to
                observed frames `(steps, features)`, or to an iterable of such arrays.
        """
        ends = self.front_ends.items()
        learning = [name for name, end in ends if end.trainable_weights]
        frames = training_frames(split, self.input_dims, learning)
        adapt_all(self.normalizations, frames)

    def export(
        self, filepath, format="tf_saved_model", input_signature=None, **options
    ):
        """Write the model for programs without mmzoo, as `keras.Model.export` does.

        Args:
            filepath: path of what is written.
            format: one of Keras' formats that the backend can write. Defaults to
                `"tf_saved_model"`.
            input_signature: optional, as in Keras. Where not given, the batch of a
                prediction, see `export_signature`.
            **options: passed on to `keras.Model.export`.
        """
        signature = input_signature or [export_signature(self)]
        super().export(filepath, format=format, input_signature=signature, **options)

    def featurize(self, inputs, training=None):
        """Frames of every modality: those given, and those that a front end makes.

        Args:
            inputs: dict, a batch.
            training: bool. For a front end that learns.

        Returns:
            The batch with the frames and masks of every front end's modality.
        """
        inputs = dict(inputs)
        for name, front_end in self.front_ends.items():
            raw = front_end.raw
            if name not in inputs and raw in inputs:
                # Only what learns differs in training.
                mode = {"training": training} if front_end.trainable_weights else {}
                frames, mask = front_end(
                    inputs[raw], mask=inputs.get(f"{raw}_mask"), **mode
                )
                inputs[name], inputs[f"{name}_mask"] = frames, mask
        return inputs

    def as_model(self, function, *options):
        """A method of this model as a model of its own, so that Keras compiles it.

        Args:
            function: bound method `(inputs, *options)` of tensors.
            *options: what else it is given; hashable.

        Returns:
            A `keras.Model`, kept for the next time, whose `predict` and
            `predict_on_batch` run the method on arrays.
        """
        key = (function.__name__, *options)
        if key not in self._compiled_functions:
            self._compiled_functions[key] = _CompiledFunction(self, function, options)
        return self._compiled_functions[key]

    def get_config(self):
        """What a model is made again from: subclasses add their own arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "trainable_exceptions": trainable_exceptions(self),
        }

    @classmethod
    def from_config(cls, config):
        """A model like the one whose config is given, and as frozen."""
        # Files of earlier versions name no policy, and were float32 as a rule.
        config = {"dtype": "float32", **config}
        exceptions = config.pop("trainable_exceptions", None)
        model = cls(**cls.revive(config))
        # They have no exceptions either: there the constructor decides.
        if exceptions is not None:
            set_trainable(model, model.trainable, exceptions)
        return model

    @classmethod
    def revive(cls, config):
        """The arguments of the constructor from their serialized form.

        Args:
            config: dict from the name of each argument to its serialized form.

        Returns:
            Dict of arguments. Here `config` itself; subclasses that hold layers or
            models make those.
        """
        return config

    def get_build_config(self):
        # Everything is built by the constructor.
        return None

    def build_from_config(self, config):
        pass


class _CompiledFunction(keras.Model):
    """A method of a model as a model, compiled by Keras on every backend."""

    def __init__(self, model, function, options):
        super().__init__(
            name=function.__name__, dtype=model.dtype_policy, autocast=False
        )
        self.model = model
        self.function = function
        self.options = options
        self.built = True

    def call(self, inputs):
        return self.function(inputs, *self.options)

"""What every model is: the contract of what it reads, answers and learns."""

import keras

from mmzoo.layers.frozen_parts import set_trainable, trainable_exceptions
from mmzoo.models.answer import EMOTIONS, answer_of
from mmzoo.models.compiled_function import CompiledFunction
from mmzoo.models.export_formats import check_export, check_written, name_outputs
from mmzoo.models.export_signature import export_signature
from mmzoo.models.input_dims import revived, serialized, widths_and_front_ends
from mmzoo.models.layer_shapes import shapes_shown
from mmzoo.models.masked_loss_model import MaskedLossModel
from mmzoo.models.training_frames import (
    adapt_all,
    cleaned_modalities,
    training_frames,
)
from mmzoo.ops.losses import (
    masked_absolute_error,
    masked_balanced_mistakes,
    masked_binary_cross_entropy,
    masked_binary_mistakes,
    masked_cross_entropy,
    masked_mistakes,
)

# What a model logs beside its loss; the last of each chooses the epoch.
SCORE_LOGS = ("mae",)
CLASS_LOGS = ("loss", "error", "balanced_error")
SPEAKERLESS = (
    "The model reads {0} that is standardised by speaker, for which a batch of {1} "
    "does not suffice: ask `mmzoo.predict` with `speakers`, or give {0!r} as "
    "`mmzoo.data.normalized_speakers` standardises it."
)
# Weights have more digits than these.
HALVES = ("float16", "bfloat16")


@keras.saving.register_keras_serializable(package="mmzoo")
class MultimodalModel(MaskedLossModel):
    """The contract of a model: what it reads, answers and learns, and how.

    The recipes, the commands, `predict`, the reports and their pictures ask a model
    what stands here and nothing else, so that a model which a subclass adds, here or
    outside of mmzoo, is trained, saved, asked and drawn like the others:

    * `input_dims`: dict from modality to the number of its features;
    * `front_ends`: dict from modality to the layer that makes its frames from raw
      input, such as `LogSpectrogram` from a waveform; often empty;
    * `source`: the modalities that a prediction reads, sorted;
    * `reads`: the names of a training batch, raw input where a front end learns;
    * `reads_to_answer`: likewise, of a prediction;
    * `speaker_normalized`: the modalities whose frames are standardised by speaker
      before the model reads them; often none;
    * `joined_steps`: lists of modalities whose steps the model takes for the same
      moments, and which data must have in common; by default one of all in `source`;
    * `target`: the name of the labels and of the answer; `None` for a model that only
      translates;
    * `classes`: their names, or `None` where the answer is a score;
    * `several`: whether a sample has any number of the classes, each answered yes or no
      by itself: with the target `"emotions"`;
    * `labels_per`: `"sequence"` or `"step"`, one of the class's `answers_per`;
    * `monitor`: the log whose validation value chooses the epoch, an error;
    * `normalizations`: dict from modality to the layer that standardises it;
    * `adapt(split)`: takes the statistics of the training split;
    * `attend(inputs)`: the attention in a batch; empty where there is none;
    * `answer(outputs)`: from what `predict` returns to names and numbers;
    * `translator`: the `Seq2SeqTranslator` inside, or `None`;
    * `translating_part()`: what makes the translations that are measured and drawn, the
      translator unless the model translates itself, or `None`;
    * `begin(run)`: what is taken from the training split before all phases;
    * `train_phases(run)`: how the model is trained; one supervised phase by default.

    A subclass makes and builds its parts in its constructor and answers in `call`,
    which begins with `inputs = self.featurize(inputs, training)` and returns
    `{self.target: answer}`: scores `(batch,)` or logits `(batch, classes)`, with an
    axis `timesteps` after the batch where labels are one a step.

    The loss is a weighted sum of masked terms, `loss_terms`: the absolute error of
    scores, the cross-entropy of classes, binary where a sample has any number of them,
    or what a subclass says. The batch itself holds whatever the terms need (a
    translation's target is an input of its batch), so `compile(optimizer=...)` takes no
    loss. Each term is logged under its name as its mean over all real entries of an
    epoch, however they fell into batches, and `loss`
    is the weighted sum of such means and of what regularisers add. As in Keras,
    `sample_weight` and `class_weight` weigh the loss and not these logs; a weighted sum
    is divided by the number of real entries. In `"<target>_balanced_error"` alone
    mistakes count by `class_weight`: with balanced weights, and classes as frequent as
    in training, it is 1 less the unweighted average recall; of emotions the weight is
    that of having one, against 1 for having it not. `compile(label_smoothing=0.1)`
    spreads that share of each class label over all classes, in the loss of training
    alone: the logs of the terms and validation have none. No file keeps it.

    Labels are `y[target]` with `y["<target>_mask"]`, or `y` itself; without a mask all
    of them count, of labels one a step those at observed steps.

    Models are subclasses rather than Functional graphs because one set of weights is
    entered in three ways: teacher-forced, free-running, and from states that were
    encoded before; targets are there in training only.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the labels; where not given `"emotion"` with classes,
            else `"sentiment"`. With `"emotions"` a sample has any number of the
            classes, and labels are `(batch, classes)`, 1 or 0.
        labels_per: `"sequence"` or `"step"`; emotions are one a sequence. Defaults to
            `"sequence"`.
        further_losses: names of the terms that a subclass adds in `loss_terms`.
        **kwargs: passed on to `keras.Model`.

    Example:
    ```python
    @keras.saving.register_keras_serializable(package="mine")
    class MeanModel(mmzoo.models.MultimodalModel):
        answers_per = ("sequence",)

        def __init__(self, input_dims, classes=None, target=None, **kwargs):
            super().__init__(input_dims, classes, target, **kwargs)
            self.concat = mmzoo.layers.ModalityConcat(self.input_dims, name="concat")
            count = len(self.classes) if classes else None
            self.head = mmzoo.layers.AnswerHead(count, name="head")
            self.head.build((None, sum(self.input_dims.values())))
            self.built = True

        @property
        def normalizations(self):
            return self.concat.normalizations

        def call(self, inputs, training=None):
            frames, mask = self.concat(self.featurize(inputs, training))
            weights = keras.ops.cast(mask, frames.dtype)[..., None]
            total = keras.ops.sum(weights, axis=1)
            mean = keras.ops.sum(frames * weights, axis=1) / (total + 1e-7)
            return {self.target: self.head(mean, training=training)}

    model = MeanModel({"text": 300}, classes=["sad", "happy"])
    model({"text": np.ones((2, 9, 300))})["emotion"].shape  # (2, 2)
    ```
    """

    # A translator alone learns no labels.
    answers = True
    answers_per = ("sequence", "step")

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        further_losses=(),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._check_labels_per(labels_per)
        self._check_policy()
        self.input_dims, self.front_ends = widths_and_front_ends(input_dims)
        self.classes = list(classes) if classes else None
        self.labels_per = labels_per
        # A model that has a translator inside names it here.
        self.translator = None
        self.target = None
        if self.answers:
            self.target = target or ("emotion" if self.classes else "sentiment")
        self._check_several()
        self.track_terms([*self._own_logs(), *further_losses])
        # Bypass Keras' attribute tracking: compiled helper models must not become
        # sub-layers.
        self.__dict__["_compiled_functions"] = {}

    def _check_labels_per(self, labels_per):
        if labels_per not in self.answers_per:
            raise ValueError(
                f"`labels_per` is one of {list(self.answers_per)} for "
                f"{type(self).__name__}, not {labels_per!r}."
            )

    @property
    def several(self):
        """Whether a sample has any number of the classes, each answered by itself."""
        return self.target == EMOTIONS

    def _check_several(self):
        if self.several and not (self.classes and self.labels_per == "sequence"):
            raise ValueError(
                f"`target={EMOTIONS!r}` answers yes or no for each of several "
                f"`classes`, once a sequence; received classes={self.classes} and "
                f"labels_per={self.labels_per!r}."
            )

    def _check_policy(self):
        policy = self.dtype_policy
        if policy.variable_dtype in HALVES:
            raise ValueError(
                f"The dtype policy {policy.name!r} keeps weights in half precision, "
                "where small steps of training round to nothing: use "
                f"'mixed_{policy.variable_dtype}', which computes in it and keeps "
                "weights in float32."
            )

    def _own_logs(self):
        if self.target is None:
            return ()
        ends = CLASS_LOGS if self.classes else SCORE_LOGS
        return tuple(f"{self.target}_{end}" for end in ends)

    @property
    def source(self):
        """The modalities that a prediction reads, sorted."""
        return list(self.input_dims)

    @property
    def joined_steps(self):
        """Lists of modalities that are joined step by step: all, to be safe."""
        return [self.source]

    @property
    def speaker_normalized(self):
        """The modalities that are standardised by speaker, sorted."""
        ends = self.front_ends.items()
        return [n for n, end in ends if getattr(end, "speaker_normalization", False)]

    @property
    def learns_unlabelled(self):
        """Whether a sample without a label teaches the model something.

        A loss of another name than those of the answer is taken to need no label; a
        model of which that is not so says it.
        """
        own = f"{self.target}_"
        return not self.answers or any(
            not name.startswith(own) for name in self.loss_trackers
        )

    def check_steps(self, split, place, answering=False):
        """Refuse samples of which modalities do not fit together step by step.

        Args:
            split: `Split`.
            place: str. What the samples are, for the error.
            answering: bool. Whether the source alone is read. Defaults to `False`.

        Raises:
            DataError: naming the sample and the modalities.
        """
        groups = self.joined_steps
        if answering:
            groups = [[n for n in group if n in self.source] for group in groups]
        split.check_joined_steps(groups, place)

    @property
    def reads(self):
        """The names of a training batch: raw input only where a front end learns."""
        return self.reads_to_answer

    @property
    def reads_to_answer(self):
        """The names of a batch to predict from, likewise."""
        learning = {
            name: front_end.raw
            for name, front_end in self.front_ends.items()
            if front_end.trainable_weights
        }
        return sorted(learning.get(name, name) for name in self.source)

    @property
    def monitor(self):
        """The log that chooses an epoch: the loss grows while errors still fall."""
        return f"{self.target}_{(CLASS_LOGS if self.classes else SCORE_LOGS)[-1]}"

    def begin(self, run):
        """Take from the training split what no gradient learns.

        Args:
            run: `mmzoo.training.TrainingRun`.
        """
        for name, split in run.corpus.splits.items():
            place = f"{run.corpus.name}, split {name}"
            self.check_steps(split, place)
        self.adapt(run.corpus.train)

    def train_phases(self, run):
        """Train the model: one supervised phase, unless a subclass has others.

        Args:
            run: `mmzoo.training.TrainingRun`, whose `fit` trains one phase.
        """
        run.fit("supervised", self, run.corpus, self.reads, self.monitor)

    def attend(self, inputs):
        """Where the model looks.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`; empty without attention.
        """
        return {}

    def translating_part(self):
        """What makes the translations that are measured and drawn.

        Returns:
            The translator inside, the model itself where it translates, or `None`.
        """
        # No property: Keras would follow one that is the model itself for ever.
        return self.translator

    def over_time(self, modality, weights, shape):
        """Attention as weights of time steps, for a picture.

        Args:
            modality: its name.
            weights: array, one sample of what `attend` gives.
            shape: `(timesteps, features)` of the frames.

        Returns:
            Array `(timesteps,)`; here the weights themselves.
        """
        return weights

    def answer(self, outputs, steps=None):
        """From what `predict` returns to what people are told.

        Args:
            outputs: dict of arrays, the model's outputs for a batch.
            steps: optional list of int, the steps of each sample, where labels are one
                a step. Defaults to all steps.

        Returns:
            List with a dict a sample: under the target the name of the most probable
            class, and `"probabilities"` by class, or a float; lists of these with
            labels one a step. Under `"emotions"` the names of all that are more
            probable than not.
        """
        found = outputs[self.target]
        counts = [None] * len(found) if steps is None else steps
        return [
            answer_of(row[:count] if self.labels_per == "step" else row, self)
            for row, count in zip(found, counts, strict=True)
        ]

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        """The terms of the loss.

        Args:
            x: dict, the batch.
            y: dict with the target and its mask, and `"label_smoothing"` where there
                is any.
            y_pred: dict, the outputs.
            sample_weight: optional float tensor, one a sample or one a label.

        Returns:
            Dict from the name of each active term to (weight, total, count).
        """
        name = self.target
        each = y[name], y_pred[name], y[f"{name}_mask"]
        if not self.classes:
            error = masked_absolute_error(*each, sample_weight)
            return {f"{name}_mae": (1.0, *error)}
        if self.several:
            found = (
                (1.0, *masked_binary_cross_entropy(*each, sample_weight)),
                (0.0, *masked_binary_mistakes(*each)),
                (0.0, *masked_binary_mistakes(*each, self._class_table)),
            )
            return dict(zip(self._own_logs(), found, strict=True))
        smoothing = y.get("label_smoothing", 0.0)
        found = (
            (1.0, *masked_cross_entropy(*each, sample_weight, smoothing)),
            (0.0, *masked_mistakes(*each)),
            (0.0, *masked_balanced_mistakes(*each, self._class_table)),
        )
        return dict(zip(self._own_logs(), found, strict=True))

    @property
    def normalizations(self):
        """The layer with `adapt` that standardises each modality, by its name."""
        raise NotImplementedError(
            f"`{type(self).__name__}` has no property `normalizations`: return a dict "
            "from modality to the layer that standardises it, such as the "
            "`normalizations` of a `ModalityConcat`."
        )

    def adapt(self, split):
        """Take the normalisation of every modality from the training split.

        Values that are not finite are ignored, and a warning counts them. A modality
        whose front end learns has no frames before training, and is left as it is: what
        the front end makes is limited as standardised values are, to -5 and 5 as a
        rule.

        Args:
            split: `Split`, such as `corpus.train`. Also a dict from modality to
                observed frames `(steps, features)`, or to an iterable of such arrays.

        Raises:
            DataError: If the modalities of `joined_steps` have different steps.
        """
        if hasattr(split, "sequences"):
            self.check_steps(split, "adapt")
        ends = self.front_ends.items()
        learning = [name for name, end in ends if end.trainable_weights]
        frames = training_frames(split, self.input_dims, learning)
        adapt_all(self.normalizations, frames, cleaned_modalities(split))

    def summary(self, *args, **kwargs):
        with shapes_shown(self):
            super().summary(*args, **kwargs)

    def export(
        self, filepath, format="tf_saved_model", input_signature=None, **options
    ):
        """Write the model for programs without mmzoo, as `keras.Model.export` does.

        Args:
            filepath: path of what is written.
            format: one of Keras' formats that the backend can write. Defaults to
                `"tf_saved_model"`.
            input_signature: optional, as in Keras. Where not given, the batch of a
                prediction, see `export_signature`, with any number of steps; PyTorch
                and JAX write the steps out one by one, and need their number.
            **options: passed on to `keras.Model.export`.
        """
        signature = input_signature or [export_signature(self)]
        check_export(self, format, signature)
        super().export(filepath, format=format, input_signature=signature, **options)
        if format == "onnx" and keras.backend.backend() == "torch":
            name_outputs(self, filepath, signature)
        elif format == "onnx":
            check_written(filepath)

    def featurize(self, inputs, training=None):
        """Frames of every modality: those given, and those that a front end makes.

        Args:
            inputs: dict, a batch.
            training: bool. For a front end that learns.

        Returns:
            The batch with the frames and masks of every front end's modality.

        Raises:
            ValueError: raw input is given for frames that are standardised by speaker.
        """
        inputs = dict(inputs)
        for name, front_end in self.front_ends.items():
            raw = front_end.raw
            if name not in inputs and raw in inputs:
                if name in self.speaker_normalized:
                    raise ValueError(SPEAKERLESS.format(name, raw))
                # Only what learns differs in training; of what is told nothing, Keras
                # takes it that it is trained with the model around it.
                learns = training if front_end.trainable_weights else False
                frames, mask = front_end(
                    inputs[raw], mask=inputs.get(f"{raw}_mask"), training=learns
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
            self._compiled_functions[key] = CompiledFunction(self, function, options)
        return self._compiled_functions[key]

    def get_config(self):
        """What a model is made again from: subclasses add their own arguments."""
        answers = {"classes": self.classes, "target": self.target}
        answers["labels_per"] = self.labels_per
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "trainable_exceptions": trainable_exceptions(self),
            "input_dims": dict(self.input_dims) | serialized(self.front_ends),
            **(answers if self.answers else {}),
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
            Dict of arguments, here with the front ends made; subclasses that hold
            other layers or models make those.
        """
        return {**config, "input_dims": revived(config["input_dims"])}

    def get_build_config(self):
        # Everything is built by the constructor.
        return None

    def build_from_config(self, config):
        pass

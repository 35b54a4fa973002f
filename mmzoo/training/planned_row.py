"""A row of a report before it is trained: a variant, or one of its controls."""

import dataclasses

import keras

from mmzoo.models import build_sentiment_regressor
from mmzoo.models.answer import probabilities, said_of
from mmzoo.models.registry import create_model, signature_of
from mmzoo.training.control import Control
from mmzoo.training.drawings import draw
from mmzoo.training.front_ends import FrontEnds
from mmzoo.training.label_share import with_label_share
from mmzoo.training.measure import (
    measure_latent,
    measure_translation,
    predictions,
)
from mmzoo.training.pretraining import Pretraining
from mmzoo.training.training_options import TrainingOptions
from mmzoo.training.training_run import REFIT, Refit, TrainingRun
from mmzoo.training.variant import Variant

REGRESSOR = "sentiment_regressor"


@dataclasses.dataclass(frozen=True)
class PlannedRow:
    """One model, and how it is built, trained and measured.

    A variant with arrows is a translation. Where its model is told of no labels, a
    `SentimentRegressor` is trained on its states afterwards, with the same arguments
    where it has them: Algorithms 1 and 2, or end to end with `train_translator`. A
    model that is told of them answers by itself, end to end.

    Args:
        variant: `Variant`.
        options: `TrainingOptions`.
        architecture: dict of arguments of the builders of the variant.
        front_ends: optional `FrontEnds`; `None` reads the corpus' frames.
        change: optional `Control` that this row is; its name is the row's `control`.
        pretraining: optional `Pretraining`, what a translation learns from first.

    Example:
    ```python
    variant = mmzoo.training.Variant.parse("text->audio")
    row, control = mmzoo.training.plan([variant], mmzoo.training.TrainingOptions())
    control.control  # "untrained encoder"
    ```
    """

    variant: Variant
    options: TrainingOptions
    architecture: dict = dataclasses.field(default_factory=dict)
    front_ends: FrontEnds | None = None
    change: Control | None = None
    pretraining: Pretraining | None = None

    @property
    def name(self):
        return self.variant.name

    @property
    def control(self):
        return self.change.name if self.change is not None else None

    @property
    def title(self):
        """The row's name, and which control it is, as `Row.title` has it."""
        if self.control in (None, "", self.name):
            return self.name
        return f"{self.control}: {self.name}"

    @property
    def modalities(self):
        return self.variant.modalities

    @property
    def training(self):
        """`"supervised"`, or for a translation `"phases"` or `"end-to-end"`."""
        if len(self.variant.chain) == 1:
            return "supervised"
        alone = not self.variant.needs_regressor
        together = alone or self.architecture.get("train_translator")
        return "end-to-end" if together else "phases"

    def validation_score(self, history, target):
        """What seeds are compared by; smaller is better.

        Args:
            history: dict from a phase to its logs.
            target: what the corpus' labels say.

        Returns:
            float, the least value of the log that chose the epoch.
        """
        phase = [name for name in history if not name.startswith(REFIT)][-1]
        chosen = self.options.monitor
        ends = [chosen] if chosen else ["balanced_error", "mae"]
        # Logs of further losses have names without the target.
        names = [f"val_{log}" for end in ends for log in (f"{target}_{end}", end)]
        return min(next(history[phase][n] for n in names if n in history[phase]))

    def arguments(self, model, corpus=None, seed=None):
        """What this row gives to a builder, beside what is read.

        Args:
            model: name of the builder's model.
            corpus: optional `Corpus`, for what is answered.
            seed: optional int, for a builder that takes one.

        Returns:
            Dict of arguments.
        """
        known = signature_of(model)
        given = dict(self.architecture)
        if corpus is not None:
            given |= {"classes": corpus.classes, "labels_per": corpus.labels_per}
            given["seed"] = seed
            # A translation's target is another thing.
            given |= {} if "source" in known else {"target": corpus.target}
        given = {name: value for name, value in given.items() if name in known}
        # Every layer and model of Keras takes it, whatever its signature says.
        precision = self.options.precision
        return given | ({"dtype": precision} if precision else {})

    def build(self, corpus, seed):
        """The model, untrained.

        Args:
            corpus: `Corpus` as `front_ends` prepared it.
            seed: int. Of what the front ends and the model draw in training.

        Returns:
            The model; for a translation, the translator.
        """
        ends = corpus.input_dims
        if self.front_ends is not None:
            ends = self.front_ends.make_all(corpus, self.modalities, seed)
        dims = {name: ends[name] for name in self.modalities}
        model, chain = self.variant.model, [list(each) for each in self.variant.chain]
        known, path = signature_of(model), {}
        if "source" in known:
            path = {"source": chain[0], "target": chain[1]}
        elif "chain" in known:
            path = {"chain": chain}
        return create_model(model, dims, **path, **self.arguments(model, corpus, seed))

    def _seen(self, corpus, seed):
        """The corpus as this row sees it."""
        if self.change is None:
            return corpus
        corpus = self.change.altered(corpus, seed)
        if self.change.text_states is None or "text" not in self.modalities:
            return corpus
        # The others were made for all rows, and words are kept beside them.
        return self.front_ends.prepare(corpus, ["text"])

    def train(self, corpus, seed, directory, say):
        """Train once; every phase checkpoints into the folder after each epoch.

        Args:
            corpus: `Corpus` as `front_ends` prepared it.
            seed: int.
            directory: folder of the checkpoints.
            say: function that shows a line to a person.

        Returns:
            The model, and the history `{phase: {log: [value an epoch]}}`.
        """
        keras.utils.set_random_seed(seed)
        corpus = self._seen(corpus, seed)
        corpus = with_label_share(corpus, self.options.label_share, seed)
        run = TrainingRun(corpus, self.options, seed, directory, say)
        model = self._trained(corpus, seed, run)
        if self.options.refit:
            refit = Refit(run, corpus.with_valid_in_train())
            # The vocabulary stays that of the training split.
            model = self.build(corpus, seed)
            model.begin(refit)
            model.train_phases(refit)
            run.history |= refit.history
        return model, run.history

    def _trained(self, corpus, seed, run):
        model = self.build(corpus, seed)
        model.begin(run)
        if self.pretraining is not None:
            self.pretraining.teach(model, self, run)
        alone = not (self.change is not None and self.change.untrained)
        if model.answers or (alone and self.training == "phases"):
            model.train_phases(run)
        if not model.answers:
            given = self.arguments(REGRESSOR, corpus, seed)
            model = build_sentiment_regressor(model, **given)
            model.train_phases(run)
        return model

    def answers_of(self, model, split):
        """What a model says for every label of a split: scores, or classes.

        Args:
            model: the trained model of this row.
            split: `Split`.

        Returns:
            Array `(N,)`, of emotions `(N, classes)`.
        """
        return self._said(model, predictions(model, split))

    def _said(self, model, answers):
        return said_of(answers, model.several) if model.classes else answers

    def measure(self, model, corpus, seed):
        """Read the test split, once; arrays by name, `"predictions"` among them.

        A classifier's `"probabilities"` `(N, classes)` stand beside.
        """
        corpus = self._seen(corpus, seed)
        test = corpus.test
        answers = predictions(model, test)
        arrays = {"predictions": self._said(model, answers)}
        if model.classes:
            arrays["probabilities"] = probabilities(answers, model.several)
        translator = model.translating_part()
        if translator is not None:
            explained, _ = measure_translation(
                translator, test, seed, train=corpus.train
            )
            for name, (errors, deviations) in explained.items():
                arrays[name], arrays[f"{name}_of"] = errors, deviations
            arrays |= measure_latent(translator, test)
        plot, drawn = draw(model, test) or (None, {})
        return arrays | {f"{plot}.{name}": value for name, value in drawn.items()}

"""A row of an ablation: some modalities, fused, or one of their controls."""

import dataclasses

import keras

from mmzoo.training.measure import predictions
from mmzoo.training.training_run import TrainingRun


@dataclasses.dataclass(frozen=True)
class FusionVariant:
    """Which modalities are fused, and what they are compared with.

    Args:
        modalities: tuple of `"text"` and `"audio"` or `"image"`.
        controls: dict from the name of a control to the options that it changes.

    Example:
    ```python
    controls = {"mean pooling": {"audio_pooling": "mean"}}
    mmzoo.training.FusionVariant(("audio",), controls).name  # "audio"
    ```
    """

    modalities: tuple
    controls: dict = dataclasses.field(default_factory=dict)

    @property
    def name(self):
        return "+".join(self.modalities)


@dataclasses.dataclass(frozen=True)
class FusionRow:
    """One fusion model, trained supervised in a single phase.

    Args:
        variant: `FusionVariant`.
        options: `AudioTextOptions` or `ImageTextOptions`.
        control: optional name of the control.

    Example:
    ```python
    options = mmzoo.training.AudioTextOptions()
    (row,) = options.plan([mmzoo.training.FusionVariant(("audio", "text"))])
    row.name  # "audio+text"
    ```
    """

    variant: object
    options: object
    control: str | None = None

    training = "supervised"
    # What the phase is called.
    phase = "supervised"

    @property
    def name(self):
        return self.variant.name

    @property
    def modalities(self):
        return self.variant.modalities

    def validation_score(self, history):
        """What seeds are compared by; smaller is better."""
        ends = ("_balanced_error", "_mae")
        logs = history[self.phase].items()
        (values,) = (v for n, v in logs if n.startswith("val_") and n.endswith(ends))
        return min(values)

    def train(self, corpus, seed, directory, say):
        """Train once.

        Args:
            corpus: `Corpus` as `options.prepare` made it.
            seed: int.
            directory: folder of the checkpoints.
            say: function that shows a line to a person.

        Returns:
            The model, and the history `{phase: {log: [value an epoch]}}`.
        """
        keras.utils.set_random_seed(seed)
        corpus = self.options.altered(corpus, seed)
        model = self.options.build(corpus, self.modalities, seed)
        run = TrainingRun(corpus, self.options, seed, directory, say)
        run.adapt(model)
        best = run.fit(self.phase, model, corpus, model.reads, model.monitor)
        if self.options.refit:
            model = self._refit(corpus, seed, best, run)
        return model, run.history

    def _refit(self, corpus, seed, epochs, run):
        """The model that so many epochs on training and validation split give."""
        # The vocabulary stays that of the training split.
        model = self.options.build(corpus, self.modalities, seed)
        both = corpus.with_valid_in_train()
        options = dataclasses.replace(self.options, epochs=epochs)
        again = TrainingRun(both, options, seed, run.directory, run.report)
        again.adapt(model)
        again.fit("refit", model, both, model.reads)
        run.history |= again.history
        return model

    def measure(self, model, corpus, seed):
        """Read the test split, once; arrays by name, `"predictions"` among them."""
        test = self.options.altered(corpus, seed).test
        answers = predictions(model, test)
        arrays = {"predictions": answers.argmax(-1) if model.classes else answers}
        plot, drawn = self.options.draw(model, test) or (None, {})
        return arrays | {f"{plot}.{name}": value for name, value in drawn.items()}


def plan_fusions(variants, options):
    """Each variant, followed by its controls.

    Args:
        variants: list of `FusionVariant`.
        options: `AudioTextOptions` or `ImageTextOptions`.

    Returns:
        List of `FusionRow`.
    """
    rows = []
    for variant in variants:
        rows.append(FusionRow(variant, options))
        for name, changes in variant.controls.items():
            changed = dataclasses.replace(options, **changes)
            row = FusionRow(variant, changed, name)
            _refuse_copy(row, rows)
            rows.append(row)
    return rows


def _refuse_copy(row, rows):
    """Refuse a control that trains what another row of its variant trains."""
    for other in rows:
        if (other.variant, other.options) == (row.variant, row.options):
            raise ValueError(
                f"`controls` of {row.name!r}: {row.control!r} has the same options as "
                f"{other.control or 'the row itself'!r}. Let it change another option, "
                "or leave it out."
            )

"""One training: phases that share a corpus, a seed and a folder."""

import dataclasses
import functools
import pathlib

import keras
import numpy as np

from mmzoo.data import Batches
from mmzoo.data.subset import chosen_share
from mmzoo.models.seq2seq_translator import REPRESENTATION
from mmzoo.training.encoding import encode_split
from mmzoo.training.generated_labels import GeneratedLabels
from mmzoo.training.label_share import labelled_samples
from mmzoo.training.mixed_batches import MixedBatches
from mmzoo.training.progress import PhaseProgress
from mmzoo.training.resumable_fit import ResumableFit

# What the phases of a refit are called by.
REFIT = "refit"


class TrainingRun:
    """One training: what all its phases share.

    Args:
        corpus: `Corpus`.
        options: `TrainingOptions`.
        seed: int. Of the order and the dropout.
        directory: folder of the checkpoints.
        report: optional function of one line that tells a person what happens.

    Example:
    ```python
    corpus = mmzoo.data.sample_corpus(sizes={"train": 40, "valid": 10, "test": 20})
    options = mmzoo.training.TrainingOptions(epochs=1)
    run = mmzoo.training.TrainingRun(corpus, options, 0, "runs/one", str)
    model = mmzoo.build_lstm_baseline({"text": 300}, units=4)
    model.begin(run)
    model.train_phases(run)
    list(run.history)  # ["supervised"]
    ```
    """

    def __init__(self, corpus, options, seed, directory, report=None):
        self.corpus = corpus
        self.options = options
        self.seed = seed
        self.directory = pathlib.Path(directory)
        self.report = report or print
        self.history = {}
        self.best_epochs = {}
        options.check_labels(corpus)
        self.class_weight = options.class_weight_for(corpus)

    def fit(self, name, model, corpus, modalities, monitor=None, callbacks=()):
        """One phase: fit `model` until the validation split no longer improves.

        Args:
            name: str. The phase.
            model: the model.
            corpus: `Corpus`.
            modalities: list of what a batch holds.
            monitor: optional str. Log of the validation split that chooses the epoch;
                without it all epochs are trained, and the validation split is not read.
            callbacks: what else Keras calls, before the checkpoint of an epoch is
                written, which keeps their `variables`. Defaults to none.

        Returns:
            The number of the epoch whose weights the model ends with.
        """
        options = self.options
        if monitor and model.answers and options.monitor:
            monitor = _log_that_ends(options.monitor, model)
        rows = self._taught(model, corpus.train)
        size = options.batch_size_for(len(rows))
        train = self._training_batches(rows, modalities, size)
        model.compile(
            optimizer=options.optimizer_for(len(train)),
            label_smoothing=options.label_smoothing if model.classes else 0.0,
        )
        watched = f"val_{monitor}" if monitor else None
        fit = ResumableFit(
            model,
            self.directory / f"{name}.npz",
            train,
            watched,
            options.patience,
            report=self.report,
            further=[each for callback in callbacks for each in callback.variables],
        )
        start = fit.restore()
        # Without the digits that tell folders apart.
        row = self.directory.parent.name.rpartition("-")[0]
        progress = PhaseProgress(name, watched or "loss", self.report, row)
        progress.best = fit.best
        if start and not fit.done:
            self.report(f"    {name}: goes on at epoch {start + 1}")
        if not fit.done:
            valid = Batches(corpus.valid, modalities, size, seed=self.seed)
            model.fit(
                _feed(train),
                validation_data=_feed(valid) if monitor else None,
                epochs=options.epochs,
                initial_epoch=start,
                shuffle=False,
                verbose=0,
                callbacks=[*callbacks, fit, progress],
                class_weight=self.class_weight if model.classes else None,
            )
        self.history[name] = fit.history
        self.best_epochs[name] = fit.best_epoch
        return fit.best_epoch

    def _training_batches(self, rows, modalities, size):
        """The batches that teach, mixed where the options say so."""
        kind = Batches
        if self.options.mixup:
            classes = self.corpus.classes is not None
            kind = functools.partial(MixedBatches, self.options.mixup, classes)
        return kind(rows, modalities, size, shuffle=True, seed=self.seed)

    def _taught(self, model, split):
        """The samples that teach a model: those with a label, where it alone does."""
        few = self.options.label_share < 1
        return labelled_samples(split) if few and not model.learns_unlabelled else split

    def generated_labels(self, model):
        """The labels that a model generates for the training samples.

        Args:
            model: a model that has `generate_labels`.

        Returns:
            `GeneratedLabels`, a callback for `fit`, with the corpus to train on.
        """
        return GeneratedLabels(model, self.corpus)

    def held_out(self, share):
        """The corpus without a share of its training groups, and with these alone.

        What learns from the answers of other networks has to see them on samples that
        taught these nothing; the validation split goes on to choose the epoch of each.

        Args:
            share: float between 0 and 1. Samples are cut where there is one group.

        Returns:
            Two of `Corpus`, which differ in their training split alone.
        """
        train = self.corpus.train
        groups = len(set(train.groups)) > 1
        chosen = chosen_share(train, share, self.seed, groups)
        rest = np.setdiff1d(np.arange(len(train)), chosen)
        return tuple(
            dataclasses.replace(
                self.corpus, splits={**self.corpus.splits, "train": train.select(rows)}
            )
            for rows in (rest, chosen)
        )

    def encoded(self, translator, levels):
        """The corpus with the states of a frozen encoder; test is not touched.

        Args:
            translator: `Seq2SeqTranslator`.
            levels: int. How many of its levels to climb.

        Returns:
            The corpus, with the modality `"representation"` in the training and
            validation split.
        """
        splits = {}
        for name in ("train", "valid"):
            split = self.corpus.splits[name]
            states = encode_split(translator, split, levels)
            splits[name] = split.with_modality(REPRESENTATION, states)
        return dataclasses.replace(self.corpus, splits=splits)


class Refit(TrainingRun):
    """The phases of a training once more, each for as many epochs as it kept.

    No split chooses an epoch any more, so that a corpus may train on all but the test.

    Args:
        run: the `TrainingRun` that chose the epochs.
        corpus: `Corpus` to train on.
    """

    def __init__(self, run, corpus):
        super().__init__(corpus, run.options, run.seed, run.directory, run.report)
        self.epochs = run.best_epochs

    def fit(self, name, model, corpus, modalities, monitor=None, callbacks=()):
        self.options = dataclasses.replace(self.options, epochs=self.epochs[name])
        again = REFIT if len(self.epochs) == 1 else f"{REFIT}_{name}"
        return super().fit(again, model, corpus, modalities, callbacks=callbacks)


def _log_that_ends(end, model):
    """The name of the model's log with this end."""
    before = f"{model.target}_"
    logs = {name.removeprefix(before): name for name in model.loss_trackers}
    if end not in logs:
        raise ValueError(
            f"`monitor={end!r}` ends no log of {type(model).__name__}: "
            f"it is one of {sorted(logs)}."
        )
    return logs[end]


def _feed(batches):
    """Batches in the form that the backend reads fastest."""
    if keras.backend.backend() == "tensorflow":
        return batches.as_dataset()
    return batches

"""Pretraining: a translator learns on another corpus, without labels (section 8)."""

import dataclasses
import random

import numpy as np

from mmzoo.data import Corpus, Split
from mmzoo.data.cleaning import looked_over
from mmzoo.data.same_features import same_features
from mmzoo.models.registry import projects
from mmzoo.training.control import Control
from mmzoo.training.fingerprint import column_names, fingerprint
from mmzoo.training.training_run import TrainingRun
from mmzoo.training.weight_transfer import hand_on

PHASE = "pretrain"
WITHOUT = Control("without pretraining", scratch=True)


class Pretraining:
    """What a translator learns from before the data at hand: another corpus' frames.

    It learns to translate on the training split, and the validation split chooses the
    epoch, in a phase for each of its translations, `"pretrain_audio_translation"`. Its
    weights then go on to the data at hand. What means columns of one corpus stays with
    that corpus: the statistics of `adapt`, codebooks with the tables and outputs of
    their codes, and where columns differ, the projections and output layers on that
    side. All else is shared, the recurrent layers first of all.

    Args:
        corpus: `Corpus`, prepared as the data at hand. Neither its labels nor its test
            split are kept, or read.

    Example:
    ```python
    sizes = {"train": 40, "valid": 10, "test": 20}
    other = mmzoo.data.sample_corpus(seed=1, sizes=sizes)
    variant = mmzoo.training.Variant.parse("audio->video")
    rows = mmzoo.training.plan(
        [variant],
        mmzoo.training.TrainingOptions(),
        pretraining=mmzoo.training.Pretraining(other),
    )
    [row.control for row in rows]
    # [None, "untrained encoder", "without pretraining"]
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 8
    """

    def __init__(self, corpus):
        self.corpus = looked_over(unlabelled(corpus))
        self.content = fingerprint([self.corpus])
        self.columns = column_names(self.corpus)

    def __getstate__(self):
        # Its frames go to other processes with the experiment's corpora, once.
        return self.__dict__ | {"corpus": None}

    def facts(self):
        """What a report says of the corpus, as JSON."""
        told = self.corpus.provenance
        return {
            "name": self.corpus.name,
            **{key: told.get(key) for key in ("format", "protocol", "seed", "files")},
            "samples": {name: len(each) for name, each in self.corpus.splits.items()},
        }

    def identity(self, modalities):
        """What decides the numbers of a row that reads these modalities, as JSON."""
        names = ("samples", *modalities)
        told = {name: self.content.get(name) for name in names}
        columns = {n: each for n, each in self.columns.items() if n in modalities}
        return told | ({"columns": columns} if columns else {})

    def check(self, rows, corpus):
        """Refuse rows that this corpus cannot pretrain, before hours of training.

        Args:
            rows: list of `PlannedRow`; those without pretraining are passed over.
            corpus: `Corpus` at hand.
        """
        for row in rows:
            if row.pretraining is None:
                continue
            missing = sorted(set(row.modalities) - set(self.corpus.modalities))
            if missing:
                raise ValueError(
                    f"`pretrain`: {self.corpus.name} has no frames of {missing}, which "
                    f"{row.name!r} translates; it has {self.corpus.modalities}. Name a "
                    "corpus that has them, or another variant."
                )
            differing = [each for each in row.modalities if not self.same(each, corpus)]
            if differing and not row.architecture.get("projection"):
                model = row.variant.model
                remedy = f"{model} has no `projection`: leave {row.name!r} out"
                if projects(model):
                    remedy = "Give a `projection`, such as 32, in which both meet"
                told = self._widths(differing, corpus)
                raise ValueError(f"`pretrain`: {told}. {remedy}.")

    def _widths(self, modalities, corpus):
        there, here = self.corpus.input_dims, corpus.input_dims
        told = ", ".join(f"{m} {there[m]} and {here.get(m)}" for m in modalities)
        return f"{self.corpus.name} and {corpus.name} have other columns ({told})"

    def same(self, modality, corpus):
        """Whether both corpora have the same columns of a modality.

        Args:
            modality: its name.
            corpus: `Corpus` at hand.

        Returns:
            A bool: whether the names are the same, or, where one of the corpora does
            not tell them, the widths.
        """
        if self.corpus.input_dims[modality] != corpus.input_dims.get(modality):
            return False
        names = [each.feature_names.get(modality) for each in (self.corpus, corpus)]
        return None in names or [*names[0]] == [*names[1]]

    def teach(self, translator, row, run):
        """Train another translator of the row on this corpus, and hand its weights on.

        Args:
            translator: the `Seq2SeqTranslator` of the data at hand.
            row: its `PlannedRow`.
            run: `TrainingRun` on the data at hand; it gets the history.
        """
        # The row without pretraining draws the weights of its later phases likewise.
        state = random.getstate()
        other = row.build(self.corpus, run.seed)
        random.setstate(state)
        # What is of labels is of the corpus at hand: here there are none.
        options = dataclasses.replace(run.options, monitor=None, label_smoothing=0.0)
        first = _PretrainingRun(
            self.corpus, options, run.seed, run.directory, run.report
        )
        other.begin(first)
        other.train_phases(first)
        run.history |= first.history
        names = {name for group in translator.chain for name in group}
        same = {name: self.same(name, run.corpus) for name in names}
        hand_on(other, translator, same)

    def remarks(self, rows, corpora):
        """Sentences on what was learnt from, how long, and what the test knows of it.

        Args:
            rows: list of `Row` of a report, with their history.
            corpora: list of `Corpus` at hand: one, or its folds.

        Returns:
            List of str.
        """
        counts = self.facts()["samples"]
        told = [
            f"{row.title} was pretrained on {self.corpus.name} ({counts['train']} "
            f"training and {counts['valid']} validation samples, no label and no test "
            f"sample of it): {_epochs(row)}."
            for row in rows
            if any(_phases(seed) for seed in row.history)
        ]
        found = np.concatenate([self._met(corpus) for corpus in corpora])
        if found.any():
            told.append(
                f"{found.sum()} of {len(found)} test samples have the very features of "
                f"a sample of {self.corpus.name}, on which was pretrained: results may "
                "be too good."
            )
        return told

    def _met(self, corpus):
        """Which test samples have features that were pretrained on, `(N,)`."""
        found = np.zeros(len(corpus.test), bool)
        for name in sorted(set(corpus.modalities) & set(self.corpus.modalities)):
            here = dataclasses.replace(corpus, splits={"test": corpus.test})
            there = same_features(self.corpus.with_modalities([name])).values()
            known = {mark for marks in there for mark in marks} - {None}
            marks = same_features(here.with_modalities([name]))["test"]
            found |= [mark in known for mark in marks]
        return found


class _PretrainingRun(TrainingRun):
    """A training whose phases are called so that they stand beside the later ones."""

    def fit(self, name, *arguments, **named):
        return super().fit(f"{PHASE}_{name}", *arguments, **named)


def unlabelled(corpus):
    """The training and validation split of a corpus, without any label.

    Args:
        corpus: `Corpus`.

    Returns:
        A `Corpus` whose labels are NaN.
    """
    splits = {}
    for name in ("train", "valid"):
        if name not in corpus.splits:
            raise ValueError(
                f"`pretrain`: {corpus.name} has no split {name!r}: give a corpus that "
                "has training samples, and others that choose the epoch."
            )
        split = corpus.splits[name]
        # Whatever read such a label would become NaN too, or leave it out.
        labels = np.full(len(split), np.nan, "float32")
        names = {"step_ids": split.step_ids, "words": split.words}
        splits[name] = Split(split.sequences, labels, split.ids, split.groups, **names)
    kind = {"group_kind": corpus.group_kind}
    return Corpus(corpus.name, splits, (0.0, 0.0), corpus.provenance, **kind)


def _phases(history):
    return {name: each for name, each in history.items() if name.startswith(PHASE)}


def _epochs(row):
    """`"12 epochs (seed 0), 9 (seed 1)"`, of all pretraining phases together."""
    counts = [
        sum(len(logs["loss"]) for logs in _phases(seed).values())
        for seed in row.history
    ]
    first, *others = [f"{n} (seed {seed})" for seed, n in enumerate(counts)]
    return ", ".join([first.replace(" (", " epochs (", 1), *others])

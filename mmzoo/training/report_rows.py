"""Rows of a report from what the trainings of an experiment left."""

import dataclasses
import functools
import json

import numpy as np

from mmzoo.data.score_classes import class_scores, in_scores
from mmzoo.evaluation import LATENT_METRICS, Row
from mmzoo.training.floors import floors
from mmzoo.training.measure import labelled
from mmzoo.training.training_job import epochs_of

COUNTS = ("parameters", "trainable_parameters")


@dataclasses.dataclass(frozen=True)
class ReportRows:
    """Rows on the test labels of a corpus, or of folds that are put together.

    Where classifiers of scores were trained, their answers are compared as scores.

    Args:
        corpora: list of `Corpus`: one, or the folds of a cross-validation.

    Example:
    ```python
    from mmzoo.training.report_rows import ReportRows

    corpus = mmzoo.data.sample_corpus(sizes={"train": 40, "valid": 10, "test": 20})
    rows = ReportRows([corpus])
    rows.of_answers("zero", "none", np.zeros((1, 20))).metrics["mae"]["mean"]
    ```
    """

    corpora: list

    @functools.cached_property
    def judged(self):
        """The corpora with the labels that answers are compared with."""
        return [in_scores(corpus) for corpus in self.corpora]

    @functools.cached_property
    def labelled(self):
        """Labels `(N,)`, and the ids and groups of all test samples."""
        parts = [labelled(corpus.test) for corpus in self.judged]
        labels = np.concatenate([part[0] for part in parts])
        ids, groups = (tuple(x for part in parts for x in part[i]) for i in (1, 2))
        return labels, ids, groups

    def of_answers(self, name, training, predictions, **more):
        """A row of given answers.

        Args:
            name: of the row.
            training: str, how it was trained.
            predictions: array `(seeds, N)`.
            **more: passed on to `Row`.

        Returns:
            A `Row`.
        """
        labels, _, groups = self.labelled
        corpus, scores = self.judged[0], class_scores(self.corpora[0])
        if scores is not None:
            predictions = scores[predictions.astype(int)]
        return Row(
            name=name,
            training=training,
            predictions=predictions,
            labels=labels,
            groups=groups,
            classes=corpus.classes,
            group_kind=corpus.group_kind,
            target=corpus.target,
            **more,
        )

    def answering(self, planned, predictions, **more):
        """A row of what the models of a planned row answer.

        Args:
            planned: `PlannedRow`.
            predictions: array `(seeds, N)`; of classifiers of scores the classes.
            **more: passed on to `Row`.

        Returns:
            A `Row`.
        """
        made = class_scores(self.corpora[0]) is not None
        further = f", {len(self.corpora[0].classes)} classes" if made else ""
        training = planned.training + further
        return self.of_answers(planned.name, training, predictions, **more)

    def of_trainings(self, planned, results, tuning=None):
        """A row of what its trainings measured.

        Args:
            planned: `PlannedRow`.
            results: list with a list a seed, of the result of each fold, a dict of
                arrays as `TrainingJob.run` returns it.
            tuning: optional dict, what was tuned.

        Returns:
            A `Row`.
        """

        def gather(name):
            return np.stack(
                [np.concatenate([fold[name] for fold in seed]) for seed in results]
            )

        trainings = [fold for seed in results for fold in seed]
        metrics, latent = map(list, _measured(planned.name, trainings))
        # Folds that tuning gave other widths have no size in common.
        sizes = {name: {int(each[name]) for each in trainings} for name in COUNTS}
        return self.answering(
            planned,
            gather("predictions"),
            control=planned.control,
            probabilities=self._probabilities(trainings, gather),
            explained={
                name: (gather(name), gather(f"{name}_of")[0]) for name in metrics
            },
            latent={
                name: [
                    np.mean([fold[name] for fold in seed]).item() for seed in results
                ]
                for name in latent
            },
            history=[json.loads(str(seed[0]["history"])) for seed in results],
            seconds=sum(float(each["seconds"]) for each in trainings),
            epochs=sum(map(epochs_of, trainings)),
            tuning=tuning,
            **{name: each.pop() for name, each in sizes.items() if len(each) == 1},
        )

    def _probabilities(self, trainings, gather):
        """What classifiers say of each class, `None` of scores."""
        found = all("probabilities" in each for each in trainings)
        return gather("probabilities") if found and self.judged[0].classes else None

    def floors(self, modalities, options, say):
        """What stands below: the answers of no network.

        Args:
            modalities: list of names.
            options: `TrainingOptions`.
            say: function that shows a line to a person.

        Returns:
            List of `Row`, and a sentence for each floor that failed.
        """
        corpora, share = self.corpora, options.label_share
        if share < 1:
            corpora = [corpus.subset(share) for corpus in corpora]
        found, failed = floors(corpora, modalities, say, options.refit)
        rows = [
            self.of_answers(name, training, control=control, **held)
            for name, training, control, held in found
        ]
        return rows, failed


def _measured(name, trainings):
    """What was measured beside answers: of translations, and of a latent vector."""
    found = [
        (
            tuple(key for key in each if f"{key}_of" in each),
            tuple(key for key in LATENT_METRICS if key in each),
        )
        for each in trainings
    ]
    if len(set(found)) > 1:
        raise ValueError(
            f"{name}: its trainings measured different things, since their options "
            f"differ ({' or '.join(map(str, sorted(set(found))))}): they have no mean."
        )
    return found[0]

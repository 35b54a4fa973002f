"""Tuning that is fair: as many trials for each row, judged by validation alone."""

import dataclasses

from mmzoo.training.row_trials import RowTrials
from mmzoo.training.tuning_space import taken_by

# Far from the seeds that are reported, 0, 1, 2, ...: the luck of the seeds by which a
# trial was the best one is in no figure of the report.
FIRST_SEED = 1_000_000


class Tuning:
    """The options that each row is trained with, chosen by trials on validation.

    A trial is the row with other options, trained on the training split with one seed
    after the other, as a `Race` of all trials of the row says; a training's score is
    the row's `validation_score`. It is handed no test split. Trial 0 has the options
    that were asked for, and stays where no other beats it. Each fold chooses for
    itself: what one validates with, another tests with. Controls take the options of
    their row, and change what they change.

    Args:
        trials: int. Of each row, where the space has as many; 0 leaves rows as they
            are.
        seeds: int. With how many the best trials are trained.
        space: dict as `read_space` returns it; each row takes what it has options for.
        rows: list of `PlannedRow`, the plan.
        corpora: list of `Corpus`: one, or the folds.
        folder: `RunFolder`, in which each training has a folder.
        say: function that shows a line to a person.
    """

    def __init__(self, trials, seeds, space, rows, corpora, folder, say):
        self.trials = trials
        self.seeds = [FIRST_SEED + number for number in range(seeds)]
        self.space = space
        self.rows = rows
        self.corpora = corpora
        self.folder = folder
        self.say = say
        self._found = {}

    def tune(self, train):
        """Train all trials, those of all rows side by side.

        Args:
            train: function of a list of `TrialJob` that trains them, in any order, and
                returns a dict from those that failed to why.

        Returns:
            Dict from the names of the rows that cannot be trained to why.
        """
        failed = {}
        racing = {
            (row.name, fold): self._trials_of(row, fold)
            for row in self.rows
            if self.trials and row.change is None
            for fold in range(len(self.corpora))
        }
        while racing:
            due = {place: trials.due() for place, trials in racing.items()}
            for place in [place for place, jobs in due.items() if not jobs]:
                if fault := racing.pop(place).end():
                    failed.setdefault(place[0], fault)
            jobs = [job for each in due.values() for job in each]
            for job, why in (train(jobs) if jobs else {}).items():
                failed.setdefault(job.row.name, f"{job.place}: {why}")
            racing = {k: each for k, each in racing.items() if k[0] not in failed}
        return failed

    def tuned(self, planned, fold=0):
        """A row as it is trained: with the options that its trials chose.

        Args:
            planned: `PlannedRow` of the plan; for a control its row's trials count.
            fold: int. Defaults to `0`.

        Returns:
            The `PlannedRow`.
        """
        if not self.trials:
            return planned
        row = self._row_of(planned)
        new = self._trials_of(row, fold).chosen_row()
        change = planned.change
        changed = {} if change is None else change.architecture
        return dataclasses.replace(
            new,
            architecture={**new.architecture, **changed},
            change=change,
            # What a control takes of a text encoder.
            front_ends=planned.front_ends,
            # A control may be trained without it.
            pretraining=planned.pretraining,
        )

    def summary(self, planned):
        """What the report says of the trials of a row.

        Args:
            planned: `PlannedRow` of the plan.

        Returns:
            Dict with the `space`, the `seeds` and the `trials`, of which one a fold is
            `chosen`; empty for a control, and where nothing is tuned.
        """
        if not self.trials or planned.change is not None:
            return {}
        told = []
        for fold in range(len(self.corpora)):
            place = {"fold": fold} if len(self.corpora) > 1 else {}
            told += [each | place for each in self._trials_of(planned, fold).told()]
        space = taken_by(planned, self.space)
        return {"space": space, "seeds": self.seeds, "trials": told}

    def _row_of(self, planned):
        same = (row for row in self.rows if row.variant == planned.variant)
        return next(row for row in same if row.change is None)

    def _trials_of(self, row, fold):
        place = row.name, fold
        if place not in self._found:
            given = self.trials, self.seeds, taken_by(row, self.space)
            folds = len(self.corpora)
            self._found[place] = RowTrials(
                row, *given, self.folder, self.say, fold, folds
            )
        return self._found[place]

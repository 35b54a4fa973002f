"""The trials of a row: their options, trainings and scores, and the one chosen."""

import math

from mmzoo.training.race import DEFAULT, Race
from mmzoo.training.training_job import epochs_of
from mmzoo.training.trial_draw import draws
from mmzoo.training.trial_job import TrialJob
from mmzoo.training.tuning_space import default_of, with_options


class RowTrials:
    """The trials of one row in one fold.

    What they are and which one is chosen follows from the row, the space and the
    results in the folder alone: so it does not matter which process trained what, in
    which order, and how often it was interrupted.

    Args:
        row: `PlannedRow` of the plan that is no control.
        count: int. Trials, where the space has as many.
        seeds: list of int.
        space: dict as `taken_by` returns it.
        folder: `RunFolder`, in which each training has a folder.
        say: function that shows a line to a person.
        fold: int. Which of the experiment's corpora is trained on. Defaults to `0`.
        folds: int. How many there are. Defaults to `1`.
    """

    def __init__(self, row, count, seeds, space, folder, say, fold=0, folds=1):
        self.row, self.folder, self.say = row, folder, say
        self.fold, self.folds = fold, folds
        default = {name: default_of(row, name) for name in space}
        self.options = [default, *draws(space, count - 1)]
        self.race = Race(len(self.options), seeds)
        self.results = {}

    @property
    def title(self):
        """The row, and the fold where there are several."""
        return self.row.name + (f", fold {self.fold}" if self.folds > 1 else "")

    def due(self):
        """The trainings that are missing before the race goes on.

        Returns:
            List of `TrialJob`; empty at the end.
        """
        while pairs := self.race.due():
            jobs = [self._job(*pair) for pair in pairs]
            missing = [job for job in jobs if not self._take(job)]
            if missing:
                return missing
        return []

    def chosen_row(self):
        """The row with the options that were chosen.

        Returns:
            The `PlannedRow`.
        """
        self.due()
        return self._changed(self.race.chosen())

    def end(self):
        """Say what was chosen.

        Returns:
            Where no trial could be trained, a line on why; else `None`.
        """
        chosen = self.race.chosen()
        if chosen is None:
            first = next(
                str(each["fault"]) for each in self.results.values() if "fault" in each
            )
            return f"none of its {len(self.options)} trials could be trained: {first}"
        self.say(f"  {self.title}: {self._reason(chosen)}")
        return None

    def told(self):
        """The trials, as a report has them.

        Returns:
            List of dicts.
        """
        self.due()
        chosen, numbers = self.race.chosen(), range(len(self.options))
        return [self._told(number, number == chosen) for number in numbers]

    def _told(self, number, chosen):
        results = [
            self.results[number, seed]
            for seed in self.race.seeds
            if (number, seed) in self.results
        ]
        faults = [str(each["fault"]) for each in results if "fault" in each]
        scores = [each for each in self.race.known(number) if math.isfinite(each)]
        return {
            "number": number,
            "options": self.options[number],
            "score": None if faults else self.race.mean(number),
            "scores": scores,
            **({"fault": faults[0]} if faults else {}),
            "epochs": sum(map(epochs_of, results)),
            "seconds": sum(float(each["seconds"]) for each in results),
            "chosen": chosen,
        }

    def _reason(self, chosen):
        score = f"trial {chosen} is chosen, validation {self.race.mean(chosen):.4f}"
        if chosen == DEFAULT:
            return f"{score}: no other is better by more than its standard error"
        if not math.isfinite(self.race.mean(DEFAULT)):
            return f"{score}: with the options asked for, no training came to its end"
        gain, error = self.race.gain(chosen)
        options = ", ".join(f"{k} {each}" for k, each in self.options[chosen].items())
        return f"{score}, {gain:.4f} ±{error:.4f} below trial 0 ({options})"

    def _changed(self, number):
        """The row with the options of a trial; those asked for are in it already."""
        drawn = {} if number == DEFAULT else self.options[number]
        return with_options(self.row, drawn)

    def _job(self, number, seed):
        new = with_options(self._changed(number), {"refit": False})
        fold = self.fold if self.folds > 1 else None
        folder = self.folder.trial(self.row, number, seed, fold)
        # The row with the options that it has: another space draws others.
        asked = self.folder.digest(new)
        return TrialJob(new, seed, self.fold, folder, asked, self.folds, number)

    def _take(self, job):
        """Take the result of a training, where it is done."""
        result = job.saved(self.say)
        if result is None:
            return False
        self.results[job.number, job.seed] = result
        self.race.scores[job.number, job.seed] = float(result["score"])
        return True

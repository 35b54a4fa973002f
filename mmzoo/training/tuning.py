"""Tuning that is fair: as many trials for each row, judged by validation alone."""

import dataclasses
import json
import time

import keras

from mmzoo.files import write_atomically
from mmzoo.reading import DataError, read_json
from mmzoo.training.fingerprint import digest
from mmzoo.training.trial_draw import draw
from mmzoo.training.tuning_space import default_of, taken_by, with_options

# Far from the seeds that are reported, 0, 1, 2, ...: the luck of the seed by which a
# trial was the best one is in no figure of the report.
TRIAL_SEED = 1_000_000
KEPT = "trial.json"


class Tuning:
    """The options that each row is trained with, chosen by trials on validation.

    A trial is a training of the row with other options, on the training split, with a
    seed of its own; its score is the row's `validation_score`. It is handed no test
    split. Trial 0 has the options that were asked for, so that what is chosen is never
    worse on validation. Each fold chooses for itself: what one validates with, another
    tests with. Controls take the options of their row, and change what they change.

    Args:
        trials: int. Of each row; 0 leaves rows as they are.
        space: dict as `read_space` returns it; each row takes what it has options for.
        rows: list of `PlannedRow`, the plan.
        corpora: list of `Corpus`: one, or the folds.
        folder: `RunFolder`, in which each trial has a folder.
        say: function that shows a line to a person.
    """

    def __init__(self, trials, space, rows, corpora, folder, say):
        self.trials = trials
        self.space = space
        self.rows = rows
        self.corpora = corpora
        self.folder = folder
        self.say = say
        self._found = {}

    def tuned(self, planned, fold=0):
        """A row as it is trained: with the options of its best trial.

        Args:
            planned: `PlannedRow` of the plan; for a control its row's trials count.
            fold: int. Defaults to `0`.

        Returns:
            The `PlannedRow`.
        """
        if not self.trials:
            return planned
        row = self._row_of(planned)
        trials = self.trials_of(row, fold)
        chosen = trials[_best(row, trials)]
        new = with_options(row, chosen["options"] if chosen["number"] else {})
        change = planned.change
        changed = {} if change is None else change.architecture
        return dataclasses.replace(
            new,
            architecture={**new.architecture, **changed},
            change=change,
            # A control may be trained without it.
            pretraining=planned.pretraining,
        )

    def trials_of(self, row, fold=0):
        """All trials of a row, trained where they are not yet.

        Args:
            row: `PlannedRow` of the plan that is no control.
            fold: int. Defaults to `0`.

        Returns:
            List of dicts: `number`, `options`, `score` (`None` where it failed, and
            then `fault`), `epochs` and `seconds`.
        """
        found = self._found.setdefault((row.name, fold), [])
        space = taken_by(row, self.space)
        while len(found) < self.trials:
            if found:
                options = draw(space, [(t["options"], t["score"]) for t in found])
            else:
                options = {name: default_of(row, name) for name in space}
            found.append(self._trial(row, fold, options, found))
        return found

    def summary(self, planned):
        """What the report says of the trials of a row.

        Args:
            planned: `PlannedRow` of the plan.

        Returns:
            Dict with the `space` and the `trials`, of which one a fold is `chosen`;
            empty for a control, and where nothing is tuned.
        """
        if not self.trials or planned.change is not None:
            return {}
        told = []
        for fold in range(len(self.corpora)):
            trials = self.trials_of(planned, fold)
            best = _best(planned, trials)
            place = {"fold": fold} if len(self.corpora) > 1 else {}
            told += [t | place | {"chosen": t["number"] == best} for t in trials]
        return {"space": taken_by(planned, self.space), "trials": told}

    def _row_of(self, planned):
        same = (row for row in self.rows if row.variant == planned.variant)
        return next(row for row in same if row.change is None)

    def _trial(self, row, fold, options, past):
        """One trial, from its folder where it ended before."""
        number = len(past)
        place = fold if len(self.corpora) > 1 else None
        folder = self.folder.trial(row, number, place)
        asked = digest([self.folder.digest(row), number, options, TRIAL_SEED])
        kept = self._kept(folder / KEPT, asked)
        if kept is None:
            kept = _same(past, options) or self._train(row, fold, number, options)
            kept = {"number": number, "options": options, **kept}
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / KEPT, json.dumps({"asked": asked, **kept}))
            for checkpoint in folder.glob("*.npz"):
                checkpoint.unlink()
            self.say(f"  trial {number}: {_told(kept)}")
        return kept

    def _kept(self, path, asked):
        """A trial that ended before; `None` where it has to be trained."""
        try:
            found = read_json(path) if path.exists() else None
        except DataError as error:
            self.say(f"    {path} is damaged ({error.fault}): this is done again")
            return None
        if not isinstance(found, dict):
            return None
        if found.pop("asked", None) != asked:
            self.say(f"    {path} is of another training: this is done again")
            return None
        return found

    def _train(self, row, fold, number, options):
        """Train and score; what options alone made fail is a trial without a score."""
        corpus, start = self.corpora[fold], time.time()
        splits = {name: corpus.splits[name] for name in ("train", "valid")}
        corpus = dataclasses.replace(corpus, splits=splits)
        new = with_options(row, {**(options if number else {}), "refit": False})
        place = fold if len(self.corpora) > 1 else None
        folder = self.folder.trial(row, number, place)
        keras.utils.clear_session()
        found = {"score": None, "epochs": 0}
        try:
            _, history = new.train(corpus, TRIAL_SEED, folder, self.say)
            found["score"] = new.validation_score(history, corpus.train.target)
            logs = [max(map(len, each.values())) for each in history.values() if each]
            found["epochs"] = sum(logs)
        except FloatingPointError as error:
            found["fault"] = str(error)
        except ValueError as error:
            if not number:
                # No draw is to blame.
                raise
            found["fault"] = str(error)
        return found | {"seconds": time.time() - start}


def _best(row, trials):
    """The number of the trial with the least score, the first of equals."""
    ended = [trial for trial in trials if trial["score"] is not None]
    if not ended:
        raise FloatingPointError(
            f"None of the {len(trials)} trials of {row.name!r} could be trained; the "
            f"first: {trials[0]['fault']}"
        )
    return min(ended, key=lambda trial: trial["score"])["number"]


def _same(past, options):
    """What a trial of the same options reached, which another would reach again."""
    # Of the first one, each builder has defaults of its own.
    for trial in past[1:]:
        if trial["options"] == options:
            known = {key: trial[key] for key in ("score", "fault") if key in trial}
            return known | {"epochs": 0, "seconds": 0.0, "same_as": trial["number"]}
    return None


def _told(trial):
    score = trial["score"]
    said = trial.get("fault") if score is None else f"validation {score:.4f}"
    drawn = ", ".join(f"{name} {value}" for name, value in trial["options"].items())
    return f"{said} ({drawn})"

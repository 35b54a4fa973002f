"""One training of a study: a row, a seed and a fold, and the folder that keeps it."""

import dataclasses
import json
import pathlib
import time

import keras

from mmzoo.evaluation.report.run_environment import made_on
from mmzoo.files import atomic_file
from mmzoo.reading.keras_file import RUN_MODEL
from mmzoo.training.folder_lock import locked
from mmzoo.training.model_card import training_card, weights_of, write_model_card
from mmzoo.training.planned_row import PlannedRow
from mmzoo.training.resumable_fit import load_arrays, save_arrays

RESULT = "result.npz"
LOCK = "training.lock"
# A process whose study was killed ends within a moment.
PATIENCE = 20.0


@dataclasses.dataclass(frozen=True, eq=False)
class TrainingJob:
    """A training that depends on no other, so that any process can do it.

    Args:
        row: `PlannedRow`.
        seed: int.
        fold: int. Which of the experiment's corpora is trained on.
        folder: `Path` of the checkpoints, the model and the result.
        asked: str. The digest of all that decides the numbers of the row.
        folds: int. How many corpora there are. Defaults to `1`.
    """

    row: PlannedRow
    seed: int
    fold: int
    folder: pathlib.Path
    asked: str
    folds: int = 1

    # What it leaves in its folder; the result is last: without it, it is not done.
    files = (RUN_MODEL, RESULT)

    @property
    def title(self):
        """The row, as a person calls it."""
        control = self.row.control
        return f"{self.row.name} ({control})" if control else self.row.name

    @property
    def place(self):
        """The seed, and the fold where there are several."""
        return f"seed {self.seed}" + (f", fold {self.fold}" if self.folds > 1 else "")

    @property
    def name(self):
        return f"{self.title}, {self.place}"

    def saved(self, say):
        """The result, where this training was finished before.

        Args:
            say: function of one line, told of a file that is not taken.

        Returns:
            Dict of arrays, or `None`.
        """
        result = self.folder / RESULT
        saved = load_arrays(result, say)
        if saved is not None and str(saved.get("asked")) != self.asked:
            say(f"    {result} is of another training: this is done again")
            return None
        return saved

    def run(self, corpora, say):
        """Train, measure and keep the result, unless that was done before.

        Args:
            corpora: list of `Corpus`, the experiment's; in another process than the
                experiment's that of the pretraining stands behind them.
            say: function that shows a line to a person.

        Returns:
            Dict of arrays, as `result.npz` holds them.
        """
        first = self.row.pretraining
        if first is not None and first.corpus is None:
            first.corpus = corpora[self.folds]
        taken = (
            f"{self.folder} is in use by a training of another run: wait until it has "
            "ended, or name another folder with --output."
        )
        with locked(self.folder / LOCK, taken, say, PATIENCE):
            # What another process has finished meanwhile is not done again.
            if self.saved(str) is None:
                self._train(corpora[self.fold], say)
            return self.saved(say)

    def _train(self, corpus, say):
        start = time.time()
        keras.utils.clear_session()
        arrays = self._made(corpus, say)
        arrays |= {"asked": self.asked, "seconds": time.time() - start}
        arrays["made_on"] = json.dumps(made_on(), sort_keys=True)
        save_arrays(self.folder / RESULT, **arrays)
        for checkpoint in self.folder.glob("*.npz"):
            if checkpoint.name != RESULT:
                checkpoint.unlink()

    def _made(self, corpus, say):
        """Train, measure and keep the model; the arrays of the result."""
        model, history = self.row.train(corpus, self.seed, self.folder, say)
        arrays = self.row.measure(model, corpus, self.seed)
        card = training_card(self.row, model, corpus, self.seed, arrays["predictions"])
        with atomic_file(self.folder / RUN_MODEL) as temporary:
            model.save(temporary)
            write_model_card(temporary, card)
        return {"history": json.dumps(history), **weights_of(model), **arrays}


def epochs_of(result):
    """How many epochs a training had, over all its phases.

    Args:
        result: dict of arrays, as `TrainingJob.run` returns it.

    Returns:
        An int.
    """
    phases = json.loads(str(result["history"])).values()
    return sum(max(map(len, logs.values()), default=0) for logs in phases)

"""One training of a trial: options that were drawn, and a seed of its own."""

import dataclasses
import json

from mmzoo.training.race import DEFAULT
from mmzoo.training.training_job import RESULT, TrainingJob


@dataclasses.dataclass(frozen=True, eq=False)
class TrialJob(TrainingJob):
    """A training that is scored on validation, and is handed no test split.

    It keeps its score and its history; a model is of no use.

    Args:
        row: `PlannedRow` with the trial's options.
        seed: int.
        fold: int. Which of the experiment's corpora is trained on.
        folder: `Path` of the checkpoints and the result.
        asked: str. The digest of all that decides the numbers of the row.
        folds: int. How many corpora there are. Defaults to `1`.
        number: int. Of the trial. Defaults to `0`.
    """

    number: int = DEFAULT

    files = (RESULT,)

    @property
    def place(self):
        """The trial, its seed, and the fold where there are several."""
        return f"trial {self.number}, {super().place}"

    def _made(self, corpus, say):
        """The score; what options alone made fail is a training without one."""
        splits = {name: corpus.splits[name] for name in ("train", "valid")}
        corpus = dataclasses.replace(corpus, splits=splits)
        found = {"score": float("nan"), "history": "{}"}
        try:
            _, history = self.row.train(corpus, self.seed, self.folder, say)
        except FloatingPointError as error:
            return found | {"fault": str(error)}
        except ValueError as error:
            if self.number == DEFAULT:
                # No draw is to blame.
                raise
            return found | {"fault": str(error)}
        score = self.row.validation_score(history, corpus.train.target)
        return {"score": score, "history": json.dumps(history)}

"""A fit that can be killed at any moment and goes on where it was."""

import json
import pathlib
import random

import keras
import numpy as np

from mmzoo.files import atomic_file
from mmzoo.reading import DataError, parsing, read_arrays

# No weight of a training that learns comes near: inputs are normalised.
LARGEST_WEIGHT = 1e6


class ResumableFit(keras.callbacks.Callback):
    """Checkpoint each epoch, stop early, end on the best epoch's weights.

    An epoch's order comes from its number (`Batches.set_epoch`), and dropout's random
    state from its number or the checkpoint, so a fit that was killed and resumed ends
    in the same numbers as one that was not. Where the optimizer averages the weights
    (`use_ema`), the averages validate and are what is kept, and the training goes on
    from the weights themselves; the statistics of batch normalisation are no averages.
    `keras.callbacks.BackupAndRestore` and `EarlyStopping` keep neither the random
    state, nor the best epoch so far, nor do they write atomically, and with
    `SwapEMAWeights` a fit ends on its last averages; hence one callback for all.

    Args:
        model: the compiled model that is fitted.
        path: file of the checkpoint, `.npz`.
        batches: the training `Batches`, whose order follows the epoch.
        monitor: name of the log that chooses the epoch; smaller is better. `None`:
            nothing chooses, the last epoch stays.
        patience: int. Epochs without a better one before the fit stops.
        report: optional function of one line, told of a damaged checkpoint.
        further: variables that are no part of the model and that the checkpoint keeps
            too, such as labels that change. Defaults to none.

    Example:
    ```python
    corpus = mmzoo.data.read("sample")
    model = mmzoo.build_lstm_baseline({"audio": 74}, units=4)
    model.compile(optimizer="adam")
    batches = mmzoo.data.Batches(corpus.valid, ["audio"], shuffle=True)
    fit = mmzoo.training.ResumableFit(
        model, "fit.npz", batches, "sentiment_mae", patience=2
    )
    options = {"initial_epoch": fit.restore(), "shuffle": False, "verbose": 0}
    model.fit(batches, epochs=1, callbacks=[fit], **options)
    fit.history["sentiment_mae"]
    ```
    """

    def __init__(
        self, model, path, batches, monitor, patience, report=print, further=()
    ):
        super().__init__()
        self.path = pathlib.Path(path)
        self.batches = batches
        self.monitor = monitor
        self.patience = patience
        self.report = report
        self.progress = {"epoch": 0, "best": None, "best_epoch": -1, "done": False}
        self.history = {}
        model.optimizer.build(model.trainable_variables)
        # Batch normalisation learns its statistics without a gradient.
        moving = [v for v in model.non_trainable_variables if "/moving_" in v.path]
        self._trained = [*model.trainable_variables, *moving]
        self._averages = [
            v for v in model.optimizer.variables if v.path.endswith("_average")
        ]
        averaged = self._averages or model.trainable_variables
        # What answers, in the order of the variables that it is assigned to.
        self._kept = [*averaged, *moving]
        # Where the draws and the annealing of a latent vector are.
        places = ("seed_generator", "training_steps")
        counts = [v for v in model.variables if any(part in v.path for part in places)]
        self._state = [*self._trained, *counts, *model.optimizer.variables, *further]
        self._best = [np.array(v) for v in self._kept]

    @property
    def done(self):
        """Whether the fit came to its end before."""
        return self.progress["done"]

    @property
    def best_epoch(self):
        """The number, from 1, of the epoch whose weights are kept; 0 before any."""
        return self.progress["best_epoch"] + 1

    @property
    def best(self):
        """The least value of `monitor` so far; infinity before any."""
        logs = self.history.get(self.monitor or "loss")
        return min(logs) if logs else float("inf")

    def restore(self):
        """Take up the checkpoint, if there is one.

        Returns:
            The epoch to go on with; 0 without a checkpoint, or with a damaged one.

        Raises:
            ValueError: if the checkpoint is that of another model.
        """
        saved = load_arrays(self.path, self.report)
        if saved is None:
            return 0
        try:
            with parsing(self.path):
                progress, history = _told(saved)
        except DataError as error:
            self.report(
                f"    {self.path} is damaged ({error.fault}): this is done again"
            )
            return 0
        kinds = {"state": self._state, "best": self._trained}
        shapes = {
            f"{kind}_{i}": tuple(variable.shape)
            for kind, variables in kinds.items()
            for i, variable in enumerate(variables)
        }
        if shapes != {key: saved[key].shape for key in saved if key[-1:].isdigit()}:
            raise ValueError(
                f"{self.path} is the checkpoint of another model: delete it, or give "
                "another path."
            )
        self.progress, self.history = progress, history
        self._best = [saved[f"best_{i}"] for i in range(len(self._trained))]
        for i, variable in enumerate(self._state):
            variable.assign(saved[f"state_{i}"])
        if self.done:
            self._assign_best()
        return self.progress["epoch"]

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.set_epoch(epoch)
        _seed_dropout(self.batches.seed, epoch)

    def on_test_begin(self, logs=None):
        if self._averages:
            self._raw = [np.array(v) for v in self._trained]
            self._assign([np.array(v) for v in self._kept])

    def on_test_end(self, logs=None):
        if self._averages:
            self._assign(self._raw)

    def on_epoch_end(self, epoch, logs=None):
        logs = {name: float(value) for name, value in logs.items()}
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)
        watched = self.monitor or "loss"
        value = logs[watched]
        if not np.isfinite(value):
            raise FloatingPointError(
                f"{watched} became {value} in epoch {epoch + 1}: lower the learning "
                "rate."
            )
        self._check_weights(epoch)
        progress = self.progress
        best = progress["best"]
        if self.monitor is None or best is None or value < best:
            progress.update(best=value, best_epoch=epoch)
            self._best = [np.array(v) for v in self._kept]
        if epoch - progress["best_epoch"] >= self.patience:
            self.model.stop_training = True
        progress.update(epoch=epoch + 1, done=self._is_last(epoch))
        self._write()

    def _check_weights(self, epoch):
        """Refuse to go on where the weights are beyond all use, if still finite."""
        weights = self.model.trainable_variables
        most = max(float(np.abs(np.array(v)).max(initial=0.0)) for v in weights)
        if not most < LARGEST_WEIGHT:
            raise FloatingPointError(
                f"the training diverged: a weight reached {most:g} in epoch "
                f"{epoch + 1}: lower the learning rate."
            )

    def _is_last(self, epoch):
        return self.model.stop_training or epoch + 1 >= self.params["epochs"]

    def on_train_end(self, logs=None):
        self._assign_best()

    def _assign_best(self):
        self._assign(self._best)

    def _assign(self, values):
        for variable, value in zip(self._trained, values, strict=True):
            variable.assign(value)

    def _write(self):
        arrays = {f"state_{i}": np.array(v) for i, v in enumerate(self._state)}
        arrays |= {f"best_{i}": value for i, value in enumerate(self._best)}
        save_arrays(
            self.path,
            progress=json.dumps(self.progress),
            history=json.dumps(self.history),
            **arrays,
        )


def _told(saved):
    """Progress and history of a checkpoint, if all of it is what was written."""
    progress, history = (json.loads(str(saved[key])) for key in ("progress", "history"))
    kinds = {"epoch": int, "best": float | None, "best_epoch": int, "done": bool}
    for key, kind in kinds.items():
        if not isinstance(progress[key], kind):
            raise TypeError(f"its {key} is {progress[key]!r}")
    if not all(isinstance(each, list) for each in history.values()):
        raise TypeError("its history is no dict of lists")
    for key, array in saved.items():
        if key[-1:].isdigit() and array.dtype.kind not in "fiubV":
            raise TypeError(f"its {key} holds {array.dtype}")
    return progress, history


def _seed_dropout(seed, epoch):
    """Make what an epoch draws a function of its number.

    On PyTorch, Keras takes dropout from the generator of the process, which no
    checkpoint holds. Python's generator stays as it is: the weights of the phases to
    come are drawn from it, and a phase that was finished before draws nothing.
    """
    state = random.getstate()
    (number,) = np.random.SeedSequence([seed, epoch]).generate_state(1)
    keras.utils.set_random_seed(int(number))
    random.setstate(state)


def save_arrays(path, **arrays):
    """Write an `.npz` file that is whole or not there.

    Args:
        path: the file; its folder is made.
        **arrays: arrays, or strings, by name.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def load_arrays(path, report=print):
    """Read what `save_arrays` wrote.

    Args:
        path: the file.
        report: function of one line, told of a file that is damaged.

    Returns:
        Dict of arrays, or `None` where there is no file or it cannot be read: whoever
        asks then makes it again.
    """
    if not pathlib.Path(path).exists():
        return None
    try:
        return read_arrays(path)
    except DataError as error:
        report(f"    {path} is damaged ({error.fault}): this is done again")
        return None

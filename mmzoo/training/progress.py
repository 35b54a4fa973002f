"""Progress that a person can follow."""

import sys
import time

import keras
from tqdm import tqdm

# Where there is no terminal, a line is shown at most so often.
SECONDS_BETWEEN_LINES = 30


def followed(parts, total, name, report=print, clock=time.monotonic):
    """Rows as they come, with a bar on a terminal, now and then a line elsewhere.

    Args:
        parts: iterable of lists of rows.
        total: int. How many rows they have.
        name: what is done with them, such as `"predict"`.
        report: function of one line, called at most every 30 seconds where there is
            no terminal. Defaults to `print`.
        clock: function that tells the seconds.

    Returns:
        An iterator of the same parts.
    """
    started, done = clock(), 0
    told = started
    hidden = not sys.stderr.isatty()
    bar = tqdm(total=total, desc=name, unit="row", leave=False, disable=hidden)
    with bar:
        for part in parts:
            yield part
            done += len(part)
            bar.update(len(part))
            now = clock()
            if hidden and now - told >= SECONDS_BETWEEN_LINES:
                told = now
                minutes = (total - done) * (now - started) / done / 60
                report(f"{name}: row {done} of {total}, about {minutes:.0f} min left")


class PhaseProgress(keras.callbacks.Callback):
    """A bar over the epochs of a phase on a terminal, now and then a line elsewhere.

    Args:
        phase: name of the phase.
        monitor: log that is shown.
        report: optional function of one line, called at the end of the phase, and
            where there is no terminal at most every 30 seconds. One that has a method
            `epoch_ended`, such as a worker's, is told each epoch in place of both.
        row: what is trained, for these lines. Defaults to `""`.
        clock: function that tells the seconds.
    """

    def __init__(self, phase, monitor, report=None, row="", clock=time.monotonic):
        super().__init__()
        self.phase = phase
        self.monitor = monitor
        self.report = report
        self.row = row
        self.clock = clock
        self.best = float("inf")
        self.bar = None
        self.epochs = 0

    def on_train_begin(self, logs=None):
        self.started = self.told = self.clock()
        self.first = None
        self.bar = tqdm(
            total=self.params["epochs"],
            desc=f"    {self.phase}",
            unit="epoch",
            leave=False,
            disable=not sys.stderr.isatty(),
        )

    def on_epoch_begin(self, epoch, logs=None):
        # A training that goes on does not begin with epoch 0.
        self.first = epoch if self.first is None else self.first

    def on_epoch_end(self, epoch, logs=None):
        value = float(logs[self.monitor])
        self.best = min(self.best, value)
        self.epochs = epoch + 1
        self.bar.n = self.epochs
        self.bar.set_postfix_str(f"{self.monitor} {value:.3f}, best {self.best:.3f}")
        now = self.clock()
        if hasattr(self.report, "epoch_ended"):
            self._tell(value)
            return
        due = now - self.told >= SECONDS_BETWEEN_LINES
        if due and self.bar.disable and self.report is not None:
            self.told = now
            self.report(self._line(value, now))

    def _tell(self, value):
        self.report.epoch_ended(
            phase=self.phase,
            epoch=self.epochs,
            epochs=self.params["epochs"],
            monitor=self.monitor,
            value=value,
            best=self.best,
        )

    def _line(self, value, now):
        """Where the training is, and how long it takes at the most."""
        total = self.params["epochs"]
        seconds = (now - self.started) / (self.epochs - (self.first or 0))
        minutes = (total - self.epochs) * seconds / 60
        row = f"{self.row}, " if self.row else ""
        return (
            f"    {row}{self.phase}: epoch {self.epochs} of {total}, {seconds:.1f} s "
            f"an epoch, {self.monitor} {value:.3f}, best {self.best:.3f}, at most "
            f"{minutes:.0f} min left"
        )

    def on_train_end(self, logs=None):
        self.bar.close()
        if self.report is not None:
            best = f"{self.monitor} {self.best:.3f}"
            self.report(f"    {self.phase}: {self.epochs} epochs, {best}")

"""Progress that a person can follow."""

import sys

import keras
from tqdm import tqdm


class PhaseProgress(keras.callbacks.Callback):
    """A bar over the epochs of a phase on a terminal, a line at its end elsewhere.

    Args:
        phase: name of the phase.
        monitor: log that is shown.
        report: optional function of one line, called at the end of the phase.
    """

    def __init__(self, phase, monitor, report=None):
        super().__init__()
        self.phase = phase
        self.monitor = monitor
        self.report = report
        self.best = float("inf")
        self.bar = None

    def on_train_begin(self, logs=None):
        self.bar = tqdm(
            total=self.params["epochs"],
            desc=f"    {self.phase}",
            unit="epoch",
            leave=False,
            disable=not sys.stderr.isatty(),
        )

    def on_epoch_end(self, epoch, logs=None):
        value = float(logs[self.monitor])
        self.best = min(self.best, value)
        self.epochs = epoch + 1
        self.bar.n = self.epochs
        self.bar.set_postfix_str(f"{self.monitor} {value:.3f}, best {self.best:.3f}")

    def on_train_end(self, logs=None):
        self.bar.close()
        if self.report is not None:
            best = f"{self.monitor} {self.best:.3f}"
            self.report(f"    {self.phase}: {self.epochs} epochs, {best}")

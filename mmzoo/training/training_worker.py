"""A process that trains: one job after the other, until there is none."""

import importlib
import io
import os
import queue
import sys
import threading
import traceback

import keras

from mmzoo.models.registry import modules_of_others

# What a worker says to the process that started it.
READY, SAID, EPOCH, DONE, FAILED = "ready", "said", "epoch", "done", "failed"


def state_of_process():
    """What a process has set that decides numbers, beside its environment.

    Returns:
        Dict for `take_state`.
    """
    return {
        "floatx": keras.config.floatx(),
        "dtype_policy": keras.config.dtype_policy().name,
        "modules": modules_of_others(),
    }


def take_state(state):
    """Do in this process what another one had done before it began to train.

    Args:
        state: dict that `state_of_process` returned there.
    """
    for name in state["modules"]:
        importlib.import_module(name)
    keras.config.set_floatx(state["floatx"])
    keras.config.set_dtype_policy(state["dtype_policy"])


def work(connection, shared, state):
    """Train what the connection brings, and say how it goes.

    The process ends with the one that started it, however that ends.

    Args:
        connection: end of a `multiprocessing.Pipe`. Brings each `TrainingJob`, and
            `None` at the end; takes pairs of a word above and what it is about.
        shared: `SharedCorpora`.
        state: dict for `take_state`.
    """
    jobs = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, jobs), daemon=True).start()
    say = _Saying(connection)
    take_state(state)
    corpora = shared.read()
    sys.stdout = sys.stderr = _Lines(say)
    connection.send((READY, None))
    while (job := jobs.get()) is not None:
        try:
            job.run(corpora, say)
            connection.send((DONE, None))
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())
            connection.send((FAILED, (told, traceback.format_exc())))


def _receive(connection, jobs):
    """Hand jobs on; where no more can come, the other process is dead."""
    try:
        while True:
            jobs.put(connection.recv())
    except (EOFError, OSError):
        # Nobody waits for this training: its next process goes on at the checkpoint.
        os._exit(1)


class _Saying:
    """The `say` of a worker, which is told epochs, too."""

    def __init__(self, connection):
        self._connection = connection

    def __call__(self, line):
        self._connection.send((SAID, line))

    def epoch_ended(self, **told):
        self._connection.send((EPOCH, told))


class _Lines(io.TextIOBase):
    """What is printed in a worker, line by line; no bar is drawn there."""

    def __init__(self, say):
        self._say, self._begun = say, ""

    def write(self, text):
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._say(line)
        return len(text)

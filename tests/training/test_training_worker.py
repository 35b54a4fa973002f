"""A worker's own loop, in this process."""

import multiprocessing
import sys
import threading
import types

import keras
import pytest

from mmzoo.models import registry
from mmzoo.training import training_worker
from mmzoo.training.training_worker import state_of_process, take_state, work

pytestmark = pytest.mark.one_backend


class Job:
    """Something to train that only says what it is given."""

    def __init__(self, fails=False):
        self.fails = fails

    def run(self, corpora, say):
        print(f"reads {corpora}")
        say.epoch_ended(epoch=1)
        if self.fails:
            raise ValueError("a fault\nof two lines")


def test_a_worker_tells_how_each_job_went(monkeypatch):
    monkeypatch.setattr(training_worker, "take_state", lambda state: None)
    monkeypatch.setattr(training_worker.os, "_exit", lambda status: None)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    here, there = multiprocessing.Pipe()
    shared = types.SimpleNamespace(read=lambda: "corpora")
    for job in (Job(), Job(fails=True), None):
        here.send(job)
    work(there, shared, {})
    assert not sys.stderr.isatty(), "a worker draws no bars"
    here.poll()
    told = [here.recv() for _ in range(7)]
    trace = told[-1][1][1]
    assert told == [
        ("ready", None),
        ("said", "reads corpora"),
        ("epoch", {"epoch": 1}),
        ("done", None),
        ("said", "reads corpora"),
        ("epoch", {"epoch": 1}),
        ("failed", ("ValueError: a fault of two lines", trace)),
    ]
    assert trace.startswith("Traceback") and "in run" in trace
    here.close()
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.main_thread():
            thread.join(1)


def test_a_worker_has_the_precision_and_models_of_its_study(monkeypatch):
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))
    from tests.training import worker_models

    registry.register_model(worker_models.build_own)
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        state = state_of_process()
        keras.config.set_dtype_policy(policy)
        assert state["modules"] == ["tests.training.worker_models"]
        monkeypatch.delitem(sys.modules, "tests.training.worker_models")
        take_state(state)
        assert "tests.training.worker_models" in sys.modules
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy(policy)

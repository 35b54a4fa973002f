"""Trainings in processes of their own: the same numbers, whatever happens to them."""

import contextlib
import functools
import multiprocessing
import os
import signal
import types

import numpy as np
import pytest

from mmzoo.models import registry
from mmzoo.training import Experiment, TrainingOptions, Variant
from mmzoo.training import training_processes as processes_module
from mmzoo.training.study_progress import StudyProgress
from mmzoo.training.training_processes import train_in_processes
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend


@pytest.fixture
def own(monkeypatch):
    """Models of a module that a worker imports."""
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))
    from tests.training import worker_models

    for name in ("own", "broken"):
        registry.register_model(getattr(worker_models, f"build_{name}"))


def experiment(directory, *names, say=str, seeds=2, epochs=3, **more):
    corpus = small_corpus(np.random.default_rng(0))
    return Experiment(
        [corpus],
        [Variant.parse(name) for name in names],
        TrainingOptions(epochs=epochs, batch_size=4),
        seeds,
        directory,
        architecture={"units": 3},
        say=say,
        **more,
    )


def results(folder):
    """Each array of each result of a run that does not tell of its making."""
    found = {}
    for path in sorted(folder.rglob("result.npz")):
        with np.load(path) as arrays:
            for name in set(arrays) - {"seconds", "made_on"}:
                found[f"{path.relative_to(folder)} {name}"] = arrays[name]
    return found


@pytest.mark.slow
def test_numbers_are_those_of_one_process_whatever_happens(own, tmp_path, monkeypatch):
    names, killed, lines = ["own:text", "audio"], [], []
    expected = experiment(tmp_path / "one", *names).run()
    hear = processes_module._Study._hear

    def kill_first(study, worker, kind, about):
        hear(study, worker, kind, about)
        if not killed and kind == processes_module.EPOCH:
            killed.append(worker)
            os.kill(worker.process.pid, signal.SIGKILL)

    monkeypatch.setattr(processes_module._Study, "_hear", kill_first)
    folder = tmp_path / "two"
    with pytest.raises(ChildProcessError) as failed:
        more = {"jobs": 2, "say": lines.append}
        experiment(folder, "own:text", "broken:text", "audio", **more).run()
    told = str(failed.value)
    assert told.startswith("2 of 6 trainings failed")
    assert "\n  - broken:text, seed 1: ZeroDivisionError: of no use" in told
    assert any("Traceback" in line and "build_broken" in line for line in lines)
    said = [line for line in lines if "another process takes it up" in line]
    assert len(said) == 1 and "one died: signal 9" in said[0]
    assert not multiprocessing.active_children()
    assert not list(folder.rglob(".*"))
    # The row that failed is no part of later runs; nothing is trained for these.
    lines.clear()
    report = experiment(folder, "own:text", jobs=2, say=lines.append).run()
    assert not lines
    assert len(results(folder)) >= 4 * 5
    np.testing.assert_equal(results(folder), results(tmp_path / "one"))
    for row, other in zip(report.rows, expected.rows, strict=True):
        np.testing.assert_equal(row.metrics, other.metrics)
        assert (row.name, row.history) == (other.name, other.history)


def train(run, lines, count=1):
    """Do an experiment's trainings in processes, and tell which failed and why."""
    jobs = [job for row in run._plan for seed in run._jobs_of(row) for job in seed]
    progress = StudyProgress(jobs, say=lines.append)
    with run._folder.claim():
        failed = train_in_processes(jobs, run.corpora, count, run.directory, progress)
    return {job.name: why for job, why in failed.items()}


@pytest.mark.slow
def test_a_worker_ends_with_the_process_that_started_it(own, tmp_path, monkeypatch):
    run = experiment(tmp_path / "run", "own:text", seeds=1, epochs=500)
    (job,) = run._jobs_of(run._plan[0])[0]

    def die(study, worker, kind, about):
        if kind == processes_module.EPOCH:
            # As the operating system does when a process is killed.
            worker.pipe.close()
            worker.process.join(120)
            ended.append(worker.process.exitcode)
            raise KeyboardInterrupt
        hear(study, worker, kind, about)

    ended, hear = [], processes_module._Study._hear
    monkeypatch.setattr(processes_module._Study, "_hear", die)
    with contextlib.suppress(KeyboardInterrupt):
        train(run, [])
    assert ended == [1]
    assert (job.folder / "supervised.npz").is_file()
    assert not list(tmp_path.rglob(".*"))


class Scripted:
    """A worker that dies with each training, or before it is ready."""

    process = types.SimpleNamespace(exitcode=-9)

    def __init__(self, shared, state, begins=True):
        self.pipe, self.other = multiprocessing.Pipe()
        self.job = None
        if begins:
            self.other.send((processes_module.READY, None))
        else:
            self.other.close()

    def send(self, job):
        self.job = job
        self.other.close()

    def close(self):
        self.pipe.close()

    stop = close

    def last_words(self):
        return "signal 9"


def test_a_training_that_kills_its_process_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(processes_module, "_Worker", Scripted)
    lines = []
    failed = train(experiment(tmp_path, "text", seeds=1), lines)
    assert list(failed) == ["text, seed 0"]
    assert failed["text, seed 0"] == "its process died 3 times, last by signal 9"
    assert sum("another process takes it up" in line for line in lines) == 2


def test_a_process_that_cannot_begin_is_not_started_again(tmp_path, monkeypatch):
    never = functools.partial(Scripted, begins=False)
    monkeypatch.setattr(processes_module, "_Worker", never)
    with pytest.raises(ChildProcessError, match="before it began.*__main__.*signal 9"):
        train(experiment(tmp_path, "text"), [], count=2)
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_a_process_killed_before_it_has_a_training_is_replaced(
    tmp_path, monkeypatch, deaths
):
    """The first begins and dies with its training; then come those that never begin."""
    scripts = iter([True] + [False] * deaths)
    make = lambda *arguments: Scripted(*arguments, begins=next(scripts, True))  # noqa: E731
    monkeypatch.setattr(processes_module, "_Worker", make)
    if deaths == processes_module.MOST_DEATHS:
        with pytest.raises(ChildProcessError, match="3 processes .* before they had a"):
            train(experiment(tmp_path, "text", seeds=1), [])
    else:
        failed = train(experiment(tmp_path, "text", seeds=1), [])
        assert failed == {"text, seed 0": "its process died 3 times, last by signal 9"}


def test_what_a_process_inherits_is_put_back(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    before = dict(os.environ)
    with processes_module._inherited({"OMP_WAIT_POLICY": "passive", "OTHER": "1"}):
        assert os.environ["OMP_WAIT_POLICY"] == "active"
        assert os.environ["OTHER"] == "1"
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert dict(os.environ) == before
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])

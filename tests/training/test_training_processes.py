"""Trainings in processes of their own: the same numbers, whatever happens to them."""

import contextlib
import multiprocessing
import os
import signal

import numpy as np
import pytest

from mmzoo.models import registry
from mmzoo.training import Experiment, TrainingOptions, Variant
from mmzoo.training import training_processes as processes_module
from mmzoo.training.study_progress import StudyProgress
from mmzoo.training.training_processes import train_in_processes
from tests.data.small_corpus import small_corpus

pytestmark = [pytest.mark.one_backend, pytest.mark.slow]


@pytest.fixture
def own(monkeypatch):
    """Models of a module that a worker imports."""
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))
    from tests.training import worker_models

    for name in ("own", "broken", "deadly"):
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


def test_numbers_are_those_of_one_process_though_a_worker_dies(
    own, tmp_path, monkeypatch
):
    names, killed, lines = ["own:text", "audio"], [], []
    expected = experiment(tmp_path / "one", *names).run()
    hear = StudyProgress.epoch_ended

    def kill_first(progress, job, **told):
        hear(progress, job, **told)
        if not killed and told["epoch"] == 1:
            killed.append(min(each.pid for each in multiprocessing.active_children()))
            os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr(StudyProgress, "epoch_ended", kill_first)
    report = experiment(tmp_path / "two", *names, jobs=2, say=lines.append).run()
    np.testing.assert_equal(results(tmp_path / "two"), results(tmp_path / "one"))
    assert len(results(tmp_path / "two")) >= 4 * 5
    for row, other in zip(report.rows, expected.rows, strict=True):
        np.testing.assert_equal(row.metrics, other.metrics)
        assert (row.name, row.history) == (other.name, other.history)
    said = [line for line in lines if "another process takes it up" in line]
    assert len(said) == 1 and "one died: signal 9" in said[0]
    assert not multiprocessing.active_children()
    assert not list((tmp_path / "two").rglob(".*"))


def train(run, lines, count=1):
    """Do an experiment's trainings in processes, and tell which failed and why."""
    jobs = [job for row in run._plan for seed in run._jobs_of(row) for job in seed]
    progress = StudyProgress(jobs, say=lines.append)
    with run._folder.claim():
        failed = train_in_processes(jobs, run.corpora, count, run.directory, progress)
    return {job.name: why for job, why in failed.items()}


def test_a_training_that_fails_lets_the_others_finish(own, tmp_path, monkeypatch):
    monkeypatch.setattr(processes_module, "MOST_DEATHS", 1)
    names, lines = ["broken:text", "deadly:text", "own:text"], []
    run = experiment(tmp_path, *names, seeds=1, epochs=1)
    assert train(run, lines) == {
        "broken:text, seed 0": "ZeroDivisionError: of no use",
        "deadly:text, seed 0": "its process died 1 times, last by signal 9",
    }
    (result,) = tmp_path.rglob("result.npz")
    assert result.parents[1].name.startswith("own")
    assert any("Traceback" in line and "build_broken" in line for line in lines)


def test_a_worker_ends_with_the_process_that_started_it(own, tmp_path, monkeypatch):
    run = experiment(tmp_path / "run", "own:text", seeds=1, epochs=500)
    (job,) = run._jobs_of(run._plan[0])[0]

    def die(study, worker, kind, about):
        if kind == processes_module.EPOCH:
            # As the operating system does when a process is killed.
            worker.pipe.close()
            worker.process.join(20)
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

"""Trainings on a Ray cluster that loses a process and a machine."""

import contextlib
import sys

import numpy as np
import pytest

from mmzoo.models import registry
from mmzoo.training import training_on_ray
from mmzoo.training.study_progress import StudyProgress
from tests.training.test_training_processes import experiment, results

pytestmark = pytest.mark.one_backend


def test_without_ray_this_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r'needs the package ray: pip install "mmzoo'):
        experiment(tmp_path, "text", ray="local").run()


def test_tasks_have_the_settings_of_this_process(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    found = training_on_ray._environment()
    assert (found["OMP_NUM_THREADS"], found["OMP_WAIT_POLICY"]) == ("3", "active")
    monkeypatch.delenv("OMP_NUM_THREADS")
    cores = training_on_ray.processors()["cores_in_use"]
    # Ray alone would give each task one.
    assert training_on_ray._environment()["OMP_NUM_THREADS"] == str(cores)


@pytest.fixture
def cluster(monkeypatch):
    """Two machines with a processor each, as processes of this one."""
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    # Other processes may have the machine.
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "240")
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    second = made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False, configure_logging=False)
    yield made, second
    ray.shutdown()
    made.shutdown()


def training_process():
    """A process of the cluster that trains."""
    import psutil

    below = psutil.Process().children(recursive=True)
    for each in below:
        with contextlib.suppress(psutil.Error):
            if each.cmdline()[:1] == ["ray::_train"]:
                return each
    raise AssertionError("no process trains")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_numbers_are_those_of_one_process_whatever_is_lost(
    cluster, tmp_path, monkeypatch
):
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))
    from tests.training import worker_models

    registry.register_model(worker_models.build_own)
    made, second = cluster
    hear, epochs, lines = StudyProgress.epoch_ended, [], []

    def lose(progress, job, **told):
        hear(progress, job, **told)
        epochs.append(job)
        if len(epochs) == 1:
            training_process().kill()
        elif len(epochs) == 40:
            made.remove_node(second)

    monkeypatch.setattr(StudyProgress, "epoch_ended", lose)
    more = {"epochs": 30, "seeds": 2}
    names = ["own:text", "audio"]
    address = {"ray": made.address, "say": lines.append}
    experiment(tmp_path / "ray", *names, **more, **address).run()
    experiment(tmp_path / "one", *names, **more).run()
    np.testing.assert_equal(results(tmp_path / "ray"), results(tmp_path / "one"))
    assert len(results(tmp_path / "ray")) >= 4 * 5
    said = [line for line in lines if "another process takes it up" in line]
    assert said, "nothing was lost"
    left = {path.name for path in (tmp_path / "ray").rglob("trainings/*/*/*")}
    assert left == {"result.npz", "model.keras"}

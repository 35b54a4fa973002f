"""Trainings as tasks of a Ray cluster, whose machines need share no disk."""

import collections
import contextlib
import dataclasses
import os
import pathlib
import pickle
import sys
import tempfile
import time
import traceback

import keras
import numpy as np

from mmzoo.compilation import DIRECTORY
from mmzoo.evaluation.report.processors import VARIABLES, processors
from mmzoo.files import write_atomically
from mmzoo.training.shared_corpora import taken_apart
from mmzoo.training.training_job import RESULT
from mmzoo.training.training_processes import ENVIRONMENT, MOST_DEATHS
from mmzoo.training.training_worker import EPOCH, SAID, state_of_process, take_state

# A name of a file of a training that comes back before it is done.
CHECKPOINTS = "*.npz"
CAME = "came"
SECONDS_BETWEEN_CHECKPOINTS = 30.0
SECONDS_BETWEEN_LOOKS = 1.0
LOCAL = "local"


def train_on_ray(jobs, corpora, address, progress):
    """Do trainings on a Ray cluster, as many at a time as it has processors for.

    The corpora travel to each machine once; checkpoints, at most every half minute,
    and results travel back as bytes, so that the folders of the trainings are here.
    A training whose process or machine dies is done by another, from the last of these
    checkpoints. Each machine has mmzoo, and modules with models of one's own,
    installed.

    Args:
        jobs: list of `TrainingJob`.
        corpora: list of `Corpus`.
        address: str. Of the cluster; `"local"` starts one of this machine alone.
        progress: `StudyProgress`.

    Returns:
        Dict from each job that failed to one line on why.
    """
    ray = _imported()
    with _connected(ray, address):
        study = _Study(ray, jobs, corpora, progress)
        study.run()
    return study.failed


def _imported():
    try:
        import ray
    except ImportError as error:
        raise ValueError(
            '`ray` needs the package ray: pip install "mmzoo[ray]", or leave it out.'
        ) from error
    return ray


@contextlib.contextmanager
def _connected(ray, address):
    """Use the cluster that this process is connected to, or connect it meanwhile."""
    if ray.is_initialized():
        yield
        return
    ray.init(address=address, log_to_driver=False, configure_logging=False)
    try:
        yield
    finally:
        ray.shutdown()


def _environment():
    """The variables that decide numbers, as they are in this process.

    Ray would give each task one OpenMP thread; here it has as many as `--jobs 1` has.
    """
    cores = str(processors()["cores_in_use"])
    own = {name: os.environ[name] for name in os.environ if name.startswith(VARIABLES)}
    own.setdefault("OMP_NUM_THREADS", cores)
    # Of this machine, which alone empties it.
    own.pop(DIRECTORY, None)
    path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
    backend = keras.backend.backend()
    return {**ENVIRONMENT, **own, "KERAS_BACKEND": backend, "PYTHONPATH": path}


class _Study:
    """The tasks that run, and the jobs that failed."""

    def __init__(self, ray, jobs, corpora, progress):
        from ray.util.queue import Queue
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self.ray, self.progress = ray, progress
        rest, arrays = taken_apart(corpora, in_files=False)
        arrays = [np.frombuffer(array, "uint8") for array in arrays]
        self.corpora, self.state = ray.put((rest, arrays)), state_of_process()
        self.deaths, self.failed, self.running = collections.Counter(), {}, {}
        here = ray.get_runtime_context().get_node_id()
        # What a training says must not be lost with its machine.
        place = NodeAffinitySchedulingStrategy(here, soft=False)
        self.told = Queue(actor_options={"num_cpus": 0, "scheduling_strategy": place})
        # Retries are counted, and said, here.
        options = {"max_retries": 0, "runtime_env": {"env_vars": _environment()}}
        self.task = ray.remote(_train).options(**options)
        self.jobs = dict(enumerate(jobs))

    def run(self):
        try:
            for number in self.jobs:
                self._submit(number)
            while self.running:
                tasks = list(self.running)
                done, _ = self.ray.wait(tasks, timeout=SECONDS_BETWEEN_LOOKS)
                self._hear()
                for task in done:
                    self._ended(task, self.running.pop(task))
                self.progress.look()
        finally:
            for task in self.running:
                self.ray.cancel(task, force=True)
            self.told.shutdown(force=True)

    def _submit(self, number):
        job = self.jobs[number]
        files = {path.name: path.read_bytes() for path in job.folder.glob(CHECKPOINTS)}
        task = self.task.remote(
            job, number, files, [self.corpora], self.state, self.told
        )
        self.running[task] = number

    def _hear(self):
        """Take what trainings have said, and the checkpoints that came."""
        for number, kind, about in self.told.get_nowait_batch(self.told.qsize()):
            job = self.jobs[number]
            if kind == CAME:
                _keep(job, about)
            elif kind == SAID:
                self.progress.said(job, about)
            elif kind == EPOCH:
                self.progress.epoch_ended(job, **about)
            else:
                self.progress.started(job)

    def _ended(self, task, number):
        job = self.jobs[number]
        try:
            files, error = self.ray.get(task)
        except self.ray.exceptions.RayError as lost:
            self._lost(number, " ".join(str(lost).split())[:200])
            return
        if error is not None:
            self.failed[job], trace = error
            self.progress.failed(job, trace)
            return
        for name in job.files:
            _keep(job, {name: files[name]})
        for path in job.folder.glob(CHECKPOINTS):
            if path.name != RESULT:
                path.unlink()
        self.progress.done(job)

    def _lost(self, number, why):
        job = self.jobs[number]
        self.deaths[number] += 1
        if self.deaths[number] < MOST_DEATHS:
            self.progress.lost(job, f"another process takes it up; one died: {why}")
            self._submit(number)
        else:
            self.failed[job] = f"its process died {MOST_DEATHS} times, last by {why}"
            self.progress.failed(job, self.failed[job])


def _keep(job, files):
    """Write files that came into the folder of a training."""
    job.folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomically(job.folder / name, content)


def _train(job, number, files, corpora, state, told):
    """Train on some machine, in a folder of its own.

    Args:
        job: `TrainingJob`.
        number: int, by which it is told of.
        files: dict from the names of its checkpoints to their bytes.
        corpora: list of one reference to what `taken_apart` returned.
        state: dict for `take_state`.
        told: `ray.util.queue.Queue`.

    Returns:
        Dict from the names of the files it made to their bytes, and `None`; or a line
        and a traceback on why there are none in place of `None`.
    """
    import ray

    told.put((number, "began", None))
    with tempfile.TemporaryDirectory(prefix="mmzoo-") as folder:
        # The name of the row is a part of the place.
        place = pathlib.Path(folder, *job.folder.parts[-2:])
        here = dataclasses.replace(job, folder=place)
        _keep(here, files)
        try:
            take_state(state)
            rest, arrays = ray.get(corpora[0])
            # Copies: what Ray shares cannot be written to.
            read = pickle.loads(rest, buffers=[array.copy() for array in arrays])
            here.run(read, _Saying(told, number, place))
        except Exception as error:
            line = " ".join(f"{type(error).__name__}: {error}".split())
            return {}, (line, traceback.format_exc())
        return {name: (place / name).read_bytes() for name in job.files}, None


class _Saying:
    """The `say` of a training on Ray, which sends its checkpoints, too."""

    def __init__(self, told, number, folder):
        self._told, self._number, self._folder = told, number, folder
        self._sent = time.monotonic()

    def __call__(self, line):
        self._told.put((self._number, SAID, line))

    def epoch_ended(self, **about):
        self._told.put((self._number, EPOCH, about))
        if time.monotonic() - self._sent >= SECONDS_BETWEEN_CHECKPOINTS:
            self._sent = time.monotonic()
            paths = self._folder.glob(CHECKPOINTS)
            files = {path.name: path.read_bytes() for path in paths}
            self._told.put((self._number, CAME, files))

"""Trainings in several processes of this machine, and what becomes of each."""

import collections
import contextlib
import multiprocessing
import os
import signal
import tempfile
from multiprocessing.connection import wait

import keras

from mmzoo.compilation import compiled_once
from mmzoo.files import UNFINISHED, remove_unfinished
from mmzoo.training.shared_corpora import SharedCorpora
from mmzoo.training.training_worker import (
    DONE,
    EPOCH,
    FAILED,
    READY,
    SAID,
    state_of_process,
    work,
)

# A training whose process dies so often has something to do with it.
MOST_DEATHS = 3
CORPORA = f"{UNFINISHED}corpora"
SECONDS_BETWEEN_LOOKS = 1.0
LAST_BYTES = 2000
NOT_BEGUN = (
    "A process that was to train ended before it began. A script that trains with "
    '`jobs` above 1 does so under `if __name__ == "__main__":`, since each process '
    "imports it."
)
# Only where the user has not set them. More threads than cores are woken when there is
# work, in place of keeping cores busy meanwhile, and the memory of an accelerator is
# taken as it is needed: neither changes a number.
ENVIRONMENT = {
    "OMP_WAIT_POLICY": "passive",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
}


def train_in_processes(jobs, corpora, count, directory, progress):
    """Do trainings, several at a time.

    A process that dies has its training taken up by another, from its checkpoints. One
    that dies before it has a training is replaced, unless none has ever begun.

    Args:
        jobs: list of `TrainingJob`.
        corpora: list of `Corpus`, which all processes read from one file.
        count: int. Processes at the most.
        directory: folder in which that file stands meanwhile.
        progress: `StudyProgress`.

    Returns:
        Dict from each job that failed to one line on why.

    Raises:
        ChildProcessError: no process could begin, or some died again and again before
            they had a training.
    """
    path = os.path.join(directory, CORPORA)
    study = _Study(jobs, SharedCorpora.write(corpora, path), progress)
    try:
        with compiled_once():
            study.run(min(count, len(jobs)))
    finally:
        study.stop()
        os.unlink(path)
    return study.failed


class _Worker:
    """A process, the pipe to it, and the job that it has."""

    def __init__(self, shared, state):
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.job = None
        self.process = context.Process(
            target=work, args=(other, shared, state), daemon=True
        )
        settings = ENVIRONMENT | {"KERAS_BACKEND": keras.backend.backend()}
        # What libraries write would tear the table; it is shown if the process dies.
        self._written = tempfile.TemporaryFile()
        with _inherited(settings), _errors_into(self._written):
            self.process.start()
        # The worker's end is closed when the worker ends.
        other.close()

    def send(self, job):
        self.job = job
        # Of one that died meanwhile, the other end is heard next.
        with contextlib.suppress(OSError):
            self.pipe.send(job)

    def stop(self):
        self.process.kill()
        self.close()

    def close(self):
        self.process.join()
        self.pipe.close()
        self._written.close()

    def last_words(self):
        """How the process died, and the end of what it wrote."""
        self.process.join()
        code = self.process.exitcode
        self._written.seek(0)
        text = self._written.read()[-LAST_BYTES:].decode(errors="replace").strip()
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return how + (f", and wrote:\n{text}" if text else "")


class _Study:
    """The jobs that wait, the workers that train, and the jobs that failed."""

    def __init__(self, jobs, shared, progress):
        self.waiting = collections.deque(jobs)
        self.shared, self.progress = shared, progress
        self.state = state_of_process()
        self.workers, self.failed = [], {}
        # Deaths by the folder of a training, and of processes that had none.
        self.deaths = collections.Counter()
        self.begun = False

    def run(self, count):
        for _ in range(count):
            self.workers.append(_Worker(self.shared, self.state))
        while self.workers:
            pipes = {worker.pipe: worker for worker in self.workers}
            for pipe in wait(list(pipes), SECONDS_BETWEEN_LOOKS):
                try:
                    kind, about = pipe.recv()
                except (EOFError, OSError):
                    self._lost(pipes[pipe])
                else:
                    self._hear(pipes[pipe], kind, about)
            self.progress.look()

    def _hear(self, worker, kind, about):
        job = worker.job
        if kind == SAID:
            self.progress.said(job, about)
        elif kind == EPOCH:
            self.progress.epoch_ended(job, **about)
        elif kind == READY:
            self.begun = True
        elif kind == DONE:
            self.progress.done(job)
        elif kind == FAILED:
            self.failed[job], trace = about
            self.progress.failed(job, trace)
        if kind in (READY, DONE, FAILED):
            self._employ(worker)

    def _employ(self, worker):
        """Give a worker the next job, or let it end where none waits."""
        if not self.waiting:
            self.workers.remove(worker)
            worker.send(None)
            worker.close()
            return
        job = self.waiting.popleft()
        worker.send(job)
        self.progress.started(job)

    def _lost(self, worker):
        """Take up what a dead worker has left."""
        self.workers.remove(worker)
        how, job = worker.last_words(), worker.job
        worker.close()
        self.deaths[job and job.folder] += 1
        if job is None:
            self._lost_idle(how)
        elif self.deaths[job.folder] < MOST_DEATHS:
            remove_unfinished(job.folder)
            self.progress.lost(job, f"another process takes it up; one died: {how}")
            self.waiting.appendleft(job)
        else:
            remove_unfinished(job.folder)
            how = f"its process died {MOST_DEATHS} times, last by {how}"
            self.failed[job] = how
            self.progress.failed(job, how)
        if self.waiting:
            self.workers.append(_Worker(self.shared, self.state))

    def _lost_idle(self, how):
        """Stop where processes cannot begin; where others have, chance killed this."""
        if not self.begun:
            raise ChildProcessError(f"{NOT_BEGUN} It ended by {how}")
        if self.deaths[None] == MOST_DEATHS:
            raise ChildProcessError(
                f"{MOST_DEATHS} processes that were to train ended before they had a "
                f"training. The last ended by {how}"
            )

    def stop(self):
        """Leave no process and none of their half-written files behind."""
        for worker in self.workers:
            worker.stop()
            if worker.job is not None:
                remove_unfinished(worker.job.folder)


@contextlib.contextmanager
def _inherited(defaults):
    """What processes started in the block inherit: settings, and no Ctrl-C.

    A terminal sends Ctrl-C to all processes; the first one stops the others.
    """
    before = dict(os.environ)
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    masked = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if masked else None
    try:
        yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name in defaults.keys() - before.keys():
            del os.environ[name]


@contextlib.contextmanager
def _errors_into(file):
    """Let the processes started in the block have the file as standard error."""
    kept = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)

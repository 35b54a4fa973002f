"""HDF5 files of strangers, read by another process before this one opens them."""

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

from mmzoo.reading import _hdf5_probe
from mmzoo.reading.data_error import DataError
from mmzoo.reading.regular_file import check_regular

# A step reads some MB, which takes a fraction of a second.
STALLED_SECONDS = 6.0
START_SECONDS = 60.0
FILTER = "Write it again with gzip, or install the package of the filter"
REMEDY = "It may be truncated or of another format: copy or download it again"


def check_hdf5(path: str | Path, member: str | None = None) -> None:
    """Refuse a file that HDF5 cannot read whole, or that leads to other files.

    A damaged file can stall the HDF5 library, end its process, or ask for more memory
    than there is. So another process reads it first, is given up on where it makes no
    step for six seconds, and has a limit on its memory.

    Args:
        path: The file.
        member: Name of the HDF5 file where `path` is a zip archive.

    Raises:
        DataError: Naming the file, what is wrong with it, and what to do.

    Example:
    ```python
    mmzoo.data.read("sample").save("sample.h5")
    mmzoo.reading.check_hdf5("sample.h5")
    ```
    """
    path = check_regular(path)
    ended_idle, fault = True, None
    while ended_idle:
        with _Process.idle() as process:
            fault = process.ask(path.resolve(), member)
        ended_idle = process.ended_idle
    if fault is not None:
        unknown = "filter" in fault and "regist" in fault
        raise DataError(path, fault, FILTER if unknown else REMEDY)


class _Process:
    """A process that reads, its answers, and who asked for it."""

    # Those without work; where several threads ask, each has one of its own.
    waiting = []

    @classmethod
    @contextlib.contextmanager
    def idle(cls):
        """A process without work, made anew where there is none."""
        process = cls._kept() or cls()
        try:
            yield process
        except BaseException:
            process.end()
            raise
        if process.process.poll() is None:
            cls.waiting.append(process)

    @classmethod
    def _kept(cls):
        """One that waits and lives; those of a parent are its own."""
        while True:
            try:
                # The oldest, so that none waits until it has ended by itself.
                process = cls.waiting.pop(0)
            except IndexError:
                return None
            if process.owner != os.getpid():
                continue
            if process.process.poll() is None:
                return process
            # Whoever ended it left its pipes open.
            process.end()

    def __init__(self):
        self.owner, self.lines = os.getpid(), queue.SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable, "-P", _hdf5_probe.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.lines.get(timeout=START_SECONDS)

    @property
    def ended_idle(self):
        """Whether it had no work for so long that it ended, just as it was asked."""
        alarm = getattr(signal, "SIGALRM", None)
        return alarm is not None and self.process.returncode == -alarm

    def _listen(self):
        with contextlib.suppress(ValueError):
            for line in self.process.stdout:
                self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def ask(self, path, member):
        """The fault of a file, or `None`."""
        try:
            print(json.dumps([str(path), member]), file=self.process.stdin, flush=True)
            line = _hdf5_probe.BEAT
            while line == _hdf5_probe.BEAT:
                line = self.lines.get(timeout=STALLED_SECONDS)
        except queue.Empty:
            self.end()
            return "HDF5 does not come to an end with it"
        except BrokenPipeError:
            line = None
        if line is None:
            self.end()
            return "HDF5 cannot read it (it ended the process that tried)"
        return json.loads(line)

    def end(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                pipe.close()


@atexit.register
def _end():
    for process in _Process.waiting:
        if process.owner == os.getpid():
            process.end()

"""A lock that the operating system keeps for a process, and takes back with it."""

import contextlib
import os
import pathlib
import time

try:
    import fcntl
except ImportError:
    # Windows has no flock; a byte that is locked there is as good.
    import msvcrt

    fcntl = None


@contextlib.contextmanager
def locked(path, taken, say=print, patience=0.0):
    """Keep other processes out while the block runs.

    The lock belongs to the process, so it ends with it, however it ends.

    Args:
        path: the file that is locked; its folder is made.
        taken: str. What the error says where another process has the lock.
        say: function of one line, told of a disk that knows no locks.
        patience: float. Seconds to wait for another process, such as one that is just
            ending. Defaults to `0.0`.

    Returns:
        A context manager.

    Raises:
        ValueError: another process has the lock.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _lock(descriptor, path, taken, say, time.monotonic() + patience)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor, path, taken, say, until):
    while True:
        try:
            if fcntl:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return
        except (BlockingIOError, PermissionError) as error:
            if time.monotonic() >= until:
                raise ValueError(taken) from error
            time.sleep(0.05)
        except OSError as error:
            say(
                f"{path.parent} cannot be locked ({error.strerror}): see that no other "
                "run writes there."
            )
            return

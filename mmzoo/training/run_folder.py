"""The folder of a run: one process at a time, one folder a training."""

import contextlib
import json
import os
import pathlib
import re

from mmzoo.files import remove_unfinished, write_atomically
from mmzoo.training.fingerprint import digest, identity

try:
    import fcntl
except ImportError:
    # Windows has no flock; a byte that is locked there is as good.
    import msvcrt

    fcntl = None

LOCK = "run.lock"
# Names of folders may be 255 bytes long, and paths on Windows 260.
LONGEST = 60


class RunFolder:
    """Where a run is kept, and what it was asked for.

    Args:
        path: the folder.
        asked: dict that JSON holds. All that decides the numbers of the run; what
            stands under `"data"` and `"made_with"` is shared by its rows.
        say: function that shows a line to a person.
    """

    def __init__(self, path, asked, say=print):
        self.path = pathlib.Path(path)
        self.asked = asked
        self.say = say
        self._digests = {}

    @contextlib.contextmanager
    def claim(self):
        """Keep other processes out while the block runs.

        The lock belongs to the process, so it ends with it, however it ends.

        Returns:
            A context manager.

        Raises:
            ValueError: another process writes there, or another run is kept there.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"{self.path} is no folder: name another with --output.")
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            self._lock(descriptor)
            self._check()
            for folder in (self.path, *self.path.glob("trainings/**/")):
                remove_unfinished(folder)
            yield
        finally:
            os.close(descriptor)

    def _lock(self, descriptor):
        try:
            if fcntl:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except (BlockingIOError, PermissionError) as error:
            raise ValueError(
                f"{self.path} is in use by another run: wait until it has ended, or "
                "name another folder with --output."
            ) from error
        except OSError as error:
            self.say(
                f"{self.path} cannot be locked ({error.strerror}): see that no other "
                "run writes there."
            )

    def _check(self):
        """Refuse a folder in which another run is kept."""
        text = json.dumps(self.asked, indent=2, sort_keys=True)
        path = self.path / "run.json"
        if path.exists() and path.read_bytes() != text.encode():
            raise ValueError(
                f"{self.path} holds a run with other options, data or backend (see "
                f"{path}): name another folder with --output, or delete this one."
            )
        write_atomically(path, text)

    def training(self, row, seed, fold=None):
        """The folder of one training, which no other training shares.

        Args:
            row: what is trained, a row of the plan.
            seed: int.
            fold: optional int.

        Returns:
            A `Path`.
        """
        name = row.name + (f" {row.control}" if row.control else "")
        name = re.sub(r"[^a-z0-9+-]+", "_", name.lower().replace("->", "-to-"))
        # The name is for people; the digits tell rows apart.
        name = f"{name[:LONGEST]}-{self.digest(row)[:12]}"
        place = f"seed_{seed}" + ("" if fold is None else f"_fold_{fold}")
        return self.path / "trainings" / name / place

    def digest(self, row):
        """The SHA-256 of all that decides the numbers of a row.

        Args:
            row: what is trained.

        Returns:
            str of 64 hexadecimal digits.
        """
        key = row.name, row.control, row.training
        if key not in self._digests:
            shared = [self.asked["made_with"], self.asked["data"]]
            self._digests[key] = digest([identity(row), *shared])
        return self._digests[key]

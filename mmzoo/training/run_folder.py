"""The folder of a run: one process at a time, one folder a training."""

import contextlib
import json
import pathlib
import re

from mmzoo.files import remove_unfinished, write_atomically
from mmzoo.reading.keras_file import RUN
from mmzoo.training.fingerprint import digest, identity
from mmzoo.training.folder_lock import locked

LOCK = "run.lock"
# Differences that an error has room for.
NAMED = 3
# Names of folders may be 255 bytes long, and paths on Windows 260.
LONGEST = 60


class RunFolder:
    """Where a run is kept, and what it was asked for.

    Args:
        path: the folder.
        asked: dict that JSON holds. All that decides the numbers of the run: `"rows"`,
            a list of their `identity`; under `"data"` and `"made_with"` what they
            share, under `"content"` the `fingerprint` of the data, under `"columns"`
            their `column_names`, under `"config"` what else was asked for.
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
        taken = (
            f"{self.path} is in use by another run: wait until it has ended, or "
            "name another folder with --output."
        )
        with locked(self.path / LOCK, taken, self.say):
            self._check()
            for folder in (self.path, *self.path.glob("trainings/**/")):
                remove_unfinished(folder)
            yield

    def _check(self):
        """Refuse a folder in which another run is kept; rows may have been added."""
        path = self.path / RUN
        held = read_run(self.path) if path.exists() else None
        if held is not None and (differing := _differing(held, self.asked)):
            raise ValueError(
                f"{self.path} holds a run with other options, data or backend "
                f"({differing}; see {path}): name another folder with --output, or "
                "delete this one."
            )
        self.write()

    def write(self):
        """Write what the run was asked for, for those that come after it."""
        content = json.dumps(self.asked, indent=2, sort_keys=True)
        write_atomically(self.path / RUN, content)

    def forget(self):
        """Let the next run in this folder begin anew, whatever its options."""
        (self.path / RUN).unlink(missing_ok=True)

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

    def trial(self, row, number, seed, fold=None):
        """The folder of one training of a trial, beside the row's trainings.

        Args:
            row: what is tuned, a row of the plan.
            number: int. Of the trial.
            seed: int.
            fold: optional int.

        Returns:
            A `Path`.
        """
        place = self.training(row, seed, fold)
        return place.with_name(f"trial_{number}_{place.name}")

    def digest(self, row):
        """The SHA-256 of all that decides the numbers of a row.

        Args:
            row: what is trained.

        Returns:
            str of 64 hexadecimal digits.
        """
        # A row is known by its options, too: tuning gives it others.
        key = repr(row)
        if key not in self._digests:
            content = {
                name: self.asked["content"].get(name)
                for name in ("samples", *row.modalities)
            }
            shared = [self.asked["made_with"], self.asked["data"], content]
            if getattr(row, "pretraining", None) is not None:
                # They decide which weights go from one corpus to the other.
                columns = self.asked.get("columns", {})
                shared.append({name: columns.get(name) for name in row.modalities})
            self._digests[key] = digest([identity(row), *shared])
        return self._digests[key]


def read_run(path):
    """What a folder says of the run that is kept there.

    Args:
        path: the folder.

    Returns:
        Dict with the keys of `RunFolder.asked`; empty where the file cannot be read,
        `None` where there is none.
    """
    try:
        found = json.loads((pathlib.Path(path) / RUN).read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _differing(held, asked):
    """What keeps two runs apart, in a few words; empty where rows were added only."""
    told = []
    for part in ("made_with", "data", "config"):
        new = asked[part]
        old = held.get(part)
        if not isinstance(old, dict):
            return f"its {part} is not told"
        # Of content and sizes, each run names those that its rows have.
        told += [
            f"{name}: {old[name]} there, {new[name]} now"
            for name in sorted(set(old) & set(new) - {"variants"})
            if old[name] != new[name]
        ]
    content = held.get("content", {})
    told += [
        f"{name}: other data"
        for name in sorted(set(content) & set(asked["content"]))
        if content[name] != asked["content"][name]
    ]
    kept = [digest(row) for row in asked["rows"]]
    told += [
        f"the row {row.get('name')}: other options"
        for row in held.get("rows", ())
        if digest(row) not in kept
    ]
    return "; ".join(told[:NAMED])

"""Pickles of strangers: read without running anything that they name."""

import functools
import os
from pathlib import Path

from mmzoo.reading.data_error import parsing
from mmzoo.reading.pickle_machine import PickleMachine
from mmzoo.reading.pickle_source import PickleSource
from mmzoo.reading.regular_file import check_regular, open_regular

SUFFIXES = (".pkl", ".pickle", ".p")
PROTOCOLS = range(2, 6)
# What a pickle of a container starts with in the protocols 0 and 1.
OLD_STARTS = (b"(", b"]", b")", b"}", b"c")
FAULT = "it cannot be read as a pickle"


def is_pickle(path: Path) -> bool:
    """Whether a file looks like a pickle, by its first bytes.

    Args:
        path: The file.

    Returns:
        Whether it does. Those of the oldest protocols begin like any text, and need a
        name that ends in `.pkl`, `.pickle` or `.p`.

    Example:
    ```python
    mmzoo.reading.is_pickle(mmzoo.__file__)  # False
    ```
    """
    if not Path(path).is_file():
        return False
    with open_regular(path) as file:
        head = file.read(2)
    if head[:1] == b"\x80":
        return len(head) == 2 and head[1] in PROTOCOLS
    return Path(path).suffix.lower() in SUFFIXES and head[:1] in OLD_STARTS


def read_pickle(path: Path):
    """What a pickle holds; nothing that it names is imported or called.

    Args:
        path: The file.

    Returns:
        A tree of dicts, lists, tuples, sets, numbers, texts, bytes and
        `PickledArray`, whose numbers stay in the file until they are read. Keys that
        are bytes are text; other texts of Python 2 are bytes. It is shared with
        other calls for the same file: do not change it.

    Raises:
        DataError: If it is broken, asks for anything else by name, or would unpack
            to more than befits its size.

    Example:
    ```python
    import pickle
    with open("a.pkl", "wb") as file:
        pickle.dump({"scores": np.arange(3)}, file)
    mmzoo.reading.read_pickle("a.pkl")["scores"].read().tolist()  # [0, 1, 2]
    ```
    """
    stat = os.stat(check_regular(path))
    return _read(Path(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)


# A file that several formats may claim is parsed once, and so are those of a folder
# with one for each modality or split.
@functools.lru_cache(maxsize=4)
def _read(path: Path, size: int, *version):
    with open_regular(path) as file, parsing(path, FAULT):
        return PickleMachine(PickleSource(file, path, size), path, size).run()

"""A `.keras` file before anything is made of it: where it lies, and its JSON."""

import json
import zipfile
from pathlib import Path

from mmzoo.reading.data_error import DataError
from mmzoo.reading.regular_file import open_regular

# What a run calls its model, and the file that makes a folder that of a run.
RUN_MODEL, RUN = "model.keras", "run.json"
METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
MOST_OF_JSON = 2**25
NO_FILE = "this is no whole .keras file"
REMEDY = "Give a model.keras that one of mmzoo's recipes wrote"
# The head of a zip archive's first member, which its name follows.
HEAD, HEAD_BYTES = b"PK\x03\x04", 30


def model_meant(path: str | Path) -> Path | None:
    """The `.keras` file that a path means, by what is there.

    Args:
        path: Any path, there or not.

    Returns:
        The file itself, or that of a run's folder, which may not be written yet;
        `None` where the path is of anything else, such as data.

    Example:
    ```python
    from mmzoo.reading.keras_file import model_meant

    model_meant(mmzoo.__file__)  # None
    ```
    """
    path = Path(path)
    try:
        if path.is_dir():
            return path / RUN_MODEL if (path / RUN).is_file() else None
        with open_regular(path) as file:
            start = file.read(HEAD_BYTES + max(map(len, (METADATA, CONFIG, WEIGHTS))))
    except (DataError, OSError):
        return None
    length = int.from_bytes(start[26:28], "little")
    first = start[HEAD_BYTES : HEAD_BYTES + length].decode("ascii", "replace")
    own = start.startswith(HEAD) and first in (METADATA, CONFIG, WEIGHTS)
    return path if own or path.suffix == ".keras" else None


def read_json(path: Path, archive: zipfile.ZipFile, name: str):
    """What a member of a `.keras` file holds.

    Args:
        path: The file.
        archive: The file as `open_archive` opens it.
        name: Of a member that is JSON.

    Returns:
        Whatever the JSON says.

    Raises:
        DataError: If it unpacks to more than any model needs.
    """
    size = archive.getinfo(name).file_size
    if size > MOST_OF_JSON:
        raise DataError(path, f"its {name} unpacks to {size:,} bytes", REMEDY)
    return json.loads(archive.read(name))

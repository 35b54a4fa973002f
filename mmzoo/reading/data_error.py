"""The one error that bad data gets, and the place where all others become it."""

import contextlib
from pathlib import Path

# Characters of a fault and of a remedy: what they quote of a file may have no end.
MOST_OF_FAULT = 300
MOST_OF_REMEDY = 2000
REMEDY = "It may be damaged or of another format: copy or download it again"


class DataError(ValueError):
    """Data that cannot be used: names the place, the fault and the remedy.

    What the message quotes of a file is cut, and loses its control characters.

    Args:
        place: What the data is, usually a file or folder.
        fault: What is wrong with it, with the value found.
        remedy: What the reader of the message can do.

    Example:
    ```python
    error = mmzoo.data.DataError("a.h5", "it is empty", "Write it again")
    str(error)  # "a.h5: it is empty. Write it again"
    ```
    """

    def __init__(self, place: object, fault: str, remedy: str):
        fault = _shown(fault, MOST_OF_FAULT)
        remedy = _shown(remedy, MOST_OF_REMEDY, keep="\n")
        super().__init__(f"{_shown(place)}: {fault}. {remedy}")
        self.place = place
        self.fault = fault
        self.remedy = remedy

    def __reduce__(self):
        # Python would make it again from its message alone, in another process.
        return type(self), (self.place, self.fault, self.remedy)


def _shown(text, most: int | None = None, keep: str = "") -> str:
    text = "".join(c if c.isprintable() or c in keep else " " for c in str(text))
    return text if most is None or len(text) <= most else f"{text[: most - 4]} ..."


@contextlib.contextmanager
def parsing(path, fault: str = "it cannot be read", remedy: str = REMEDY):
    """Turn whatever a parser raises for a file into the one `DataError`.

    Parsers raise what a damaged file leads them to: `KeyError`, `RuntimeError`,
    `MemoryError`, `RecursionError`, ... The error that was raised stays as the cause.

    Args:
        path: The file, which the error names.
        fault: What to say of it, before the reason that the parser gives.
        remedy: What the reader of the message can do.

    Raises:
        DataError: In place of any other exception but a missing package.

    Example:
    ```python
    import json
    with mmzoo.reading.parsing("a.json"):
        json.loads("{}")
    ```
    """
    path = Path(path)
    try:
        yield
    except DataError as error:
        if isinstance(error.place, Path):
            raise
        # A part of the data could not be put together: say from which file.
        told = f"{error.place}: {error.fault}"
        raise DataError(path, told, error.remedy) from error
    except ImportError:
        # No file's fault.
        raise
    except FileNotFoundError as error:
        remedy = "Complete the folder, or correct the path"
        raise DataError(path, "there is no such file", remedy) from error
    except Exception as error:
        raise DataError(path, f"{fault} ({_reason(error)})", remedy) from error


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    told = str(getattr(error, "strerror", None) or error).rstrip(". ")
    return told if " " in told else f"{type(error).__name__} {told}".rstrip()

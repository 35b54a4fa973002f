"""The data sets of the field: where they are, who may use them, and what reads them."""

import dataclasses
import json
from functools import cache
from importlib import resources

from mmzoo.spelling import did_you_mean


@dataclasses.dataclass(frozen=True)
class KnownDataSet:
    """What is known of a data set; what could not be confirmed is `None`.

    Args:
        name: How its authors call it.
        about: What its labels say, of whom, and its modalities.
        page: The address of its authors' page.
        access: `"open"` (whoever asks the page gets it), or `"form"` (after a form or
            an account).
        licence: The licence of the data.
        files: The address of files that mmzoo reads, or of annotations, where they are
            published elsewhere.
        sha256: SHA-256 of published files by their names, where their publisher tells.
        readers: Names of the formats in which mmzoo reads it, the first for `train`;
            `None` where it reads none.
        train: The command that trains on it, `None` where mmzoo does not read it.
        note: What else there is to know.

    Example:
    ```python
    found = mmzoo.data.known_data_sets()[0]
    found.name  # "CMU-MOSI"
    ```
    """

    name: str
    about: str
    page: str | None
    access: str | None
    licence: str | None
    files: str | None
    sha256: dict
    readers: list | None
    train: str | None
    note: str


@cache
def known_data_sets() -> tuple[KnownDataSet, ...]:
    """The data sets that mmzoo knows of; none is downloaded.

    Returns:
        Tuple of `KnownDataSet`, those of speech and video before those of pictures.

    Example:
    ```python
    found = {each.name: each for each in mmzoo.data.known_data_sets()}
    found["RAVDESS"].readers  # ["ravdess"]
    ```
    """
    file = resources.files("mmzoo.data") / "known_data_sets.json"
    return tuple(KnownDataSet(**each) for each in json.loads(file.read_text("utf-8")))


def known_data_set(name: str) -> KnownDataSet:
    """One of the data sets that mmzoo knows of.

    Args:
        name: Its name, in letters of any case.

    Returns:
        The data set.

    Raises:
        ValueError: If none has the name; it guesses which was meant.

    Example:
    ```python
    mmzoo.data.known_data_set("meld").licence  # "GPL-3.0"
    ```
    """
    found = {each.name.casefold(): each for each in known_data_sets()}
    if name.casefold() not in found:
        names = [each.name for each in found.values()]
        raise ValueError(
            f"`name` is {name!r}, no data set that mmzoo knows of: `mmzoo data` lists "
            f"them.{did_you_mean(name, names)}"
        )
    return found[name.casefold()]

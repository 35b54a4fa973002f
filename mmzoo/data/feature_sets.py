"""Feature sets that public sources name column by column, and data that hold them.

`feature_sets.json` holds the names (`MCEP_0..24` stands for 25 of them), and for each
set the sources that say so. `published` lists the feature files of known data sets: the
data set and the widths of all its modalities together, for a width alone proves
nothing. `roots` are names of computational sequences, letters and digits alone.
"""

import json
import re
from functools import cache
from importlib import resources

from mmzoo.data.errors import DataError
from mmzoo.spelling import did_you_mean

RANGE = re.compile(r"(.*_)(\d+)\.\.(\d+)")


@cache
def _stored() -> dict:
    file = resources.files("mmzoo.data") / "feature_sets.json"
    return json.loads(file.read_text("utf-8"))


def known_features(name: str) -> tuple[str, ...]:
    """Names of the columns of a known feature set, in order.

    Args:
        name: `"COVAREP"`, `"COVAREP of CMU-MOSI"`, `"FACET 4.2"`, `"OpenFace 2"`,
            `"eGeMAPSv02"`, `"eGeMAPSv01b"`, `"eGeMAPS functionals"` or
            `"CH-SIMS audio"`.

    Returns:
        The names.

    Raises:
        DataError: If no such set is known.

    Example:
    ```python
    names = mmzoo.data.known_features("COVAREP")
    names[:2], len(names)  # ("F0", "VUV"), 74
    ```
    """
    sets = _stored()["sets"]
    if name not in sets:
        remedy = f"Use one of {list(sets)}.{did_you_mean(name, sets)}"
        raise DataError("known_features", f"there is no set {name!r}", remedy)
    return tuple(each for told in sets[name]["names"] for each in _spelt_out(told))


def _spelt_out(told: str) -> list[str]:
    found = RANGE.fullmatch(told)
    if found is None:
        return [told]
    stem, first, last = found.groups()
    return [f"{stem}{number}" for number in range(int(first), int(last) + 1)]


def published_features(data: str | None, widths: dict[str, int]) -> dict:
    """Names of the columns in the published feature files of a data set.

    Args:
        data: Name of the data set, such as `"CMU-MOSI"`; `None` where it is not known.
        widths: Features of each modality.

    Returns:
        Dict from modality to the names, of those for which a source has them.
    """
    for each in _stored()["published"]:
        if each["data"] == data and each["widths"].items() <= widths.items():
            sets = each["sets"]
            return {key: list(known_features(name)) for key, name in sets.items()}
    return {}


def features_of_root(root: str, width: int) -> list[str] | None:
    """Names of the columns of a computational sequence whose file lacks them.

    Args:
        root: Its name, such as `"COVAREP"` or `"FACET_4.2"`.
        width: Features of a step.

    Returns:
        The names; `None` where its name says nothing, or another width.
    """
    letters = "".join(each for each in root.casefold() if each.isalnum())
    for end, name in _stored()["roots"].items():
        if letters.endswith(end) and len(known_features(name)) == width:
            return list(known_features(name))
    return None

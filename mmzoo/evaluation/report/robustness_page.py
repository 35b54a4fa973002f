"""The part of `leaderboard.md` on test data that are lost or noisy."""

from mmzoo.evaluation.report.markdown import (
    code,
    escaped,
    picture_lines,
    prose,
    table_lines,
)
from mmzoo.evaluation.row_dicts import is_defined
from mmzoo.evaluation.row_kind import heading_of, kind_of

PICTURE = "robustness"
_ABOUT = (
    "Each model answers test data of which one modality got worse; nothing was trained "
    "again. Of the share called strength of the steps, drawn by the seed, nothing is "
    "observed (frames dropped; of text, words lost): at 1 the modality is missing "
    "altogether. Gaussian noise has so many deviations of the feature in training. "
    "The area is the mean score over the strengths; relative robustness (MultiBench, "
    "Liang et al., 2021) scales the areas of a column from 0, the worst row here, to "
    "1, the best: it says nothing of other rows than these. A row that does not read a "
    "modality does not suffer from its loss."
)


def robustness_lines(content):
    """Tables of what is left of a score, and the picture of the curves.

    Args:
        content: what `report.json` holds, with `leaderboard`.

    Returns:
        list of str; empty where it was not measured.
    """
    held = content["leaderboard"].get("robustness")
    if not held:
        return []
    named = heading_of(kind_of(content["rows"]))(held["metric"])
    lines = ["## Robustness", "", prose(_ABOUT)]
    lines += [line for text in held["remarks"] for line in ("", prose(text))]
    if f"{PICTURE}.png" in content["files"]:
        caption = f"{named} over the strength of the loss or the noise."
        lines += picture_lines(f"{PICTURE}.png", escaped(caption))
    columns = list(dict.fromkeys((x["noise"], x["modality"]) for x in held["curves"]))
    header = ["row", *(escaped(f"{noise}: {name}") for noise, name in columns)]
    for title, show in _TABLES.items():
        cells = _cells(content, held, columns, show)
        lines += ["", f"### {title.format(metric=escaped(named))}", ""]
        lines += table_lines(header, cells)
    return lines


def _cells(content, held, columns, show):
    by_row = {}
    for curve in held["curves"]:
        place = curve["noise"], curve["modality"]
        by_row.setdefault(curve["name"], {})[place] = show(curve)
    order = [each["name"] for each in content["leaderboard"]["ranking"]]
    return [
        [code(name), *(by_row[name].get(column, "") for column in columns)]
        for name in order
        if name in by_row
    ]


def _ends(curve):
    first, last = curve["mean"][0], curve["mean"][-1]
    return " → ".join(f"{x:.3f}" if is_defined(x) else "?" for x in (first, last))


def _area(curve):
    if not is_defined(curve["area"]):
        return ""
    scaled = "" if curve["relative"] is None else f" ({curve['relative']:.2f})"
    return f"{curve['area']:.3f}{scaled}"


_TABLES = {
    "{metric} on whole test data → at the largest strength": _ends,
    "Area under the curve, and relative robustness": _area,
}

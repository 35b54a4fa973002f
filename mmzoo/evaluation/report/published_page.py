"""The parts of `report.md` on a paper's figures and on the tests in pairs."""

from mmzoo.evaluation.report.beside_published import (
    columns_of,
    published_tables,
)
from mmzoo.evaluation.report.markdown import code, escaped, prose, table_lines
from mmzoo.evaluation.row_kind import heading_of, kind_of

PICTURE = "published"
TEST_HEADER = ("row", "against", "what that is", "difference in {metric}")
TEST_HEADER += ("95 % interval", "p", "p, Holm", "so it is")


def published_lines(content, picture):
    """Ours beside the paper's: in words, as a picture, and in the paper's tables.

    Args:
        content: what `report.json` holds.
        picture: function from a picture's name to the lines that show it.

    Returns:
        list of str; empty where no figures were given.
    """
    held = content.get("published")
    if not held:
        return []
    lines = [f"## Beside {escaped(held['source'])}"]
    for warning in held["warnings"]:
        lines += ["", f"**Warning:** {prose(warning)}"]
    first, *others = held["said"]
    lines += ["", prose(first)]
    if f"{PICTURE}.png" in content["files"]:
        lines += picture(PICTURE)
    lines += ["", *(f"- {prose(sentence)}" for sentence in others)]
    lines += [
        "",
        "Ours are means over the seeds ± their standard deviation, controls in "
        "italics; under them stands what the paper printed, in bold where ours is "
        "below it. "
        "`published.tex` has these tables for LaTeX, `results.csv` a line a row.",
    ]
    for title, each in published_tables(content):
        header = ["row", *columns_of(content)]
        cells = [_cells(line) for line in each]
        lines += ["", f"### {escaped(title)}", "", *table_lines(header, cells)]
    return lines


def _cells(line):
    if line["kind"] == "control":
        label = f"&nbsp;&nbsp;*{escaped(line['label'])}*"
        return [label, *map(escaped, line["numbers"])]
    if line["kind"] == "ours":
        return [code(line["label"]), *map(escaped, line["numbers"])]
    shown = [
        f"**{escaped(number)}**" if place in line["beyond"] else escaped(number)
        for place, number in enumerate(line["numbers"])
    ]
    return [f"paper: {escaped(line['label'])}", *shown]


def paired_lines(content):
    """The tests of each row against its baselines and controls.

    Args:
        content: what `report.json` holds.

    Returns:
        list of str; empty where there is no pair.
    """
    held = content.get("paired_tests")
    if not held:
        return []
    named = heading_of(kind_of(content["rows"]))(held["metric"])
    header = [title.format(metric=named) for title in TEST_HEADER]
    cells = [shown_test(test) for test in held["tests"]]
    return [
        "## Against baselines and controls",
        "",
        *(f"- {prose(sentence)}" for sentence in held["said"]),
        "",
        *table_lines(header, cells, numbers_from=3),
    ]


def shown_test(test):
    """The cells of a test in pairs, under `TEST_HEADER`.

    Args:
        test: dict, as `paired_tests` returns it.

    Returns:
        list of str.
    """
    numbers = ["", "", "", ""]
    if test["difference"] is not None:
        low, high = test["ci95"]
        numbers = [f"{test['difference']:+.3f}", f"{low:+.3f} to {high:+.3f}"]
        numbers += [_p(test["p"]), _p(test["p_holm"])]
    names = [f"{code(test[n])} ({escaped(test[t])})" for n, t in _SIDES]
    return [*names, escaped(test["role"]), *numbers, escaped(test["verdict"])]


_SIDES = (("row", "training"), ("against", "against_training"))


def _p(value):
    if value is None:
        return ""
    return f"{value:.4f}" if value >= 0.0001 else "0.0001 or less"

"""Tables of `report.md` with a line a row."""

from mmzoo.evaluation.metrics.by_class import SHARES
from mmzoo.evaluation.report.markdown import code, escaped, table_lines
from mmzoo.evaluation.row_dicts import is_defined, number, row_label

TRUE, PREDICTED = SHARES


def row_table(ordered, columns):
    """A table of metrics.

    Args:
        ordered: list of `(row, belongs)`, as `in_order` returns them.
        columns: list of `(heading, metric, factor, decimals)`.

    Returns:
        list of lines.
    """
    cells = []
    for row, belongs in ordered:
        numbers = [number(row["metrics"], *column[1:]) for column in columns]
        cells.append([*named(row, belongs), *numbers])
    return _lines([column[0] for column in columns], cells)


def named(row, belongs):
    """The first two cells of a row: its name and its training.

    Args:
        row: dict of `report.json`.
        belongs: whether it is a control that stands under its row.

    Returns:
        Two str.
    """
    label = code(row["name"])
    if row.get("control"):
        label = f"*{escaped(row_label(row, belongs).strip())}*"
        label = f"&nbsp;&nbsp;{label}" if belongs else label
    return label, escaped(row["training"])


def emotion_tables(ordered):
    """Each metric of emotions by emotion, where the rows are such."""
    lines = []
    for name in ordered[0][0].get("by_emotion", ()):
        words = name.removeprefix("mean_").replace("_", " ")
        alone = _alone(ordered, "by_emotion", name)
        lines += ["", f"### {words} of each emotion, in %", "", *alone]
    return lines


def class_tables(ordered):
    """Scores of each class, and how often it is predicted, where there are classes."""
    first = ordered[0][0].get("by_class")
    if not first:
        return []
    names = list(first[TRUE])
    cells = [
        [*named(row, belongs), *(_triple(row["by_class"], name) for name in names)]
        for row, belongs in ordered
    ]
    shares = _alone(ordered, "by_class", PREDICTED)
    true = [f"{100 * first[TRUE][name]['mean']:.1f}" for name in names]
    # Below the header and its rule.
    shares.insert(2, f"| *labels* |  | {' | '.join(true)} |")
    return [
        *("", "### Precision / recall / F1 of each class", ""),
        *_lines(map(escaped, names), cells),
        *("", "### How often each class is predicted, in %", ""),
        *shares,
    ]


def _triple(by_class, name):
    """Means of the three scores, `.50 / .20 / .29`; empty where no label is so."""
    means = [by_class[score][name]["mean"] for score in ("precision", "recall", "f1")]
    if not all(map(is_defined, means)):
        return ""
    return " / ".join(f"{mean:.2f}".removeprefix("0") for mean in means)


def _alone(ordered, part, name):
    """A table of one metric, in per cent, with a column a class."""
    alone = [({**row, "metrics": row[part][name]}, belongs) for row, belongs in ordered]
    classes = alone[0][0]["metrics"]
    return row_table(alone, [(escaped(each), each, 100, 1) for each in classes])


def _lines(headings, cells):
    return table_lines(["row", "training", *headings], cells, numbers_from=2)

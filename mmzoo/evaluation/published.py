"""Figures that a paper printed, read from a table, to stand beside one's own."""

import csv
import dataclasses
import io
import math

from mmzoo.evaluation.metrics.definitions import metric_definitions
from mmzoo.evaluation.metrics.tokens import TOKEN_METRICS
from mmzoo.evaluation.row_name import identity
from mmzoo.reading import DataError, parsing, read_text
from mmzoo.spelling import did_you_mean

# Columns that are no metrics; the first alone must be there.
ABOUT = ("variant", "control", "table", "printed", "training", "source", "data")
# Errors have the scale of the labels, BLEU goes to 100, and a perplexity has no end;
# all else is a share or a correlation.
UNBOUNDED = ("mae", *(name for name in TOKEN_METRICS if "accuracy" not in name))
# The same of a table with a line a model, whatever it was trained on.
ABOUT_MODELS = ("model", "printed", "data", "setting", "source")


@dataclasses.dataclass(frozen=True)
class Published:
    """The tables of a paper, a line a row.

    Args:
        lines: list of dict with `variant`, `table`, `printed` (how the paper names
            the row), `training` (empty: any) and `figures`, a dict from a metric to
            its figure as it was printed; `control` where the figures are those of a
            control of the variant.
        source: who printed them, such as `"Pham et al., 2018"`.
        data: the data that they are for, such as `"CMU-MOSI"`; empty where not said.

    Example:
    ```python
    from mmzoo.evaluation import Published

    line = {"variant": "text", "table": "1", "printed": "Text", "training": ""}
    published = Published([line | {"figures": {"mae": "0.97"}}], "A paper")
    published.metric  # "mae"
    ```
    """

    lines: list
    source: str
    data: str = ""

    @property
    def metrics(self):
        """The metrics that any line has a figure of, in the order of the table."""
        return list(dict.fromkeys(m for line in self.lines for m in line["figures"]))

    @property
    def metric(self):
        """The one that rows are tested by: the first F1, else the first of all."""
        first = (name for name in self.metrics if name.startswith("f1"))
        return next(first, self.metrics[0])

    def check(self, known):
        """Refuse figures of metrics that rows do not have.

        Args:
            known: names of the metrics that they have.

        Raises:
            ValueError: naming the columns to leave out.
        """
        lacking = [name for name in self.metrics if name not in known]
        if lacking:
            raise ValueError(
                f"`published` has figures of {lacking}, but these rows have "
                f"{sorted(known)}: leave those columns out."
            )

    def is_for(self, data):
        """Whether the figures are for these data, as far as names can tell.

        Args:
            data: str, the name of a corpus.

        Returns:
            bool. A part of the name will do: `"mosi"` is `"CMU-MOSI"`.
        """
        names = [
            "".join(c for c in name.casefold() if c.isalnum())
            for name in (self.data, data)
        ]
        return names[0] in names[1] or (bool(names[1]) and names[1] in names[0])

    def told_elsewhere(self, data):
        """All figures in a sentence, for a report of data that they are not for.

        Args:
            data: str, the name of a corpus.

        Returns:
            str.
        """
        figures = [
            f"{line['printed'] or line['variant']} "
            + ", ".join(f"{each} {name}" for name, each in line["figures"].items())
            for line in self.lines
        ]
        tables = " and ".join(dict.fromkeys(line["table"] for line in self.lines))
        return (
            f"Table {tables} of {self.source}, has {'; '.join(figures)}. These are "
            f"figures of {self.data}: they and the rows here, of {data}, say nothing "
            "of each other."
        )

    def matches(self, line, row):
        """Whether a line's figures belong beside a row.

        Args:
            line: one of `lines`.
            row: dict of `report.json`.

        Returns:
            bool: a row of that variant and training, which is no control unless the
            line names it.
        """
        same = identity(line["variant"]) == identity(row["name"])
        # A classifier of scores is "supervised, 7 classes".
        kind = row["training"].partition(",")[0]
        trained = line["training"] in ("", row["training"], kind)
        control = line.get("control") or None
        return same and trained and (row.get("control") or None) == control


def read_published(path):
    r"""Read the figures of a paper from a csv.

    Args:
        path: the file. Its columns are `variant`, a row's name in mmzoo's grammar; a
            column a metric, with the figures as they were printed, empty where there
            is none; and if you like `table` (which of the paper's), `printed` (how
            it names the row), `training`, `source` (who printed them), `data`, and
            `control` where a line is that control of the variant.

    Returns:
        `Published`.

    Raises:
        DataError: naming the line and what is wrong with it.

    Example:
    ```python
    with open("paper.csv", "w") as file:
        file.write("source,table,variant,printed,mae\nA paper,1,text,Words,.97\n")
    published = mmzoo.evaluation.read_published("paper.csv")
    published.lines[0]["figures"]  # {"mae": ".97"}
    ```
    """
    lines = _lines(path, ABOUT)
    _check_lines(path, lines)
    about = [dict.fromkeys(x.pop(key) for x in lines) for key in ("source", "data")]
    source, data = (" and ".join(filter(None, values)) for values in about)
    return Published(lines, source or "the paper", data)


def read_published_models(path):
    r"""Read what others printed for models, each with its own source, from a csv.

    Args:
        path: the file. Its columns are `model`, a name in the registry; a column a
            metric, with the figures as they were printed, empty where there is none;
            and `printed` (how the source names the model), `data`, `setting` (the
            split and the features) and `source`. A model may have several lines.

    Returns:
        List of dict with these and `figures`, a dict from metric to figure.

    Raises:
        DataError: naming the line and what is wrong with it.

    Example:
    ```python
    with open("models.csv", "w") as file:
        file.write("model,source,mae\ntensor_fusion_network,A paper,.97\n")
    (line,) = mmzoo.evaluation.read_published_models("models.csv")
    line["model"], line["figures"]  # ("tensor_fusion_network", {"mae": ".97"})
    ```
    """
    lines = _lines(path, ABOUT_MODELS)
    for line in lines:
        if not line["source"]:
            fault = f"a line of {line['model']!r} has no source"
            raise DataError(path, fault, "Say who printed its figures")
    return lines


def _lines(path, about):
    """The lines of a csv; `about` are its columns that are no metrics."""
    text = read_text(path)[0].lstrip("\ufeff")
    with parsing(path, "it is no proper csv", "Save the table again as csv in UTF-8"):
        reader = csv.DictReader(io.StringIO(text, ""), strict=True)
        head = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = head
        _check_head(path, head, about)
        return [_line(path, reader.line_num, each, about) for each in reader]


def _check_head(path, head, about):
    twice = sorted({name for name in head if head.count(name) > 1})
    known = metric_definitions()
    unknown = [name for name in head if name not in {*about, *known}]
    if twice or unknown:
        fault = f"it has the column {twice[0]!r} twice" if twice else ""
        fault = fault or f"the column {unknown[0]!r} is no metric"
        meant = did_you_mean(unknown[0], [*about, *known]) if unknown else ""
        remedy = "Columns are " + ", ".join(about) + " and names of metrics"
        raise DataError(path, fault, f"{remedy}.{meant}" if meant else remedy)
    if about[0] not in head or not set(head) & set(known):
        fault = f"it lacks the column {about[0]!r}, or a column named after a metric"
        raise DataError(path, fault, "Write a line a row, as recipes/results/paper.csv")


def _line(path, number, cells, about):
    if None in cells or None in cells.values():
        fault = f"line {number} has more or fewer cells than the head"
        raise DataError(path, fault, "Give each line a cell a column")
    cells = {name: cell.strip() for name, cell in cells.items()}
    figures = {name: cell for name, cell in cells.items() if name not in about and cell}
    for name, cell in figures.items():
        _check_figure(path, number, name, cell)
    told = {name: cells.get(name, "") for name in about}
    if not told[about[0]]:
        raise DataError(path, f"line {number} names no {about[0]}", "Name its row")
    return {**told, "figures": figures}


def _check_figure(path, number, name, cell):
    where = f"line {number} says {name} is {cell!r}"
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(path, f"{where}, which is no number", "Correct or empty it")
    if abs(value) > 1 and name not in UNBOUNDED:
        remedy = "Write shares and correlations from 0 to 1: .77 in place of 77 %"
        raise DataError(path, f"{where}, which is above 1", remedy)


def _check_lines(path, lines):
    seen = {}
    for line in lines:
        key = identity(line["variant"]), line["control"]
        others = seen.setdefault(key, [])
        # Without a training a line is for every one.
        if others and ("" in others or line["training"] in ("", *others)):
            fault = f"it has the variant {line['variant']!r} twice"
            remedy = "Leave one, or tell them apart by `training` or `control`"
            raise DataError(path, fault, remedy)
        others.append(line["training"])
    if not any(line["figures"] for line in lines):
        raise DataError(path, "it has no figures", "Write a line a row")

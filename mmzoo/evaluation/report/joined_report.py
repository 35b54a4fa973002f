"""One report of several runs on the same test samples."""

import dataclasses
from pathlib import Path

import numpy as np

from mmzoo.evaluation.report.csv_files import column_name
from mmzoo.evaluation.report.kept_report import load_kept
from mmzoo.evaluation.report.report import Report, same_labels


def join_reports(directories):
    """Join the rows of runs, so that they are compared pair by pair.

    Args:
        directories: list of folders of runs that ended, on the same test samples. A row
            that two runs have alike, such as a floor, is taken once; rows of one name
            that differ are called by their folders, too.

    Returns:
        The `Report`. Its pictures of single samples stay with the runs.

    Raises:
        ValueError: the runs were tested on other samples, or labels.
        DataError: a folder has no whole report.

    Example:
    ```python
    import dataclasses
    import pathlib
    import tempfile

    folder = pathlib.Path(tempfile.mkdtemp())
    row = mmzoo.evaluation.Row("text", "supervised", [1.0, -1.0], [0.5, -0.5])
    facts = {"format": "x"}, {}, {}, (-3, 3), ("a", "b")
    mmzoo.evaluation.Report([row], *facts).write(folder / "one")
    other = dataclasses.replace(row, name="audio")
    mmzoo.evaluation.Report([other], *facts).write(folder / "two")
    joined = mmzoo.evaluation.join_reports([folder / "one", folder / "two"])
    [row.name for row in joined.rows]  # ["text", "audio"]
    ```
    """
    runs = {str(directory): load_kept(directory) for directory in directories}
    if not runs:
        raise ValueError("`directories` is empty: give the folder of a run.")
    (first, kept), *others = runs.items()
    for name, other in others:
        _check_same_samples(first, kept, name, other)
    remarks = [(_named(n), text) for n, run in runs.items() for text in run["remarks"]]
    return Report(
        **{
            **kept,
            "rows": _rows(runs),
            "config": {"runs": {name: run["config"] for name, run in runs.items()}},
            "environment": _environment(runs),
            "remarks": tuple(_remarks(remarks, len(runs))),
            "title": _title(runs),
        }
    )


def _check_same_samples(first, kept, name, other):
    fault = None
    if kept["ids"] != other["ids"]:
        fault = f"has {len(other['ids'])} test samples, {first} {len(kept['ids'])}"
        if len(other["ids"]) == len(kept["ids"]):
            fault = f"has other test samples than {first}, or another order"
    elif not same_labels(kept["rows"][0], other["rows"][0]):
        fault = f"has other labels of the same samples than {first}"
    elif kept["rows"][0].classes != other["rows"][0].classes:
        fault = f"has other classes than {first}"
    if fault:
        raise ValueError(
            f"{name} {fault}: join runs on the same data, protocol and label."
        )


def _rows(runs):
    """All rows, each once; two of one name that differ carry the name of their run.

    A control has the name of its row, and stands beside it even where that of another
    run is alike.
    """
    found = {}
    for name, run in runs.items():
        for row in run["rows"]:
            found.setdefault(column_name(row), []).append((name, row))
    once = {column: _each_once(same) for column, same in found.items()}
    several = {_kind(row) for same in once.values() if same[1:] for _, row in same}
    # A run of which one of several stands here brings its own row and its controls.
    needed = {(n, _kind(x)) for same in once.values() if same[1:] for n, x in same}
    apart = {_kind(row)[0] for row in _models(found) if _kind(row) in several}
    return [
        _of_run(row, name, several, apart)
        for column, same in found.items()
        for name, row in same
        if any(row is other for _, other in once[column])
        or (name, _kind(row)) in needed
    ]


def _models(found):
    """The rows that are no control, all runs alike."""
    return [row for same in found.values() for _, row in same if not row.control]


def _kind(row):
    return row.name, row.training


def _each_once(same):
    """Rows of one name with their runs, each of those that are alike once."""
    kept = []
    for name, row in same:
        if not any(_alike(row, other) for _, other in kept):
            kept.append((name, row))
    return kept


def _of_run(row, name, several, apart):
    """The row, and its members, called by their run where others of a name differ."""
    ours = f" [{_named(name)}]"
    called = row.name + ours if _kind(row) in several else row.name
    members = [
        each + ours if apart & {each, each.rpartition(": ")[2]} else each
        for each in row.members
    ]
    return dataclasses.replace(row, name=called, members=tuple(members))


def _alike(row, other):
    """Whether two rows answer the same, as surely, and are as large.

    Two models may say the same classes by chance, or always the most frequent one.
    """
    given = [(each.predictions, each.probabilities) for each in (row, other)]
    same = all(_equal(*pair) for pair in zip(*given, strict=True))
    return same and row.parameters == other.parameters


def _equal(first, second):
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second)


def _named(directory):
    return Path(directory).resolve().name


def _environment(runs):
    """That of the first run, and of each that differs."""
    first, *others = [run["environment"] for run in runs.values()]
    differing = [each for each in others if each != first]
    return {**first, **({"others": differing} if differing else {})}


def _remarks(remarks, count):
    """Each sentence once; those of some runs alone name their runs."""
    told = {}
    for name, text in remarks:
        told.setdefault(text, []).append(name)
    for text, names in told.items():
        yield text if len(names) == count else f"{', '.join(names)}: {text}"


def _title(runs):
    titles = list(dict.fromkeys(run["title"].split(":")[0] for run in runs.values()))
    return " and ".join(titles)

"""The part of `report.md` that tells how options were chosen."""

from mmzoo.evaluation.report.markdown import code, escaped, table_lines

ABOUT = (
    "Trials a row: {counts}; the first has the options that were asked for. A trial "
    "was trained on the training split, with a seed that is none of the reported "
    "ones, and scored on the validation split by the least value of the log that "
    "chose its epoch: smaller is better. The options of the best one, in bold, "
    "trained the row and its controls. No trial was handed the test split. The "
    "seconds of a row do not count those of its trials."
)
FLOORS = (
    "What needs no network was not tuned: ridge chooses its penalty by leave-one-out "
    "on the training split, the others have scikit-learn's defaults."
)


def tuning_lines(rows):
    """Space and trials of each row that was tuned.

    Args:
        rows: dicts of `report.json`.

    Returns:
        List of lines; empty where no row was tuned.
    """
    tuned = [row for row in rows if "tuning" in row]
    if not tuned:
        return []
    counts = {1 + max(t["number"] for t in row["tuning"]["trials"]) for row in tuned}
    about = ABOUT.format(counts=" or ".join(map(str, sorted(counts))))
    lines = ["## Tuning", "", about, "", FLOORS, "", *_space(tuned)]
    for row in tuned:
        title = f"{code(row['name'])}, {escaped(row['training'])}"
        lines += ["", f"### Trials of {title}", "", *_trials(row["tuning"])]
    return lines


def _space(tuned):
    """The values of each option, and the rows that have it."""
    found = {}
    for row in tuned:
        for name, values in row["tuning"]["space"].items():
            found.setdefault((name, _values(values)), []).append(code(row["name"]))
    cells = [
        [code(name), text, ", ".join(rows)] for (name, text), rows in found.items()
    ]
    return table_lines(["option", "values", "rows"], cells, numbers_from=3)


def _values(values):
    if isinstance(values, list):
        return escaped(", ".join(map(str, values)))
    log = ", its logarithm drawn evenly" * bool(values.get("log"))
    return escaped(f"{values['low']} to {values['high']}{log}")


def _trials(tuning):
    names, several = list(tuning["space"]), "fold" in tuning["trials"][0]
    cells = []
    for trial in tuning["trials"]:
        first = [str(trial[key]) for key in ("fold", "number") if key in trial]
        options = [escaped(trial["options"][name]) for name in names]
        line = [*first, _score(trial), *options, str(trial["epochs"])]
        cells.append([f"**{cell}**" for cell in line] if trial["chosen"] else line)
    header = ["fold"] * several + ["trial", "validation", *map(code, names), "epochs"]
    lines = table_lines(header, cells, numbers_from=0)
    faults = [trial for trial in tuning["trials"] if "fault" in trial]
    told = [f"- trial {t['number']}: {escaped(t['fault'])}" for t in faults]
    return lines + [""] * bool(told) + told


def _score(trial):
    if trial["score"] is None:
        return "failed"
    same = f", as trial {trial['same_as']}" if "same_as" in trial else ""
    return f"{trial['score']:.4f}{same}"

"""The part of `report.md` that tells how options were chosen."""

import statistics

from mmzoo.evaluation.report.markdown import code, escaped, table_lines

ABOUT = (
    "Trials a row: {counts}; the first has the options that were asked for. A training "
    "of a trial read the training split and was scored on the validation split, by the "
    "least value of the log that chose its epoch: smaller is better. All trials were "
    "trained with one seed, the first and the better half of the others with the next "
    "one, and so on{seeds}; none of these seeds is reported. Shown is the mean, ± the "
    "standard deviation. The options of the one in bold trained the row and its "
    "controls: the best one that was trained with all seeds, where the first is above "
    "it by more than the standard error of their difference, else the first. No trial "
    "was handed the test split. The seconds of a row do not count those of its trials."
)
FLOORS = (
    "What needs no network was not tuned: ridge chooses its penalty by leave-one-out "
    "on the training split, linear svm its C in validation, the others have "
    "scikit-learn's defaults."
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
    given = ", ".join(map(str, tuned[0]["tuning"].get("seeds", ())))
    about = ABOUT.format(
        counts=" or ".join(map(str, sorted(counts))),
        seeds=f": {given}" if given else "",
    )
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
        seeds = str(len(trial.get("scores", [0])))
        line = [*first, _score(trial), seeds, *options, str(trial["epochs"])]
        cells.append([f"**{cell}**" for cell in line] if trial["chosen"] else line)
    header = ["fold"] * several + ["trial", "validation", "seeds"]
    header += [*map(code, names), "epochs"]
    lines = table_lines(header, cells, numbers_from=0)
    faults = [trial for trial in tuning["trials"] if "fault" in trial]
    told = [f"- trial {t['number']}: {escaped(t['fault'])}" for t in faults]
    return lines + [""] * bool(told) + told


def _score(trial):
    if trial["score"] is None:
        return "failed"
    scores = trial.get("scores", ())
    spread = f" ±{statistics.stdev(scores):.4f}" if len(scores) > 1 else ""
    return f"{trial['score']:.4f}{spread}"

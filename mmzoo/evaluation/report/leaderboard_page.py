"""`leaderboard.md`: which model for these data, for a person."""

from mmzoo.evaluation.report.leaderboard import cost_of
from mmzoo.evaluation.report.markdown import (
    code,
    escaped,
    picture_lines,
    prose,
    table_lines,
)
from mmzoo.evaluation.report.published_page import TEST_HEADER, shown_test
from mmzoo.evaluation.report.robustness_page import robustness_lines
from mmzoo.evaluation.row_dicts import in_order, is_defined, number, row_label
from mmzoo.evaluation.row_kind import heading_of, kind_of

PICTURE = "score_against_cost"
BUDGET = ("seeds", "folds", "epochs", "patience", "batch_size", "learning_rate")
BUDGET += ("schedule", "tune")
_COST = (
    "Seconds an epoch are all seconds of a row by its epochs, so that compiling, "
    "validation and the test are in them; they compare on one machine alone, and "
    "trainings that went on beside each other (`--jobs`) took longer. Parameters are "
    "the weights of one model."
)
_PUBLISHED = (
    "Printed by others, each on the data and the setting named, under the metric of "
    "that name. They are no rows of this leaderboard: other features, splits, tuning "
    "and seeds are in them. Only figures that could be confirmed at the source that "
    "is named are here; some sources print again what others have printed."
)


def leaderboard_text(content):
    """The leaderboard as Markdown.

    Args:
        content: what `report.json` holds, with `leaderboard`.

    Returns:
        str.
    """
    held, rows = content["leaderboard"], content["rows"]
    mine = {(row["name"], row["training"]): row for row in rows if not _control(row)}
    ranked = [mine[each["name"], each["training"]] for each in held["ranking"]]
    parts = (
        _head(content),
        _picture(content),
        _scores(content, ranked),
        _floors(rows),
        _costs(held, ranked),
        _tests(content),
        _left_out(held),
        _published(content),
        robustness_lines(content),
    )
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _control(row):
    return row.get("control")


def _head(content):
    config = content["config"]
    told = [f"{name} {config[name]}" for name in BUDGET if config.get(name) is not None]
    return [
        f"# {escaped(content['title'])}: leaderboard",
        "",
        *(f"- {prose(sentence)}" for sentence in content["leaderboard"]["said"]),
        "",
        f"All rows had the same samples and the same budget: {escaped(', '.join(told))}"
        ". Details and definitions are in [report.md](report.md).",
    ]


def _picture(content):
    if f"{PICTURE}.png" not in content["files"]:
        return []
    caption = (
        "Score against cost; in orange the baseline. The line joins what no cheaper "
    )
    caption += "row is better than."
    return picture_lines(f"{PICTURE}.png", caption)[1:]


def _scores(content, ranked):
    held, kind = content["leaderboard"], kind_of(content["rows"])
    reads = {each["name"]: each["reads"] for each in held["ranking"]}
    named = heading_of(kind)(held["metric"])
    header = ["rank", "row", "reads", *(column[0] for column in kind.report_columns)]
    cells = [
        [
            str(place),
            code(row["name"]),
            escaped(reads[row["name"]]),
            *(number(row["metrics"], *column[1:]) for column in kind.report_columns),
            _interval(row["metrics"][held["metric"]]),
        ]
        for place, row in enumerate(ranked, 1)
    ]
    return [
        "## Scores",
        "",
        "Mean over the seeds ± their standard deviation; the interval is over other "
        "test data. What a row reads to predict stands beside it: a translation reads "
        "less than it learns from.",
        "",
        *table_lines([*header, f"95 % of {named}"], cells, numbers_from=3),
    ]


def _interval(found):
    low, high = found["ci95"]
    return f"{low:.3f} to {high:.3f}" if is_defined(low) else ""


def _floors(rows):
    # A control that belongs to a row is trained.
    floors = [row for row, belongs in in_order(rows) if _control(row) and not belongs]
    if not floors:
        return []
    columns = kind_of(rows).report_columns
    cells = [
        [
            escaped(row_label(row)),
            escaped(row["training"]),
            *(number(row["metrics"], *column[1:]) for column in columns),
        ]
        for row in floors
    ]
    header = ["floor", "how", *(column[0] for column in columns)]
    return [
        "### Floors",
        "",
        "What needs no network. A model that does not beat them has learnt nothing "
        "that was worth its cost.",
        "",
        *table_lines(header, cells, numbers_from=2),
    ]


def _costs(held, ranked):
    front = held["no_cheaper_is_better"]
    cells = []
    for row in ranked:
        cost, what = cost_of(row)
        epoch = f"{cost:.2f}" if what == "seconds an epoch" else ""
        seed = f"{row['seconds_per_seed']:.0f}" if row.get("epochs") else ""
        size = f"{row['parameters']:,}" if "parameters" in row else ""
        best = "yes" if row["name"] in front else ""
        cells.append([code(row["name"]), epoch, seed, size, best])
    header = ["row", "seconds an epoch", "seconds a seed", "parameters"]
    header.append("no cheaper is better")
    return ["## Cost", "", _COST, "", *table_lines(header, cells)]


def _tests(content):
    tests = content["leaderboard"]["tests"]
    if not tests:
        why = "The LSTM baseline is not among the rows, so that none is tested."
        if content["leaderboard"]["baseline"] is not None:
            why = "There is no other row to test against it."
        return ["## Against the baseline", "", why]
    named = heading_of(kind_of(content["rows"]))(content["leaderboard"]["metric"])
    header = [title.format(metric=named) for title in TEST_HEADER]
    cells = [shown_test(test) for test in tests]
    return ["## Against the baseline", "", *table_lines(header, cells, numbers_from=3)]


def _left_out(held):
    lines = [
        f"- {code(each['model'])}: {prose(each['why'])}" for each in held["left_out"]
    ]
    return ["## Not trained on these data", "", *lines] if lines else []


def _published(content):
    lines = content["leaderboard"]["published"]
    if not lines:
        return []
    metrics = list(dict.fromkeys(name for line in lines for name in line["figures"]))
    header = ["model", "printed as", "data", "setting", *metrics, "source"]
    cells = [
        [
            code(line["model"]),
            *(escaped(line[name]) for name in ("printed", "data", "setting")),
            *(escaped(line["figures"].get(name, "")) for name in metrics),
            escaped(line["source"]),
        ]
        for line in lines
    ]
    table = table_lines([*header[:4], *map(escaped, header[4:])], cells, numbers_from=4)
    return ["## Published figures, apart", "", _PUBLISHED, "", *table]

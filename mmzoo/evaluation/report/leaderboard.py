"""Models ranked on one corpus: scores, cost, tests, and who is not there and why."""

import dataclasses

from mmzoo.evaluation.paired import compare
from mmzoo.evaluation.report.paired_tests import TOO_FEW, tests_against
from mmzoo.evaluation.report.verdict_rules import LEAST_SEEDS
from mmzoo.evaluation.row_dicts import floor_name, is_defined, number

ROLE = "the baseline"
_ON_TEST = (
    "The order is that of test scores: the first of many is partly so by luck, and its "
    "score is the more flattering the more models stand here. Choose by the tests and "
    "the cost, not by the rank alone."
)


@dataclasses.dataclass(frozen=True)
class Leaderboard:
    """What a report knows beside its rows to rank models.

    Args:
        models: dict from the name of each row to its model in the registry.
        baseline: optional name of the row that all others are tested against.
        left_out: dict from a model that could not be trained to the reason.
        published: lines as `read_published_models` gives them, which stand apart.
        robustness: optional dict, what `robustness_section` returns.

    Example:
    ```python
    from mmzoo.evaluation import Leaderboard, Report, Row, environment

    labels = np.array([-2.0, 1.0, 0.5, 3.0])
    row = Row("text", "supervised", labels, labels[None] * 0.5)
    board = Leaderboard({"text": "lstm_baseline"}, "text")
    facts = {"name": "x"}, {}, environment(), (-3, 3), tuple("abcd")
    folder = Report([row], *facts, leaderboard=board).write("run")
    (folder / "leaderboard.md").exists()  # True
    ```
    """

    models: dict
    baseline: str | None = None
    left_out: dict = dataclasses.field(default_factory=dict)
    published: list = dataclasses.field(default_factory=list)
    robustness: dict | None = None


def leaderboard_section(board, rows):
    """What `report.json` holds under `leaderboard`.

    Args:
        board: `Leaderboard`.
        rows: list of `Row`, controls among them.

    Returns:
        dict with the `metric` that ranks, the `ranking` (name, training, model, what a
        prediction `reads`), the `tests` against the `baseline`, `no_cheaper_is_better`
        (names of rows), `left_out`, `published`, the sentences `said`, and
        `robustness` where it was measured.
    """
    mine = [row for row in rows if not row.control]
    metric = mine[0].kind.judged_by[0]
    lower = metric in mine[0].kind.lower_is_better
    ranked = sorted(mine, key=lambda row: _rank(row, metric, lower))
    other = next((row for row in mine if row.name == board.baseline), None)
    tests = [] if other is None else tests_against(rows, other, ROLE)
    front = _no_cheaper_is_better([row.to_dict() for row in ranked], metric, lower)
    used = {board.models.get(row.name) for row in mine}
    held = {
        "metric": metric,
        "lower_is_better": lower,
        "baseline": None if other is None else other.name,
        "ranking": [
            {
                "name": row.name,
                "training": row.training,
                "model": board.models.get(row.name, ""),
                "reads": _reads(row),
            }
            for row in ranked
        ],
        "tests": tests,
        "no_cheaper_is_better": front,
        "left_out": [
            {"model": name, "why": why} for name, why in board.left_out.items()
        ],
        "published": [line for line in board.published if line["model"] in used],
        "said": [
            *_sentences(ranked, metric, tests, front),
            *_beside_floors(ranked, rows, metric, lower),
            _ON_TEST,
        ],
    }
    return held | ({"robustness": board.robustness} if board.robustness else {})


def cost_of(row):
    """Seconds an epoch of a row, or its parameters where no epochs are known.

    Args:
        row: dict of `report.json`.

    Returns:
        `(cost, what it is)`; the cost is `None` where nothing is known.
    """
    if row.get("epochs"):
        return row["seconds"] / row["epochs"], "seconds an epoch"
    return row.get("parameters"), "parameters"


def _reads(row):
    """The modalities that a prediction of a row needs, `"text+audio"`."""
    names = row.members or (row.name,)
    sources = [name.rpartition(":")[2].partition("->")[0] for name in names]
    read = [modality for source in sources for modality in source.strip().split("+")]
    return "+".join(dict.fromkeys(read))


def _no_cheaper_is_better(rows, metric, lower_is_better):
    """The rows that no row of less cost is better than, the cheapest first.

    Args:
        rows: dicts of `report.json`.
        metric: str. That ranks.
        lower_is_better: bool.

    Returns:
        list of names.
    """
    sign = 1 if lower_is_better else -1
    known = [
        (cost_of(row)[0], sign * row["metrics"][metric]["mean"], row["name"])
        for row in rows
        if cost_of(row)[0]
        and is_defined(row["metrics"][metric]["mean"])
        # An ensemble costs all that its members cost, which stands in no one unit.
        and not row.get("members")
    ]
    found, best = [], float("inf")
    for _, score, name in sorted(known):
        if score < best:
            found.append(name)
            best = score
    return found


def _rank(row, metric, lower):
    mean = row.metrics[metric]["mean"]
    return (not is_defined(mean), mean if lower else -mean)


def _sentences(ranked, metric, tests, front):
    first, named = ranked[0], ranked[0].kind.judged_by[1]
    said = [
        f"First of {len(ranked)} in {named}: {first.name} "
        f"({number(first.metrics, metric)})."
    ]
    said += _as_good(ranked, named)
    verdicts = dict.fromkeys(test["verdict"] for test in tests)
    for verdict in [each for each in verdicts if each != TOO_FEW]:
        names = [test["row"] for test in tests if test["verdict"] == verdict]
        said.append(
            f"Against {tests[0]['against']}, the baseline, by the paired bootstrap and "
            f"Holm's correction over all {len(tests)} tests: {verdict}: "
            f"{', '.join(names)}."
        )
    if len(front) > 1:
        said.append(f"No cheaper row has a better {named} than: {', '.join(front)}.")
    return said


def _beside_floors(ranked, rows, metric, lower):
    """Which rows are no better than the best of what needs no network."""
    floors = [
        row
        for row in rows
        if row.control
        and not any(row.is_control_of(each) for each in ranked)
        and is_defined(row.metrics[metric]["mean"])
    ]
    if not floors:
        return
    best = min(floors, key=lambda row: _rank(row, metric, lower))
    named = f"{floor_name(best.control, best.name)} ({number(best.metrics, metric)})"
    behind = [
        x for x in ranked if _rank(x, metric, lower) >= _rank(best, metric, lower)
    ]
    if len(behind) == len(ranked):
        yield f"No row is better than the floor {named}, which needs no network."
    elif behind:
        names = ", ".join(row.name for row in behind)
        yield f"No better than the floor {named}, which needs no network: {names}."
    else:
        yield f"Every row is better than the floor {named}, which needs no network."


def _as_good(ranked, named):
    """Which rows chance alone may have put behind the first."""
    # One answer over all seeds does not say how far such answers differ.
    first, *others = [row for row in ranked if not row.over_seeds]
    few = min(row.num_seeds for row in (first, *others)) < LEAST_SEEDS
    if ranked[0].over_seeds:
        yield f"The first, {ranked[0].name}, is one answer: seeds tell it from none."
        return
    if few:
        yield (
            f"With fewer than {LEAST_SEEDS} seeds no row is told from another: what "
            "one seed's luck is worth is not known."
        )
    if few or not others:
        return
    alike = [x for x in others if compare(x, first)["verdict"] != "worse"]
    if not alike:
        yield "Every other row is worse than the first by a paired interval (95 %)."
        return
    names = ", ".join(row.name for row in alike)
    told = f"Not told from the first by a paired interval (95 %, uncorrected): {names}."
    trained = [row for row in (first, *alike) if not row.members]
    if trained:
        cheapest = min(trained, key=lambda row: cost_of(row.to_dict())[0] or 0)
        told += f" The cheapest of these and the first is {cheapest.name}."
    yield told

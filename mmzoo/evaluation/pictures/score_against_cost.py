"""Which model for these data: the score of each row against what it costs."""

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from mmzoo.evaluation.pictures.figures import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    dress,
    escape,
    new_figure,
    nice_limits,
    save,
    shortened,
    text_width,
)
from mmzoo.evaluation.report.leaderboard import cost_of
from mmzoo.evaluation.row_dicts import is_defined, row_label
from mmzoo.evaluation.row_kind import heading_of, kind_of

# In inches and points: the plane of the points, a line of the names, all around.
PLANE, LINE, AROUND, NAME_SIZE = 5.0, 0.23, 1.1, 8.5
LONGEST_NAME = 46


def score_against_cost(content, path):
    """Draw the mean score of each row over its cost, on a logarithmic axis.

    Names stand in a column at the right in the order of the scores, a thin line from
    each to its point, so that twenty points close together can still be told apart.
    The baseline is orange.

    Args:
        content: what `report.json` holds, with `leaderboard`.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256; `None` where no row has a cost.
    """
    points, what = _points(content)
    if not points:
        return None
    names = [shortened(name, LONGEST_NAME) for name, *_ in points]
    beside = max(text_width(name, NAME_SIZE) for name in names) + 0.5
    height = max(3.6, AROUND + LINE * len(points))
    figure = new_figure(PLANE + beside, height)
    axis, column = figure.subplots(1, 2, width_ratios=[PLANE, beside], sharey=True)
    _plane(axis, content, points, what)
    column.set_xlim(0, 1)
    column.axis("off")
    others = [name == content["leaderboard"]["baseline"] for name, *_ in points]
    colours = [ORANGE if other else INK for other in others]
    _label(axis, column, zip(names, colours, strict=True), points, height - AROUND)
    return save(figure, path)


def _points(content):
    """`(name, cost, mean, std)` of each row, and what the cost is."""
    held, found = content["leaderboard"], []
    # What an ensemble costs is the cost of several models, and no point here.
    mine = [
        row
        for row in content["rows"]
        if not row.get("control") and not row.get("members")
    ]
    kinds = {cost_of(row)[1] for row in mine}
    # One axis has one unit.
    what = kinds.pop() if len(kinds) == 1 else "parameters"
    for row in mine:
        cost = row.get("parameters") if what == "parameters" else cost_of(row)[0]
        score = row["metrics"][held["metric"]]
        if cost and is_defined(score["mean"]):
            found.append((row["name"], cost, score["mean"], score["std"]))
    return found, what


def _plane(axis, content, points, what):
    held = content["leaderboard"]
    axis.set_xscale("log")
    front = {name: (cost, mean) for name, cost, mean, _ in points}
    steps = [front[n] for n in held["no_cheaper_is_better"] if n in front]
    if len(steps) > 1:
        axis.plot(*zip(*steps, strict=True), color=BLUE, alpha=0.35, lw=1, zorder=1)
    for name, cost, mean, std in points:
        colour = ORANGE if name == held["baseline"] else BLUE
        if is_defined(std) and std:
            axis.errorbar(cost, mean, std, color=colour, alpha=0.5, lw=1.2, zorder=2)
        axis.scatter(cost, mean, s=42, color=colour, edgecolor="white", zorder=3)
    ends = [mean + s * (std or 0) for _, _, mean, std in points for s in (-1, 1)]
    axis.set_ylim(nice_limits(ends, margin=0.12))
    costs = [cost for _, cost, *_ in points]
    # A logarithmic axis of one point would have no width.
    axis.set_xlim(min(costs) / 1.5, max(costs) * 1.5)
    _floors(axis, content)
    kind = kind_of(content["rows"])
    # Powers of ten alone would leave a narrow range without a number.
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.xaxis.set_minor_formatter(NullFormatter())
    side = "lower is better" if held["lower_is_better"] else "higher is better"
    named = heading_of(kind)(held["metric"])
    unit = f"{what}, logarithmic"
    dress(axis, "", unit, f"{named}, {side}; bar: ± over seeds")
    axis.grid(color=PALE, linewidth=0.7)
    axis.set_axisbelow(True)


def _floors(axis, content):
    """A line for each floor that is within the range of the points."""
    low, high = axis.get_ylim()
    for row in content["rows"]:
        mean = row["metrics"][content["leaderboard"]["metric"]]["mean"]
        stands_alone = row.get("control") and "epochs" not in row
        if not stands_alone or not is_defined(mean) or not low <= mean <= high:
            continue
        axis.axhline(mean, color=GREY, lw=1, ls=(0, (4, 3)), zorder=1)
        at = (axis.get_xlim()[0], mean)
        text = escape(shortened(row_label(row), LONGEST_NAME))
        look = {"fontsize": 7.5, "color": GREY, "textcoords": "offset points"}
        axis.annotate(text, at, (4, 2), va="bottom", **look)


def _label(axis, column, names, points, height):
    """Names in the order of their points, none nearer to the next than a line."""
    low, high = axis.get_ylim()
    places = _spread([mean for *_, mean, _ in points], low, high, LINE / height)
    for (name, colour), point, place in zip(names, points, places, strict=True):
        column.text(
            0.08, place, escape(name), fontsize=NAME_SIZE, color=colour, va="center"
        )
        line = {"arrowstyle": "-", "color": GREY, "lw": 0.6, "alpha": 0.6}
        axis.annotate(
            "",
            xy=point[1:3],
            xytext=(0.06, place),
            textcoords=column.transData,
            arrowprops={**line, "shrinkA": 0, "shrinkB": 3},
            annotation_clip=False,
        )


def _spread(values, low, high, gap):
    """Places near to values, in their order, none nearer to the next than a gap.

    Args:
        values: list of float.
        low: float. No place is below it.
        high: float. No place is above it.
        gap: float. Share of the range; smaller where there are too many values.

    Returns:
        Float array, in the order of `values`.
    """
    values = np.asarray(values, "float64")
    order = np.argsort(values, kind="stable")
    count = len(values)
    gap = min(gap * (high - low), (high - low) / max(count, 1))
    # Without the gaps the places need only be in order, so that each run of them that
    # is not takes its mean (pool adjacent violators), which is nearest to the values.
    runs = []
    for value in values[order] - gap * np.arange(count):
        runs.append([value, 1])
        while len(runs) > 1 and runs[-2][0] > runs[-1][0]:
            (last, n), (before, m) = runs.pop(), runs.pop()
            runs.append([(last * n + before * m) / (n + m), n + m])
    found = np.repeat([mean for mean, _ in runs], [n for _, n in runs])
    found = np.clip(found, low + gap / 2, high - gap * (count - 0.5))
    places = np.empty(count)
    places[order] = found + gap * np.arange(count)
    return places

"""A paper's rows in one picture: ours, our controls, and what the paper printed."""

import numpy as np
from matplotlib.lines import Line2D

from mmzoo.evaluation.pictures.figures import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    dress,
    escape,
    fitted,
    new_figure,
    nice_limits,
    save,
    shortened,
    text_width,
)
from mmzoo.evaluation.pictures.row_comparison import (
    NAME_SIZE,
    NAME_WIDTH,
    draw_row,
    numbers_of,
)
from mmzoo.evaluation.report.beside_published import rows_of_line, title_of
from mmzoo.evaluation.row_dicts import called
from mmzoo.evaluation.row_kind import heading_of, kind_of

# In inches: a line of the picture, all that stands above and below, and a panel.
LINE, AROUND, PANEL_WIDTH = 0.4, 1.3, 3.2
# A control is drawn this share of a line below its row.
BELOW = 0.32


def published_comparison(content, path):
    """Draw the F1 of the rows that a paper printed beside its own figures.

    Where the paper has no F1, the metric that the rows are tested by is drawn.

    Args:
        content: what `report.json` holds, with `published`.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256; `None` where none of the rows was trained.
    """
    held, places = content["published"], _places(content)
    if not places:
        return None
    metrics = [name for name in held["metrics"] if name.startswith("f1")]
    metrics = metrics or [held["metric"]]
    names = [fitted(name, NAME_WIDTH, NAME_SIZE, 2) for name, *_ in places]
    beside = max(text_width(x, NAME_SIZE) for n in names for x in n.split("\n")) + 0.25
    size = beside + PANEL_WIDTH * len(metrics), AROUND + LINE * len(places)
    figure = new_figure(*size)
    axes = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    kind = kind_of(content["rows"])
    named = heading_of(kind)
    for axis, metric in zip(axes, metrics, strict=True):
        _panel(axis, places, metric, metric in kind.lower_is_better)
        axis.set_title(named(metric), fontsize=11, color=INK, loc="left", weight="bold")
    _label(axes[0], places, names, beside)
    keys = _keys(held["source"], any(controls for *_, controls in places))
    where = {"loc": "outside upper center", "ncols": len(keys)}
    figure.legend(handles=keys, frameon=False, fontsize=9, **where)
    return save(figure, path)


def _places(content):
    """`(name, row, figures, controls)` from the top; a heading has no row."""
    places, table = [], None
    for line in content["published"]["lines"]:
        mine = rows_of_line(line, content)
        if mine and line["table"] != table:
            table = line["table"]
            places.append((title_of(table), None, {}, []))
        for row, beside in mine:
            if beside:
                places[-1][3].append(row)
            else:
                places.append((called(row), row, line["figures"], []))
    return places


def _panel(axis, places, metric, lower_is_better):
    axis.set_xlim(_limits(places, metric))
    for place, (_, row, figures, controls) in enumerate(places):
        if row is None:
            continue
        axis.axhline(place - 0.5, color=PALE, linewidth=0.7, zorder=0)
        for control in controls:
            _draw_control(axis, place + BELOW, control, metric)
        draw_row(axis, place, row, (metric, 1, 2))
        if metric in figures:
            # Hollow: ours may be in the same place.
            look = {"marker": "D", "s": 46, "linewidths": 2, "zorder": 5}
            at = float(figures[metric]), place
            axis.scatter(*at, facecolor="none", edgecolor=ORANGE, **look)
    dress(axis, "", "← better" if lower_is_better else "better →")
    axis.xaxis.label.set_color(GREY)
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", color=PALE, linewidth=0.8)
    axis.set_axisbelow(True)


def _limits(places, metric):
    found = [float(each[metric]) for _, _, each, _ in places if metric in each]
    for _, row, _, controls in places:
        for each in [row, *controls] if row else []:
            mean, seeds, interval = numbers_of(each, metric, 1)
            found += [mean, *seeds, *interval]
    found = np.array(found)[np.isfinite(found)]
    return nice_limits(found if len(found) else [0.0, 1.0], margin=0.08)


def _draw_control(axis, place, row, metric):
    mean, _, (start, end) = numbers_of(row, metric, 1)
    if np.isfinite(mean):
        axis.barh(place, end - start, 0.1, start, color=GREY, alpha=0.3, lw=0)
        axis.scatter([mean], [place], s=16, color=GREY, zorder=4)


def _label(axis, places, names, beside):
    """Names at the left, flush; tables in bold."""
    shown = [escape(name) for name in names]
    axis.set_yticks(range(len(places)), shown, fontsize=NAME_SIZE, ha="left")
    axis.set_ylim(len(places) - 0.4, -0.6)
    for label, (_, row, *_) in zip(axis.get_yticklabels(), places, strict=True):
        label.set_color(INK)
        label.set_weight("normal" if row else "bold")
    axis.tick_params(axis="y", pad=72 * beside)


def _keys(source, with_controls):
    """What the marks mean."""
    dot = {"linestyle": "", "markeredgecolor": "white"}
    mine = Line2D([], [], marker="o", color=BLUE, markersize=7, **dot)
    mine.set_label("ours, with seeds and 95 % interval")
    hollow = {"markerfacecolor": "none", "markeredgewidth": 2, "linestyle": ""}
    paper = Line2D([], [], marker="D", color=ORANGE, markersize=6, **hollow)
    paper.set_label(escape(shortened(source, 40)))
    control = Line2D([], [], marker="o", color=GREY, markersize=5, **dot)
    control.set_label("our control")
    return [mine, paper, *[control] * with_controls]

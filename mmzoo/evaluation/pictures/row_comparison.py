"""The picture that sums a report up: every row with its interval."""

import numpy as np

from mmzoo.evaluation.pictures.figures import (
    BLUE,
    GREY,
    INK,
    PALE,
    dress,
    escape,
    fitted,
    new_figure,
    nice_limits,
    save,
    text_width,
)
from mmzoo.evaluation.row_dicts import as_dicts, in_order, row_label
from mmzoo.evaluation.row_kind import kind_of

# In inches and points. A page shows the picture about 8.5 inches wide.
NAME_WIDTH, NAME_SIZE, PANEL_WIDTH = 2.5, 9.5, 1.9
BAR_HEIGHT = 0.2
# A number nearer to a side of its panel than this share of it begins or ends there.
NEAR_SIDE = 0.14


def comparison(rows, path, title=None):
    """Rows with the 95 % intervals of their main metrics; controls in grey.

    Those are has0 accuracy, MAE and r; accuracy, UAR and macro F1 for classes.

    Args:
        rows: list of `Row`, or of the rows of a `report.json`.
        path: the file to write, PNG or SVG.
        title: heading. Defaults to `None`.

    Returns:
        str, the file's SHA-256.
    """
    rows = as_dicts(rows)
    ordered, kind = in_order(rows), kind_of(rows)
    names = [_name(row, belongs) for row, belongs in ordered]
    lines = [line for name in names for line in name.split("\n")]
    beside = max(text_width(line, NAME_SIZE) for line in lines) + 0.25
    width = beside + PANEL_WIDTH * len(kind.panels)
    # A row is as high as its name has lines.
    height = max(0.36, 0.18 * max(name.count("\n") + 1 for name in names))
    figure = new_figure(width, 1.5 + height * len(ordered))
    figure.get_layout_engine().set(wspace=0.05)
    all_axes = figure.subplots(1, len(kind.panels), sharey=True)
    for axis, panel in zip(all_axes, kind.panels, strict=True):
        _panel(axis, ordered, panel, kind.lower_is_better)
    _label(all_axes[0], ordered, names, beside)
    note = (
        "dot: mean of the seeds · ticks: seeds · "
        f"bar: 95 % interval over test {_unit(ordered)}"
    )
    figure.supxlabel(fitted(note, width - 0.3, 8.5), fontsize=8.5, color=GREY)
    if title:
        heading = escape(fitted(title, width - 0.3, 12))
        figure.suptitle(heading, fontsize=12, color=INK, x=0.01, ha="left")
    return save(figure, path)


def _unit(ordered):
    kinds = {row.get("resampled", "sample") for row, _ in ordered}
    return " or ".join(f"{kind}s" for kind in sorted(kinds))


def _panel(axis, ordered, panel, lower_is_better):
    heading, metric, factor, decimals = panel
    axis.set_xlim(_limits(ordered, metric, factor))
    for place, (row, belongs) in enumerate(ordered):
        if place and not belongs:
            axis.axhline(place - 0.5, color=PALE, linewidth=0.7, zorder=0)
        draw_row(axis, place, row, (metric, factor, decimals))
    dress(axis, "", "← better" if metric in lower_is_better else "better →")
    axis.xaxis.label.set_color(GREY)
    axis.set_title(heading, fontsize=11, color=INK, loc="left", weight="bold")
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", color=PALE, linewidth=0.8)
    axis.set_axisbelow(True)


def _limits(ordered, metric, factor):
    """The range of the rows and their own controls.

    A floor such as the majority class is often so far off that it would press
    everything else together: outside the range it becomes an arrow at the edge.
    """
    near = [row for row, belongs in ordered if belongs or not row.get("control")]
    near = near or [row for row, _ in ordered]
    found = [numbers_of(row, metric, factor) for row in near]
    ends = np.concatenate([np.append(seeds, bar) for _, seeds, bar in found])
    ends = ends[np.isfinite(ends)]
    return nice_limits(ends if len(ends) else [0.0, 1.0], margin=0.12)


def numbers_of(row, metric, factor):
    """Mean, seeds and interval; NaN for what is not defined, as JSON holds it."""
    found = row["metrics"][metric]
    keys = ("mean", "values", "ci95")
    return [factor * np.array(found[key], dtype="float64") for key in keys]


def draw_row(axis, place, row, form):
    """One row in one panel: interval, seeds, mean, and the mean as a number."""
    metric, factor, decimals = form
    mean, seeds, (start, end) = numbers_of(row, metric, factor)
    colour = GREY if row.get("control") else BLUE
    low, high = axis.get_xlim()
    text = {"fontsize": 8, "color": colour, "textcoords": "offset points"}
    if not np.isfinite(mean):
        at = ((low + high) / 2, place)
        axis.annotate("undefined", at, (0, 0), ha="center", va="center", **text)
        return
    if not low <= mean <= high:
        edge, side = (low, "left") if mean < low else (high, "right")
        number = f"◂ {mean:.{decimals}f}" if mean < low else f"{mean:.{decimals}f} ▸"
        offset = (2 if side == "left" else -2, 0)
        axis.annotate(number, (edge, place), offset, ha=side, va="center", **text)
        return
    # A line would end in caps that reach beyond the interval.
    axis.barh(place, end - start, BAR_HEIGHT, start, color=colour, alpha=0.28, lw=0)
    if len(seeds) > 1:
        style = {"marker": "|", "s": 34, "linewidths": 0.9, "alpha": 0.8}
        axis.scatter(seeds, np.full(len(seeds), place), color=colour, **style)
    axis.scatter([mean], [place], s=38, color=colour, edgecolor="white", zorder=4)
    share = (mean - low) / (high - low)
    side = "left" if share < NEAR_SIDE else "center"
    side = "right" if share > 1 - NEAR_SIDE else side
    number = f"{mean:.{decimals}f}"
    axis.annotate(number, (mean, place), (0, 5), ha=side, va="bottom", **text)


def _name(row, belongs):
    """What stands beside a row, in lines; a control under its row is set in."""
    label = row_label(row, belongs)
    if not row.get("control"):
        label = f"{label} ({row['training']})"
    indent = "   " if belongs else ""
    lines = fitted(label, NAME_WIDTH, NAME_SIZE).split("\n")
    return "\n".join(f"{indent}{line}" for line in lines)


def _label(axis, ordered, names, beside):
    """Names at the left, flush."""
    shown = [escape(name) for name in names]
    axis.set_yticks(range(len(ordered)), shown, fontsize=NAME_SIZE, ha="left")
    axis.set_ylim(len(ordered) - 0.4, -0.7)
    for label, (row, _) in zip(axis.get_yticklabels(), ordered, strict=True):
        label.set_color(GREY if row.get("control") else INK)
    axis.tick_params(axis="y", pad=72 * beside)

"""The picture that sums a report up: every row with its interval."""

import numpy as np

from mmzoo.evaluation._figures import (
    BLUE,
    GREY,
    INK,
    PALE,
    dress,
    escape,
    new_figure,
    nice_limits,
    save,
)
from mmzoo.evaluation._row_dicts import as_dicts, in_order, row_label
from mmzoo.evaluation._row_kind import kind_of


def comparison(rows, path, title=None):
    """Rows with the 95 % intervals of their main metrics; controls in grey.

    Those are has0 accuracy, MAE and r; accuracy, UAR and macro F1 for classes.

    Args:
        rows: list of `Row`, or of the rows of a `report.json`.
        path: the PNG file to write.
        title: heading. Defaults to `None`.

    Returns:
        str, the file's SHA-256.
    """
    rows = as_dicts(rows)
    ordered, kind = in_order(rows), kind_of(rows)
    figure = new_figure(10.2, 1.5 + 0.36 * len(ordered))
    figure.get_layout_engine().set(wspace=0.05)
    all_axes = figure.subplots(1, len(kind.panels), sharey=True)
    for axis, panel in zip(all_axes, kind.panels, strict=True):
        _panel(axis, ordered, panel, kind.lower_is_better)
    _names(figure, all_axes[0], ordered)
    unit = _unit(ordered)
    note = (
        f"dot: mean of the seeds   ticks: seeds   bar: 95 % interval over test {unit}"
    )
    figure.supxlabel(note, fontsize=8, color=GREY)
    if title:
        figure.suptitle(escape(title), fontsize=12, color=INK, x=0.01, ha="left")
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
        _draw(axis, place, row, (metric, factor, decimals))
    dress(axis, None, "← better" if metric in lower_is_better else "better →")
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
    ends = [row["metrics"][metric][key] for row in near for key in ("ci95", "values")]
    return nice_limits(factor * np.concatenate(ends), margin=0.12)


def _draw(axis, place, row, form):
    """One row in one panel: interval, seeds, mean, and the mean as a number."""
    metric, factor, decimals = form
    found = row["metrics"][metric]
    colour = GREY if row.get("control") else BLUE
    mean, seeds = factor * found["mean"], factor * np.array(found["values"])
    low, high = axis.get_xlim()
    text = {"fontsize": 7.5, "color": colour, "textcoords": "offset points"}
    if not low <= mean <= high:
        edge, side = (low, "left") if mean < low else (high, "right")
        number = f"◂ {mean:.{decimals}f}" if mean < low else f"{mean:.{decimals}f} ▸"
        offset = (2 if side == "left" else -2, 0)
        axis.annotate(number, (edge, place), offset, ha=side, va="center", **text)
        return
    interval = factor * np.array(found["ci95"])
    axis.plot(interval, [place, place], color=colour, linewidth=5, alpha=0.28)
    if len(seeds) > 1:
        style = {"marker": "|", "s": 34, "linewidths": 0.9, "alpha": 0.8}
        axis.scatter(seeds, np.full(len(seeds), place), color=colour, **style)
    axis.scatter([mean], [place], s=38, color=colour, edgecolor="white", zorder=4)
    number = f"{mean:.{decimals}f}"
    axis.annotate(number, (mean, place), (0, 5), ha="center", va="bottom", **text)


def _names(figure, axis, ordered):
    """Names at the left, flush; a control under its row is set in."""
    labels = []
    for row, belongs in ordered:
        label = row_label(row, belongs)
        if not row.get("control"):
            label = f"{label}  ({row['training']})"
        labels.append(escape(label))
    axis.set_yticks(range(len(ordered)), labels, fontsize=9.5, ha="left")
    axis.set_ylim(len(ordered) - 0.4, -0.7)
    widths = []
    renderer = figure.canvas.get_renderer()
    for label, (row, _) in zip(axis.get_yticklabels(), ordered, strict=True):
        label.set_color(GREY if row.get("control") else INK)
        widths.append(label.get_window_extent(renderer).width)
    axis.tick_params(axis="y", pad=max(widths) * 72 / figure.dpi + 12)

"""The pictures of a report, one panel a row."""

import re

import numpy as np
from matplotlib.ticker import MaxNLocator

from mmzoo.evaluation.pictures.figures import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    colour_bar,
    dress,
    escape,
    grid_size,
    heading,
    new_figure,
    nice_limits,
    panels,
    save,
    shortened,
    text_width,
)
from mmzoo.evaluation.row_dicts import mean_text


def confusion_7class(rows, path):
    """Confusion of each row of sentiment, in the seven classes of `acc7`.

    Args:
        rows: list of `Row`.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256.
    """
    return confusion(rows, path)


def confusion(rows, path):
    """Confusion of the classes of each row, in per cent of the true class.

    A cell's number is how many test samples it holds, averaged over the seeds; its
    colour the share of its true class.

    Args:
        rows: list of `Row` of the same classes.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256.
    """
    names = rows[0].classes or rows[0].kind.class_names
    shown = [escape(shortened(name)) for name in names]
    longest = max(text_width(name, 8) for name in shown)
    aslant = longest > 0.3
    # Names take their place beside a panel, and aslant below it.
    side = max(2.6, 0.4 * len(names))
    size = (side + 0.8 + longest, side + 1.5 + 0.75 * longest)
    width, height = grid_size(len(rows), 3, *size)
    figure = new_figure(width + 0.8, height)
    axes = panels(figure, len(rows))
    for axis, row in zip(axes, rows, strict=True):
        counts = _confusion(row, len(names))
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        # A fixed aspect would push long titles out of the figure.
        style = {"vmin": 0, "vmax": 1, "origin": "lower", "aspect": "auto"}
        image = axis.imshow(share, cmap="Blues", **style)
        for (true, said), count in np.ndenumerate(counts):
            if count >= 0.5:
                colour = "white" if share[true, said] > 0.55 else INK
                style = {"ha": "center", "va": "center", "fontsize": 7}
                axis.text(said, true, f"{count:.0f}", color=colour, **style)
        slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        axis.set_xticks(range(len(names)), shown, **(slant if aslant else {}))
        axis.set_yticks(range(len(names)), shown)
        accuracy = 100 * row.metrics[row.kind.class_accuracy]["mean"]
        title = (row.title, f"{row.training}, {accuracy:.1f} % on the diagonal")
        dress(axis, heading(title, side), "predicted class", "true class")
        axis.spines[:].set_visible(False)
    shrink = 0.8 if len(rows) <= 3 else 0.5
    colour_bar(figure, image, list(axes), "share of the true class", shrink)
    return save(figure, path)


def _confusion(row, size):
    """Samples by true and predicted class, averaged over the seeds, `(size, size)`."""
    true, said = map(row.kind.classes_of, (row.labels, row.predictions))
    counts = np.bincount((true * size + said).ravel(), minlength=size**2)
    return counts.reshape(size, size) / row.num_seeds


def predicted_against_true(rows, path):
    """Prediction, averaged over the seeds, against label, with the line of truth.

    Args:
        rows: list of `Row`.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256.
    """
    figure = new_figure(*grid_size(len(rows), 3, 3.2, 3.4))
    everything = [np.concatenate([r.labels, r.predictions.mean(axis=0)]) for r in rows]
    limits = nice_limits(np.concatenate(everything))
    for axis, row in zip(panels(figure, len(rows)), rows, strict=True):
        axis.plot(limits, limits, color=GREY, linewidth=1, linestyle="--", zorder=1)
        axis.scatter(
            row.labels,
            row.predictions.mean(axis=0),
            s=12,
            color=BLUE,
            alpha=float(np.clip(120 / len(row.labels), 0.15, 0.7)),
            linewidths=0,
        )
        axis.set(xlim=limits, ylim=limits)
        scores = ", ".join(
            f"{words} {mean_text(row.metrics, metric)}"
            for metric, words in (row.kind.also_said[0], row.kind.judged_by)
        )
        title = (row.title, f"{row.training}, {scores}")
        dress(axis, heading(title), "label", "prediction, mean of the seeds")
    return save(figure, path)


def learning_curves(rows, path):
    """Loss by epoch of every phase: a thin line a seed, the mean in bold.

    A dot on the line of a seed marks the epoch whose weights were kept.

    Args:
        rows: list of `Row`; those without history are passed over.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256, or None where no row has a history.
    """
    charts = [
        (row, phase)
        for row in rows
        for phase in dict.fromkeys(name for seed in row.history for name in seed)
    ]
    if not charts:
        return None
    figure = new_figure(*grid_size(len(charts), 3, 3.5, 2.6))
    for axis, (row, phase) in zip(panels(figure, len(charts)), charts, strict=True):
        runs = [seed[phase] for seed in row.history if phase in seed]
        for colour, key, label in (
            (BLUE, "loss", "train"),
            (ORANGE, "val_loss", "validation"),
        ):
            _curve(axis, [run[key] for run in runs if run.get(key)], colour, label)
        _mark_kept(axis, phase, runs)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y", color=PALE, linewidth=0.8)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=7.5, frameon=False)
        # A training in one phase is called what the phase is.
        how = row.training if phase == row.training else f"{row.training}: {phase}"
        dress(axis, heading((row.title, how)), "epoch", "loss")
    return save(figure, path)


def _kept_epoch(phase, logs):
    """The epoch that validation chose, from 1, or None where no validation chose."""
    watched = [f"val_{phase}_loss"]
    watched += [name for name in logs if re.match(r"val_.*(_mae|_error)$", name)]
    for name in (*watched, "val_loss"):
        if np.isfinite(logs.get(name, [])).any():
            return int(np.nanargmin(logs[name])) + 1
    return None


def _mark_kept(axis, phase, runs):
    kept = [(_kept_epoch(phase, run), run.get("val_loss", [])) for run in runs]
    dots = [(epoch, loss[epoch - 1]) for epoch, loss in kept if epoch and loss]
    if dots:
        style = {"s": 30, "color": ORANGE, "edgecolor": INK, "zorder": 4}
        axis.scatter(*zip(*dots, strict=True), label="kept epoch", **style)


def _curve(axis, runs, colour, label):
    for values in runs:
        epochs = np.arange(1, len(values) + 1)
        axis.plot(epochs, values, color=colour, linewidth=0.8, alpha=0.35)
    if runs:
        # Seeds stop at different epochs: the mean is drawn as far as all of them go.
        shared = min(len(values) for values in runs)
        mean = np.mean([values[:shared] for values in runs], axis=0)
        marker = "o" if shared == 1 else None
        epochs = np.arange(1, shared + 1)
        axis.plot(epochs, mean, color=colour, linewidth=2, label=label, marker=marker)

"""The pictures of a report, one panel a row."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from mmzoo.evaluation._figures import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    colour_bar,
    dress,
    escape,
    grid_size,
    new_figure,
    nice_limits,
    panels,
    save,
)
from mmzoo.evaluation.metrics import sentiment_classes


def confusion_7class(rows, path):
    """Seven-class confusion of each row, in per cent of the true class.

    A cell's number is how many test samples it holds, averaged over the seeds; its
    colour the share of its true class.

    Args:
        rows: list of `Row`.
        path: the PNG file to write.

    Returns:
        str, the file's SHA-256.
    """
    figure = new_figure(*grid_size(len(rows), 3, 3.4, 3.9))
    axes = panels(figure, len(rows))
    for axis, row in zip(axes, rows, strict=True):
        counts = _confusion(row)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        image = axis.imshow(share, cmap="Blues", vmin=0, vmax=1, origin="lower")
        for (true, said), count in np.ndenumerate(counts):
            if count >= 0.5:
                colour = "white" if share[true, said] > 0.55 else INK
                style = {"ha": "center", "va": "center", "fontsize": 7}
                axis.text(said, true, f"{count:.0f}", color=colour, **style)
        names = [f"{value:+d}" if value else "0" for value in range(-3, 4)]
        axis.set_xticks(range(7), names)
        axis.set_yticks(range(7), names)
        accuracy = 100 * row.metrics["acc7"]["mean"]
        title = f"{row.name}\n{row.training}, {accuracy:.1f} % on the diagonal"
        dress(axis, title, "predicted class", "true class")
        axis.spines[:].set_visible(False)
    shrink = 0.8 if len(rows) <= 3 else 0.5
    colour_bar(figure, image, list(axes), "share of the true class", shrink)
    return save(figure, path)


def _confusion(row):
    """Samples by true and predicted class, averaged over the seeds, `(7, 7)`."""
    true = np.broadcast_to(sentiment_classes(row.labels), row.predictions.shape)
    said = sentiment_classes(row.predictions)
    cells = (true + 3) * 7 + said + 3
    counts = np.bincount(cells.ravel(), minlength=49).reshape(7, 7)
    return counts / row.num_seeds


def predicted_against_true(rows, path):
    """Prediction, averaged over the seeds, against label, with the line of truth.

    Args:
        rows: list of `Row`.
        path: the PNG file to write.

    Returns:
        str, the file's SHA-256.
    """
    figure = new_figure(*grid_size(len(rows), 3, 3.2, 3.2))
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
        axis.set(xlim=limits, ylim=limits, aspect="equal")
        r, error = (row.metrics[name]["mean"] for name in ("pearson", "mae"))
        title = f"{row.name}\n{row.training}, r {r:.3f}, MAE {error:.3f}"
        dress(axis, title, "label", "prediction, mean of the seeds")
    return save(figure, path)


def learning_curves(rows, path):
    """Loss by epoch of every phase: a thin line a seed, the mean in bold.

    Args:
        rows: list of `Row`; those without history are passed over.
        path: the PNG file to write.

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
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(axis="y", color=PALE, linewidth=0.8)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=7.5, frameon=False)
        dress(axis, f"{row.title}\n{row.training}: {phase}", "epoch", "loss")
    return save(figure, path)


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


def attention_map(weights, path, title="", source="source", target="target"):
    """Where in the source each step of a translation looks.

    Args:
        weights: float array of shape `(target steps, source steps)`, real steps only.
        path: the PNG file to write.
        title: what is shown. Defaults to `""`.
        source: name of the source. Defaults to `"source"`.
        target: name of the target. Defaults to `"target"`.

    Returns:
        str, the file's SHA-256.
    """
    weights = np.asarray(weights, "float64")
    if weights.ndim != 2 or not weights.size:
        raise ValueError(
            "`weights` must have shape (target steps, source steps), at least one of "
            f"each; received {weights.shape}. Pass one sample, without its padding."
        )
    steps_out, steps_in = weights.shape
    longest = max(steps_out, steps_in)
    sizes = [1.6 + 3.9 * max(0.3, steps / longest) for steps in (steps_in, steps_out)]
    figure = new_figure(sizes[0] + 0.6, sizes[1])
    axis = figure.subplots()
    image = axis.imshow(weights, cmap="cividis", vmin=0, aspect="auto")
    for ticks in (axis.xaxis, axis.yaxis):
        ticks.set_major_locator(MaxNLocator(integer=True, nbins=8))
    dress(axis, title, f"step of {escape(source)}", f"step of {escape(target)}")
    colour_bar(figure, image, axis, "attention weight")
    return save(figure, path)

"""The pictures of a report, one panel a row."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
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

_SEE_THROUGH = LinearSegmentedColormap.from_list(
    "attention", [(*to_rgb(ORANGE), 0.0), (*to_rgb(ORANGE), 0.9)]
)
_SENTIMENTS = tuple(f"{value:+d}" if value else "0" for value in range(-3, 4))


def confusion_7class(rows, path):
    """Confusion of each row of sentiment, in the seven classes of `acc7`.

    Args:
        rows: list of `Row`.
        path: the PNG file to write.

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
        path: the PNG file to write.

    Returns:
        str, the file's SHA-256.
    """
    names = rows[0].classes or _SENTIMENTS
    longest = max(map(len, names))
    aslant = longest > 2
    # Names take their place below a panel and beside it.
    side = max(4.2, 0.6 + 0.4 * len(names) + 0.07 * longest)
    size = (side, side + 0.1) if aslant else (3.4, 3.9)
    figure = new_figure(*grid_size(len(rows), 3, *size))
    axes = panels(figure, len(rows))
    for axis, row in zip(axes, rows, strict=True):
        counts = _confusion(row, len(names))
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        image = axis.imshow(share, cmap="Blues", vmin=0, vmax=1, origin="lower")
        for (true, said), count in np.ndenumerate(counts):
            if count >= 0.5:
                colour = "white" if share[true, said] > 0.55 else INK
                style = {"ha": "center", "va": "center", "fontsize": 7}
                axis.text(said, true, f"{count:.0f}", color=colour, **style)
        shown = [escape(name) for name in names]
        slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        axis.set_xticks(range(len(names)), shown, **(slant if aslant else {}))
        axis.set_yticks(range(len(names)), shown)
        accuracy = 100 * row.metrics[row.kind.class_accuracy]["mean"]
        title = f"{row.name}\n{row.training}, {accuracy:.1f} % on the diagonal"
        dress(axis, title, "predicted class", "true class")
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
        scores = ", ".join(
            f"{words} {row.metrics[metric]['mean']:.3f}"
            for metric, words in (row.kind.also_said[0], row.kind.judged_by)
        )
        title = f"{row.name}\n{row.training}, {scores}"
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


def attention_over_spectrogram(
    spectrogram, weights, path, title="", seconds_per_frame=0.01
):
    """When in a recording a model looks, or when and at which frequencies.

    Weights by frame are a curve above the spectrogram; weights by frame and bin lie
    over it.

    Args:
        spectrogram: float array of shape `(frames, bins)`, such as the logarithm of
            power, low frequencies first; real frames only.
        weights: float array of shape `(frames,)` or `(frames, bins)`.
        path: the PNG file to write.
        title: what is shown. Defaults to `""`.
        seconds_per_frame: from one frame to the next. Defaults to `0.01`.

    Returns:
        str, the file's SHA-256.
    """
    spectrogram = np.asarray(spectrogram, "float64")
    weights = np.asarray(weights, "float64")
    if spectrogram.ndim != 2 or not spectrogram.size:
        raise ValueError(
            "`spectrogram` must have shape (frames, bins), at least one of each; "
            f"received {spectrogram.shape}. Pass one recording, without its padding."
        )
    frames, bins = spectrogram.shape
    if weights.shape not in ((frames,), (frames, bins)):
        raise ValueError(
            f"`weights` must have shape ({frames},) or ({frames}, {bins}), as "
            f"`spectrogram` has; received {weights.shape}. Repeat the weights of "
            "pooled frames as often as they were pooled."
        )
    by_frame = weights.ndim == 1
    figure = new_figure(6.4, 3.6 if by_frame else 2.9)
    heights = {"height_ratios": [1, 3]} if by_frame else {}
    axes = figure.subplots(1 + by_frame, 1, sharex=True, squeeze=False, **heights)
    below = axes[-1, 0]
    place = {
        "extent": (0, frames * seconds_per_frame, 0, bins),
        "origin": "lower",
        "aspect": "auto",
        "interpolation": "nearest",
    }
    colours = "cividis" if by_frame else "gray"
    below.imshow(spectrogram.T, cmap=colours, **place)
    below.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    if by_frame:
        _weight_curve(axes[0, 0], weights, seconds_per_frame)
    else:
        image = below.imshow(weights.T, cmap=_SEE_THROUGH, vmin=0, **place)
        colour_bar(figure, image, below, "attention weight")
    dress(axes[0, 0], title)
    dress(below, None, "time (s)", "frequency bin")
    return save(figure, path)


def _weight_curve(axis, weights, seconds_per_frame):
    edges = np.arange(len(weights) + 1) * seconds_per_frame
    axis.stairs(weights, edges, color=ORANGE, alpha=0.25, fill=True)
    axis.stairs(weights, edges, color=ORANGE, linewidth=1.2)
    axis.set_ylim(0, nice_limits([0.0, weights.max()])[1])
    axis.tick_params(labelbottom=False)
    axis.set_ylabel("attention\nweight", fontsize=8.5, color=INK)


def attention_over_picture(picture, weights, path, title="", words=(), word_weights=()):
    """At which cells of a picture a model looks, and at which of its words.

    Weights by cell lie over the picture; those by word are bars beside it.

    Args:
        picture: float array of shape `(rows, columns, 3)`, from 0 to 255.
        weights: float array of shape `(cell rows, cell columns)`.
        path: the PNG file to write.
        title: what is shown. Defaults to `""`.
        words: the words of the picture. Defaults to `()`.
        word_weights: a number a word. Defaults to `()`.

    Returns:
        str, the file's SHA-256.
    """
    picture, weights = (np.asarray(each, "float64") for each in (picture, weights))
    if picture.ndim != 3 or picture.shape[-1] != 3 or not picture.size:
        raise ValueError(
            "`picture` must have shape (rows, columns, 3), at least one of each; "
            f"received {picture.shape}. Pass one picture, not a batch."
        )
    if weights.ndim != 2 or len(words) != len(word_weights):
        raise ValueError(
            "`weights` must have shape (cell rows, cell columns), and `word_weights` a "
            f"number a word; received {weights.shape}, and {len(word_weights)} numbers "
            f"for {len(words)} words."
        )
    beside = len(words) > 0
    height = max(3.4, 0.6 + 0.16 * len(words))
    figure = new_figure(6.8 if beside else 4.0, height)
    axes = figure.subplots(1, 1 + beside, squeeze=False)[0]
    place = {"extent": (0, picture.shape[1], picture.shape[0], 0)}
    axes[0].imshow(np.clip(picture / 255, 0, 1), **place)
    image = axes[0].imshow(weights, _SEE_THROUGH, vmin=0, **place)
    axes[0].set(xticks=[], yticks=[])
    colour_bar(figure, image, axes[0], "attention weight", shrink=0.8)
    dress(axes[0], title)
    axes[0].spines[:].set_visible(False)
    if beside:
        _word_bars(axes[1], words, word_weights)
    return save(figure, path)


def _word_bars(axis, words, weights):
    places = np.arange(len(words))
    axis.barh(places, weights, color=ORANGE, alpha=0.6)
    axis.set_yticks(places, [escape(word) for word in words])
    axis.invert_yaxis()
    dress(axis, None, "attention weight")

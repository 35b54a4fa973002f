"""Pictures of one sample and of where a model looks at it."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import MaxNLocator

from mmzoo.evaluation.pictures.figures import (
    INK,
    LINE_HEIGHT,
    ORANGE,
    TITLE,
    colour_bar,
    dress,
    escape,
    fitted,
    heading,
    new_figure,
    nice_limits,
    save,
    shortened,
    text_width,
)

_SEE_THROUGH = LinearSegmentedColormap.from_list(
    "attention", [(*to_rgb(ORANGE), 0.0), (*to_rgb(ORANGE), 0.9)]
)
# More words than these cannot be read beside a picture, or along an axis.
MOST_BARS, MOST_TICKS = 40, 40
# Octaves, in which mel bins are close to evenly spaced.
_OCTAVES = 62.5 * 2.0 ** np.arange(10)


def attention_map(
    weights,
    path,
    title="",
    source="source",
    target="target",
    about="",
    source_words=(),
    target_words=(),
):
    """Where in the source each step of a translation looks.

    Args:
        weights: float array of shape `(target steps, source steps)`; NaN where nothing
            was observed, which is left white.
        path: the file to write, PNG or SVG.
        title: what is shown. Defaults to `""`.
        source: name of the source. Defaults to `"source"`.
        target: name of the target. Defaults to `"target"`.
        about: the sample, its label and the answer, for a line of the title. Defaults
            to `""`.
        source_words: the word of each source step, where it is known. Defaults to `()`.
        target_words: the word of each target step, where it is known. Defaults to `()`.

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
    beside, below = (_widest(words) for words in (target_words, source_words))
    lines = heading((title, about), sizes[0] - 0.9)
    height = sizes[1] + below + LINE_HEIGHT * lines.count("\n")
    figure = new_figure(sizes[0] + 0.6 + beside, height)
    axis = figure.subplots()
    image = axis.imshow(weights, cmap="cividis", vmin=0, aspect="auto")
    kinds = [
        _steps(axis.xaxis, source_words, steps_in, rotation=90),
        _steps(axis.yaxis, target_words, steps_out),
    ]
    names = [
        escape(fitted(f"{kind} of {name}", size - 0.9, 8.5))
        for kind, name, size in zip(kinds, (source, target), sizes, strict=True)
    ]
    dress(axis, lines, *names)
    colour_bar(figure, image, axis, "attention weight")
    return save(figure, path)


def _word(word):
    return escape(shortened(word, 16))


def _widest(words):
    """Inches that words need beside their axis."""
    return max((text_width(_word(word), 8) for word in words), default=0.0)


def _steps(axis, words, count, **style):
    """Put words or numbers of steps at an axis; returns which."""
    if len(words) == count <= MOST_TICKS:
        axis.set_ticks(range(count), map(_word, words), **style)
        return "words"
    axis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    # Steps are counted from 1, as people count.
    axis.set_major_formatter(lambda value, place: f"{value + 1:g}")
    return "step"


def attention_over_steps(weights, path, title="", modalities=(), words=(), about=""):
    """How heavily each step of each modality weighs, a curve a modality.

    Args:
        weights: float array of shape `(modalities, steps)`; NaN where nothing was
            observed, and behind the last step of a shorter modality.
        path: the file to write, PNG or SVG.
        title: what is shown. Defaults to `""`.
        modalities: the name of each row of `weights`.
        words: the word of each step of `text`, where it is known. Defaults to `()`.
        about: the sample, its label and the answer, for a line of the title. Defaults
            to `""`.

    Returns:
        str, the file's SHA-256.
    """
    weights = np.asarray(weights, "float64")
    if weights.ndim != 2 or not weights.size or len(weights) != len(modalities):
        raise ValueError(
            "`weights` must have shape (modalities, steps), a row for each of "
            f"`modalities`; received {weights.shape} for {list(modalities)}."
        )
    lines = heading((title, about), 5.0)
    height = 0.4 + 1.4 * len(weights) + _widest(words)
    figure = new_figure(6.4, height + LINE_HEIGHT * lines.count("\n"))
    axes = figure.subplots(len(weights), 1, squeeze=False)[:, 0]
    for axis, name, row in zip(axes, modalities, weights, strict=True):
        _step_curve(axis, str(name), row, words if name == "text" else ())
    dress(axes[0], lines)
    return save(figure, path)


def _step_curve(axis, name, weights, words):
    observed = np.flatnonzero(np.isfinite(weights))
    count = int(observed[-1]) + 1 if len(observed) else 1
    _curve(axis, weights[:count], np.arange(count + 1) - 0.5)
    axis.set_xlim(-0.5, count - 0.5)
    kind = _steps(axis.xaxis, words, count, rotation=90)
    dress(axis, "", escape(f"{kind} of {name}"), "attention\nweight")


def attention_over_spectrogram(
    spectrogram,
    weights,
    path,
    title="",
    seconds_per_frame=0.01,
    frequencies=(),
    trimmed=False,
    about="",
):
    """When in a recording a model looks, or when and at which frequencies.

    Weights by frame are a curve above the spectrogram; weights by frame and bin lie
    over it.

    Args:
        spectrogram: float array of shape `(frames, bins)`, such as the logarithm of
            power, low frequencies first; frames that are NaN are left white.
        weights: float array of shape `(frames,)` or `(frames, bins)`.
        path: the file to write, PNG or SVG.
        title: what is shown. Defaults to `""`.
        seconds_per_frame: from one frame to the next. Defaults to `0.01`.
        frequencies: centre of each bin in Hertz, rising. Defaults to `()`: bins are
            numbered.
        trimmed: whether a quiet beginning was cut off, so that time does not begin with
            the recording. Defaults to `False`.
        about: the sample, its label and the answer, for a line of the title. Defaults
            to `""`.

    Returns:
        str, the file's SHA-256.
    """
    spectrogram = np.asarray(spectrogram, "float64")
    weights = np.asarray(weights, "float64")
    _check_spectrogram(spectrogram, weights, frequencies)
    frames, bins = spectrogram.shape
    by_frame = weights.ndim == 1
    lines = heading((title, about), 5.0)
    height = (3.6 if by_frame else 2.9) + LINE_HEIGHT * lines.count("\n")
    figure = new_figure(6.4, height)
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
    if by_frame:
        _weight_curve(axes[0, 0], weights, seconds_per_frame)
    else:
        image = below.imshow(weights.T, cmap=_SEE_THROUGH, vmin=0, **place)
        colour_bar(figure, image, below, "attention weight")
    dress(axes[0, 0], lines)
    time = "time from the first loud frame (s)" if trimmed else "time (s)"
    dress(below, "", time, _frequency_ticks(below.yaxis, frequencies))
    return save(figure, path)


def _check_spectrogram(spectrogram, weights, frequencies):
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
    if len(frequencies) not in (0, bins):
        raise ValueError(
            f"`frequencies` must name the Hertz of each of the {bins} bins of "
            f"`spectrogram`; received {len(frequencies)}."
        )


def _frequency_ticks(axis, frequencies):
    """Put round frequencies where their bins are; returns the axis' label."""
    if not len(frequencies):
        axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        return "frequency bin"
    low, high = frequencies[0], frequencies[-1]
    steps = np.diff(frequencies)
    evenly = np.allclose(steps, steps.mean(), rtol=0.01) if len(steps) else True
    chosen = MaxNLocator(6).tick_values(low, high) if evenly else _OCTAVES
    chosen = chosen[(chosen >= low) & (chosen <= high)]
    chosen = chosen if len(chosen) else np.unique([low, high])
    # The middle of bin b is drawn at b + 0.5.
    places = np.interp(chosen, frequencies, np.arange(len(frequencies)) + 0.5)
    # Low octaves lie so close that their labels would cover each other.
    far = np.diff(places, append=np.inf) > len(frequencies) / 20
    axis.set_ticks(places[far], [f"{each:.4g}" for each in chosen[far]])
    return "frequency (Hz)"


def _curve(axis, weights, edges):
    """Weights as stairs between edges; those that are NaN are gaps."""
    axis.stairs(weights, edges, color=ORANGE, alpha=0.25, fill=True)
    axis.stairs(weights, edges, color=ORANGE, linewidth=1.2)
    highest = np.nanmax(weights, initial=0.0)
    axis.set_ylim(0, nice_limits([0.0, highest])[1])


def _weight_curve(axis, weights, seconds_per_frame):
    _curve(axis, weights, np.arange(len(weights) + 1) * seconds_per_frame)
    axis.tick_params(labelbottom=False)
    axis.set_ylabel("attention\nweight", fontsize=8.5, color=INK)


def attention_over_picture(
    picture, weights, path, title="", words=(), word_weights=(), about=""
):
    """At which cells of a picture a model looks, and at which of its words.

    Weights by cell lie over the picture; those by word are bars beside it, of the
    heaviest words where there are too many to be read.

    Args:
        picture: float array of shape `(rows, columns, 3)`, from 0 to 255; NaN where a
            bar keeps the aspect ratio, which is left white.
        weights: float array of shape `(cell rows, cell columns)`.
        path: the file to write, PNG or SVG.
        title: what is shown. Defaults to `""`.
        words: the words of the picture. Defaults to `()`.
        word_weights: a number a word. Defaults to `()`.
        about: the sample, its label and the answer, for a line of the title. Defaults
            to `""`.

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
    height = max(3.6, 0.6 + 0.16 * min(len(words), MOST_BARS))
    width = 6.8 if beside else 4.0
    lines = heading((title, about), width - 0.4)
    figure = new_figure(width, height + LINE_HEIGHT * lines.count("\n"))
    axes = figure.subplots(1, 1 + beside, squeeze=False)[0]
    inside = np.isfinite(picture).all(axis=-1)
    axes[0].imshow(np.where(inside[..., None], np.clip(picture / 255, 0, 1), 1.0))
    over = np.where(inside, _by_pixel(weights, inside.shape), np.nan)
    image = axes[0].imshow(over, _SEE_THROUGH, vmin=0, interpolation="nearest")
    axes[0].set(xticks=[], yticks=[])
    colour_bar(figure, image, axes[0], "attention weight", shrink=0.8)
    dress(axes[0])
    figure.suptitle(lines, x=0.02, ha="left", **TITLE)
    axes[0].spines[:].set_visible(False)
    if beside:
        _word_bars(axes[1], words, np.asarray(word_weights))
    return save(figure, path)


def _by_pixel(weights, shape):
    """The weight of the cell that each pixel lies in."""
    rows, columns = (
        np.arange(size) * cells // size
        for size, cells in zip(shape, weights.shape, strict=True)
    )
    return weights[rows[:, None], columns]


def _word_bars(axis, words, weights):
    # In the order of the text.
    shown = np.sort(np.argsort(-weights, kind="stable")[:MOST_BARS])
    places = np.arange(len(shown))
    axis.barh(places, weights[shown], color=ORANGE, alpha=0.6)
    axis.set_yticks(places, [escape(shortened(words[i])) for i in shown])
    axis.invert_yaxis()
    left_out = len(words) > len(shown)
    some = f"\n{len(shown)} heaviest of {len(words)} words" if left_out else ""
    dress(axis, "", f"attention weight{some}")

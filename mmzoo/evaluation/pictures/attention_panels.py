"""What pictures of attention are made of: weights over steps, sounds, pictures, words.

Each is drawn into a figure, or into a part of one, and a picture may have several.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import MaxNLocator

from mmzoo.evaluation.pictures.figures import (
    INK,
    ORANGE,
    colour_bar,
    dress,
    escape,
    fitted,
    nice_limits,
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


def map_size(weights, source_words=(), target_words=()):
    """Inches that a map of attention needs, its words included.

    Args:
        weights: array `(target steps, source steps)`.
        source_words: the word of each source step, where it is known.
        target_words: the word of each target step, likewise.

    Returns:
        Width and height of the map, and the width of the words beside it.
    """
    longest = max(weights.shape)
    height, width = (1.6 + 3.9 * max(0.3, n / longest) for n in weights.shape)
    return width, height + _widest(source_words), _widest(target_words)


def map_panel(figure, weights, names, widths, source_words=(), target_words=()):
    """Draw where in the source each step of a target looks.

    Args:
        figure: a figure, or a part of one.
        weights: float array `(target steps, source steps)`, NaN where nothing was.
        names: of the source and of the target.
        widths: inches that the label of each axis may take.
        source_words: the word of each source step, where it is known.
        target_words: the word of each target step, likewise.

    Returns:
        The axes.
    """
    axis = figure.subplots()
    image = axis.imshow(weights, cmap="cividis", vmin=0, aspect="auto")
    kinds = [
        _steps(axis.xaxis, source_words, weights.shape[1], rotation=90),
        _steps(axis.yaxis, target_words, weights.shape[0]),
    ]
    labels = [
        escape(fitted(f"{kind} of {name}", width, 8.5))
        for kind, name, width in zip(kinds, names, widths, strict=True)
    ]
    dress(axis, "", *labels)
    colour_bar(figure, image, axis, "attention weight")
    return axis


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


def steps_height(weights, words=()):
    """Inches that curves over steps need.

    Args:
        weights: array `(modalities, steps)`.
        words: the word of each step of `text`, where it is known.

    Returns:
        float.
    """
    return 0.4 + 1.4 * len(weights) + _widest(words)


def step_panels(figure, weights, modalities, words=()):
    """Draw how heavily each step of each modality weighs, a curve a modality.

    Args:
        figure: a figure, or a part of one.
        weights: float array `(modalities, steps)`, NaN where nothing was observed.
        modalities: the name of each row.
        words: the word of each step of `text`, where it is known.

    Returns:
        The axes of the first.
    """
    axes = figure.subplots(len(weights), 1, squeeze=False)[:, 0]
    for axis, name, row in zip(axes, modalities, weights, strict=True):
        _step_curve(axis, str(name), row, words if name == "text" else ())
    return axes[0]


def _step_curve(axis, name, weights, words):
    observed = np.flatnonzero(np.isfinite(weights))
    count = int(observed[-1]) + 1 if len(observed) else 1
    _curve(axis, weights[:count], np.arange(count + 1) - 0.5)
    axis.set_xlim(-0.5, count - 0.5)
    kind = _steps(axis.xaxis, words, count, rotation=90)
    dress(axis, "", escape(f"{kind} of {name}"), "attention\nweight")


def spectrogram_height(weights):
    """Inches that a spectrogram needs, with a curve above it or without.

    Args:
        weights: array `(frames,)` or `(frames, bins)`.

    Returns:
        float.
    """
    return 3.6 if np.ndim(weights) == 1 else 2.9


def spectrogram_panel(
    figure, spectrogram, weights, seconds_per_frame, frequencies, trimmed
):
    """Draw when in a recording a model looks, see `attention_over_spectrogram`.

    Args:
        figure: a figure, or a part of one.
        spectrogram: float array `(frames, bins)`.
        weights: float array `(frames,)` or `(frames, bins)`.
        seconds_per_frame: float.
        frequencies: centre of each bin in Hertz.
        trimmed: whether a quiet beginning was cut off.

    Returns:
        The axes on top.
    """
    frames, bins = spectrogram.shape
    by_frame = weights.ndim == 1
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
    time = "time from the first loud frame (s)" if trimmed else "time (s)"
    dress(axes[0, 0])
    dress(below, "", time, _frequency_ticks(below.yaxis, frequencies))
    return axes[0, 0]


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


def picture_height(words=()):
    """Inches that a picture needs, with the bars of its words beside it.

    Args:
        words: list of str.

    Returns:
        float.
    """
    return max(3.6, words_height(words))


def picture_panel(figure, picture, weights, words=(), word_weights=()):
    """Draw at which cells of a picture a model looks, see `attention_over_picture`.

    Args:
        figure: a figure, or a part of one.
        picture: float array `(rows, columns, 3)`, from 0 to 255.
        weights: float array `(cell rows, cell columns)`.
        words: the words of the picture.
        word_weights: float array, a number a word.

    Returns:
        The axes of the picture.
    """
    beside = len(words) > 0
    axes = figure.subplots(1, 1 + beside, squeeze=False)[0]
    inside = np.isfinite(picture).all(axis=-1)
    axes[0].imshow(np.where(inside[..., None], np.clip(picture / 255, 0, 1), 1.0))
    over = np.where(inside, _by_pixel(weights, inside.shape), np.nan)
    image = axes[0].imshow(over, _SEE_THROUGH, vmin=0, interpolation="nearest")
    axes[0].set(xticks=[], yticks=[])
    colour_bar(figure, image, axes[0], "attention weight", shrink=0.8)
    dress(axes[0])
    axes[0].spines[:].set_visible(False)
    if beside:
        word_bars(axes[1], words, np.asarray(word_weights))
    return axes[0]


def _by_pixel(weights, shape):
    """The weight of the cell that each pixel lies in."""
    rows, columns = (
        np.arange(size) * cells // size
        for size, cells in zip(shape, weights.shape, strict=True)
    )
    return weights[rows[:, None], columns]


def words_height(words):
    """Inches that the bars of words need.

    Args:
        words: list of str.

    Returns:
        float.
    """
    return 0.6 + 0.16 * min(len(words), MOST_BARS)


def word_bars(axis, words, weights):
    """Draw how heavily each word weighs, in the order of the text.

    Args:
        axis: the axes.
        words: list of str; of too many to be read, the heaviest are shown.
        weights: float array, a number a word.
    """
    shown = np.sort(np.argsort(-weights, kind="stable")[:MOST_BARS])
    places = np.arange(len(shown))
    axis.barh(places, weights[shown], color=ORANGE, alpha=0.6)
    axis.set_yticks(places, [escape(shortened(words[i])) for i in shown])
    axis.invert_yaxis()
    left_out = len(words) > len(shown)
    some = f"\n{len(shown)} heaviest of {len(words)} words" if left_out else ""
    dress(axis, "", f"attention weight{some}")

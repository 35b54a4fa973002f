"""Pictures of one sample and of where a model looks at it."""

import numpy as np

from mmzoo.evaluation.pictures.attention_panels import (
    map_panel,
    map_size,
    picture_height,
    picture_panel,
    spectrogram_height,
    spectrogram_panel,
    step_panels,
    steps_height,
    word_bars,
    words_height,
)
from mmzoo.evaluation.pictures.figures import (
    LINE_HEIGHT,
    TITLE,
    dress,
    heading,
    new_figure,
    save,
)


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
    words = source_words, target_words
    width, height, beside = map_size(weights, *words)
    lines = heading((title, about), width - 0.9)
    figure = new_figure(width + 0.6 + beside, height + _tall(lines))
    widths = width - 0.9, map_size(weights)[1] - 0.9
    axis = map_panel(figure, weights, (source, target), widths, *words)
    dress(axis, lines)
    return save(figure, path)


def _tall(lines):
    """Inches of the lines of a title below its first."""
    return LINE_HEIGHT * lines.count("\n")


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
    figure = new_figure(6.4, steps_height(weights, words) + _tall(lines))
    dress(step_panels(figure, weights, modalities, words), lines)
    return save(figure, path)


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
    lines = heading((title, about), 5.0)
    figure = new_figure(6.4, spectrogram_height(weights) + _tall(lines))
    shown = seconds_per_frame, frequencies, trimmed
    dress(spectrogram_panel(figure, spectrogram, weights, *shown), lines)
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
    width = 6.8 if len(words) else 4.0
    lines = heading((title, about), width - 0.4)
    figure = new_figure(width, picture_height(words) + _tall(lines))
    picture_panel(figure, picture, weights, words, word_weights)
    figure.suptitle(lines, x=0.02, ha="left", **TITLE)
    return save(figure, path)


def attention_over_words(words, weights, path, title="", about=""):
    """How heavily each word weighs, as bars; of many words those of the heaviest.

    Args:
        words: the words, or pieces of them.
        weights: float array, a number a word.
        path: the file to write, PNG or SVG.
        title: what is shown. Defaults to `""`.
        about: the sample, its label and the answer, for a line of the title. Defaults
            to `""`.

    Returns:
        str, the file's SHA-256.
    """
    weights = np.asarray(weights, "float64")
    if weights.shape != (len(words),) or not len(words):
        raise ValueError(
            "`weights` must be a number a word, of at least one; received "
            f"{weights.shape} for {len(words)} words."
        )
    lines = heading((title, about), 4.6)
    figure = new_figure(5.0, 0.4 + words_height(words) + _tall(lines))
    word_bars(figure.subplots(), words, weights)
    # Words take much of the width, and a title above the bars alone would leave it.
    figure.suptitle(lines, x=0.02, ha="left", **TITLE)
    return save(figure, path)

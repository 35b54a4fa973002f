"""One sample in one picture: what each modality contributes, and where is looked."""

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
    BLUE,
    GREY,
    LINE_HEIGHT,
    ORANGE,
    TITLE,
    dress,
    escape,
    heading,
    new_figure,
    save,
    shortened,
)

WIDTH = 6.8
# A number stands beside its bar.
AIR = 0.3
NOTHING = "nothing to leave out"


def explanation_picture(contributions, attention, path, title="", about="", axis=""):
    """Draw what each modality contributes to an answer, and all that is attended to.

    Args:
        contributions: dict from a modality to a number, to a dict from class to a
            number, or to `None` where there is none.
        attention: dict from the name of a plot, such as `"attention_over_words"`, to
            its arguments, as `mmzoo.explain` gives it; may be empty.
        path: the file to write, PNG or SVG.
        title: what is shown. Defaults to `""`.
        about: the label, the answer and the words, for a line of the title. Defaults
            to `""`.
        axis: what the contributions are of. Defaults to `""`.

    Returns:
        str, the file's SHA-256.
    """
    contributions = _one_a_bar(contributions)
    lines = heading((title, about), WIDTH - 0.4)
    bars = 0.75 + 0.24 * len(contributions) if contributions else 0.0
    heights = [bars] if bars else []
    heights += [HEIGHTS[plot](each) for plot, each in attention.items()]
    above = 0.25 + LINE_HEIGHT * lines.count("\n")
    figure = new_figure(WIDTH, above + sum(heights))
    head, *parts = figure.subfigures(
        1 + len(heights), 1, height_ratios=[above, *heights], squeeze=False
    )[:, 0]
    head.suptitle(lines, x=0.02, y=0.98, va="top", ha="left", **TITLE)
    if bars:
        _bars(parts.pop(0).subplots(), contributions, axis)
    for part, (plot, arguments) in zip(parts, attention.items(), strict=True):
        PANELS[plot](part, **arguments)
    return save(figure, path)


def _one_a_bar(contributions):
    """The numbers of each modality, or of each modality and class."""
    found = {}
    for name, added in contributions.items():
        if isinstance(added, dict):
            found |= {f"{name}, {each}": value for each, value in added.items()}
        else:
            found[name] = added
    return found


def _bars(axis, contributions, label):
    names = [*contributions]
    values = [contributions[name] for name in names]
    known = np.array([0.0 if each is None else each for each in values])
    colours = [BLUE if each >= 0 else ORANGE for each in known]
    axis.barh(range(len(names)), known, color=colours, alpha=0.7)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.set_yticks(range(len(names)), [escape(shortened(name, 32)) for name in names])
    axis.invert_yaxis()
    low, high = min(known.min(), 0.0), max(known.max(), 0.0)
    air = AIR * (high - low) or 1.0
    axis.set_xlim(low - (air if low else 0.0), high + air)
    for place, value in enumerate(values):
        # Zero has no sign of its own.
        shown = NOTHING if value is None else f"{round(value, 3) + 0.0:+.3f}"
        left = known[place] < 0
        style = {"ha": "right" if left else "left", "va": "center", "fontsize": 8}
        end = {"xytext": (-3 if left else 3, 0), "textcoords": "offset points"}
        axis.annotate(shown, (known[place], place), **end, **style)
    dress(axis, "", escape(label))


def _map(figure, weights, source="source", target="target", **words):
    weights = np.asarray(weights, "float64")
    width, height, _ = map_size(weights)
    map_panel(figure, weights, (source, target), (width, height), **words)


def _map_height(arguments):
    words = {key: arguments.get(key, ()) for key in ("source_words", "target_words")}
    return map_size(arguments["weights"], **words)[1]


def _words(figure, words, weights):
    word_bars(figure.subplots(), words, np.asarray(weights))


PANELS = {
    "attention_map": _map,
    "attention_over_picture": picture_panel,
    "attention_over_spectrogram": spectrogram_panel,
    "attention_over_steps": step_panels,
    "attention_over_words": _words,
}
HEIGHTS = {
    "attention_map": _map_height,
    "attention_over_picture": lambda each: picture_height(each.get("words", ())),
    "attention_over_spectrogram": lambda each: spectrogram_height(each["weights"]),
    "attention_over_steps": lambda each: steps_height(
        each["weights"], each.get("words", ())
    ),
    "attention_over_words": lambda each: 0.4 + words_height(each["words"]),
}

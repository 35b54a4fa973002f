"""The picture of a data set: how long, how labelled, how complete it is."""

import numpy as np

from mmzoo.evaluation.pictures.figures import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    dress,
    escape,
    heading,
    new_figure,
    save,
    shortened,
)

# Training, validation and test, in the order of a split.
COLOURS = (BLUE, ORANGE, GREY, INK)
PANEL = (3.6, 3.2)
# Names of more letters than these in all stand aslant.
MOST_LETTERS = 24


def data_overview(facts, path):
    """Lengths of each modality, labels and observed samples, each by split.

    Args:
        facts: dict with `splits`, `modalities` and `classes`, as `mmzoo inspect --json`
            prints them.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256.
    """
    drawn = [_labels, *([_lengths, _observed] if facts["modalities"] else [])]
    figure = new_figure(PANEL[0] * len(drawn), PANEL[1])
    axes = figure.subplots(1, len(drawn), squeeze=False)[0]
    for axis, draw in zip(axes, drawn, strict=True):
        draw(axis, facts)
    handles, names = axes[0].get_legend_handles_labels()
    style = {"ncols": len(names), "frameon": False, "fontsize": 8.5}
    figure.legend(handles, names, loc="outside lower center", **style)
    return save(figure, path)


def _bars(axis, facts, values, ticks):
    """Groups of bars, one a split, over named places."""
    splits = list(facts["splits"])
    width = 0.8 / len(splits)
    for number, name in enumerate(splits):
        places = np.arange(len(ticks)) + (number - (len(splits) - 1) / 2) * width
        axis.bar(places, values[name], width, color=COLOURS[number], label=name)
    _name_places(axis, ticks)


def _name_places(axis, names):
    shown = [escape(shortened(name)) for name in names]
    aslant = sum(map(len, shown)) > MOST_LETTERS
    slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axis.set_xticks(range(len(names)), shown, **(slant if aslant else {}))


def _labels(axis, facts):
    """Share of each class, or of each bin of the scores, in each split."""
    labels = {name: each["labels"] for name, each in facts["splits"].items()}
    if facts["classes"] is not None:
        ticks = facts["classes"]
        counts = {name: list(each["counts"].values()) for name, each in labels.items()}
    else:
        edges = next(iter(labels.values()))["histogram"]["edges"]
        ticks = [f"{np.mean(ends):g}" for ends in zip(edges, edges[1:], strict=False)]
        counts = {name: each["histogram"]["counts"] for name, each in labels.items()}
    shares = {n: 100 * np.array(each) / max(sum(each), 1) for n, each in counts.items()}
    _bars(axis, facts, shares, ticks)
    dress(axis, heading([f"labels of {facts['target']}"]), y="% of the split")


def _lengths(axis, facts):
    """Quartiles, least and most of the lengths of each modality in each split."""
    splits, modalities = list(facts["splits"]), facts["modalities"]
    width = 0.8 / len(splits)
    for place, each in enumerate(modalities.values()):
        for number, name in enumerate(splits):
            found = each["lengths"][name]
            if found is not None:
                where = place + (number - (len(splits) - 1) / 2) * width
                _box(axis, found, where, width, COLOURS[number])
    units = {each["unit"] for each in modalities.values()}
    names = [
        key if len(units) == 1 else f"{key} ({each['unit']})"
        for key, each in modalities.items()
    ]
    _name_places(axis, names)
    unit = units.pop() if len(units) == 1 else None
    axis.set_ylim(bottom=0)
    dress(axis, heading(["lengths: least, quartiles, most"]), y=unit)


def _box(axis, lengths, place, width, colour):
    axis.plot([place] * 2, [lengths["min"], lengths["max"]], color=colour, linewidth=1)
    height = lengths["upper"] - lengths["lower"]
    style = {"color": colour, "alpha": 0.45, "linewidth": 0}
    axis.bar(place, height, 0.8 * width, bottom=lengths["lower"], **style)
    ends = [place - 0.4 * width, place + 0.4 * width]
    axis.plot(ends, [lengths["median"]] * 2, color=colour, linewidth=2)


def _observed(axis, facts):
    """Share of the samples that have each modality, and words."""
    sizes = {name: max(each["samples"], 1) for name, each in facts["splits"].items()}
    held = {key: each["observed"] for key, each in facts["modalities"].items()}
    words = {name: each["words"] for name, each in facts["splits"].items()}
    held |= {"words": words} if any(words.values()) else {}
    shares = {
        name: [100 * counts[name] / size for counts in held.values()]
        for name, size in sizes.items()
    }
    _bars(axis, facts, shares, list(held))
    axis.set_ylim(0, 105)
    dress(axis, heading(["samples that have it"]), y="% of the split")

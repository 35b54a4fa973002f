"""Scores over the strength of a noise: a panel a noise and modality, a line a row."""

import numpy as np
from matplotlib import colormaps
from matplotlib.lines import Line2D

from mmzoo.evaluation.pictures.figures import (
    PALE,
    dress,
    escape,
    grid_size,
    heading,
    new_figure,
    nice_limits,
    panels,
    save,
    shortened,
)
from mmzoo.evaluation.row_kind import heading_of, kind_of

STYLES = ("-", "--", ":")


def robustness_curves(content, path):
    """Draw how the score of each row falls as test data get worse.

    Args:
        content: what `report.json` holds, with `leaderboard` and its `robustness`.
        path: the file to write, PNG or SVG.

    Returns:
        str, the file's SHA-256.
    """
    held = content["leaderboard"]["robustness"]
    kinds = list(dict.fromkeys((x["noise"], x["modality"]) for x in held["curves"]))
    ranking = [each["name"] for each in content["leaderboard"]["ranking"]]
    names = [n for n in ranking if any(x["name"] == n for x in held["curves"])]
    looks = {name: _look(place, len(names)) for place, name in enumerate(names)}
    width, height = grid_size(len(kinds), 3, 3.1, 2.5)
    figure = new_figure(width, height + 0.2 * len(names) + 0.3)
    axes = panels(figure, len(kinds), sharey=True)
    means = np.array([curve["mean"] for curve in held["curves"]], "float64")
    known = means[np.isfinite(means)]
    named = heading_of(kind_of(content["rows"]))(held["metric"])
    for axis, kind in zip(axes, kinds, strict=True):
        for curve in held["curves"]:
            if (curve["noise"], curve["modality"]) == kind:
                mean = np.array(curve["mean"], "float64")
                axis.plot(held["strengths"], mean, **looks[curve["name"]])
        dress(axis, heading([f"{kind[1]}: {kind[0]}"]), "strength", named)
        axis.set_ylim(nice_limits(known if len(known) else [0.0, 1.0]))
        axis.grid(color=PALE, linewidth=0.7)
    keys = [
        Line2D([], [], label=escape(shortened(name, 46)), **looks[name])
        for name in names
    ]
    columns = 2 if len(kinds) > 1 else 1
    where = {"loc": "outside lower center", "ncols": columns}
    figure.legend(handles=keys, frameon=False, fontsize=8, **where)
    return save(figure, path)


def _look(place, count):
    """Colours in the order of the ranking, and a style that tells neighbours apart."""
    colour = colormaps["viridis"](place / max(count, 1))
    return {"color": colour, "ls": STYLES[place % 3], "lw": 1.5, "marker": ".", "ms": 5}

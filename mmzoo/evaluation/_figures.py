"""How the pictures look, and how they are written, without any global state."""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmzoo.files import write_atomically

# Two of Okabe and Ito's colours, told apart by colour-blind readers.
BLUE, ORANGE = "#0072B2", "#D55E00"
INK, GREY, PALE = "#222222", "#8A8A8A", "#E6E6E6"


def new_figure(width, height):
    """A figure of its own with the canvas that draws it."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def panels(figure, count, columns=3, **kwargs):
    """`count` axes in a grid; the places left over stay empty."""
    columns = min(columns, count)
    rows = -(-count // columns)
    axes = figure.subplots(rows, columns, squeeze=False, **kwargs).ravel()
    for unused in axes[count:]:
        unused.remove()
    return axes[:count]


def grid_size(count, columns, width, height):
    """Width and height in inches of a grid of panels."""
    columns = min(columns, count)
    return columns * width, -(-count // columns) * height


def dress(axes, title=None, x=None, y=None):
    """Titles and labels, thin lines, nothing on the sides without a scale."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=8, length=3, color=GREY)
    if title is not None:
        # A dollar sign of a name would start mathematics.
        axes.set_title(
            escape(title), fontsize=9.5, color=INK, loc="left", linespacing=1.3
        )
    if x is not None:
        axes.set_xlabel(x, fontsize=8.5, color=INK)
    if y is not None:
        axes.set_ylabel(y, fontsize=8.5, color=INK)


def escape(text):
    """Text as it is, for matplotlib."""
    return str(text).replace("$", r"\$")


def colour_bar(figure, image, axes, label, shrink=1.0):
    """A thin bar beside the axes."""
    bar = figure.colorbar(image, ax=axes, pad=0.02, shrink=shrink, aspect=28)
    bar.set_label(label, fontsize=8.5, color=INK)
    bar.ax.tick_params(labelsize=8, length=2, color=GREY)
    bar.outline.set_visible(False)


def nice_limits(values, margin=0.06):
    """The range of the values with some air around."""
    low, high = float(np.min(values)), float(np.max(values))
    air = margin * (high - low) or 0.5
    return low - air, high + air


def save(figure, path):
    """Write the figure as PNG, whole or not at all; returns its SHA-256."""
    buffer = io.BytesIO()
    # Without the version in its metadata a picture depends on its content alone.
    figure.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
    return write_atomically(path, buffer.getvalue())

"""How the pictures look, and how they are written, without any global state."""

import bisect
import io
import re
import warnings
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from mmzoo.files import write_atomically

# Two of Okabe and Ito's colours, told apart by colour-blind readers.
BLUE, ORANGE = "#0072B2", "#D55E00"
INK, GREY, PALE = "#222222", "#707070", "#E6E6E6"
TITLE_SIZE = 9.5
TITLE = {"fontsize": TITLE_SIZE, "color": INK, "linespacing": 1.3}
# Inches from one line of a title to the next.
LINE_HEIGHT = 0.19

# Without version and date in its metadata a picture depends on its content alone.
FORMATS = {
    ".png": {"dpi": 150, "metadata": {"Software": None}},
    ".svg": {"metadata": {"Creator": None, "Date": None}},
}
_BREAKS = re.compile(r"->|[\s+,/_-](?!>)")
# No line is read further than this, however long a name is.
_LONGEST = 500


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


def dress(axes, title="", x=None, y=None):
    """Titles and labels, thin lines, nothing on the sides without a scale.

    `title` is what `heading` returns.
    """
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    axes.tick_params(colors=INK, labelsize=8, length=3, color=GREY)
    if title:
        axes.set_title(title, loc="left", **TITLE)
    if x is not None:
        axes.set_xlabel(x, fontsize=8.5, color=INK)
    if y is not None:
        axes.set_ylabel(y, fontsize=8.5, color=INK)


def heading(lines, width=2.4):
    """The lines of a title, each broken where it is wider than `width` inches."""
    return "\n".join(
        escape(fitted(line, width, TITLE_SIZE, 3)) for line in lines if line
    )


def escape(text):
    """Text as it is, for matplotlib: a dollar sign would start mathematics."""
    return str(text).replace("$", r"\$")


def _plain(text):
    """Text in one line, without the characters that no picture can hold."""
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(shown.split())


def shortened(text, length=24):
    """A name of at most so many characters, its middle left out."""
    text = _plain(text)
    if len(text) <= length:
        return text
    half = length // 2
    return f"{text[: length - half - 1]}…{text[-half:]}"


def text_width(text, size):
    """How wide a line of text is, in inches."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        font = FontProperties(size=size)
        return text_to_path.get_text_width_height_descent(text, font, False)[0] / 72


def fitted(text, width, size, most=4):
    """Text in lines that are no wider than `width` inches, `most` of them."""
    text, lines = _plain(text)[:_LONGEST], []
    while text and len(lines) < most:
        # Letters are drawn a little wider than their outlines say.
        limit, ends = width / 1.04, range(1, len(text) + 1)
        end = bisect.bisect_right(ends, limit, key=lambda n: text_width(text[:n], size))
        end = max(end, 1)
        if end < len(text):
            end = max((m.end() for m in _BREAKS.finditer(text, 0, end)), default=end)
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    if text:
        lines[-1] = f"{lines[-1][:-2]}…"
    return "\n".join(lines)


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
    """Write the figure as PNG or SVG, whole or not at all; returns its SHA-256."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"`path` is {str(path)!r}: a picture's name ends in {' or '.join(FORMATS)}."
        )
    buffer = io.BytesIO()
    # Names of parts in an SVG come from the salt; random ones would change its hash.
    with rc_context({"svg.hashsalt": "mmzoo"}), warnings.catch_warnings():
        # A letter that the font lacks is a box here; report.md holds it as it is.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format=suffix[1:], **FORMATS[suffix])
    content = buffer.getvalue()
    if suffix == ".svg":
        # Paths end their lines in blanks, which no tool for text likes.
        content = re.sub(rb"[ \t]+$", b"", content, flags=re.M)
    return write_atomically(path, content)

"""How the pictures look, and how they are written, without any global state."""

import bisect
import io
import itertools
import re
import unicodedata
import warnings
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

from mmzoo.evaluation.pictures.lettering import font_of, legible, make_legible, pieces
from mmzoo.files import write_atomically
from mmzoo.words import JOINERS

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
    """Text in one line, without controls and marks of direction."""
    shown = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf") and c not in JOINERS else c
        for c in str(text)
    )
    return " ".join(shown.split())


def shortened(text, length=24):
    """A name of at most so many characters as it is drawn, its middle left out."""
    parts = pieces(_plain(text))
    ends = np.cumsum([len(legible(part)) for part in parts])
    if not parts or ends[-1] <= length:
        return "".join(parts)
    half = length // 2
    # A letter that is drawn as its code is not torn, so that one may be too long.
    first = max(np.searchsorted(ends, length - half - 1, "right"), 1)
    last = np.searchsorted(ends, ends[-1] - half, "left") + 1
    return f"{''.join(parts[:first])}…{''.join(parts[last:])}"


def text_width(text, size):
    """How wide a line of text is as it is drawn, in inches."""
    text = legible(text)
    measure = text_to_path.get_text_width_height_descent
    return measure(text, font_of(text, size), False)[0] / 72


def fitted(text, width, size, most=4):
    """Text in lines that are no wider than `width` inches, `most` of them."""
    text, lines = _plain(text)[:_LONGEST], []
    while text and len(lines) < most:
        # Letters are drawn a little wider than their outlines say.
        limit = width / 1.04
        ends = list(itertools.accumulate(map(len, pieces(text))))
        fit = bisect.bisect_right(ends, limit, key=lambda n: text_width(text[:n], size))
        end = ends[max(fit, 1) - 1]
        if end < len(text):
            end = max((m.end() for m in _BREAKS.finditer(text, 0, end)), default=end)
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    if text:
        lines[-1] = f"{_without_end(lines[-1], width / 1.04, size)}…"
    return "\n".join(lines)


def _without_end(line, width, size):
    """As much of a line as leaves room for three dots."""
    parts = pieces(line)
    while len(parts) > 1 and text_width("".join(parts) + "…", size) > width:
        parts.pop()
    return "".join(parts)


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
    _say_lacking(make_legible(figure))
    buffer = io.BytesIO()
    # Names of parts in an SVG come from the salt; random ones would change its hash.
    with rc_context({"svg.hashsalt": "mmzoo"}):
        figure.savefig(buffer, format=suffix[1:], **FORMATS[suffix])
    content = buffer.getvalue()
    if suffix == ".svg":
        # Paths end their lines in blanks, which no tool for text likes.
        content = re.sub(rb"[ \t]+$", b"", content, flags=re.M)
    return write_atomically(path, content)


def _say_lacking(letters):
    if letters:
        codes = [f"U+{ord(letter):04X}" for letter in letters]
        more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
        warnings.warn(
            "No font of this machine has some letters of a picture, where their codes "
            f"stand: {', '.join(codes[:5])}{more}. Install a font that has them, such "
            "as Noto, and draw it again.",
            stacklevel=4,
        )

"""Figures as they are drawn, to be measured."""

import contextlib
import hashlib
from unittest import mock

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text


def check_picture(path, digest):
    """It is a PNG with something on it, and its hash is right."""
    pixels = imread(path)
    assert min(pixels.shape[:2]) > 200
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 20
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


@contextlib.contextmanager
def figures():
    """A list that gathers every figure inside the block, laid out and not written."""
    found, shown, draw = [], [], Text.draw

    def record(text, renderer):
        shown.append(text)
        return draw(text, renderer)

    def lay_out(figure, *args, **kwargs):
        # Tick labels beyond an axis' ends exist, and are not drawn.
        shown.clear()
        figure.draw_without_rendering()
        figure.shown = list(shown)
        found.append(figure)

    with (
        mock.patch.object(Figure, "savefig", lay_out),
        mock.patch.object(Text, "draw", record),
        mock.patch("mmzoo.evaluation.pictures.figures.write_atomically"),
    ):
        yield found


def texts(figure):
    """Every text that is drawn, once."""
    return [each for each in dict.fromkeys(figure.shown) if each.get_text().strip()]


def said(figure):
    """All words of a figure in one line."""
    return " ".join(" ".join(each.get_text().split()) for each in texts(figure))


def check_inside(figure):
    """No text leaves the figure, and no panel was squeezed to nothing."""
    width, height = figure.bbox.width, figure.bbox.height
    for each in texts(figure):
        box = each.get_window_extent()
        inside = min(box.x0, box.y0) > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert inside, f"{each.get_text()!r} is at {box} of {width} x {height}"
    for axis in figure.axes:
        assert axis.get_window_extent().width > 6, axis.get_window_extent()

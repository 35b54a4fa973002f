import xml.etree.ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot

from mmzoo.evaluation.pictures import figures


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_content_is_the_same_file(tmp_path, suffix):
    digests = []
    for name in ("a", "b"):
        figure = figures.new_figure(2, 2)
        axis = figure.subplots()
        axis.scatter([1, 2], [1, 2])
        figures.dress(axis, figures.escape("costs $5 and $6"), "x", "y")
        digests.append(figures.save(figure, tmp_path / f"{name}{suffix}"))
    assert digests[0] == digests[1]


@pytest.mark.filterwarnings("ignore:No font of this machine")
def test_an_svg_is_xml_without_a_date(tmp_path):
    figure = figures.new_figure(2, 2)
    figures.dress(figure.subplots(), figures.heading(["a\x00\x1b -- <c> & क \u202e"]))
    figures.save(figure, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert xml.etree.ElementTree.fromstring(text).tag.endswith("svg")
    assert "<dc:date>" not in text and "Matplotlib" not in text
    assert not any(line.endswith(" ") for line in text.split("\n"))


def test_refuses_another_format(tmp_path):
    with pytest.raises(ValueError, match=r"a.jpg': a picture's name ends in .png or"):
        figures.save(figures.new_figure(2, 2), tmp_path / "a.jpg")


@pytest.mark.parametrize("text", ["some words " * 9, "W" * 99, "text->audio" * 9, "i"])
def test_fitted_lines_are_no_wider(text):
    lines = figures.fitted(text, 1.5, 9.5, most=99).split("\n")
    assert all(figures.text_width(line, 9.5) <= 1.5 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    # An arrow is not torn.
    assert not any(line.endswith("-") for line in lines)
    assert figures.fitted(text * 99, 1.5, 9.5, most=2).count("\n") == 1


def test_shortened_keeps_both_ends():
    assert figures.shortened("short") == "short"
    assert figures.shortened("abcdefghij", 5) == "ab…ij"


def test_panels_leave_no_empty_axes():
    figure = figures.new_figure(4, 4)
    assert len(figures.panels(figure, 4)) == 4
    assert len(figure.axes) == 4
    assert figures.grid_size(4, 3, 2, 1) == (6, 2)
    assert figures.grid_size(1, 3, 2, 1) == (2, 1)


@pytest.mark.parametrize("values", [[1.0, 3.0], [2.0, 2.0]])
def test_limits_leave_air(values):
    low, high = figures.nice_limits(values)
    assert low < np.min(values) and high > np.max(values)


def test_no_global_state_is_touched(tmp_path):
    before = dict(matplotlib.rcParams)
    figure = figures.new_figure(2, 2)
    figures.save(figure, tmp_path / "a.png")
    assert dict(matplotlib.rcParams) == before
    assert pyplot.get_fignums() == []

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot

from mmzoo.evaluation import _figures


def test_the_same_content_is_the_same_file(tmp_path):
    digests = []
    for name in ("a.png", "b.png"):
        figure = _figures.new_figure(2, 2)
        _figures.dress(figure.subplots(), "costs $5 and $6", "x", "y")
        digests.append(_figures.save(figure, tmp_path / name))
    assert digests[0] == digests[1]


def test_panels_leave_no_empty_axes():
    figure = _figures.new_figure(4, 4)
    assert len(_figures.panels(figure, 4)) == 4
    assert len(figure.axes) == 4
    assert _figures.grid_size(4, 3, 2, 1) == (6, 2)
    assert _figures.grid_size(1, 3, 2, 1) == (2, 1)


@pytest.mark.parametrize("values", [[1.0, 3.0], [2.0, 2.0]])
def test_limits_leave_air(values):
    low, high = _figures.nice_limits(values)
    assert low < np.min(values) and high > np.max(values)


def test_no_global_state_is_touched(tmp_path):
    before = dict(matplotlib.rcParams)
    figure = _figures.new_figure(2, 2)
    _figures.save(figure, tmp_path / "a.png")
    assert dict(matplotlib.rcParams) == before
    assert pyplot.get_fignums() == []

import json

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from mmzoo.evaluation import comparison
from mmzoo.evaluation.pictures.row_comparison import _limits
from mmzoo.evaluation.row_dicts import as_dicts, in_order
from tests.evaluation.drawn import check_inside, check_picture, figures, said, texts
from tests.evaluation.rows import make_class_row, make_row

ROWS = [
    make_row("text", "end-to-end"),
    make_row(seeds=1),
    make_row(noise=1.0, control="untrained encoder"),
    make_row("text", "none", noise=9.0, control="majority"),
]


def test_draws_rows_and_controls(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, comparison(ROWS, path, title="Sample"))


def test_rows_of_a_report_give_the_same_picture(tmp_path):
    rows = json.loads(json.dumps([row.to_dict() for row in ROWS]))
    drawn = comparison(rows, tmp_path / "a.png")
    assert drawn == comparison(ROWS, tmp_path / "b.png")


def test_controls_alone_are_drawn(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, comparison(ROWS[-1:], path))


def test_classes_are_drawn(tmp_path):
    path = tmp_path / "a.png"
    rows = [make_class_row(), make_class_row(right=0.1, control="majority")]
    check_picture(path, comparison(rows, path))


def test_a_distant_floor_does_not_set_the_scale():
    ordered = in_order(as_dicts(ROWS))
    low, high = _limits(ordered, "mae", 1)
    assert low < ROWS[0].metrics["mae"]["mean"] < high
    assert low < ROWS[2].metrics["mae"]["mean"] < high
    assert ROWS[3].metrics["mae"]["mean"] > high


def drawn_extents(axis):
    """First and last pixel of each bar, `(bars, 2)`, as data."""
    bars = [each for each in axis.patches if isinstance(each, Rectangle)]
    ends = [each.get_window_extent().intervalx for each in bars]
    assert all(bar.get_linewidth() == 0 for bar in bars)
    places = np.stack([np.ravel(ends), np.zeros(2 * len(ends))], axis=1)
    return axis.transData.inverted().transform(places)[:, 0].reshape(-1, 2)


def test_bars_are_as_long_as_their_intervals(tmp_path):
    with figures() as drawn:
        comparison(ROWS[:3], tmp_path / "a.png")
    rows = [row for row, _ in in_order(as_dicts(ROWS[:3]))]
    panels = (("acc2_has0", 100), ("mae", 1), ("pearson", 1))
    for axis, (metric, factor) in zip(drawn[0].axes, panels, strict=True):
        intervals = [factor * np.array(row["metrics"][metric]["ci95"]) for row in rows]
        np.testing.assert_allclose(drawn_extents(axis), intervals, rtol=1e-6, atol=1e-9)


def test_no_wide_line_has_caps(tmp_path):
    with figures() as drawn:
        comparison(ROWS, tmp_path / "a.png")
    for axis in drawn[0].axes:
        for line in axis.lines:
            assert line.get_linewidth() < 2 or line.get_solid_capstyle() == "butt"


@pytest.mark.parametrize(
    ("name", "count"), [("a", 1), ("W" * 300, 2), ("text+audio, width 0.5, " * 20, 30)]
)
def test_texts_stay_inside(tmp_path, name, count):
    made = [make_row(f"{i} {name}", noise=0.1 * i, seeds=2) for i in range(count)]
    made.append(make_row(f"0 {name}", control=name))
    with figures() as drawn:
        comparison(made, tmp_path / "a.svg", name)
    check_inside(drawn[0])


def test_numbers_stay_in_their_panels(tmp_path):
    with figures() as drawn:
        comparison([*ROWS, make_row("x", noise=0.0)], tmp_path / "a.svg")
    for axis in drawn[0].axes:
        left, right = axis.get_window_extent().intervalx
        for each in axis.texts:
            box = each.get_window_extent()
            assert left - 1 < box.x0 and box.x1 < right + 1, each.get_text()


@pytest.mark.parametrize("value", [None, "nan", float("nan")])
def test_what_is_not_defined_is_said(tmp_path, value):
    row = json.loads(json.dumps(ROWS[1].to_dict()))
    row["metrics"]["pearson"] = {"mean": value, "values": [value], "ci95": [value] * 2}
    with figures() as drawn:
        comparison([row], tmp_path / "a.svg")
    assert "undefined" in said(drawn[0])
    assert [each.get_text() for each in texts(drawn[0])].count("undefined") == 1

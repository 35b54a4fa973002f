import json

from mmzoo.evaluation import comparison
from mmzoo.evaluation._row_dicts import as_dicts, in_order
from mmzoo.evaluation.row_comparison import _limits
from tests.evaluation.rows import make_class_row, make_row
from tests.evaluation.test_plots import check_picture

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

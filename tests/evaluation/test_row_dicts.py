from mmzoo.evaluation.row_dicts import (
    in_order,
    is_defined,
    mean_text,
    number,
    row_label,
)


def row(name, control=None):
    return {"name": name, "training": "phases", "control": control, "metrics": {}}


def test_controls_follow_their_row_and_floors_come_last():
    floor, own = row("audio", "majority"), row("text", "untrained encoder")
    ordered = in_order([floor, own, row("text")])
    assert ordered == [(row("text"), False), (own, True), (floor, False)]


def test_every_control_stays():
    floors = [row("text", "majority"), row("text", "ridge")]
    assert [found for found, _ in in_order(floors)] == floors


def test_labels():
    assert row_label(row("text")) == "text"
    assert row_label(row("text", "majority")) == "majority on text"
    assert row_label(row("text", "majority"), belongs=True) == "  majority"


def test_number():
    metrics = {"mae": {"mean": 0.5, "std": 0.012, "values": [0.4, 0.6]}}
    assert number(metrics, "mae", 100, 1) == "50.0 ±1.2"
    assert number(metrics, "pearson") == ""


def test_what_is_undefined_is_said():
    for mean in (None, float("nan"), "nan"):
        metrics = {"pearson": {"mean": mean, "std": mean, "values": [mean, 0.5]}}
        assert number(metrics, "pearson") == "undefined"
        assert mean_text(metrics, "pearson") == "undefined"
        assert not is_defined(mean)
    # An older report held 0 for it, and is shown as it is.
    metrics = {"pearson": {"mean": 0.0, "std": 0.0, "values": [0.0]}}
    assert number(metrics, "pearson") == mean_text(metrics, "pearson") == "0.000"

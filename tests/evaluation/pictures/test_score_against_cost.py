import json

import numpy as np
import pytest

from mmzoo.evaluation.pictures.figures import ORANGE
from mmzoo.evaluation.pictures.score_against_cost import _spread, score_against_cost
from tests.evaluation.drawn import check_inside, check_picture, figures, said, texts
from tests.evaluation.ranked_study import MODELS, make_ranked


@pytest.fixture(scope="module")
def content():
    return json.loads(json.dumps(make_ranked().to_dict()))


def many(content, count):
    """The same content with rows close together, as those of a zoo are."""
    first = content["rows"][0]
    rows, ranking = [], []
    for place in range(count):
        mean = 0.7 + 0.001 * place
        mae = first["metrics"]["mae"] | {"mean": mean}
        name = f"memory_fusion_network_{place}:text+audio+video"
        rows.append(first | {"name": name, "seconds": 20.0 + place})
        rows[-1]["metrics"] = first["metrics"] | {"mae": mae}
        ranking.append({"name": name, "training": first["training"]})
    held = content["leaderboard"] | {"ranking": ranking, "no_cheaper_is_better": []}
    return content | {"rows": rows, "leaderboard": held}


def test_it_is_drawn(content, tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, score_against_cost(content, path))


def test_every_row_is_named_and_a_floor_within_the_range(content, tmp_path):
    with figures() as drawn:
        score_against_cost(content, tmp_path / "a.svg")
    words = said(drawn[0])
    shown = {each.get_text(): each.get_color() for each in texts(drawn[0])}
    assert set(MODELS) <= set(shown)
    assert [name for name in MODELS if shown[name] == ORANGE] == ["audio+text"]
    assert "majority" in words and "seconds an epoch" in words
    assert drawn[0].axes[0].get_xscale() == "log"
    # A cost is a number, 2 and 5 too, not a power that runs into the next.
    ticks = [each.get_text() for each in drawn[0].axes[0].get_xticklabels()]
    assert "2" in ticks and not any("10^" in tick for tick in ticks)


@pytest.mark.parametrize("count", [1, 10, 20, 40])
def test_names_of_near_points_do_not_touch(content, tmp_path, count):
    with figures() as drawn:
        score_against_cost(many(content, count), tmp_path / "a.svg")
    check_inside(drawn[0])
    names = [each for each in texts(drawn[0]) if "memory" in each.get_text()]
    assert len(names) == count
    boxes = sorted((e.get_window_extent() for e in names), key=lambda box: box.y0)
    assert all(b.y0 >= a.y1 - 1 for a, b in zip(boxes, boxes[1:], strict=False))


def test_rows_without_epochs_are_placed_by_their_parameters(content, tmp_path):
    rows = [
        {k: v for k, v in row.items() if k != "epochs"} for row in content["rows"][:3]
    ]
    with figures() as drawn:
        score_against_cost(content | {"rows": rows}, tmp_path / "a.svg")
    assert "parameters, logarithmic" in said(drawn[0])


def test_without_any_cost_there_is_no_picture(content, tmp_path):
    rows = [row for row in content["rows"] if row.get("control")]
    assert score_against_cost(content | {"rows": rows}, tmp_path / "a.svg") is None
    assert not (tmp_path / "a.svg").exists()


def test_places_keep_their_order_and_distance_and_stay_near():
    values = [0.5, 0.1, 0.52, 0.51, 0.9]
    places = _spread(values, 0.0, 1.0, 0.1)
    assert np.argsort(places).tolist() == np.argsort(values).tolist()
    assert np.diff(np.sort(places)).min() >= 0.1 - 1e-9
    np.testing.assert_allclose(places[[1, 4]], [0.1, 0.9])
    # The three that are close stand around their mean.
    np.testing.assert_allclose(np.sort(places)[1:4].mean(), 0.51)


def test_more_values_than_room_share_it():
    places = _spread(np.full(30, 0.3), 0.0, 1.0, 0.1)
    assert places.min() >= 0 and places.max() <= 1
    np.testing.assert_allclose(np.diff(np.sort(places)), 1 / 30)

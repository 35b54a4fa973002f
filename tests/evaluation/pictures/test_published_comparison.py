import dataclasses

import numpy as np

from mmzoo.evaluation.pictures.figures import BLUE, GREY, ORANGE
from mmzoo.evaluation.pictures.published_comparison import published_comparison
from tests.evaluation.drawn import check_picture, figures
from tests.evaluation.published_study import PUBLISHED, line, make_study


def test_draws_ours_controls_and_the_papers(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, published_comparison(make_study().to_dict(), path))


def drawn_in(marker):
    return [*marker.get_facecolor(), *marker.get_edgecolor()]


def points(axis, colour):
    """Places of the markers of a colour, seeds' ticks left out."""
    found = [
        each.get_offsets().tolist()
        for each in axis.collections
        if len(each.get_offsets()) == 1
        and any((np.array(has) == colour).all() for has in drawn_in(each))
    ]
    return sorted(place for places in found for place in places)


def test_points_stand_where_the_numbers_are(tmp_path):
    from matplotlib.colors import to_rgba

    content = make_study().to_dict()
    with figures() as drawn:
        published_comparison(content, tmp_path / "a.png")
    (axis,) = drawn[0].axes
    means = [row["metrics"]["f1_binary"]["mean"] for row in content["rows"]]
    # A heading of a table takes a line, too: text, then two of the second table.
    for colour, expected in (
        (BLUE, [(means[0], 1), (means[1], 3), (means[2], 4)]),
        (ORANGE, [(0.10, 1), (0.99, 3), (0.999, 4)]),
        (GREY, [(means[3], 4.32)]),
    ):
        found = points(axis, to_rgba(colour))
        np.testing.assert_allclose(found, sorted(expected))
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["Table 1", "text", "Table 2", "text+audio", "text->audio"]


def test_without_an_f1_the_tested_metric_is_drawn(tmp_path):
    lines = [line("text", "T", mae=".5")]
    study = make_study(dataclasses.replace(PUBLISHED, lines=lines))
    with figures() as drawn:
        published_comparison(study.to_dict(), tmp_path / "a.png")
    assert [axis.get_title(loc="left") for axis in drawn[0].axes] == ["MAE"]
    assert drawn[0].axes[0].get_xlabel() == "← better"


def test_nothing_trained_is_no_picture(tmp_path):
    lines = [line("video", "V", mae=".5")]
    study = make_study(dataclasses.replace(PUBLISHED, lines=lines))
    assert published_comparison(study.to_dict(), tmp_path / "a.png") is None
    assert not list(tmp_path.iterdir())

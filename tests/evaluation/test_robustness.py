import numpy as np
import pytest

from mmzoo.evaluation import area_under, scaled_areas
from mmzoo.evaluation.robustness import robustness_section


def curve(name, *scores, modality="text"):
    about = {"name": name, "training": "supervised", "noise": "words lost"}
    return {**about, "modality": modality, "scores": np.array(scores)}


def test_the_area_is_multibenchs_over_strengths_from_0_to_1():
    scores = np.linspace(0.8, 0.4, 11) ** 2
    trapezoids = sum(
        (a + b) * 0.1 / 2 for a, b in zip(scores, scores[1:], strict=False)
    )
    assert area_under(np.arange(11) / 10, scores) == pytest.approx(trapezoids)


def test_uneven_strengths_count_by_their_width():
    assert area_under([0, 0.1, 0.5], [1.0, 0.5, 0.5]) == pytest.approx(0.55)
    assert np.isnan(area_under([0, 1], [1.0, np.nan]))


@pytest.mark.parametrize("strengths", [[0], [0, 0], [1, 0], [0, 0.5, 1]])
def test_strengths_that_do_not_grow_are_refused(strengths):
    with pytest.raises(ValueError, match="grow and have a score each"):
        area_under(strengths, [1.0] * min(len(strengths), 2))


def test_areas_are_scaled_from_the_worst_to_the_best():
    found = scaled_areas([0.5, np.nan, 0.7, 0.6])
    np.testing.assert_allclose(found, [0, np.nan, 1, 0.5])
    assert np.isnan(scaled_areas([0.5])).all()
    assert np.isnan(scaled_areas([0.5, 0.5])).all()


def test_rows_are_scaled_among_those_of_the_same_noise_and_modality():
    curves = [
        curve("a", [0.8, 0.6], [0.6, 0.4]),
        curve("b", [0.9, 0.9], [0.9, 0.9]),
        curve("a", [0.3, 0.1], [0.3, 0.1], modality="audio"),
        curve("b", [0.2, 0.0], [0.2, 0.0], modality="audio"),
    ]
    held = robustness_section(curves, (0, 1), "accuracy", ["A remark."])
    assert [each["relative"] for each in held["curves"]] == [0, 1, 1, 0]
    assert held["curves"][0]["mean"] == pytest.approx([0.7, 0.5])
    assert held["curves"][0]["std"] == pytest.approx([0.02**0.5] * 2)
    assert held["curves"][0]["area"] == pytest.approx(0.6)
    assert held["remarks"] == ["A remark."]


def test_one_row_alone_is_neither_robust_nor_not():
    (found,) = robustness_section([curve("a", [0.8, 0.6])], (0, 1), "uar")["curves"]
    assert found["relative"] is None and found["std"] == [0, 0]

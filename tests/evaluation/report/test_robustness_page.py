import pytest

from mmzoo.evaluation.report.robustness_page import robustness_lines
from tests.evaluation.ranked_study import FUSION, make_ranked


@pytest.fixture(scope="module")
def content():
    return make_ranked().to_dict(files={"robustness.png": "x"})


def test_a_column_a_noise_and_modality_and_a_line_a_row(content):
    lines = robustness_lines(content)
    header = "| row | words lost: text | gaussian noise: text |"
    assert lines.count(header) == 2
    assert f"| `{FUSION}` | 0.750 → 0.500 | 0.750 → 0.500 |" in lines
    # The area, and the best of the two rows that were measured.
    assert f"| `{FUSION}` | 0.625 (1.00) | 0.625 (1.00) |" in lines
    assert "| `audio+text` | 0.525 (0.00) | 0.525 (0.00) |" in lines
    assert any("](robustness.png)" in line for line in lines)


def test_what_was_not_measured_is_said(content):
    held = content["leaderboard"]
    robust = held["robustness"] | {"remarks": ["Nothing was lost to image."]}
    changed = content | {"leaderboard": held | {"robustness": robust}}
    assert "Nothing was lost to image." in robustness_lines(changed)


def test_without_curves_there_is_nothing(content):
    held = {k: v for k, v in content["leaderboard"].items() if k != "robustness"}
    assert robustness_lines(content | {"leaderboard": held}) == []

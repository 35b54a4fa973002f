import json

import pytest

from mmzoo.evaluation.report.leaderboard_page import leaderboard_text
from tests.evaluation.ranked_study import FUSION, WORSE, make_ranked


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_ranked().write(tmp_path_factory.mktemp("ranked"))


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "leaderboard.md").read_text()


def section(page, heading):
    return page.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def lines(part):
    return [x for x in part.splitlines() if x.startswith("| ") and "---" not in x][1:]


def test_parts_stand_in_order(page):
    marks = ["# mosi: leaderboard", "- First of 4 in MAE", "seeds 3, epochs 10"]
    marks += ["](score_against_cost.png)", "## Scores", "### Floors", "## Cost"]
    marks += [
        "## Against the baseline",
        "## Not trained",
        "## Published figures, apart",
    ]
    marks += ["## Robustness", "](robustness.png)"]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)


def test_floors_stand_apart_from_models(page):
    scores, floors = section(page, "## Scores").split("### Floors")
    assert [line.split("|")[2].strip() for line in lines(scores)][::3] == [
        f"`{FUSION}`",
        f"`{WORSE}`",
    ]
    assert "majority" not in scores
    (floor,) = lines(floors)
    assert floor.startswith("| majority | median |")


def test_cost_is_that_of_an_epoch(page):
    (found,) = (x for x in lines(section(page, "## Cost")) if FUSION in x)
    assert found == f"| `{FUSION}` | 4.00 | 13 | 2,000 | yes |"


def test_what_is_left_out_is_named_and_harmless(page):
    assert "- `image_text_classifier`: there is no &lt;image>" in page


def test_published_figures_keep_the_name_of_their_metric(page):
    part = section(page, "## Published figures, apart")
    assert "| model | printed as | data | setting | mae | source |" in part
    (line,) = lines(part)
    assert line.endswith("| .970 | A &lt;paper> |")
    assert "never" not in part and "no rows of this leaderboard" in part


def test_files_of_the_page_are_listed_with_their_hashes(folder):
    report = json.loads((folder / "report.json").read_text())
    names = {"leaderboard.md", "score_against_cost.png", "score_against_cost.svg"}
    assert names | {"robustness.png"} <= set(report["files"])
    assert "[leaderboard.md](leaderboard.md)" in (folder / "report.md").read_text()


def test_without_a_baseline_the_page_says_so():
    content = make_ranked(baseline=None, robustness=None).to_dict()
    page = leaderboard_text(content)
    assert "The LSTM baseline is not among the rows" in page
    assert "## Robustness" not in page and "](score_against_cost.png)" not in page

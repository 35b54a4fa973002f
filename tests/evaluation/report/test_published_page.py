"""What `report.md` and the files beside it say of a paper's figures."""

import csv

import pytest

from tests.evaluation.published_study import make_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_study(name="a_b").write(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.md").read_text()


def test_the_paper_comes_first_and_the_picture_before_the_tables(page):
    marks = [
        "## Beside Doe &amp; Roe, 2018",
        "**Warning:** These figures",
        "3 of the 4",
    ]
    marks += ["](published.png)", "is below the paper's figure in: F1 binary"]
    marks += ["### Table 1", "### Table 2", "## Against baselines", "## Results"]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert page.count("published.png") == 1


def test_tables_mark_what_is_below(page):
    (paper,) = [x for x in page.splitlines() if x.startswith("| paper: T → A")]
    assert paper.startswith("| paper: T → A\\_1 &amp; co | **.999** |  |")
    (mine,) = [x for x in page.splitlines() if x.startswith("| `text (supervised)` |")]
    assert mine.endswith("| 10.0 | 1,200 |")


def test_tests_stand_in_a_table(page):
    start = (
        "| `text->audio` (phases) | `text` (supervised) | baseline on the same input"
    )
    (found,) = [x for x in page.splitlines() if x.startswith(start)]
    assert found.count("|") == 9


def test_without_a_paper_tests_follow_the_verdicts(tmp_path):
    page = (make_study(None).write(tmp_path) / "report.md").read_text()
    assert page.index("## What the numbers say") < page.index("## Against baselines")
    assert "## Beside" not in page
    names = {path.name for path in tmp_path.iterdir()}
    assert "paired_tests.csv" in names and "published.tex" not in names


def test_the_csv_have_a_line_a_row_and_a_line_a_test(folder):
    def read(name):
        with (folder / name).open(newline="") as file:
            return list(csv.DictReader(file))

    rows, tests = read("results.csv"), read("paired_tests.csv")
    printed = [row["f1_binary published"] for row in rows]
    assert printed == ["0.1", "0.99", "0.999", "", ""], "controls have none"
    assert rows[0]["seconds_per_seed"] == "10.0"
    assert len(tests) == 5
    assert float(tests[0]["ci95 low"]) <= float(tests[0]["difference"])

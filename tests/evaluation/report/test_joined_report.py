"""Rows of several runs stand in one report, each once, and none mistaken."""

import dataclasses

import numpy as np
import pytest

from mmzoo.evaluation import join_reports, validate_report
from tests.evaluation.report.test_report import make_report
from tests.evaluation.rows import make_class_row, make_emotion_row, make_row


def floor():
    return make_row("text", "closed form", noise=0.9, seeds=1, control="ridge")


def joined(tmp_path, **runs):
    for name, rows in runs.items():
        remarks = ("Both.", f"Only {name}.")
        make_report(rows, remarks=remarks, title=name).write(tmp_path / name)
    return join_reports([tmp_path / name for name in runs])


def test_rows_of_both_and_a_floor_once(tmp_path):
    text = [make_row("text", "supervised"), floor()]
    audio = [make_row("audio", "supervised", noise=0.8), floor()]
    report = joined(tmp_path, one=text, two=audio)
    titles = [row.title for row in report.rows]
    assert titles == ["text", "ridge: text", "audio"]
    assert report.remarks == ("Both.", "one: Only one.", "two: Only two.")
    assert report.title == "one and two"
    assert set(report.config["runs"]) == {str(tmp_path / "one"), str(tmp_path / "two")}


def test_emotions_are_written_and_joined(tmp_path):
    text = make_emotion_row()
    zeros = np.zeros_like(text.predictions)
    dull = dataclasses.replace(text, name="dull", predictions=zeros)
    report = joined(tmp_path, one=[text], two=[text, dull])
    assert [row.title for row in report.rows] == ["text", "dull"]
    np.testing.assert_array_equal(report.rows[0].labels, text.labels)
    content = report.to_dict()
    validate_report(content)
    assert content["label_range"] == [-3, 3]
    (said,) = [each for each in content["remarks"] if "dull" in each]
    assert "the same answer with 3 of 3 seeds, none of the emotions" in said
    page = (tmp_path / "one" / "report.md").read_text()
    assert "### weighted accuracy of each emotion, in %" in page
    head, first, *_ = (tmp_path / "one" / "predictions.csv").read_text().splitlines()
    assert head.startswith('"id","label: neutral","label: calm",')
    assert first.split(",")[2] == '""', "it is not known"


def test_rows_of_one_name_carry_their_run(tmp_path):
    control = make_row("text", "phases", noise=0.6, control="untrained encoder")
    first = [make_row("text", "phases"), control, floor()]
    second = [make_row("text", "phases", noise=0.7), floor()]
    report = joined(tmp_path, one=first, two=second)
    titles = [row.title for row in report.rows]
    assert titles == [
        "text [one]",
        "text [two]",
        "untrained encoder: text [one]",
        "ridge: text",
    ]
    assert report.rows[2].is_control_of(report.rows[0])
    assert not report.rows[2].is_control_of(report.rows[1])


def test_models_that_say_the_same_classes_are_two_rows(tmp_path):
    row = make_class_row("audio")
    sure = np.eye(len(row.classes))[row.predictions.astype(int)]
    row = dataclasses.replace(row, probabilities=sure)
    surer = dataclasses.replace(row, probabilities=0.9 * sure + 0.1 / len(row.classes))
    larger = dataclasses.replace(row, parameters=10**6)
    report = joined(tmp_path, one=[row], two=[surer], three=[larger], four=[row])
    titles = [each.title for each in report.rows]
    assert titles == ["audio [one]", "audio [two]", "audio [three]"]


def test_each_row_keeps_its_control_and_an_ensemble_its_members(tmp_path):
    control = make_row("text", "phases", noise=0.6, control="untrained encoder")
    first = [make_row("text", "phases"), control]
    second = [make_row("text", "phases", noise=0.7), control]
    both = dataclasses.replace(
        make_row("both", "ensemble", noise=0.3),
        members=("text", "untrained encoder: text"),
    )
    report = joined(tmp_path, one=[*first, both], two=second, three=second)
    named = {row.title: row for row in report.rows}
    assert list(named) == [
        "text [one]",
        "text [two]",
        "untrained encoder: text [one]",
        "untrained encoder: text [two]",
        "both",
    ]
    for name in ("one", "two"):
        control = named[f"untrained encoder: text [{name}]"]
        assert control.is_control_of(named[f"text [{name}]"])
    assert set(named["both"].members) <= set(named)


def test_other_samples_are_refused(tmp_path):
    row = make_row("text", "supervised")
    fewer = row.select(np.arange(5))
    make_report([row]).write(tmp_path / "one")
    make_report([fewer], ids=list("abcde")).write(tmp_path / "two")
    make_report([row], ids=[str(i) for i in range(60)]).write(tmp_path / "three")
    other = dataclasses.replace(row, labels=row.labels + 0.5)
    make_report([other]).write(tmp_path / "four")
    for name, message in (
        ("two", "two has 5 test samples, .*one 60"),
        ("three", "three has other test samples than"),
        ("four", "four has other labels of the same samples"),
    ):
        with pytest.raises(ValueError, match=f"{message}.*join runs on the same data"):
            join_reports([tmp_path / "one", tmp_path / name])
    with pytest.raises(ValueError, match="`directories` is empty"):
        join_reports([])

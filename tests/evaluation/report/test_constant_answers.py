import dataclasses

import numpy as np
import pytest

from mmzoo.evaluation import Row
from mmzoo.evaluation.report.constant_answers import constant_answers
from tests.evaluation.report.test_report import make_report
from tests.evaluation.rows import EMOTIONS, make_class_row, make_row


def with_constant(row, seeds, value=1.0):
    predictions = row.predictions.copy()
    predictions[list(seeds)] = value
    return dataclasses.replace(row, predictions=predictions)


@pytest.mark.parametrize(
    ("row", "answer"),
    [(make_row(), "1.00"), (make_class_row(), EMOTIONS[1])],
    ids=["scores", "classes"],
)
def test_a_constant_row_is_named_with_its_answer(row, answer):
    assert constant_answers([row]) == []
    (one,) = constant_answers([row, with_constant(row, [2])])
    assert f"same answer with 1 of 3 seeds, {answer}:" in one
    assert one.startswith(f"{row.name} ({row.training}) gives all 60 test samples")
    (all_three,) = constant_answers([with_constant(row, range(3))])
    assert f"with 3 of 3 seeds, {answer}:" in all_three
    control = dataclasses.replace(with_constant(row, [0]), control="untrained encoder")
    assert constant_answers([control])[0].startswith("untrained encoder: ")
    assert make_report([with_constant(row, [2])]).to_dict()["remarks"] == [one]


def test_answers_that_differ_by_rounding_are_the_same():
    labels = np.linspace(-3, 3, 9)
    tiny = Row("text", "supervised", labels, 0.2 + 1e-4 * labels)
    (said,) = constant_answers([tiny])
    assert "gives all 9 test samples the same answer, 0.20:" in said


def test_constants_that_are_meant_are_not_named():
    constant = with_constant(make_row(), range(3))
    floor = dataclasses.replace(constant, control="majority")
    alike = Row("text", "supervised", np.ones(3), np.ones(3))
    assert constant_answers([floor, alike]) == []

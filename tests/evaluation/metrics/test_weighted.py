import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from mmzoo.evaluation.metrics import weighted


def test_enters_under_the_name():
    registry = {}

    @weighted.enters(registry)
    def _share(labels, predictions, weights):
        return weighted.mean(labels == predictions, weights)

    assert registry == {"share": _share}
    labels, predictions = np.array([0, 1]), np.array([0, 0])
    assert weighted.evaluate(registry, labels, predictions) == {"share": 0.5}
    weights = [[1, 0], [0, 3], [3, 1]]
    found = weighted.evaluate(registry, labels, predictions, weights, ["share"])
    assert found["share"].tolist() == [1.0, 0.0, 0.75]


def test_nothing_over_nothing_is_zero():
    assert weighted.mean(np.array([1.0, 2.0]), np.zeros((3, 2))).tolist() == [0.0] * 3
    assert weighted.ratio(np.array([1.0, 1.0]), np.array([0.0, 4.0])).tolist() == [
        0.0,
        0.25,
    ]


def test_class_scores_are_those_of_scikit_learn(rng):
    labels, predictions = rng.integers(5, size=(2, 60))
    weights = rng.integers(0, 3, size=(4, 60)).astype("float64")
    found = weighted.class_scores(labels, predictions, 5, weights)
    average = weighted.weighted_prf(labels, predictions, 5, weights)
    prf = sklearn_metrics.precision_recall_fscore_support
    for i, weight in enumerate(weights):
        style = {"sample_weight": weight, "zero_division": 0}
        expected = prf(labels, predictions, labels=range(5), **style)
        for ours, theirs in zip(found, expected, strict=False):
            assert ours[i] == pytest.approx(theirs)
        expected = prf(labels, predictions, average="weighted", **style)[:3]
        assert [each[i] for each in average] == pytest.approx(expected)
    assert found[4].sum(axis=1) == pytest.approx(weights.sum(axis=1))


def test_checked_gives_vectors():
    labels, predictions = weighted.checked([1, 2], [3, 4])
    assert labels.dtype == predictions.dtype == "float64"
    with pytest.raises(ValueError, match="at least 1"):
        weighted.checked([], [])

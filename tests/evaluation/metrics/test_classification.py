import warnings

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from mmzoo.evaluation import CLASSIFICATION_METRICS, classification_metrics
from mmzoo.evaluation.metrics.classification import class_indices


def reference(labels, predictions):
    """The definitions again, on scikit-learn."""
    f1 = sklearn_metrics.f1_score
    with warnings.catch_warnings():
        # It warns of classes that are predicted and never true.
        warnings.simplefilter("ignore", UserWarning)
        balanced = sklearn_metrics.balanced_accuracy_score(labels, predictions)
    recall = sklearn_metrics.recall_score(
        labels, predictions, labels=np.unique(labels), average="macro"
    )
    assert recall == pytest.approx(balanced)
    return {
        "accuracy": sklearn_metrics.accuracy_score(labels, predictions),
        "uar": balanced,
        "f1_macro": f1(labels, predictions, average="macro", zero_division=0),
        "f1_weighted": f1(labels, predictions, average="weighted", zero_division=0),
    }


@pytest.mark.parametrize("count", [2, 4, 10])
@pytest.mark.parametrize("right", [0.0, 0.6, 1.0])
def test_matches_scikit_learn(rng, count, right):
    # Rarer and rarer classes.
    labels = np.minimum(rng.geometric(0.4, 200) - 1, count - 1)
    guesses = rng.integers(count, size=200)
    predictions = np.where(rng.random(200) < right, labels, guesses)
    found = classification_metrics(labels, predictions)
    assert found == pytest.approx(reference(labels, predictions), abs=1e-12)
    assert list(found) == list(CLASSIFICATION_METRICS)


def test_hand_computed():
    labels, predictions = [0, 0, 0, 1, 3], [0, 0, 1, 1, 2]
    found = classification_metrics(labels, predictions)
    assert found["accuracy"] == pytest.approx(3 / 5)
    # classes 0, 1 and 3 are true; class 2 is none of them
    assert found["uar"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    # classes 0, 1, 2 and 3 are true or predicted
    assert found["f1_macro"] == pytest.approx((4 / 5 + 2 / 3 + 0 + 0) / 4)
    assert found["f1_weighted"] == pytest.approx((3 * 4 / 5 + 2 / 3) / 5)


def test_weights_repeat_samples(rng):
    labels, predictions = rng.integers(6, size=(2, 20))
    # Some classes are left without any sample.
    counts = rng.integers(0, 4, size=(8, 20)) * (rng.random((8, 20)) < 0.4)
    assert any(len(np.unique(labels[count > 0])) < 6 for count in counts)
    found = classification_metrics(labels, predictions, counts)
    for i, count in enumerate(counts):
        expected = reference(np.repeat(labels, count), np.repeat(predictions, count))
        assert {name: v[i] for name, v in found.items()} == pytest.approx(expected)


def test_without_any_weight_all_is_zero():
    found = classification_metrics([0, 1], [0, 1], np.zeros(2))
    assert set(found.values()) == {0.0}


def test_names_choose_metrics():
    assert classification_metrics([1], [1], names=["uar"]) == {"uar": 1.0}


@pytest.mark.parametrize("bad", [-1, 0.5])
def test_refuses_what_is_no_class(bad):
    with pytest.raises(ValueError, match=rf"`predictions` must be.*from 0; .* {bad}\."):
        classification_metrics([0, 1], [0, bad])
    with pytest.raises(ValueError, match="`labels` must be class indices"):
        classification_metrics([0, bad], [0, 1])


def test_refuses_shapes_and_nan():
    with pytest.raises(ValueError, match="vectors of one length"):
        classification_metrics([0, 1], [0])
    with pytest.raises(ValueError, match="`labels` holds 1 NaN"):
        classification_metrics([np.nan], [0])


def test_indices_are_whole_numbers_of_the_classes():
    found = class_indices("labels", np.array([0.0, 2.0]), 3)
    assert found.dtype == "int64" and found.tolist() == [0, 2]
    for bad in (3, np.nan, np.inf):
        with pytest.raises(ValueError, match="from 0 to 2; received.*argmax"):
            class_indices("labels", [0, bad], 3)

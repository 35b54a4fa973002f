import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sklearn_metrics

from mmzoo.evaluation import SENTIMENT_METRICS, sentiment_classes, sentiment_metrics


def reference(labels, predictions):
    """The definitions again, on scikit-learn and SciPy."""
    kept = labels != 0
    has0 = labels >= 0, predictions >= 0
    non0 = labels[kept] > 0, predictions[kept] > 0
    seven = [np.rint(np.clip(v, -3, 3)).astype(int) for v in (labels, predictions)]
    five = [np.rint(np.clip(v, -2, 2)).astype(int) for v in (labels, predictions)]
    average = {"average": "weighted", "zero_division": 0}
    names = ("precision", "recall", "f1")
    prf = sklearn_metrics.precision_recall_fscore_support
    binary = dict(zip(names, prf(*has0, **average)[:3], strict=True))
    sevens = dict(zip(names, prf(*seven, **average)[:3], strict=True))
    return {
        "mae": sklearn_metrics.mean_absolute_error(labels, predictions),
        "pearson": stats.pearsonr(labels, predictions).statistic,
        "acc2_has0": sklearn_metrics.accuracy_score(*has0),
        "acc2_non0": sklearn_metrics.accuracy_score(*non0),
        "f1_has0": sklearn_metrics.f1_score(*has0, **average),
        "f1_non0": sklearn_metrics.f1_score(*non0, **average),
        "acc5": sklearn_metrics.accuracy_score(*five),
        "acc7": sklearn_metrics.accuracy_score(*seven),
        **{f"{name}_binary": value for name, value in binary.items()},
        **{f"{name}_7class": value for name, value in sevens.items()},
    }


@pytest.mark.parametrize("noise", [0.1, 1.0, 5.0])
def test_matches_scikit_learn_and_scipy(rng, noise):
    # Tenths, so that zeros and halves occur.
    labels = np.clip(rng.normal(0, 1.5, 200), -3, 3).round(1)
    predictions = (labels + noise * rng.normal(size=200)).round(1)
    found = sentiment_metrics(labels, predictions)
    assert found == pytest.approx(reference(labels, predictions), abs=1e-12)
    assert list(found) == list(SENTIMENT_METRICS)


def test_classes_never_predicted_count_zero(rng):
    labels = rng.normal(0, 2, 50)
    predictions = np.where(np.arange(50) % 2, 0.2, -0.7)
    expected = reference(labels, predictions)
    assert sentiment_metrics(labels, predictions) == pytest.approx(expected)


def test_hand_computed():
    labels = np.array([0.0, 0.0, -1.0, 2.5, 3.0])
    predictions = np.array([-0.1, 0.0, 0.4, 1.6, 9.0])
    found = sentiment_metrics(labels, predictions)
    assert found["mae"] == pytest.approx((0.1 + 0 + 1.4 + 0.9 + 6) / 5)
    # positive: labels 1 1 0 1 1, predictions 0 1 1 1 1
    assert found["acc2_has0"] == pytest.approx(3 / 5)
    # of the labels -1, 2.5, 3 the first is missed
    assert found["acc2_non0"] == pytest.approx(2 / 3)
    # positives: precision 3/4, recall 3/4; negatives: none right
    assert found["f1_has0"] == pytest.approx(0.8 * 0.75)
    # positives without zeros: precision 2/3, recall 1
    assert found["f1_non0"] == pytest.approx(2 / 3 * 0.8)
    # sevens: labels 0 0 -1 2 3, predictions 0 0 0 2 3
    assert found["acc7"] == pytest.approx(4 / 5)
    assert found["precision_7class"] == pytest.approx(0.4 * 2 / 3 + 0.2 + 0.2)
    # fives: labels 0 0 -1 2 2, predictions 0 0 0 2 2
    assert found["acc5"] == pytest.approx(4 / 5)


def test_a_prediction_of_zero_is_positive_with_zeros_and_negative_without():
    found = sentiment_metrics([1.0, -1.0], [0.0, 0.0])
    assert found["acc2_has0"] == 0.5 and found["acc2_non0"] == 0.5
    assert sentiment_metrics([1.0], [0.0])["acc2_has0"] == 1.0
    assert sentiment_metrics([1.0], [0.0])["acc2_non0"] == 0.0


def test_halves_go_to_the_even_class():
    halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 7.0]
    assert sentiment_classes(halves).tolist() == [-2, -2, 0, 0, 2, 2, 3]
    assert sentiment_classes(halves, limit=2).tolist() == [-2, -2, 0, 0, 2, 2, 2]


@pytest.mark.parametrize("constant", [0.1, np.float32(0.1), -3.0])
def test_pearson_of_a_constant_is_undefined(rng, constant):
    varied = rng.normal(size=9)
    for pair in ((varied, np.full(9, constant)), (np.full(9, constant), varied)):
        found = sentiment_metrics(*pair)
        assert np.isnan(found.pop("pearson"))
        assert np.isfinite([*found.values()]).all()


def test_pearson_is_undefined_in_the_resamples_that_are_constant():
    weights = [[1, 1, 1], [3, 0, 0], [0, 1, 2]]
    found = sentiment_metrics([1, 2, 3], [0.1, 0.3, 0.3], weights)["pearson"]
    assert np.isnan(found).tolist() == [False, True, True]


def test_pearson_of_small_variation_is_no_constant(rng):
    labels = rng.normal(size=30)
    found = sentiment_metrics(labels, 0.5 + 1e-7 * labels)["pearson"]
    assert found == pytest.approx(1.0, abs=1e-6)


def test_only_zeros_leave_nothing_without_zeros():
    found = sentiment_metrics([0.0, 0.0], [1.0, 2.0])
    assert found["acc2_non0"] == found["f1_non0"] == 0.0


def test_weights_repeat_samples(rng):
    labels = rng.normal(0, 2, 40).round(1)
    predictions = (labels + rng.normal(size=40)).round(1)
    counts = rng.integers(0, 4, size=(5, 40))
    found = sentiment_metrics(labels, predictions, counts)
    for i, count in enumerate(counts):
        expected = reference(np.repeat(labels, count), np.repeat(predictions, count))
        assert {name: v[i] for name, v in found.items()} == pytest.approx(expected)


def test_names_choose_metrics():
    assert sentiment_metrics([1.0], [2.0], names=["mae"]) == {"mae": 1.0}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(bad):
    with pytest.raises(
        ValueError, match=r"`predictions` holds 1 NaN.*position 1.*rate"
    ):
        sentiment_metrics([0.0, 1.0], [0.0, bad])
    with pytest.raises(ValueError, match="`labels` holds 1 NaN"):
        sentiment_metrics([0.0, bad], [0.0, 1.0])


@pytest.mark.parametrize(
    ("labels", "predictions"), [([], []), ([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])]
)
def test_refuses_shapes(labels, predictions):
    with pytest.raises(ValueError, match="vectors of one length"):
        sentiment_metrics(labels, predictions)


def test_shapes_that_would_broadcast_are_refused(rng):
    labels = rng.normal(size=8)
    for wide in (labels[:, None], labels[None]):
        for pair in ((wide, labels), (labels, wide), (wide, wide)):
            with pytest.raises(ValueError, match="vectors of one length"):
                sentiment_metrics(*pair)
        with pytest.raises(ValueError, match="last axis is the 8 samples"):
            sentiment_metrics(labels, labels, weights=np.ones(8)[:, None])

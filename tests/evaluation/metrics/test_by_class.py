import numpy as np
from sklearn.metrics import precision_recall_fscore_support

from mmzoo.evaluation import metrics_by_class, sentiment_metrics


def test_scores_are_scikit_learns():
    generator = np.random.default_rng(0)
    true, said = generator.integers(0, 5, (2, 200))
    said[said == 3] = 2
    found = metrics_by_class(true, said, 5)
    expected = precision_recall_fscore_support(true, said, zero_division=0)
    for name, each in zip(("precision", "recall", "f1"), expected, strict=False):
        np.testing.assert_allclose(found[name], each)
    np.testing.assert_allclose(found["share_true"], expected[3] / 200)
    assert found["precision"][3] == 0 and found["share_predicted"][3] == 0
    np.testing.assert_allclose(found["share_predicted"].sum(), 1)


def test_a_class_that_no_sample_has_is_not_scored():
    found = metrics_by_class(np.array([0, 0]), np.array([0, 1]), 3)
    for name in ("precision", "recall", "f1"):
        np.testing.assert_array_equal(np.isnan(found[name]), [False, True, True])
    assert found["share_true"].tolist() == [1, 0, 0]
    assert found["share_predicted"].tolist() == [0.5, 0.5, 0]


def test_the_supports_weigh_them_to_the_tables_figures():
    generator = np.random.default_rng(1)
    labels, predictions = generator.uniform(-3, 3, (2, 300))
    classes = [np.round(each).astype(int) + 3 for each in (labels, predictions)]
    found, summed = (
        metrics_by_class(*classes, 7),
        sentiment_metrics(labels, predictions),
    )
    for name in ("precision", "recall", "f1"):
        average = (found["share_true"] * found[name]).sum()
        np.testing.assert_allclose(average, summed[f"{name}_7class"])

import numpy as np
import pytest
from sklearn import metrics as sklearn

from mmzoo.evaluation import EMOTION_METRICS, emotion_metrics, metrics_by_emotion

THEIRS = {
    "mean_weighted_accuracy": sklearn.balanced_accuracy_score,
    "mean_f1_weighted": lambda y, z: sklearn.f1_score(y, z, average="weighted"),
    "mean_accuracy": sklearn.accuracy_score,
    "mean_f1": sklearn.f1_score,
}


@pytest.fixture
def answers(rng):
    labels = (rng.random((60, 4)) < [0.5, 0.3, 0.2, 0.7]).astype(float)
    predictions = np.where(rng.random((60, 4)) < 0.3, 1 - labels, labels)
    labels[rng.random((60, 4)) < 0.1] = np.nan
    return labels, predictions


def one_by_one(labels, predictions):
    """Each emotion's labels that are known, with the predictions."""
    for label, said in zip(labels.T, predictions.T, strict=True):
        known = ~np.isnan(label)
        yield label[known], said[known]


@pytest.mark.parametrize("name", THEIRS)
def test_each_is_that_of_scikit_learn(name, answers):
    expected = [THEIRS[name](*pair) for pair in one_by_one(*answers)]
    np.testing.assert_allclose(metrics_by_emotion(*answers)[name], expected)
    assert emotion_metrics(*answers)[name] == pytest.approx(np.mean(expected))


def test_weighted_accuracy_is_that_of_its_paper(answers):
    labels, predictions = answers
    found = metrics_by_emotion(labels, predictions)["mean_weighted_accuracy"]
    for (label, said), score in zip(one_by_one(*answers), found, strict=True):
        positives, negatives = (label == 1).sum(), (label == 0).sum()
        hits = ((label == 1) & (said == 1)).sum()
        rejections = ((label == 0) & (said == 0)).sum()
        paper = (hits * negatives / positives + rejections) / (2 * negatives)
        assert score == pytest.approx(paper)


def test_weights_are_how_often_a_sample_counts(answers, rng):
    labels, predictions = answers
    counts = rng.integers(0, 3, (5, 60))
    found = emotion_metrics(labels, predictions, counts)
    for row, count in enumerate(counts):
        drawn = np.repeat(np.arange(60), count)
        expected = emotion_metrics(labels[drawn], predictions[drawn])
        for name in EMOTION_METRICS:
            assert found[name][row] == pytest.approx(expected[name])


def test_emotions_without_labels_take_no_part():
    labels = np.array([[1, np.nan, 1], [0, np.nan, 1]])
    predictions = np.array([[1, 1, 1], [0, 1, 0]])
    found = emotion_metrics(labels, predictions, names=["mean_weighted_accuracy"])
    # Of the last there are labels of one kind alone.
    assert found == {"mean_weighted_accuracy": 0.75}
    alone = metrics_by_emotion(labels, predictions)["mean_accuracy"]
    np.testing.assert_array_equal(alone, [1, np.nan, 0.5])


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        (np.ones(3), np.ones(3), r"one shape \(N, classes\)"),
        (np.ones((3, 2)), np.ones((2, 2)), r"received \(3, 2\) and \(2, 2\)"),
        (np.full((3, 2), 0.5), np.ones((3, 2)), "`labels` must be 1 .* received 0.5"),
        (np.ones((3, 2)), np.full((3, 2), np.nan), "`predictions` must be .* nan"),
        (np.full((3, 2), np.nan), np.ones((3, 2)), "`labels` are all NaN"),
    ],
)
def test_what_cannot_be_compared_is_refused(labels, predictions, message):
    with pytest.raises(ValueError, match=message):
        emotion_metrics(labels, predictions)

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, Sequences, Split, read, sample_corpus
from mmzoo.data.score_classes import class_scores, in_scores
from mmzoo.evaluation import sentiment_classes

SCORES = np.arange(-3, 3.01, 0.25).astype("float32")


def corpus_of(labels, low=-3, high=3):
    count = len(labels)
    frames = Sequences.from_list([np.ones((2, 1))] * count)
    names = tuple(map(str, range(count)))
    split = Split({"text": frames}, labels, names, names)
    return Corpus("mine", {"train": split}, (low, high))


def test_seven_classes_are_those_of_the_metric():
    corpus = corpus_of(SCORES)
    made = corpus.in_classes(7)
    assert made.classes == ("-3", "-2", "-1", "0", "+1", "+2", "+3")
    expected = sentiment_classes(SCORES) + 3
    np.testing.assert_array_equal(made.train.labels, expected)
    assert made.target == corpus.target and made.label_range == (0, 6)
    np.testing.assert_array_equal(class_scores(made), np.arange(-3, 4))


def test_scores_come_back():
    made = corpus_of(SCORES).in_classes(7)
    back = in_scores(made)
    np.testing.assert_array_equal(back.train.labels, SCORES)
    assert back.label_range == (-3, 3) and back.classes is None
    assert class_scores(back) is None and in_scores(back) is back


def test_labels_one_a_step_and_samples_without_one():
    labels = Sequences.from_list([SCORES[:2, None], SCORES[-2:, None]])
    made = corpus_of(labels).in_classes(7)
    np.testing.assert_array_equal(made.train.labels.frames[:, 0], [0, 0, 6, 6])
    made = corpus_of(np.array([-1.6, np.nan, 2], "float32")).in_classes(7)
    np.testing.assert_array_equal(made.train.labels, [1, 5])


def test_other_ranges_have_other_scores():
    made = corpus_of(np.array([-1, -0.6, 0.2, 1], "float32"), -1, 1).in_classes(5)
    assert made.classes == ("-1", "-0.5", "0", "+0.5", "+1")
    np.testing.assert_array_equal(made.train.labels, [0, 1, 2, 4])


def test_what_cannot_be_is_refused():
    corpus = corpus_of(SCORES)
    for count in (1, 6):
        with pytest.raises(DataError, match=rf"in_classes\({count}\).*odd number"):
            corpus.in_classes(count)
    with pytest.raises(DataError, match="labels that are classes"):
        corpus.in_classes(7).in_classes(7)


def test_scores_are_saved_with_the_classes(tmp_path):
    sizes = {"train": 12, "valid": 4, "test": 6}
    made = sample_corpus(sizes=sizes).in_classes(7)
    made.save(tmp_path / "made.h5")
    found = read(tmp_path / "made.h5")
    assert found.classes == made.classes
    np.testing.assert_array_equal(
        in_scores(found).test.labels, in_scores(made).test.labels
    )

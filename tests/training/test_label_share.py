import numpy as np
import pytest

from mmzoo.data import Sequences, sample_corpus
from mmzoo.models import build_lstm_baseline
from mmzoo.training import (
    TrainingOptions,
    TrainingRun,
    with_label_share,
)
from mmzoo.training.report_rows import ReportRows
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend
SIZES = {"train": 40, "valid": 5, "test": 5}


def known(split):
    """Which samples have a label."""
    if isinstance(split.labels, Sequences):
        found = [np.isfinite(split.labels[i][0]) for i in range(len(split))]
        assert all(each.all() == each.any() for each in found)
        return np.array([each.all() for each in found])
    return np.isfinite(split.labels)


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_the_others_keep_their_frames(labels_per, rng):
    corpus = small_corpus(rng, labels_per)
    before = known(corpus.train).copy()
    found = with_label_share(corpus, 0.4, seed=3)
    assert before.all() and known(corpus.train).all(), "the corpus itself was changed"
    assert known(found.train).sum() == round(0.4 * len(before))
    assert found.train.sequences == corpus.train.sequences
    for name in ("valid", "test"):
        assert found.splits[name] is corpus.splits[name]
    for row in np.flatnonzero(known(found.train)):
        if labels_per == "step":
            pair = (each.train.labels[row][0] for each in (found, corpus))
            np.testing.assert_array_equal(*pair)
        else:
            assert found.train.labels[row] == corpus.train.labels[row]


def test_shares_of_a_seed_are_nested_and_those_of_a_subset():
    corpus = sample_corpus(sizes=SIZES)
    small, large = (
        set(np.flatnonzero(known(with_label_share(corpus, share, 1).train)))
        for share in (0.1, 0.5)
    )
    assert len(small) == 4 and small < large
    ids = {corpus.train.ids[row] for row in large}
    assert ids == set(corpus.subset(0.5, seed=1).train.ids)
    other = known(with_label_share(corpus, 0.5, 2).train)
    assert large != set(np.flatnonzero(other))
    assert with_label_share(corpus, 1.0) is corpus


def test_a_model_that_learns_labels_alone_reads_those_samples_alone(
    rng, tmp_path, monkeypatch
):
    corpus = small_corpus(rng)
    options = TrainingOptions(epochs=1, least_batch=1, label_share=0.4)
    shared = with_label_share(corpus, 0.4)
    model = build_lstm_baseline({"text": 5}, units=2)
    seen = []
    monkeypatch.setattr(
        type(model), "fit", lambda self, batches, **_: seen.append(batches)
    )
    monkeypatch.setattr("mmzoo.training.training_run._feed", lambda batches: batches)
    run = TrainingRun(shared, options, 0, tmp_path, str)
    model.begin(run)
    model.train_phases(run)
    assert known(seen[0].split).all() and len(seen[0].split) == 3
    assert seen[0].batch_size == options.batch_size_for(3)


@pytest.mark.parametrize("share", [0.0, 1.1, -1.0, float("nan")])
def test_a_share_is_refused(share):
    with pytest.raises(ValueError, match="`label_share` is above 0 and up to 1"):
        TrainingOptions(label_share=share)


def test_floors_learn_from_the_labels_that_are_left(rng):
    corpus = small_corpus(rng)
    options = TrainingOptions(label_share=0.4)
    (median, _), _ = ReportRows([corpus]).floors(["text"], options, str)
    few = np.median(corpus.subset(0.4).train.labels)
    assert few != np.median(corpus.train.labels)
    np.testing.assert_allclose(median.predictions, few)

import dataclasses

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.data import Batches, Corpus, Sequences, Split
from mmzoo.training import GeneratedLabels, TrainingOptions, TrainingRun
from mmzoo.training.training_run import Refit
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.usefixtures("eager")

SMALL = {"units": 4, "vector_dim": 16, "hidden_dim": 16, "unimodal_dim": 16}


class Run(TrainingRun):
    """A run that keeps the labels, and is interrupted before an epoch."""

    until = None

    def generated_labels(self, model):
        self.labels = super().generated_labels(model)
        begin = self.labels.on_epoch_begin

        def begins(epoch, logs=None):
            if epoch == self.until:
                raise KeyboardInterrupt
            begin(epoch, logs)

        self.labels.on_epoch_begin = begins
        return self.labels


def trained(corpus, folder, until=None, dropout=0.2, **options):
    """The run, its labels and its weights after a training."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    dims = {n: rows.features for n, rows in corpus.train.sequences.items()}
    model = mmzoo.build_self_supervised_multitask(dims, **SMALL, dropout=dropout)
    options = {"epochs": 4, "learning_rate": 0.02, "batch_size": 4, **options}
    run = Run(corpus, TrainingOptions(patience=99, **options), 0, folder, str)
    run.until = until
    model.begin(run)
    model.train_phases(run)
    weights = [np.array(each) for each in model.trainable_variables]
    return run, np.array(run.labels.labels), weights


@pytest.fixture
def corpus(rng):
    """Small splits, of which the last training sample has no label."""
    corpus = small_corpus(rng)
    labels = np.array([1.0, -2.0, 0.5, -1.0, 2.0, -0.5, np.nan], "float32")
    train = dataclasses.replace(corpus.train, labels=labels)
    return dataclasses.replace(corpus, splits={**corpus.splits, "train": train})


def test_labels_move_after_the_second_epoch(corpus):
    dims = {n: rows.features for n, rows in corpus.train.sequences.items()}
    model = mmzoo.build_self_supervised_multitask(dims, **SMALL)
    labels = GeneratedLabels(model, corpus)
    labels.set_model(model)
    names = [*model.reads, "generated_labels"]
    batches = Batches(labels.corpus.train, names, num_buckets=1)
    own = np.repeat(corpus.train.labels[:6, None], 3, axis=1)

    def read(epoch):
        labels.on_epoch_begin(epoch)
        x, _ = batches[0]
        assert x["generated_labels_mask"][:7, 0].tolist() == [True] * 6 + [False]
        return x["generated_labels"][:6, 0]

    for epoch in range(2):
        np.testing.assert_array_equal(read(epoch), own)
        labels.on_epoch_end(epoch)
    assert np.all(np.any(read(2) != own, axis=1))
    assert np.abs(read(2)).max() <= 3.0
    valid = Batches(labels.corpus.valid, names)[0][0]
    assert not valid["generated_labels_mask"].any()


def test_interrupted_and_resumed_is_uninterrupted(corpus, tmp_path):
    whole, labels, weights = trained(corpus, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        trained(corpus, tmp_path / "parts", until=3)
    resumed, again, restored = trained(corpus, tmp_path / "parts")
    assert resumed.history == whole.history
    np.testing.assert_array_equal(again, labels)
    for one, other in zip(weights, restored, strict=True):
        np.testing.assert_array_equal(one, other)


def disagreeing(rng, samples):
    """Audio and text that each say something, a label that is the mean of both."""
    parts = rng.choice([-1.0, 1.0], (samples, 2)) * rng.uniform(0.5, 1.5, (samples, 2))
    sequences = {}
    for index, name in enumerate(("audio", "text")):
        frames = parts[:, index, None, None] + 0.3 * rng.normal(size=(samples, 2, 2))
        sequences[name] = Sequences.from_list(list(frames))
    ids = tuple(map(str, range(samples)))
    return Split(sequences, parts.mean(axis=1).astype("float32"), ids, ids), parts


@pytest.mark.one_backend
def test_labels_move_to_what_each_modality_says(tmp_path, rng):
    (train, parts), (valid, _) = disagreeing(rng, 96), disagreeing(rng, 16)
    corpus = Corpus("two", {"train": train, "valid": valid}, (-3.0, 3.0), {})
    options = {"epochs": 6, "batch_size": 32, "learning_rate": 0.01, "dropout": 0.0}
    _, labels, _ = trained(corpus, tmp_path, **options)
    for index in range(2):
        moved = labels[:, index] - train.labels
        # The label of both, with which the modalities begin, tells nothing of it.
        truth = parts[:, index] - train.labels
        assert np.corrcoef(moved, truth)[0, 1] > 0.3


@pytest.mark.one_backend
def test_a_refit_generates_labels_too(corpus, tmp_path):
    run, *_ = trained(corpus, tmp_path / "first", epochs=1)
    again = Refit(run, corpus.with_valid_in_train())
    dims = {n: rows.features for n, rows in corpus.train.sequences.items()}
    model = mmzoo.build_self_supervised_multitask(dims, **SMALL)
    model.begin(again)
    model.train_phases(again)
    assert list(again.history) == ["refit"]

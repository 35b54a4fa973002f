import numpy as np
import pytest

from mmzoo.data import explainable_sentiment, sample_corpus
from mmzoo.data.sample_labels import IRONIC_FROM, LABEL_RANGE
from mmzoo.data.synthetic import FEATURES, LONGEST, sample_process
from tests.data.standard_frames import standardized

# Where the hidden quantities behind the six of the topic stand.
ECHOED, VERBAL, NONVERBAL, IRONY = range(6, 10)
# Of version 2 of the sample: labels of a small corpus, and the mean of its frames.
LABELS = [2.4, -0.2, 0.6, -2.4, -0.8, -1.6]
MEANS = {"text": -0.030734, "audio": 0.143785, "video": -0.217736}


@pytest.fixture(scope="module")
def corpus():
    return sample_corpus()


def test_shapes_are_those_of_mosi(corpus):
    assert corpus.input_dims == FEATURES == {"text": 300, "audio": 74, "video": 35}
    assert [len(split) for split in corpus.splits.values()] == [1284, 229, 686]
    assert [len(set(split.groups)) for split in corpus.splits.values()] == [52, 10, 31]
    lengths = corpus.train.lengths
    assert 11 < lengths.mean() < 13
    assert (lengths.min(), lengths.max()) == (1, LONGEST)


def test_labels_look_like_those_of_mosi(corpus):
    labels = corpus.train.labels
    assert corpus.label_range == LABEL_RANGE
    assert (labels.min(), labels.max()) == LABEL_RANGE
    assert 0.03 < (labels == 0).mean() < 0.07
    assert 1.3 < labels.std() < 1.7
    np.testing.assert_allclose(labels * 5, np.round(labels * 5), atol=1e-5)


def test_some_video_steps_were_not_observed(corpus):
    present = np.concatenate([row for _, row in corpus.train.sequences["video"]])
    assert 0.03 < 1 - present.mean() < 0.09
    for modality in ("text", "audio"):
        assert corpus.train.sequences[modality].present is None


def test_a_seed_gives_one_corpus():
    sizes = {"train": 20, "valid": 4, "test": 6}
    first, again, other = (sample_corpus(seed, sizes) for seed in (1, 1, 2))
    frames = [rows.test.sequences["audio"].frames for rows in (first, again, other)]
    np.testing.assert_array_equal(frames[0], frames[1])
    np.testing.assert_array_equal(first.train.labels, again.train.labels)
    assert not np.array_equal(frames[0][:1], frames[2][:1])
    assert len(first.train) == 20


def test_the_previous_frame_says_little(corpus):
    for modality in corpus.modalities:
        frames, present = standardized(corpus, "train", modality)
        lengths = corpus.train.lengths
        sample = np.repeat(np.arange(len(lengths)), lengths)
        pairs = (sample[1:] == sample[:-1]) & present[1:] & present[:-1]
        errors = ((frames[1:] - frames[:-1]) ** 2)[pairs]
        assert errors.mean() > (frames[1:][pairs] ** 2).mean()


def means(corpus, split, source):
    """Mean of each feature over each utterance, `(N, features)`."""
    frames = np.concatenate(
        [standardized(corpus, split, name)[0] for name in source], axis=1
    )
    lengths = corpus.splits[split].lengths
    return np.add.reduceat(frames, np.cumsum(lengths) - lengths) / lengths[:, None]


def line(corpus, source):
    """What a ridge regression on means says for the label of each test utterance."""
    rows = means(corpus, "train", source)
    # Means of short sequences are noisy: weigh each by its length.
    weights = corpus.train.lengths[:, None] * rows
    gram = weights.T @ rows + 1000.0 * np.eye(rows.shape[1])
    fitted = np.linalg.solve(gram, weights.T @ corpus.train.labels)
    return means(corpus, "test", source) @ fitted


def correlation(corpus, predicted):
    return np.corrcoef(predicted, corpus.test.labels)[0, 1]


def test_every_modality_tells_of_the_label_and_text_most(corpus):
    alone = {name: correlation(corpus, line(corpus, [name])) for name in FEATURES}
    together = correlation(corpus, line(corpus, list(FEATURES)))
    assert 0.3 < min(alone.values())
    assert alone["text"] > max(alone["audio"], alone["video"]) + 0.03
    assert together > alone["text"] + 0.05
    best = explainable_sentiment(list(FEATURES), linear=True)["pearson"]
    # The bound is an expectation; the test split is a sample of it.
    assert together < best + 0.03


def shown(corpus, split, modality):
    """Hidden quantities `(N, hidden)`, as means of a modality's frames tell them."""
    process = sample_process(np.random.default_rng(0))
    loadings, nuisance = process.loadings[modality], process.nuisance[modality]
    spread = nuisance @ nuisance.T + np.diag(process.noise[modality] ** 2)
    weights = np.linalg.solve(spread, loadings)
    told = np.linalg.pinv(loadings.T @ weights) @ weights.T
    return means(corpus, split, [modality]) @ told.T


def test_a_product_of_two_modalities_tells_more_than_any_line(corpus):
    def terms(split):
        said, heard = shown(corpus, split, "text"), shown(corpus, split, "audio")
        verbal, ironic = said[:, VERBAL], heard[:, IRONY] > IRONIC_FROM
        lines = [said[:, ECHOED], verbal, heard[:, NONVERBAL]]
        return np.stack([*lines, np.where(ironic, -verbal, verbal)], axis=1)

    fitted = np.linalg.lstsq(terms("train"), corpus.train.labels, rcond=None)[0]
    found = correlation(corpus, terms("test") @ fitted)
    best = explainable_sentiment(list(FEATURES), linear=True)["pearson"]
    assert found > best + 0.1


def test_a_version_of_the_sample_has_its_numbers():
    corpus = sample_corpus(sizes={"train": 6, "valid": 2, "test": 2})
    assert corpus.provenance["version"] == 2, "another version has other numbers"
    np.testing.assert_allclose(corpus.train.labels, LABELS, rtol=1e-6)
    for name, rows in corpus.train.sequences.items():
        assert rows.frames.mean() == pytest.approx(MEANS[name], rel=1e-4)

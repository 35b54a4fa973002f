import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Corpus, Sequences, Split, read
from mmzoo.data.cleaning import clean, looked_over
from tests.checks import arrays
from tests.data.small_corpus import small_corpus, spoiled, with_nan


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def test_clean_corpus_is_only_counted(corpus):
    cleaned = clean(corpus, "file")
    assert (
        cleaned.train.sequences["text"].frames is corpus.train.sequences["text"].frames
    )
    counts = cleaned.provenance["cleaned"]
    nothing = {"nan": 0, "inf": 0, "clipped": 0, "dropped": 0, "not_observed": 0}
    assert counts["train"]["text"] == nothing
    assert counts["train"]["video"] == {**nothing, "not_observed": 6}
    assert cleaned.provenance["warnings"] == []
    assert cleaned.provenance["format"] == "test"


def test_values_that_are_not_finite_are_read_as_a_mean_and_counted(corpus):
    cleaned = clean(spoiled(corpus, "test", "audio", with_nan), "file")
    counts = cleaned.provenance["cleaned"]["test"]["audio"]
    assert (counts["nan"], counts["inf"]) == (1, 3)
    rows = corpus.train.sequences["audio"]
    mean = np.concatenate([rows[index][0] for index in range(len(rows))]).mean(axis=0)
    ((frames, _),) = cleaned.test.sequences["audio"].blocks()
    assert np.isfinite(frames).all()
    np.testing.assert_allclose(frames[0, 0], mean[0], rtol=1e-5)
    np.testing.assert_allclose(frames[1, :2], mean[:2], rtol=1e-5)
    ((raw, _),) = cleaned.test.sequences["audio"].blocks(raw=True)
    assert np.isnan(raw[0, 0]), "that it was not known is kept"
    assert cleaned.provenance["cleaned"]["train"]["audio"]["nan"] == 0


@pytest.mark.parametrize("way", ["memory", "file", "folds", "joined", "selected"])
def test_unknown_values_change_no_statistics(way, tmp_path, rng):
    """A third of all values is missing from a column of mean 5 and deviation 2."""
    sizes = {"train": 40, "valid": 10, "test": 10}
    splits, labels = {}, [1.0, -1.0] * 20
    for name, count in sizes.items():
        frames = rng.normal(5.0, 2.0, (count, 30, 2))
        frames[rng.random(frames.shape) < 1 / 3] = np.nan
        rows = Sequences.from_list(list(frames))
        ids = tuple(f"{name}{index}" for index in range(count))
        splits[name] = Split({"audio": rows}, labels[:count], ids, ids)
    corpus = Corpus("small", splits, (-3, 3))
    if way == "file":
        corpus.save(tmp_path / "a.h5")
        corpus = read(tmp_path / "a.h5")
    else:
        corpus = clean(corpus, "data")
    if way == "folds":
        corpus = corpus.k_fold(3)[0]
    elif way == "joined":
        corpus = corpus.with_valid_in_train()
    train = corpus.train.select(range(20)) if way == "selected" else corpus.train
    model = mmzoo.build_lstm_baseline({"audio": 2}, units=2)
    model.adapt(train)
    (layer,) = model.normalizations.values()
    mean, deviation = (np.asarray(arrays(w)) for w in (layer.mean, layer.deviation))
    np.testing.assert_allclose(mean, 5.0, atol=0.3)
    np.testing.assert_allclose(deviation, 2.0, atol=0.15)
    x, _ = next(iter(mmzoo.data.Batches(train, batch_size=8)))
    assert np.isfinite(x["audio"]).all()


def test_only_the_rows_of_the_split_are_counted(corpus):
    broken = spoiled(corpus, "train", "audio", with_nan)
    splits = {**corpus.splits, "train": broken.train.select([3, 4])}
    cleaned = clean(dataclasses.replace(corpus, splits=splits), "file", strict=True)
    assert cleaned.provenance["cleaned"]["train"]["audio"]["nan"] == 0


def test_what_the_reader_counted_is_added(corpus):
    told = {"test": {"audio": {"nan": 5, "clipped": 2}}}
    broken = spoiled(corpus, "test", "audio", with_nan)
    provenance = {**broken.provenance, "cleaned": told}
    broken = dataclasses.replace(broken, provenance=provenance)
    counts = clean(broken, "file").provenance["cleaned"]
    expected = {"nan": 6, "inf": 3, "clipped": 2, "dropped": 0, "not_observed": 0}
    assert counts["test"]["audio"] == expected
    assert counts["train"]["audio"]["nan"] == 0


def test_a_corpus_built_by_hand_is_looked_over(corpus):
    text = corpus.train.sequences["text"].in_memory()
    text.frames[0, 0], text.frames[1, 0] = np.nan, np.inf
    train = corpus.train.with_modality("text", text)
    known = corpus.train.select([3, 4])
    test = dataclasses.replace(known, ids=("new", corpus.valid.ids[0]))
    splits = {**corpus.splits, "train": train, "test": test}
    built = dataclasses.replace(corpus, splits=splits, provenance={})
    seen = looked_over(built)
    told = "\n".join(seen.provenance["warnings"])
    assert "2 samples share 1 ids" in told
    assert "text of train has 1 NaN and 1 infinite values" in told
    assert "of another split: 2 (such as new, those of" in told
    frames, _ = seen.train.sequences["text"].padded(np.arange(len(train)), 8)
    assert np.isfinite(frames).all()
    assert looked_over(seen) is seen


def test_a_corpus_that_was_read_is_left_alone(corpus):
    cleaned = clean(corpus, "there")
    assert looked_over(cleaned) is cleaned

"""One row a sample, whether pandas is there or not."""

import dataclasses
import sys
import types

import numpy as np
import pytest

from tests.data.small_corpus import small_corpus, small_emotions, small_labels

SIZES = {"train": 7, "valid": 2, "test": 3}


@pytest.fixture
def columns(monkeypatch):
    """The columns that pandas would get, by a stand-in of it."""
    stand_in = types.SimpleNamespace(DataFrame=dict)
    monkeypatch.setitem(sys.modules, "pandas", stand_in)
    return lambda corpus: corpus.to_pandas()


def test_columns_of_scores(rng, columns):
    corpus = small_corpus(rng)
    labels = corpus.valid.labels.copy()
    labels[1] = np.nan
    lengths = corpus.valid.sequences["audio"].lengths * [1, 0]
    audio = dataclasses.replace(corpus.valid.sequences["audio"], lengths=lengths)
    valid = dataclasses.replace(corpus.valid, labels=labels)
    valid = valid.with_modality("audio", audio)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "valid": valid})
    found = columns(corpus)
    assert list(found)[:4] == ["split", "id", "group", "label"]
    assert found["split"] == ["train"] * 7 + ["valid"] * 2 + ["test"] * 3
    assert found["id"] == [f"{s}_{i}" for s, n in SIZES.items() for i in range(n)]
    assert found["group"][-1] == "test_video_1"
    assert found["label"][7] == labels[0] and np.isnan(found["label"][8])
    assert found["steps_text"] == [4, 1, 6, 3, 5, 2, 6, 3, 2, 5, 1, 4]
    assert found["steps_audio"][7:9] == [3, 0]
    assert found["observed_audio"][7:9] == [True, False]
    assert {len(column) for column in found.values()} == {12}
    assert not {"words", "class"} & set(found)


def test_columns_of_classes_and_words(rng, columns):
    corpus = small_emotions(rng)
    test = dataclasses.replace(
        corpus.test, words=("a", "", "c"), labels=np.array([2, np.nan, 0])
    )
    found = columns(dataclasses.replace(corpus, splits={**corpus.splits, "test": test}))
    assert found["class"][-5:] == ["sad", "calm", "glad", None, "sad"]
    assert found["words"] == [""] * 9 + ["a", "", "c"]


def test_labels_a_step_are_a_list(rng, columns):
    corpus = small_corpus(rng, labels_per="step")
    found = columns(corpus)["label"]
    for i, expected in enumerate(corpus.train.labels):
        assert found[i] == expected[0][:, 0].tolist()
    assert len(found) == 12


def test_other_labels_have_columns_and_emotions_are_listed(rng, columns):
    corpus = small_labels(rng)
    found = columns(corpus)
    assert found["label_happy"][:3] == [0, 1, 2] and found["label_mood"][:2] == [0, 1]
    found = columns(corpus.with_label(["happy", "mood"]))
    assert found["label"][:2] == [[0, 0], [1, 1]]
    assert found["class"][:3] == [[], ["happy", "mood"], ["happy"]]
    assert found["label_sentiment"] == columns(corpus)["label"]


def test_a_data_frame_of_pandas(rng):
    pytest.importorskip("pandas")
    table = small_corpus(rng).to_pandas()
    assert table.shape == (12, 10)
    assert table["label"].dtype == float and table["observed_audio"].dtype == bool
    assert table.groupby("split")["steps_text"].max()["train"] == 6
    steps = small_corpus(rng, labels_per="step").to_pandas().explode("label")
    assert len(steps) == table["steps_text"].sum()


def test_what_installs_pandas_is_said(rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'mmzoo\[pandas\]'"):
        small_corpus(rng).to_pandas()

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, Sequences, read
from tests.data.small_corpus import (
    WIDTHS,
    assert_same_split,
    small_corpus,
    small_emotions,
)


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def test_what_a_corpus_knows(corpus):
    assert corpus.modalities == ["audio", "text", "video"]
    assert corpus.input_dims == WIDTHS
    assert corpus.labels_per == "sequence"
    assert [len(part) for part in (corpus.train, corpus.valid, corpus.test)] == [
        7,
        2,
        3,
    ]


def test_with_modality_by_id(corpus):
    sequences, ids = {}, {}
    for name, split in corpus.splits.items():
        ids[name] = split.ids[::-1]
        arrays = [np.full((2, 4), i) for i in range(len(split))][::-1]
        sequences[name] = Sequences.from_list(arrays)
    joined = corpus.with_modality("words", sequences, ids)
    assert joined.input_dims["words"] == 4
    values = [rows[0, 0] for rows, _ in joined.test.sequences["words"]]
    assert values == [0, 1, 2]
    assert "words" not in corpus.modalities
    strangers = {name: tuple("xyzuvwq"[: len(row)]) for name, row in ids.items()}
    with pytest.raises(DataError, match="words of train: it shares no id"):
        corpus.with_modality("words", sequences, strangers)


def test_with_modalities_keeps_those_named(corpus):
    assert corpus.with_modalities(["video", "text"]).modalities == ["text", "video"]


def test_classes_and_target_are_kept(rng):
    corpus = small_emotions(rng)
    assert corpus.target == "emotion"
    assert corpus.train.labels.dtype == np.float32
    assert corpus.train.select([1]).target == "emotion"
    kept = [
        corpus.with_modalities(["text"]),
        *corpus.k_fold(3),
        *corpus.k_fold(3, groups=True),
    ]
    for other in kept:
        assert other.classes == ("sad", "calm", "glad")
        assert other.group_kind == "speaker"
        assert {split.target for split in other.splits.values()} == {"emotion"}
    dataclasses.replace(corpus, classes=["a", "b", "c"])


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (("a", "b"), r"label_range=\(0, 2\) with 2 classes.* the range is \(0, 1\)"),
        (("a", "b", "a"), "Give every class one name of its own"),
        ((), "Give every class one name of its own"),
    ],
)
def test_wrong_classes_are_refused(rng, classes, message):
    with pytest.raises(DataError, match=message):
        dataclasses.replace(small_emotions(rng), classes=classes)


def test_validation_joins_training(corpus):
    both = corpus.with_valid_in_train()
    assert both.train.ids == (*corpus.train.ids, *corpus.valid.ids)
    assert both.valid is corpus.valid and both.test is corpus.test


@pytest.mark.parametrize("bounds", [(-3, np.inf), (-np.inf, 3), (3, -3), (np.nan, 3)])
def test_label_ranges_are_finite_and_in_order(corpus, bounds):
    with pytest.raises(DataError, match=r"small: label_range=\("):
        dataclasses.replace(corpus, label_range=bounds)


def test_what_is_shown_names_no_array(rng, corpus):
    widths = "audio 3, text 5, video 2"
    assert repr(corpus) == (
        f"<Corpus 'small': train 7, valid 2, test 3; {widths}; one label a sequence, "
        "in [-3, 3]>"
    )
    assert repr(corpus.train) == (
        f"<Split: 7 samples, 4 groups, 27 steps; {widths}; sentiment a sequence>"
    )
    rows = corpus.train.sequences["text"]
    assert repr(rows) == "<Sequences: 7 rows, 27 steps, 5 features, in memory>"
    assert repr(small_emotions(rng)).endswith("; one of 3 classes a sequence>")
    assert "sentiment a step" in repr(small_corpus(rng, labels_per="step").test)
    assert "no features" in repr(corpus.with_modalities([]))
    assert "without splits" in repr(dataclasses.replace(corpus, splits={}))


def test_description_is_what_inspect_prints(corpus):
    found = corpus.describe()
    assert found["splits"]["train"]["samples"] == 7
    assert found["modalities"]["text"]["features"] == 5


def test_a_file_keeps_what_was_done(corpus, tmp_path):
    made = Corpus.concatenate([corpus, corpus]).subset(0.5).truncate(2, keep="last")
    made.save(tmp_path / "made.h5")
    found = read(tmp_path / "made.h5")
    for key, split in made.splits.items():
        assert_same_split(found.splits[key], split)
    for key in ("parts", "subset", "truncated"):
        assert found.provenance[key] == made.provenance[key]

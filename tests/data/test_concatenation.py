"""Several corpora become one, split by split, or are refused with what differs."""

import dataclasses
import json

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, Sequences, read
from mmzoo.data.provenance import added_up
from tests.data.small_corpus import (
    assert_same_split,
    small_corpus,
    small_emotions,
    small_labels,
)


def renamed(corpus, name, prefix=""):
    """The corpus under another name, its samples too where a prefix is given."""
    splits = {
        key: dataclasses.replace(
            split,
            ids=tuple(prefix + each for each in split.ids),
            groups=tuple(prefix + each for each in split.groups),
        )
        for key, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, name=name, splits=splits)


@pytest.fixture
def parts(rng):
    return [renamed(small_corpus(rng), name, f"{name}_") for name in ("one", "two")]


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_every_sample_is_there_as_it_was(rng, labels_per):
    made = [small_corpus(rng, labels_per) for _ in range(2)]
    one, two = (renamed(made[i], n, n) for i, n in enumerate(("one", "two")))
    joined = Corpus.concatenate([one, two])
    assert joined.name == "one + two" and joined.label_range == (-3, 3)
    for key, split in joined.splits.items():
        count = len(one.splits[key])
        assert_same_split(split.select(range(count)), one.splits[key])
        assert_same_split(split.select(range(count, len(split))), two.splits[key])
    assert [part["name"] for part in joined.provenance["parts"]] == ["one", "two"]
    counts = {"train": 7, "valid": 2, "test": 3}
    assert joined.provenance["parts"][1]["samples"] == counts
    assert joined.provenance["parts"][1]["provenance"]["format"] == "test"
    json.dumps(joined.provenance, allow_nan=False)
    assert not joined.provenance.get("warnings")


def test_only_names_that_clash_get_the_name_of_their_part(rng):
    one, two = small_corpus(rng), renamed(small_corpus(rng), "two")
    ids = ("other", *two.test.ids[1:])
    test = dataclasses.replace(two.test, ids=ids, groups=("x", "x", "y"))
    two = dataclasses.replace(two, splits={"test": test})
    joined = Corpus.concatenate([one, two])
    assert joined.test.ids == (
        "test_0",
        "small/test_1",
        "small/test_2",
        "other",
        "two/test_1",
        "two/test_2",
    )
    assert joined.test.groups == (*one.test.groups, "x", "x", "y")
    assert joined.train.ids == one.train.ids
    told = "2 ids (such as test_1) stand in several parts"
    assert any(each.startswith(told) for each in joined.provenance["warnings"])


def test_corpora_of_one_name_are_numbered(rng):
    corpus = small_corpus(rng)
    both = [corpus.subset(ids=corpus.train.ids[:3]), corpus.subset(ids=corpus.test.ids)]
    joined = Corpus.concatenate([*both, both[1]])
    assert joined.name == "small 1 + small 2 + small 3"
    assert joined.train.ids == corpus.train.ids[:3]
    assert joined.test.ids[0] == "small 2/test_0"
    assert joined.test.groups[-1] == f"small 3/{corpus.test.groups[-1]}"
    assert len(set(joined.test.ids)) == len(joined.test) == 6


def test_samples_that_splits_share_are_said(parts):
    one, two = parts
    test = dataclasses.replace(one.train, ids=tuple("abcdefg"), groups=tuple("abcdefg"))
    two = dataclasses.replace(two, splits={**two.splits, "test": test})
    warnings = Corpus.concatenate([one, two]).provenance["warnings"]
    assert any("Samples of test with the very features" in each for each in warnings)


def test_counts_are_added_up_and_means_taken_anew(parts):
    spoilt = []
    for number, corpus in enumerate(parts):
        rows = corpus.train.sequences["text"].in_memory()
        rows.frames[: number + 1, 0] = np.nan
        train = corpus.train.with_modality("text", rows)
        splits = {**corpus.splits, "train": train}
        spoilt.append(dataclasses.replace(corpus, splits=splits))
    joined = Corpus.concatenate(spoilt)
    assert joined.provenance["cleaned"]["train"]["text"]["nan"] == 3
    told = [each for each in joined.provenance["warnings"] if "1 NaN" in each]
    assert told and told[0].startswith("one: text of train has 1 NaN")
    raw = np.concatenate([part.train.sequences["text"].frames for part in spoilt])
    rows = joined.train.sequences["text"]
    np.testing.assert_allclose(rows.fill, np.nanmean(raw, axis=0), rtol=1e-5)
    np.testing.assert_array_equal(joined.test.sequences["text"].fill, rows.fill)


def test_files_are_joined(parts, tmp_path):
    for corpus in parts:
        corpus.save(tmp_path / f"{corpus.name}.h5")
    read_again = [read(tmp_path / f"{name}.h5") for name in ("one", "two")]
    joined = Corpus.concatenate(read_again)
    expected = Corpus.concatenate(parts)
    for key, split in joined.splits.items():
        assert_same_split(split, expected.splits[key])
    assert len(joined.provenance["parts"][0]["provenance"]["files"]) == 1


def test_words_and_names_of_steps_that_some_lack(parts):
    one, two = parts
    steps = tuple(tuple("abcdef"[:n]) for n in (4, 1, 6, 3, 5, 2, 6))
    train = dataclasses.replace(one.train, words=("so",) * 7, step_ids=steps)
    one = dataclasses.replace(one, splits={"train": train})
    two = dataclasses.replace(two, splits={"train": two.train})
    joined = Corpus.concatenate([one, two])
    assert joined.train.words == ("so",) * 7 + ("",) * 7
    assert joined.train.step_ids is None
    warnings = joined.provenance["warnings"]
    assert "7 samples are of parts that have no words." in warnings
    assert any("7 samples lost the names of their steps" in each for each in warnings)


def test_groups_of_two_kinds_are_groups(parts):
    people = dataclasses.replace(parts[1], group_kind="speaker")
    assert Corpus.concatenate([parts[0], people]).group_kind == "group"
    assert Corpus.concatenate([parts[0], parts[0]]).group_kind == "video"


def wider(corpus):
    splits = {
        key: split.with_modality(
            "text", Sequences.from_list([np.ones((1, 9))] * len(split))
        )
        for key, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (wider, r"'text': 9.* in train of two, .*'text': 5.* in train of one.*widths"),
        (lambda c: c.with_modalities(["audio"]), "features by modality.*with_modali"),
        (lambda c: dataclasses.replace(c, label_range=(-3, 4)), "one scale"),
        (
            lambda c: dataclasses.replace(
                c, provenance={"made_by": {"audio": "LogSpectrogram"}}
            ),
            "made_by is .*Join first",
        ),
        (
            lambda c: dataclasses.replace(
                c, provenance={"made_by": {"text": "WordEmbedding"}}
            ),
            "Join first",
        ),
        (
            lambda c: dataclasses.replace(c, provenance={"sample_rate": 8000}),
            "one rate",
        ),
    ],
)
def test_parts_that_differ_are_refused(parts, change, message):
    one, two = parts
    with pytest.raises(DataError, match=message):
        Corpus.concatenate([one, change(two)])


def test_other_labels_are_refused(rng, parts):
    emotions = small_emotions(rng)
    with pytest.raises(DataError, match="target is emotion in train of small, sentim"):
        Corpus.concatenate([parts[0], emotions])
    others = dataclasses.replace(emotions, classes=("sad", "glad", "calm"))
    with pytest.raises(DataError, match="classes is .*in the same order"):
        Corpus.concatenate([emotions, others])
    with pytest.raises(DataError, match="labels_per is step in"):
        Corpus.concatenate([parts[0], small_corpus(rng, labels_per="step")])
    with pytest.raises(DataError, match="Give at least one"):
        Corpus.concatenate([])


def test_emotions_that_were_chosen_stay_chosen(rng):
    emotions = small_labels(rng).with_label(["happy", "mood"])
    joined = Corpus.concatenate([renamed(emotions, "a", "a"), renamed(emotions, "b")])
    assert joined.label == ["happy", "mood"] and joined.classes == emotions.classes
    assert joined.with_label("sentiment").label_range == (-3, 3)
    with pytest.raises(DataError, match="label is sentiment in .*Take the same label"):
        Corpus.concatenate([emotions.with_label("happy"), small_labels(rng)])


def test_names_of_columns_are_kept_and_others_refused(parts):
    one, two = (part.with_feature_names("audio", ["a", "b", "c"]) for part in parts)
    joined = Corpus.concatenate([one, two.with_feature_names("video", ["x", "y"])])
    assert joined.feature_names == {"audio": ("a", "b", "c")}
    assert joined.select("audio", ["c"]).input_dims["audio"] == 1
    turned = two.with_feature_names("audio", ["c", "b", "a"])
    with pytest.raises(DataError, match="columns of audio are called otherwise in two"):
        Corpus.concatenate([one, turned])


def test_steps_of_zeros_are_added_up():
    told = {"suspect": {"train": {"audio": {"zero_steps": 2, "constant": [1]}}}}
    assert added_up([told, told, {}])["suspect"] == {
        "train": {"audio": {"zero_steps": 4}}
    }

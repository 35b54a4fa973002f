"""What looks wrong is counted by split and modality, told, and left as it is."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, Sequences, Split, read
from mmzoo.data.cleaning import clean, looked_over
from mmzoo.data.facts import facts_of


def corpus_of(rng, modality="audio", **changes):
    """Splits of 40, 10 and 10 samples of 10 steps and 4 columns."""
    splits = {}
    for name, count in {"train": 40, "valid": 10, "test": 10}.items():
        frames = rng.normal(size=(count * 10, 4))
        changes.get(name, changes.get("all", lambda frames: None))(frames)
        rows = Sequences.from_list(np.split(frames, count))
        ids = tuple(f"{name}{row}" for row in range(count))
        splits[name] = Split({modality: rows}, rng.uniform(-3, 3, count), ids, ids)
    return Corpus("small", splits, (-3, 3))


def constant(frames):
    frames[:, 2] = 5


def loud(frames):
    frames[:, 1] = np.minimum(frames[:, 1], 0.8)


def lost(frames):
    frames[::8] = 0


def still(frames):
    frames[:] = 2


def told(corpus):
    return corpus.provenance["suspect"], corpus.provenance["warnings"]


@pytest.mark.parametrize("way", ["memory", "file", "hand"])
def test_all_kinds_are_counted_and_nothing_is_changed(way, rng, tmp_path):
    corpus = corpus_of(rng, all=loud, train=lambda each: (constant(each), lost(each)))
    expected = {"train": {"audio": {"zero_steps": 50}}}
    expected["valid"] = {"audio": {"saturated": [1]}}
    expected["test"] = {"audio": {"saturated": [1]}}
    if way == "file":
        corpus.save(tmp_path / "a.h5")
        cleaned = read(tmp_path / "a.h5")
    else:
        cleaned = clean(corpus, "it") if way == "memory" else looked_over(corpus)
    suspect, warnings = told(cleaned)
    assert suspect == expected
    assert warnings == [
        "50 of 400 observed steps of audio of train are zero in all features, as where "
        "nothing was found: they count as observed."
    ]
    (frames, _), *_ = cleaned.train.sequences["audio"].blocks(raw=True)
    np.testing.assert_array_equal(frames, corpus.train.sequences["audio"].frames)
    assert "audio of train, left as it is: zero_steps 50" in cleaned.summary()
    assert facts_of(cleaned)["suspect"] == suspect


def test_clean_features_raise_no_suspicion(rng):
    assert told(clean(corpus_of(rng), "it")) == ({}, [])


def test_a_constant_column_is_told_without_a_warning(rng):
    cleaned = clean(corpus_of(rng, all=constant), "it")
    suspect, warnings = told(cleaned)
    assert suspect == {
        name: {"audio": {"constant": [2]}} for name in ("train", "valid", "test")
    }
    assert warnings == []
    assert "audio of train, left as it is: constant 1 (column 2)" in cleaned.summary()
    assert "audio of test" not in cleaned.summary()


def test_a_column_that_is_constant_in_training_alone_is_a_warning(rng):
    _, warnings = told(clean(corpus_of(rng, train=constant), "it"))
    assert warnings == [
        "1 of 4 columns of audio have one value in train, but several in valid (column "
        "2): models read them as zero."
    ]


def test_a_modality_without_any_change_is_a_warning(rng):
    _, warnings = told(clean(corpus_of(rng, train=still), "it"))
    assert "All 4 columns of audio have one value each in train" in warnings[-1]


def test_clipped_columns_are_a_warning_by_what_training_shows(rng):
    suspect, warnings = told(clean(corpus_of(rng, train=loud), "it"))
    assert suspect == {"train": {"audio": {"saturated": [1]}}}
    assert len(warnings) == 1
    assert "(column 1 at 0.8 in " in warnings[0]
    assert told(clean(corpus_of(rng, test=loud), "it"))[1] == []


def test_what_was_recorded_is_not_suspected(rng):
    splits = corpus_of(rng, "pixels", all=lambda each: (loud(each), lost(each)))
    assert told(clean(splits, "it"))[0] == {}


def test_samples_of_zeros_are_absent_not_suspect(rng):
    def absent(frames):
        constant(frames)
        frames[:10] = 0

    suspect, warnings = told(clean(corpus_of(rng, all=absent), "it"))
    assert suspect["train"] == {"audio": {"constant": [2]}}
    assert warnings[0] == "1 of 40 samples of train lack audio."


def test_unobserved_steps_are_not_suspected(rng):
    corpus = corpus_of(rng, all=lost)
    splits = {}
    for name, split in corpus.splits.items():
        rows = split.sequences["audio"]
        rows = dataclasses.replace(rows, present=rows.frames.any(axis=1))
        splits[name] = split.with_modality("audio", rows)
    assert told(clean(dataclasses.replace(corpus, splits=splits), "it")) == ({}, [])

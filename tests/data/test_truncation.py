"""The longest sequences are cut, labels and names of steps along with them."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, LabelMeaning, Sequences, Split, read
from tests.data.small_corpus import LENGTHS, small_corpus


def corpus_of(audio, text, labels=None, **more):
    """A corpus of one split from lists of columns."""
    sequences = {
        name: Sequences.from_list([np.reshape(row, (-1, 1)) for row in rows])
        for name, rows in {"audio": audio, "text": text}.items()
    }
    names = tuple("abc"[: len(text)])
    labels = np.zeros(len(text)) if labels is None else labels
    split = Split(sequences, labels, names, names, **more)
    return Corpus("mine", {"train": split}, (-9, 9))


def columns(rows):
    return [frames[:, 0].tolist() for frames, _ in rows]


@pytest.mark.parametrize(
    ("keep", "audio", "text"),
    [
        ("first", [[1, 2], [5], []], [[6, 7], [], [8, 9]]),
        ("last", [[3, 4], [5], []], [[6, 7], [], [9, 10]]),
    ],
)
def test_the_longest_are_cut_and_counted(keep, audio, text):
    corpus = corpus_of([[1.0, 2, 3, 4], [5.0], []], [[6.0, 7], [], [8.0, 9, 10]])
    short = corpus.truncate(2, keep=keep)
    assert columns(short.train.sequences["audio"]) == audio
    assert columns(short.train.sequences["text"]) == text
    counts = {
        "cut": {"audio": 1, "text": 1},
        "steps": {"audio": [5, 3], "text": [5, 4]},
        "emptied": 0,
    }
    told = {"steps": 2, "keep": keep, "modalities": ["audio", "text"]}
    assert short.provenance == {"truncated": [{**told, "splits": {"train": counts}}]}
    assert "truncated" not in corpus.provenance
    frames = corpus.train.sequences["audio"].frames
    assert short.train.sequences["audio"].frames is frames


def test_one_modality_alone_is_cut():
    corpus = corpus_of([[1.0, 2, 3, 4]], [[5.0, 6, 7]])
    short = corpus.truncate(2, "audio").truncate(1, "text", keep="last")
    assert columns(short.train.sequences["audio"]) == [[1, 2]]
    assert columns(short.train.sequences["text"]) == [[7]]
    assert [each["modalities"] for each in short.provenance["truncated"]] == [
        ["audio"],
        ["text"],
    ]


@pytest.mark.parametrize("keep", ["first", "last"])
def test_labels_and_names_of_steps_are_cut_along(rng, keep):
    corpus = small_corpus(rng, labels_per="step")
    names = {
        key: tuple(
            tuple(f"{key}{i}_{n}" for n in range(size)) for i, size in enumerate(sizes)
        )
        for key, sizes in LENGTHS.items()
    }
    splits = {
        key: dataclasses.replace(split, step_ids=names[key])
        for key, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(corpus, splits=splits)
    short = corpus.truncate(3, keep=keep)
    part = slice(3) if keep == "first" else slice(-3, None)
    for key, split in corpus.splits.items():
        found = short.splits[key]
        np.testing.assert_array_equal(found.labels.lengths, found.lengths)
        for i, size in enumerate(LENGTHS[key]):
            assert found.step_ids[i] == names[key][i][part]
            assert found.lengths[i] == min(size, 3)
            np.testing.assert_array_equal(found.labels[i][0], split.labels[i][0][part])
            for name, rows in split.sequences.items():
                np.testing.assert_array_equal(
                    found.sequences[name][i][0], rows[i][0][part]
                )


def test_names_of_steps_that_no_longer_fit_are_counted():
    corpus = corpus_of([[1.0, 2, 3]], [[4.0, 5, 6]], step_ids=(("p", "q", "r"),))
    alone = corpus.truncate(2, "text")
    assert alone.train.step_ids is None
    counts = alone.provenance["truncated"][0]["splits"]["train"]
    assert counts["step_ids_left_out"] == 3
    assert corpus.truncate(5, "text").train.step_ids == (("p", "q", "r"),)
    assert corpus.truncate(2, keep="last").train.step_ids == (("q", "r"),)


def test_labels_a_step_need_modalities_of_the_same_steps():
    labels = Sequences.from_list([np.ones((4, 1)), np.ones((2, 1))])
    corpus = corpus_of([[1.0, 2, 3, 4], [1.0]], [[1.0, 2], [1.0, 2]], labels)
    with pytest.raises(DataError, match="mine, train: sample 'a' has 4 of audio, 2 of"):
        corpus.truncate(3)
    with pytest.raises(DataError, match="cuts text, but labels are one a step.*Leave"):
        corpus.truncate(3, "text")
    # Of samples that are short enough nothing is cut.
    assert corpus.truncate(4).train.labels.lengths.tolist() == [4, 2]


def test_samples_of_which_nothing_is_left_are_said():
    corpus = corpus_of([[1.0, 2, 3], [4.0]], [[5.0], [6.0]])
    rows = dataclasses.replace(
        corpus.train.sequences["audio"], present=np.array([False, False, True, True])
    )
    train = corpus.train.with_modality("audio", rows)
    short = dataclasses.replace(corpus, splits={"train": train}).truncate(2)
    assert short.provenance["truncated"][0]["splits"]["train"]["emptied"] == 1
    assert short.train.observed("audio").tolist() == [False, True]
    (warning,) = short.provenance["warnings"]
    assert "cut to 2 steps" in warning and "1 of train" in warning


def test_the_mean_of_what_is_not_finite_knows_what_is_left_alone():
    corpus = corpus_of([[np.nan, 2.0, 30.0]], [[1.0]])
    rows = dataclasses.replace(corpus.train.sequences["audio"], fill=np.array([16.0]))
    train = corpus.train.with_modality("audio", rows)
    short = dataclasses.replace(corpus, splits={"train": train}).truncate(2)
    assert columns(short.train.sequences["audio"]) == [[2, 2]]


def test_recordings_are_cut_where_they_are_named(rng):
    corpus = small_corpus(rng).with_modalities(["audio"])
    splits = {
        key: split.with_modality("waveform", split.sequences["audio"])
        for key, split in corpus.splits.items()
    }
    corpus = dataclasses.replace(corpus, splits=splits)
    lengths = corpus.truncate(2).train.sequences["waveform"].lengths
    assert lengths.tolist() == list(LENGTHS["train"])
    cut = corpus.truncate(2, "waveform").train.sequences
    assert cut["waveform"].lengths.max() == 2 and cut["audio"].lengths.max() == 6
    pictures = {
        key: each.with_modality("pixels", each.sequences["audio"])
        for key, each in splits.items()
    }
    corpus = dataclasses.replace(corpus, splits=pictures)
    with pytest.raises(DataError, match="'pixels'.*one of audio, waveform"):
        corpus.truncate(2, "pixels")
    with pytest.raises(DataError, match="modality=None.*It has no frames"):
        corpus.with_modalities(["pixels"]).truncate(2)


@pytest.mark.parametrize(
    "how", [{"steps": 0}, {"steps": 2.5}, {"steps": 1, "keep": "left"}]
)
def test_what_is_refused(rng, how):
    with pytest.raises(DataError, match=r"small: truncate\(.*whole number from 1 on"):
        small_corpus(rng).truncate(**how)


def test_a_file_stays_a_file(rng, tmp_path):
    small_corpus(rng).save(tmp_path / "small.h5")
    corpus = read(tmp_path / "small.h5")
    short = corpus.truncate(2, keep="last")
    assert short.train.sequences["text"].streamed
    found, expected = (each.train.sequences["text"][4][0] for each in (short, corpus))
    np.testing.assert_array_equal(found, expected[-2:])


def test_other_labels_a_step_are_cut_along(rng):
    corpus = small_corpus(rng, labels_per="step")
    splits = {
        name: dataclasses.replace(split, other_labels={"mood": split.labels})
        for name, split in corpus.splits.items()
    }
    says = {name: LabelMeaning(name, (-3, 3)) for name in ("sentiment", "mood")}
    corpus = dataclasses.replace(corpus, splits=splits, meanings=says)
    short = corpus.truncate(2, keep="last")
    turned = short.with_label("mood").train.labels
    for found, expected in zip(turned, short.train.labels, strict=True):
        np.testing.assert_array_equal(found[0], expected[0])
    single = {
        name: dataclasses.replace(split, labels=np.zeros(len(split)))
        for name, split in splits.items()
    }
    with pytest.raises(DataError, match="truncate cuts text, but labels are one a st"):
        dataclasses.replace(corpus, splits=single).truncate(2, "text")

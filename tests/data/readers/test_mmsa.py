"""Pickles in the layout of MMSA, written by hand."""

import pickle

import numpy as np
import pytest

from mmzoo.data import DataError, read, rows_to_answer
from tests.data.readers.field_pickles import COUNTS, mmsa, write_pickle

LENGTHS = {"text": 5, "audio": 7, "vision": 6}


def parts(path):
    return pickle.loads(path.read_bytes())


@pytest.fixture
def aligned(rng, tmp_path):
    return write_pickle(tmp_path / "aligned_50.pkl", mmsa(rng))


@pytest.fixture
def unaligned(rng, tmp_path):
    return write_pickle(tmp_path / "unaligned_50.pkl", mmsa(rng, LENGTHS))


def test_aligned_modalities_are_cut_together(aligned):
    corpus, stored = read(aligned), parts(aligned)["train"]
    assert corpus.provenance["format"] == "mmsa"
    assert corpus.input_dims == {"text": 8, "audio": 3, "video": 4}
    assert [len(split) for split in corpus.splits.values()] == list(COUNTS.values())
    lengths = stored["text_bert"][:, 1].sum(axis=1).astype(int)
    np.testing.assert_array_equal(corpus.train.lengths, lengths)
    for key, name in (("text", "text"), ("audio", "audio"), ("vision", "video")):
        for row, length in enumerate(lengths):
            found, present = corpus.train.sequences[name][row]
            np.testing.assert_array_equal(
                found[present], stored[key][row, :length][present]
            )
    assert corpus.train.words[0] == stored["raw_text"][0]
    assert corpus.train.ids[0] == stored["id"][0]
    assert corpus.train.groups[0] == stored["id"][0].split("$_$")[0]
    np.testing.assert_array_equal(corpus.train.labels, stored["regression_labels"])
    padding = corpus.provenance["padding"]["train"]
    assert padding["video"] == 6 * len(lengths) - lengths.sum()


def test_a_step_that_is_zero_inside_was_not_observed(rng, tmp_path):
    content = mmsa(rng)
    content["train"]["vision"][0, 1] = 0
    corpus = read(write_pickle(tmp_path / "a.pkl", content))
    assert not corpus.train.sequences["video"][0][1][1]
    assert corpus.train.sequences["text"][0][1][1]


def test_lengths_of_unaligned_modalities_are_honoured(unaligned):
    corpus, stored = read(unaligned), parts(unaligned)["test"]
    for key, name in (("audio", "audio"), ("vision", "video")):
        rows = corpus.test.sequences[name]
        np.testing.assert_array_equal(rows.lengths, stored[f"{key}_lengths"])
        np.testing.assert_array_equal(rows[1][0], stored[key][1, : rows.lengths[1]])


def test_without_lengths_zeros_at_the_end_are_padding(rng, tmp_path):
    content = mmsa(rng, LENGTHS)
    expected = content["valid"]["audio_lengths"]
    for part in content.values():
        del part["audio_lengths"]
    corpus = read(write_pickle(tmp_path / "a.pkl", content))
    np.testing.assert_array_equal(corpus.valid.sequences["audio"].lengths, expected)


def test_lengths_beyond_the_steps_are_told(rng, tmp_path):
    content = mmsa(rng, LENGTHS)
    content["train"]["audio_lengths"] = [99, *content["train"]["audio_lengths"][1:]]
    corpus = read(write_pickle(tmp_path / "a.pkl", content))
    assert corpus.train.sequences["audio"].lengths[0] == LENGTHS["audio"]
    assert "1 lengths of audio of train are outside" in corpus.provenance["warnings"][0]


def test_infinite_features_are_counted(rng, tmp_path):
    content = mmsa(rng)
    content["train"]["audio"][0, 0, 0] = -np.inf
    content["train"]["audio"][1, 0, 0] = np.nan
    corpus = read(write_pickle(tmp_path / "a.pkl", content))
    counts = corpus.provenance["cleaned"]["train"]["audio"]
    assert (counts["nan"], counts["inf"]) == (1, 1)
    assert np.isfinite(corpus.train.sequences["audio"][0][0]).all()


def test_classes_and_labels_of_a_modality_alone(rng, tmp_path):
    path = write_pickle(tmp_path / "sims.pkl", mmsa(rng, sims=True))
    corpus = read(path)
    assert corpus.label_range == (-1, 1)
    assert corpus.provenance["other_labels"] == [
        "classification_labels",
        *(f"regression_labels_{key}" for key in "TAV"),
    ]
    alone = read(path, label="regression_labels_T")
    stored = parts(path)["train"]["regression_labels_T"]
    np.testing.assert_array_equal(alone.train.labels, stored)
    classes = read(path, label="classification_labels")
    assert classes.classes == ("negative", "neutral", "positive")
    assert read(aligned_of(rng, tmp_path)).label_range == (-3, 3)


def aligned_of(rng, tmp_path):
    return write_pickle(tmp_path / "mosi.pkl", mmsa(rng))


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_any_protocol_and_any_name(rng, tmp_path, protocol):
    content = mmsa(rng)
    path = write_pickle(tmp_path / "a.pkl", content, protocol)
    text = read(path).train.sequences["text"][0][0]
    np.testing.assert_array_equal(text, content["train"]["text"][0, : len(text)])


def test_a_file_of_one_modality(rng, tmp_path):
    content = mmsa(rng)
    for part in content.values():
        for key in ("text", "audio", "text_bert"):
            del part[key]
    corpus = read(write_pickle(tmp_path / "a.pkl", content))
    assert corpus.modalities == ["video"]


def test_one_video_is_answered(rng, tmp_path):
    clip = {"text": rng.normal(size=(5, 8)), "audio": rng.normal(size=(9, 3))}
    path = write_pickle(tmp_path / "clip.pkl", {**clip, "raw_text": "so what"})
    rows = rows_to_answer(read(path, answering=True)).split
    assert rows.words == ("so what",)
    assert rows.sequences["audio"].lengths.tolist() == [9]
    with pytest.raises(DataError, match="the features of one video"):
        read(path)


def test_a_file_without_labels_is_answered(rng, tmp_path):
    content = {"test": mmsa(rng)["test"]}
    del content["test"]["regression_labels"], content["test"]["classification_labels"]
    path = write_pickle(tmp_path / "a.pkl", content)
    assert np.isnan(read(path, answering=True).test.labels).all()
    with pytest.raises(DataError, match="has no regression_labels"):
        read(path)


def short(content):
    content["train"]["audio"] = content["train"]["audio"][:-1]


def flat(content):
    content["train"]["audio"] = content["train"]["audio"][0]


def words(content):
    content["train"]["audio"] = "words"


def high(content):
    content["train"]["regression_labels"] = content["train"]["regression_labels"] * 9


def few_lengths(content):
    content["train"]["audio_lengths"] = [1]


def long_text(content):
    content["train"]["raw_text"] = ["a" * 70_000] * len(content["train"]["raw_text"])


def text_labels(content):
    content["train"]["regression_labels"] = ["a"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (short, "the samples of train differ by modality"),
        (flat, "audio of train has the shape"),
        (words, "audio of train is a str"),
        (high, "beyond"),
        (few_lengths, "lengths of audio for"),
        (long_text, "a text of it has 70,000 bytes"),
        (text_labels, "regression_labels is a list of 1"),
    ],
)
def test_what_does_not_fit_is_refused(change, told, rng, tmp_path):
    content = mmsa(rng)
    change(content)
    with pytest.raises(DataError, match=told):
        read(write_pickle(tmp_path / "a.pkl", content))

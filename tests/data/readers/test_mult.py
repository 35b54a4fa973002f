"""Pickles in the layout of MulT, written by hand."""

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.readers.field_pickles import mult, write_pickle

UNALIGNED = {"text": 5, "audio": 7, "vision": 6}


def test_aligned_mosi_with_names_in_bytes(rng, tmp_path):
    content = mult(rng)
    content["train"]["audio"][0, 0, 0] = -np.inf
    corpus = read(write_pickle(tmp_path / "mosi_data.pkl", content))
    stored = content["train"]
    assert corpus.provenance["format"] == "mult"
    assert corpus.train.ids[:2] == ("train0_0", "train0_1")
    assert corpus.train.groups[:2] == ("train0", "train0")
    np.testing.assert_array_equal(corpus.train.labels, stored["labels"][:, 0, 0])
    lengths = (stored["text"] != 0).any(axis=2).sum(axis=1)
    np.testing.assert_array_equal(corpus.train.lengths, lengths)
    assert corpus.provenance["cleaned"]["train"]["audio"]["inf"] == 1
    text = corpus.train.sequences["text"][1][0]
    np.testing.assert_array_equal(text, stored["text"][1, : len(text)])


def test_unaligned_mosei_with_a_row_a_segment(rng, tmp_path):
    content = mult(rng, UNALIGNED, ids="str")
    corpus = read(write_pickle(tmp_path / "a.pkl", content))
    assert corpus.train.ids[1] == "train0_1_2"
    assert corpus.train.groups[1] == "train0"
    for key, name in (("audio", "audio"), ("vision", "video")):
        lengths = (content["test"][key] != 0).any(axis=2).sum(axis=1)
        np.testing.assert_array_equal(corpus.test.sequences[name].lengths, lengths)


def test_each_emotion_of_iemocap_is_a_task(rng, tmp_path):
    content = mult(rng, iemocap=True)
    path = write_pickle(tmp_path / "iemocap_data.pkl", content)
    with pytest.raises(
        DataError, match="4 labels a sample: neutral, happy, sad, angry"
    ):
        read(path)
    corpus = read(path, label="sad")
    assert (corpus.target, corpus.classes) == ("sad", ("not sad", "sad"))
    expected = content["train"]["labels"][:, 2].argmax(axis=-1)
    np.testing.assert_array_equal(corpus.train.labels, expected)


def test_labels_that_are_no_pair_are_refused(rng, tmp_path):
    content = mult(rng, iemocap=True)
    content["train"]["labels"][0, 2] = 1
    path = write_pickle(tmp_path / "a.pkl", content)
    with pytest.raises(DataError, match="1 labels are no row of zeros and a 1"):
        read(path, label="sad")


def test_without_names_and_padding_two_formats_fit(rng, tmp_path):
    content = mult(rng)
    for part in content.values():
        del part["id"]
        for key in ("text", "audio", "vision"):
            part[key] = rng.normal(size=part[key].shape)
    path = write_pickle(tmp_path / "a.pkl", content)
    with pytest.raises(DataError, match="it fits mult .* and multibench"):
        read(path)
    assert read(path, format="mult").provenance["format"] == "mult"
    with pytest.raises(DataError, match="does not look like the format mmsa"):
        read(path, format="mmsa")
    with pytest.raises(DataError, match="there is no format 'mulled'"):
        read(path, format="mulled")

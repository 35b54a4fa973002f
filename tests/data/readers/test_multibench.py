"""Pickles in the layout of MultiBench, written by hand."""

import numpy as np

from mmzoo.data import read
from tests.data.readers.field_pickles import multibench, write_pickle


def test_padding_at_the_front_goes(rng, tmp_path):
    content = multibench(rng)
    corpus = read(write_pickle(tmp_path / "mosi_raw.pkl", content))
    assert corpus.provenance["format"] == "multibench"
    stored = content["train"]
    for row, length in enumerate(corpus.train.lengths):
        for key, name in (("text", "text"), ("vision", "video")):
            found = corpus.train.sequences[name][row][0]
            np.testing.assert_array_equal(found, stored[key][row, -length:])
    assert corpus.train.ids[1] == "train0[1]"
    assert corpus.train.groups[1] == "train0"


def test_samples_without_text_are_left_out_and_counted(rng, tmp_path):
    path = write_pickle(tmp_path / "mosi_raw.pkl", multibench(rng))
    corpus = read(path)
    assert corpus.provenance["dropped"] == {"text is zero throughout": 1}
    assert "test0[1]" not in corpus.test.ids
    assert "test0[1]" in read(path, answering=True).test.ids


def test_two_values_are_two_classes(rng, tmp_path):
    content = multibench(rng, binary=True)
    corpus = read(write_pickle(tmp_path / "sarcasm.pkl", content))
    assert (corpus.target, corpus.classes) == ("sarcasm", ("not sarcasm", "sarcasm"))
    assert corpus.train.labels.tolist() == [0, 1] * 4
    for part in content.values():
        part["labels"] = 2 * part["labels"] - 1
    corpus = read(write_pickle(tmp_path / "data.pkl", content))
    assert (corpus.target, corpus.train.labels.tolist()) == ("positive", [0, 1] * 4)

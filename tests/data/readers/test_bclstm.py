"""Pickles in the layouts of bc-LSTM and of IEMOCAP_features_raw, written by hand."""

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.readers.field_pickles import bclstm, write_pickle


@pytest.mark.parametrize("one_hot", [True, False])
def test_one_modality_with_a_label_a_step(one_hot, rng, tmp_path):
    content = bclstm(rng, one_hot)
    corpus = read(write_pickle(tmp_path / "text_2way.pickle", content, protocol=0))
    assert corpus.provenance["format"] == "bclstm"
    assert (corpus.labels_per, corpus.input_dims) == ("step", {"text": 5})
    assert [len(split) for split in corpus.splits.values()] == [11, 1, 4]
    data, labels = content[2], content[3]
    labels = labels.argmax(axis=2) if one_hot else labels
    lengths = (data != 0).any(axis=2).sum(axis=1)
    np.testing.assert_array_equal(corpus.test.lengths, lengths)
    for row, length in enumerate(lengths):
        found = corpus.test.sequences["text"][row][0]
        np.testing.assert_allclose(found, data[row, :length], rtol=1e-6)
        steps = corpus.test.labels[row][0][:, 0]
        np.testing.assert_array_equal(steps, labels[row, :length])
    assert "last 1 of 12 training videos" in corpus.provenance["warnings"][0]


def test_files_of_a_folder_belong_together(rng, tmp_path):
    for name, width in (("text", 5), ("audio", 3), ("video", 4)):
        rng = np.random.default_rng(1)
        write_pickle(tmp_path / f"{name}_2way.pickle", bclstm(rng, width=width), 2)
    corpus = read(tmp_path)
    assert corpus.input_dims == {"audio": 3, "text": 5, "video": 4}
    write_pickle(tmp_path / "text_5way.pickle", bclstm(rng), 2)
    with pytest.raises(DataError, match="second file of text"):
        read(tmp_path)


def test_a_name_that_says_no_modality_is_refused(rng, tmp_path):
    with pytest.raises(DataError, match="its name says no modality"):
        read(write_pickle(tmp_path / "data.pickle", bclstm(rng)))


def test_a_modality_is_a_whole_word_of_the_name(rng, tmp_path):
    corpus = read(write_pickle(tmp_path / "contextual_video-1.pickle", bclstm(rng)))
    assert corpus.modalities == ["video"]


def test_links_out_of_a_folder_are_refused(rng, tmp_path):
    write_pickle(tmp_path / "outside.pickle", bclstm(rng))
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/text.pickle").symlink_to(tmp_path / "outside.pickle")
    with pytest.raises(DataError, match="leads out of"):
        read(tmp_path / "inside")


@pytest.mark.parametrize("value", [np.nan, 1e30, 10**8, 0.5, -1])
def test_labels_that_are_no_class_are_refused(tmp_path, rng, value):
    for one_hot in (True, False):
        content = list(bclstm(rng, one_hot))
        content[1] = content[1].astype("float64")
        content[1][0, 0] = value
        path = write_pickle(tmp_path / "text.pickle", tuple(content))
        with pytest.raises(DataError, match=r"text\.pickle.*1 labels are no"):
            read(path)
        labels = read(path, answering=True).train.labels.frames
        assert np.isnan(labels).sum() == np.isnan(labels[0, 0]) == 1


def test_lengths_beyond_the_steps_are_told(rng, tmp_path):
    content = list(bclstm(rng))
    content[5][0], content[6][1] = 99, -1
    corpus = read(write_pickle(tmp_path / "text.pickle", tuple(content)))
    assert corpus.train.sequences["text"].lengths[0] == 6
    told = corpus.provenance["warnings"]
    assert told[1].startswith("1 lengths of videos of train are outside 0 to 6")
    assert told[2].startswith("1 lengths of videos of test are outside 0 to 6")

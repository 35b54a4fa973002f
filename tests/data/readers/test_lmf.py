"""Pickles in the layout of LMF and TFN, written by hand."""

import numpy as np
import pytest

from mmzoo.data import DataError, read, rows_to_answer
from tests.data.readers.field_pickles import lmf, lmf_emotions, write_pickle


@pytest.mark.parametrize("protocol", [0, 2])
def test_keys_in_bytes_and_means_of_a_modality(protocol, rng, tmp_path):
    content = lmf(rng)
    corpus = read(write_pickle(tmp_path / "mosi.pkl", content, protocol))
    assert corpus.provenance["format"] == "lmf"
    assert corpus.input_dims == {"audio": 3, "text": 8, "video": 4}
    stored = content[b"train"]
    assert set(corpus.train.sequences["audio"].lengths) == {1}
    found = corpus.train.sequences["audio"][1][0][0]
    np.testing.assert_allclose(found, stored[b"covarep"][1], rtol=1e-6)
    text = corpus.train.sequences["text"][1][0]
    np.testing.assert_array_equal(text, stored[b"glove"][1, -len(text) :])
    assert len(text) == 4
    np.testing.assert_allclose(corpus.train.labels, stored[b"label"][:, 0], rtol=1e-6)


def test_traits_are_chosen_by_number(rng, tmp_path):
    content = lmf(rng, labels=3)
    path = write_pickle(tmp_path / "pom.pkl", content)
    with pytest.raises(DataError, match="3 labels a sample"):
        read(path)
    corpus = read(path, label=1)
    assert corpus.target == "label_1"
    np.testing.assert_allclose(
        corpus.test.labels, content[b"test"][b"label"][:, 1], rtol=1e-6
    )


def test_an_emotion_is_chosen_by_name(rng, tmp_path):
    path = write_pickle(tmp_path / "iemocap.pkl", lmf_emotions(rng))
    with pytest.raises(DataError, match="happy, angry"):
        read(path)
    corpus = read(path, label="angry")
    assert (corpus.target, corpus.classes) == ("angry", ("not angry", "angry"))
    assert corpus.train.labels.tolist() == [0, 1] * 4


def test_a_modality_of_another_shape_is_refused(rng, tmp_path):
    content = lmf(rng)
    content[b"train"][b"facet"] = np.ones(8)
    with pytest.raises(DataError, match=r"facet of train has the shape \(8,\)"):
        read(write_pickle(tmp_path / "mosi.pkl", content))


def test_labels_that_cannot_be_used_cost_no_answer(rng, tmp_path):
    content = lmf_emotions(rng)
    content[b"angry"][b"test"][b"label"][1] = 1
    path = write_pickle(tmp_path / "iemocap.pkl", content)
    with pytest.raises(DataError, match="1 labels are no row of zeros and a 1"):
        read(path, label="angry")
    labels = read(path, label="angry", answering=True).test.labels
    assert np.isnan(labels).tolist() == [False, True, False, False]


def test_a_file_without_labels_is_answered(rng, tmp_path):
    content = {b"test": lmf(rng)[b"test"]}
    del content[b"test"][b"label"]
    path = write_pickle(tmp_path / "mosi.pkl", content)
    rows = rows_to_answer(read(path, answering=True)).split
    assert len(rows) == 4 and np.isnan(rows.labels).all()
    with pytest.raises(DataError, match="a split of it has no label"):
        read(path)

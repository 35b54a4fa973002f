"""Pickles in the layout of IEMOCAP_features_raw, written by hand."""

import numpy as np
import pytest

from mmzoo.data import DataError, read, rows_to_answer
from tests.data.readers.field_pickles import dialogues, write_pickle

TEXT, AUDIO, LABELS, TRAIN, TEST = 3, 4, 2, 7, 8


def test_dialogues_of_iemocap(rng, tmp_path):
    content = dialogues(rng)
    path = write_pickle(tmp_path / "IEMOCAP_features_raw.pkl", content, 2)
    corpus = read(path)
    assert corpus.target == "emotion"
    assert corpus.classes[:2] == ("happy", "sad")
    assert corpus.input_dims == {"audio": 3, "text": 5, "video": 4}
    name = corpus.test.ids[1]
    text = corpus.test.sequences["text"][1][0]
    np.testing.assert_allclose(text, content[3][name], rtol=1e-6)
    assert corpus.test.labels[1][0][:, 0].tolist() == content[2][name]
    assert corpus.test.step_ids[1] == tuple(content[0][name])


def test_a_dialogue_that_a_table_lacks_is_refused(rng, tmp_path):
    content = dialogues(rng)
    del content[4][content[8][0]]
    with pytest.raises(DataError, match="is not in each of its tables"):
        read(write_pickle(tmp_path / "a.pkl", content))


def spoiled(rng):
    """Tables with a fault in four dialogues, and what is told of each."""
    content = dialogues(rng)
    first, second, third = content[TRAIN][:3]
    del content[AUDIO][first]
    content[AUDIO][second] = content[AUDIO][second][:-1]
    content[TEXT][third] = "words"
    last = content[TEST][-1]
    content[TEXT][last] = [np.ones(9)] * len(content[TEXT][last])
    told = {first: "not in each of its tables", second: "differ by modality"}
    told |= {third: "not in each of its tables"}
    return content, told | {last: "are {'text': 9, 'audio': 3, 'video': 4}, of most"}


def test_each_dialogue_that_is_not_answered_has_its_reason(rng, tmp_path):
    content, expected = spoiled(rng)
    path = write_pickle(tmp_path / "a.pkl", content)
    with pytest.raises(DataError):
        read(path)
    corpus = read(path, answering=True)
    assert corpus.provenance["dropped"] == {"dialogues that cannot be read": 4}
    rows = rows_to_answer(corpus, "all")
    assert len(rows.split) == 8
    told = {each["id"]: each["reason"] for each in rows.left_out}
    assert set(told) == set(expected)
    assert all(expected[name] in told[name] for name in told)
    assert len(rows_to_answer(corpus, "test").left_out) == 1


def test_labels_that_cannot_be_used_cost_no_answer(rng, tmp_path):
    content = dialogues(rng)
    few, text, *_ = content[TEST]
    content[LABELS][few] = content[LABELS][few][:-1]
    content[LABELS][text] = ["glad"] * len(content[LABELS][text])
    path = write_pickle(tmp_path / "a.pkl", content)
    with pytest.raises(DataError):
        read(path)
    test = read(path, answering=True).test
    lost = [np.isnan(test.labels[row][0]).all() for row in range(len(test))]
    assert lost == [True, True, False]


def test_a_file_in_which_no_dialogue_can_be_read_is_refused(rng, tmp_path):
    content = dialogues(rng)
    content[TEXT].clear()
    path = write_pickle(tmp_path / "a.pkl", content)
    with pytest.raises(DataError, match="not in each of its tables"):
        read(path, answering=True)

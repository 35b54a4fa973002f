import h5py
import pytest

from mmzoo.data import read, rows_to_answer
from mmzoo.data.readers import stored_texts
from mmzoo.data.readers.stored_texts import StoredTexts
from tests.data.small_corpus import small_corpus

NAMES = ("a", "bé", "", "d\ne", "f")


@pytest.fixture
def texts(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_texts, "TEXTS", 2)
    with h5py.File(tmp_path / "names.h5", "w") as file:
        file.create_dataset("ids", data=list(NAMES), dtype=h5py.string_dtype())
        yield StoredTexts(file["ids"])


def test_they_are_a_sequence_of_str(texts):
    assert len(texts) == 5
    assert tuple(texts) == NAMES
    assert (texts[1], texts[-1], texts[1:4]) == ("bé", "f", NAMES[1:4])
    assert texts == NAMES
    assert texts != NAMES[:4]
    with pytest.raises(IndexError):
        texts[5]


def test_bytes_that_are_no_text_show_at_once(tmp_path):
    with h5py.File(tmp_path / "names.h5", "w") as file:
        file.create_dataset("ids", data=[b"a", b"\xff"], dtype=h5py.string_dtype())
        with pytest.raises(UnicodeDecodeError):
            StoredTexts(file["ids"])


def test_answers_leave_names_in_the_file_and_trainings_do_not(rng, tmp_path):
    corpus = small_corpus(rng)
    corpus.save(tmp_path / "c.h5")
    answering = read(tmp_path / "c.h5", answering=True)
    rows = rows_to_answer(answering, "test").split
    assert isinstance(rows.ids, StoredTexts)
    assert isinstance(rows.groups, StoredTexts)
    assert (rows.ids, rows.groups) == (corpus.test.ids, corpus.test.groups)
    some = rows.select([2, 0])
    assert some.ids == (corpus.test.ids[2], corpus.test.ids[0])
    assert read(tmp_path / "c.h5").test.ids == corpus.test.ids


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_texts_of_one_width_are_read_as_they_are(tmp_path, encoding):
    wide = h5py.string_dtype(encoding, 4)
    with h5py.File(tmp_path / "names.h5", "w") as file:
        file.create_dataset("ids", data=[b"a\0b", b"", b"cdef"], dtype=wide)
        found = StoredTexts(file["ids"])
        assert list(found) == ["a\0b", "", "cdef"]
        assert (found[0], found[1:2], found[3:]) == ("a\0b", ("",), ())


def test_halves_of_a_character_in_two_texts_are_no_text(tmp_path):
    halves = [b"a\xc3", b"\xa9b"]
    with h5py.File(tmp_path / "names.h5", "w") as file:
        file.create_dataset("ids", data=halves, dtype=h5py.string_dtype())
        with pytest.raises(UnicodeDecodeError):
            StoredTexts(file["ids"])

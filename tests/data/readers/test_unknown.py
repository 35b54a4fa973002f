"""What is said of files that no reader takes."""

import pickle

import numpy as np
import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers import _format
from mmzoo.data.readers.unknown import only_file, unknown
from tests.data.small_corpus import small_corpus


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_columns_that_are_there_and_those_that_lack(tmp_path, mark, encoding):
    path = tmp_path / "labels.csv"
    head = mark.join(["File", "transcript", "emotion"])
    path.write_text(f"{head}\na.wav{mark}hi{mark}happy\n", encoding=encoding)
    for each in (path, tmp_path):
        with pytest.raises(DataError) as error:
            read(each)
        message = str(error.value)
        assert "labels.csv: it lacks the columns path, label (clips) or" in message
        assert "; those it has are file, transcript, emotion." in message
        assert "of no format" not in message


def test_only_what_lacks_is_named(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text("guid\tlabel\n1\tsad\n")
    message = str(unknown(path, []))
    assert "lacks the columns path (clips) or image (pictures) or filename," in message
    assert "guid or id may name the pictures of a folder images" in message


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\n\n"])
def test_what_is_no_table_is_of_no_format(tmp_path, content):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    for each in (path, tmp_path):
        message = str(unknown(each, ["one", "two"]))
        assert message.endswith("reads. Those are:\n  - one\n  - two")


def test_the_one_file_of_a_folder_is_read(rng, tmp_path):
    small_corpus(rng).save(tmp_path / "mine.h5")
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "._mine.csv").write_text("path,label\n")
    inner, named = read(tmp_path), read(tmp_path / "mine.h5")
    assert inner.provenance == named.provenance
    assert inner.train.ids == named.train.ids


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("mosi_utterances.npz", "", "mosi"),
        ("mine.CSV", "path,label", "clips"),
        ("mine.tsv", "label\timage", "pictures"),
        ("mine.json", '{"images": [{"word_sentiment": 1}]}', "senticap"),
    ],
)
def test_the_one_file_may_be_of_any_format(tmp_path, name, content, kind):
    file = tmp_path / name
    file.write_text(content)
    assert _format(tmp_path) == (file, kind)


def test_several_files_of_a_folder_are_named(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("path,label\n")
    with pytest.raises(DataError, match="2 files that could be meant: a.csv, b.csv"):
        read(tmp_path)
    (tmp_path / "labels.csv").write_text("path,label\n")
    with pytest.raises(DataError, match="no row has a path and a label"):
        read(tmp_path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "a.csv").write_text("path,label\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.csv").symlink_to(tmp_path / "a.csv")
    assert only_file(tmp_path / "folder", bool) is None
    assert only_file(tmp_path, bool) == tmp_path / "a.csv"
    assert only_file(tmp_path / "a.csv", bool) is None


def test_columns_of_the_one_table_of_a_folder(tmp_path):
    (tmp_path / "mine.csv").write_text("file,emotion\n")
    message = r"mine\.csv: it lacks .*; those it has are file, emotion"
    with pytest.raises(DataError, match=message):
        read(tmp_path)


def test_a_long_head_does_not_hide_what_lacks(tmp_path):
    (tmp_path / "labels.csv").write_text(f"{'x' * 5000},label\na,b\n")
    with pytest.raises(DataError, match=r"it lacks the columns path \(clips\)"):
        read(tmp_path)


def test_a_pickle_of_no_format_is_described(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"scores": np.ones((3, 2)), "b": 1}))
    told = r"a dict of 2 \(scores, b\); scores is an array \(3, 2\) of float64"
    with pytest.raises(DataError, match=told) as caught:
        read(path)
    assert "MulT" in str(caught.value)
    assert "RAVDESS" not in str(caught.value)

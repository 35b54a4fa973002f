"""What is said of files that no reader takes."""

import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers.unknown import unknown


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
        assert "labels.csv: its columns are file, transcript, emotion;" in message
        assert "it lacks path, label (clips) or image, label (pictures)" in message
        assert "of no format" not in message


def test_only_what_lacks_is_named(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text("guid\tlabel\n1\tsad\n")
    message = str(unknown(path, []))
    assert "it lacks path (clips) or image (pictures) or filename," in message
    assert "guid or id may name the pictures of a folder images" in message


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\n\n"])
def test_what_is_no_table_is_of_no_format(tmp_path, content):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    for each in (path, tmp_path):
        message = str(unknown(each, ["one", "two"]))
        assert message.endswith("reads. Those are:\n  - one\n  - two")

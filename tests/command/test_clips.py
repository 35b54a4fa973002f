import pytest

from mmzoo.command.arguments import parse
from mmzoo.command.clips import are_clips, clips_of
from mmzoo.data import DataError
from tests.command.small_command import classifier


def parsed(*words):
    return parse(["predict", "m", *map(str, words)])


def test_what_is_taken_for_clips(tmp_path):
    empty, clips, corpus = (tmp_path / name for name in ("empty", "clips", "corpus"))
    for folder in (empty, clips, corpus):
        folder.mkdir()
    (clips / "a.WAV").touch()
    (corpus / "a.wav").touch()
    (corpus / "labels.csv").write_text("path,label\na.wav,happy\n")
    files = [["a.wav"], ["b.JPG"], ["a", "b"], [clips], ["--text", "joy"]]
    assert all(are_clips(parsed(*words)) for words in files)
    data = ["sample", "a.h5", corpus, empty, tmp_path / "absent"]
    assert not any(are_clips(parsed(word)) for word in data)


def test_one_modality_may_be_missing_from_all():
    clips, told = clips_of(parsed("a.wav", "b.wav"), classifier())
    assert clips == {"audio": ["a.wav", "b.wav"], "text": [None, None]}
    assert told == []


def test_a_folder_without_clips_is_named(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DataError, match="has no file that ends in .wav, .flac"):
        clips_of(parsed(tmp_path, "b.wav"), classifier())

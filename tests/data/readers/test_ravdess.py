import time

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_clips import write_clip


def name(actor, emotion=1, statement=1, modality=3, channel=1):
    return (
        f"{modality:02d}-{channel:02d}-{emotion:02d}-01-{statement:02d}-01-{actor:02d}"
    )


@pytest.fixture
def folder(tmp_path):
    """Twenty actors, each with all emotions but one clip of each."""
    for actor in range(1, 21):
        for emotion in range(1, 9):
            file = name(actor, emotion, 1 + emotion % 2) + ".flac"
            write_clip(tmp_path / f"Actor_{actor:02d}" / file)
    return tmp_path


def test_layout_and_speaker_protocol(folder):
    corpus = read(folder)
    assert corpus.name == "RAVDESS"
    assert (corpus.target, corpus.group_kind) == ("emotion", "speaker")
    assert corpus.classes[:3] == ("neutral", "calm", "happy")
    assert corpus.label_range == (0, 7)
    assert sorted(set(corpus.train.groups)) == [f"Actor_{n:02d}" for n in range(1, 13)]
    assert sorted(set(corpus.valid.groups)) == [f"Actor_{n}" for n in range(13, 17)]
    assert sorted(set(corpus.test.groups)) == [f"Actor_{n}" for n in range(17, 21)]
    assert corpus.train.ids[2] == "03-01-03-01-02-01-01"
    np.testing.assert_array_equal(corpus.train.labels[:8], range(8))
    assert corpus.train.words[:2] == (
        "Dogs are sitting by the door",
        "Kids are talking by the door",
    )
    assert (corpus.train.lengths == 4800).all()
    provenance = corpus.provenance
    assert (provenance["format"], provenance["protocol"]) == ("ravdess", "speaker")
    assert provenance["warnings"] == []
    (files,) = provenance["files"]
    assert files["name"] == f"160 files of {folder.name}"


def test_files_without_folders_of_actors(folder):
    whole = read(folder)
    for file in folder.glob("Actor_*/*.flac"):
        file.rename(folder / file.name)
    for actor in folder.glob("Actor_*"):
        actor.rmdir()
    flat = read(folder)
    for name in ("train", "valid", "test"):
        found, wanted = (
            set(zip(each.ids, each.groups, strict=True))
            for each in (flat.splits[name], whole.splits[name])
        )
        assert found == wanted


def test_full_data_set_trains_on_the_last_actors_too(folder):
    for actor in range(21, 25):
        write_clip(folder / f"Actor_{actor}" / f"{name(actor)}.wav")
    corpus = read(folder)
    assert len(corpus.train) == 12 * 8 + 4
    assert "Actor_24" in corpus.train.groups


def test_other_files_are_counted_or_named(folder):
    actor = folder / "Actor_03"
    write_clip(actor / f"{name(3, channel=2)}.wav")
    write_clip(actor / f"{name(3, modality=1)}.wav")
    write_clip(actor / f"{name(3, 1, 2)}.wav")  # there as flac too
    for stray in ("take two.wav", f"{name(4)}.wav", "03-01-09-01-01-01-03.wav"):
        write_clip(actor / stray)
    write_clip(actor / "._hidden.wav")
    (actor / "notes.txt").write_text("no recording")
    corpus = read(folder)
    assert len(corpus.train) == 12 * 8
    wrong = "with a name that is not of RAVDESS"
    assert corpus.provenance["dropped"] == {
        "song": 1,
        "from a video": 1,
        wrong: 3,
        "there as wav and as flac": 1,
    }
    warnings = corpus.provenance["warnings"]
    assert any(
        f"{wrong}: 3, namely Actor_03/03-01-01-01-01-01-04" in text for text in warnings
    )
    assert any("Actor_03/take two.wav" in text for text in warnings)
    assert "left out: from a video 1, song 1" in corpus.summary()


def test_broken_clips_are_left_out_or_refused(folder):
    (folder / "Actor_01" / f"{name(1, 1, 2)}.flac").write_bytes(b"")
    (folder / "Actor_02" / f"{name(2, 1, 2)}.flac").unlink()
    (folder / "Actor_02" / f"{name(2, 1, 2)}.flac").symlink_to(folder / "gone.flac")
    corpus = read(folder)
    assert len(corpus.train) == 12 * 8 - 2
    assert corpus.provenance["dropped"] == {"broken": 2}
    with pytest.raises(DataError, match=r"-01\.flac: it is empty"):
        read(folder, strict=True)


def test_folder_without_a_proper_name_is_refused(tmp_path):
    write_clip(tmp_path / "Actor_01" / "a.wav")
    with pytest.raises(DataError, match="of its 1 recordings none has a name"):
        read(tmp_path)


def test_missing_actors_are_refused(folder):
    for actor in range(17, 21):
        (folder / f"Actor_{actor}").rename(folder / f"actor {actor}")
    with pytest.raises(DataError, match=r"split 'test'\. Actors 1 to 12 and 21 to 24"):
        read(folder)


def test_real_folder(real_data):
    path = real_data / "ravdess"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    start = time.monotonic()
    corpus = read(path, strict=True)
    assert time.monotonic() - start < 60
    assert [len(split) for split in corpus.splits.values()] == [720, 240, 240]
    assert corpus.provenance["dropped"] == {}
    counts = np.bincount(corpus.test.labels.astype(int))
    np.testing.assert_array_equal(counts, [16, *[32] * 7])

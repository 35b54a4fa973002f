import dataclasses

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.cleaning import clean
from mmzoo.data.readers.clip_table import NO_RECORDINGS, ClipTable, clips_in, preference
from mmzoo.data.readers.file_table import Entry
from tests.data.small_clips import tone, write_clip

SPLITS = ("train", "train", "valid", "test")


def small_table(folder, **settings):
    """Four readable clips of two classes by four speakers."""
    clips = []
    for number, split in enumerate(SPLITS):
        path = write_clip(folder / f"{number}.wav", tone(0.1 + 0.1 * number))
        clips.append(
            Entry(path, f"clip{number}", number % 2, f"s{number}", split, "word")
        )
    rule = "Two train, one validates, one tests"
    settings = {"classes": ("calm", "loud"), **settings}
    return ClipTable("small", folder, clips, (0, 1), rule, **settings)


def add(table, name, content=None, split="train", **settings):
    """One more clip, of bytes or samples."""
    path = table.place / f"{name}.wav"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        write_clip(path, content, **settings)
    table.entries.append(Entry(path, name, 1, "s0", split))


def test_corpus_of_clips(tmp_path):
    corpus = small_table(tmp_path).corpus(strict=True)
    assert corpus.classes == ("calm", "loud")
    assert (corpus.target, corpus.group_kind) == ("emotion", "speaker")
    assert corpus.input_dims == {"waveform": 1}
    assert corpus.train.ids == ("clip0", "clip1")
    assert corpus.test.groups == ("s3",)
    assert corpus.train.words == ("word", "word")
    np.testing.assert_array_equal(corpus.train.labels, [0, 1])
    np.testing.assert_array_equal(corpus.train.lengths, [1600, 3200])
    frames, present = corpus.test.sequences["waveform"][0]
    assert frames.shape == (6400, 1)
    assert frames.dtype == np.float32
    np.testing.assert_allclose(frames[:, 0], tone(0.4), atol=2**-15)
    assert present.all()
    assert corpus.provenance["sample_rate"] == 16000
    assert corpus.provenance["recorded_at"] == {"16000 Hz": 4}
    assert corpus.provenance["dropped"] == {}
    assert corpus.provenance["warnings"] == []


def test_splits_share_one_array_so_that_folds_copy_nothing(tmp_path):
    corpus = small_table(tmp_path).corpus()
    frames = corpus.train.sequences["waveform"].frames
    for fold in corpus.k_fold(4, groups=True):
        assert fold.test.sequences["waveform"].frames is frames


def test_odd_clips_are_read(tmp_path, rng):
    table = small_table(tmp_path)
    add(table, "short", tone(0.05))
    add(table, "high", tone(rate=96000), rate=96000)
    add(table, "wide", rng.uniform(-1, 1, (800, 6)))
    add(table, "aiff", tone(), format="AIFF")
    add(table, "coarse", tone(), subtype="PCM_U8")
    add(table, "fine", tone(), subtype="PCM_24")
    corpus = table.corpus(strict=True)
    lengths = dict(zip(corpus.train.ids, corpus.train.lengths, strict=True))
    expected = {"short": 800, "high": 4800, "wide": 800, "aiff": 4800}
    expected |= {"coarse": 4800, "fine": 4800, "clip0": 1600, "clip1": 3200}
    assert lengths == expected
    rates = corpus.provenance["recorded_at"]
    assert rates == {"16000 Hz": 9, "96000 Hz": 1}


def test_silent_clip_is_read_and_named(tmp_path):
    table = small_table(tmp_path)
    add(table, "silent", np.zeros(800))
    corpus = table.corpus(strict=True)
    assert len(corpus.train) == 3
    (warning,) = corpus.provenance["warnings"]
    assert warning == "silent throughout: 1, namely silent."


def test_values_that_are_not_finite_are_counted_by_split(tmp_path):
    table = small_table(tmp_path)
    samples = tone()
    samples[:2], samples[4], samples[6] = np.nan, np.inf, 3.0
    add(table, "spoiled", samples, subtype="FLOAT")
    corpus = clean(table.corpus(), tmp_path)
    counts = {split: rows["waveform"] for split, rows in _cleaned(corpus).items()}
    assert counts["train"] == {
        "nan": 2,
        "inf": 1,
        "clipped": 1,
        "dropped": 0,
        "not_observed": 0,
    }
    assert not any(counts["test"].values())
    frames = corpus.train.sequences["waveform"][2][0][:, 0]
    np.testing.assert_array_equal(frames[[0, 1, 4, 6]], [0, 0, 0, 1])
    with pytest.raises(DataError, match=r"spoiled\.wav: it has 2 NaN and 1 infinite"):
        table.corpus(strict=True)


def _cleaned(corpus):
    return corpus.provenance["cleaned"]


def test_broken_clips_are_left_out_and_named(tmp_path):
    table = small_table(tmp_path)
    header = (tmp_path / "0.wav").read_bytes()[:30]
    add(table, "empty", b"")
    add(table, "header", header, split="test")
    add(table, "gone")
    corpus = table.corpus()
    assert corpus.train.ids == ("clip0", "clip1")
    assert corpus.provenance["dropped"] == {"broken": 3}
    assert _cleaned(corpus)["train"]["waveform"]["dropped"] == 2
    assert _cleaned(corpus)["test"]["waveform"]["dropped"] == 1
    (warning,) = corpus.provenance["warnings"]
    assert warning.startswith(
        "left out, 3 of 7 clips that cannot be read: empty (it is"
    )
    assert "gone (there is no such file)" in warning
    with pytest.raises(DataError, match=r"empty\.wav: it is empty"):
        table.corpus(strict=True)


def test_mostly_broken_is_refused(tmp_path):
    table = small_table(tmp_path)
    for number in range(5):
        add(table, f"broken{number}", b"text")
    message = r"5 of 9 clips cannot be read; the first is .*broken0\.wav: it cannot be"
    with pytest.raises(DataError, match=message):
        table.corpus()


def test_split_without_a_clip_is_refused(tmp_path):
    table = small_table(tmp_path)
    (tmp_path / "3.wav").write_bytes(b"")
    table.leave_out("without a recording", "x")
    message = (
        r"no clip is there for the split 'test' \(left out: without a recording 1\)\. "
        "Two train, one validates, one tests"
    )
    with pytest.raises(DataError, match=message):
        table.corpus()


def test_what_was_left_out_is_told(tmp_path):
    table = small_table(tmp_path, outside={"song": 7}, warnings=["beware"])
    for number in range(12):
        table.leave_out("without a name", f"n{number}")
    provenance = table.corpus().provenance
    assert provenance["dropped"] == {"song": 7, "without a name": 12}
    assert provenance["warnings"][0] == "beware"
    assert provenance["warnings"][1].startswith("left out, without a name: 12, namely")
    assert provenance["warnings"][1].endswith("n9 and 2 more.")


def test_recordings_of_a_folder_by_their_names(tmp_path):
    table, folder = small_table(tmp_path), tmp_path / "clips"
    for name in ("a.flac", "a.WAV", "a.mp4", "b.mp3", "c.mp4", "d.aac", "x.wav"):
        write_empty(folder / name)
    for name in (".b.wav", "notes.txt"):
        write_empty(folder / name)
    found = table.recordings(folder, "abcde")
    assert {name: file.name for name, file in found.items()} == {
        "a": "a.WAV",
        "b": "b.mp3",
    }
    assert table.faults == {"a clip that no row names": ["clips/x"]}
    (warning,) = table.warnings
    assert warning.startswith("2 clips of clips are in a format that is not read, such")
    assert warning.endswith("by `ffmpeg -i c.mp4 c.wav`.")
    assert table.recordings(tmp_path / "nowhere", "abc") == {}
    assert len(clips_in(folder)) == 7 and not clips_in(tmp_path / "nowhere")
    assert [each.suffix for each in sorted(clips_in(folder), key=preference)][:4] == [
        ".WAV",
        ".wav",
        ".flac",
        ".mp3",
    ]


def write_empty(path):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")


def test_samples_without_a_recording_keep_their_words(tmp_path):
    table = small_table(tmp_path)
    table.entries.append(Entry(None, "unheard", 1, "s0", "train", "words"))
    corpus = table.corpus()
    assert corpus.train.lengths.tolist() == [1600, 3200, 0]
    assert corpus.train.words[2] == "words"
    (warning,) = corpus.provenance["warnings"]
    assert warning.startswith("without a recording: 1 of 5, namely unheard:")


def test_a_corpus_of_words_alone(tmp_path):
    table = small_table(tmp_path)
    table.entries = [dataclasses.replace(each, path=None) for each in table.entries]
    corpus = table.corpus()
    assert corpus.modalities == [] and corpus.provenance["recordings"] == "none"
    assert corpus.provenance["warnings"] == [NO_RECORDINGS]

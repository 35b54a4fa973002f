import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmzoo.data import DataError, read, rows_to_answer
from mmzoo.data.readers import SPEECH, acted_speech
from tests.data.small_clips import tone, write_clip
from tests.data.small_corpus import assert_same_split


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
        "there a second time": 1,
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


def test_folder_without_a_proper_name_is_of_no_format(tmp_path):
    write_clip(tmp_path / "Actor_01" / "a.wav")
    with pytest.raises(DataError, match="of no format that mmzoo reads"):
        read(tmp_path)


def test_missing_actors_are_refused(folder):
    for actor in range(17, 21):
        (folder / f"Actor_{actor}").rename(folder / f"Actor_{actor + 20}")
    with pytest.raises(DataError, match=r"split 'test' .*\. Actors 1 to 12 and 21 to"):
        read(folder)


def test_real_folder(real_data):
    path = real_data / "ravdess"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    start = time.process_time()
    corpus = read(path, strict=True)
    assert time.process_time() - start < 60
    assert [len(split) for split in corpus.splits.values()] == [720, 240, 240]
    assert corpus.provenance["dropped"] == {}
    counts = np.bincount(corpus.test.labels.astype(int))
    np.testing.assert_array_equal(counts, [16, *[32] * 7])


# Clips of each corpus: those that train, validate and test, and what one of each says.
CORPORA = {
    "cremad": (
        ["1001_DFA_ANG_XX", "1002_IEO_HAP_LO", "1063_TIE_NEU_XX", "1040_ITH_SAD_X"],
        ["1064_WSI_DIS_XX", "1077_MTI_FEA_HI"],
        ["1078_TAI_SAD_MD", "1091_DFA_ANG_XX"],
        ("1002", "happy", "It's eleven o'clock"),
    ),
    "emodb": (
        ["03a01Fa", "08a02Wb", "13b10La"],
        ["12a05Ea", "14b01Ad"],
        ["15b03Ta", "16a07N"],
        ("08", "anger", "Das will sie am Mittwoch abgeben."),
    ),
    "savee": (
        ["DC_a01", "DC_sa15", "JE_su02"],
        ["JK_n30", "JK_d03"],
        ["KL_h04", "KL_f05"],
        ("DC", "sadness", ""),
    ),
}


def write_all(folder, stems, end=".wav"):
    for stem in stems:
        write_clip(folder / f"{stem}{end}")
    return folder


@pytest.mark.parametrize("name", CORPORA)
def test_names_tell_speaker_emotion_and_words(name, tmp_path):
    *parts, (speaker, emotion, words) = CORPORA[name]
    corpus = read(write_all(tmp_path, sum(parts, [])))
    provenance = corpus.provenance
    assert (provenance["format"], provenance["protocol"]) == (name, "speaker")
    assert not provenance["dropped"]
    for split, stems in zip(("train", "valid", "test"), parts, strict=True):
        assert corpus.splits[split].ids == tuple(sorted(stems))
    row = corpus.train.ids.index(parts[0][1])
    assert corpus.train.groups[row] == speaker
    assert corpus.classes[int(corpus.train.labels[row])] == emotion
    assert corpus.train.words[row] == words
    folds = corpus.k_fold(3, groups=True)
    tested = [each for fold in folds for each in fold.test.ids]
    assert sorted(tested) == sorted(sum(parts, []))
    assert not set(folds[0].train.groups) & set(folds[0].test.groups)


@pytest.mark.parametrize("name", ["cremad", "emodb", "ravdess"])
def test_each_split_has_women_and_men(name):
    names = SPEECH[name].names
    for speakers in names.splits.values():
        assert 0 < len(set(speakers) & set(names.men)) < len(speakers)


def test_how_many_women_and_men_there_are(tmp_path):
    *parts, _ = CORPORA["emodb"]
    corpus = read(write_all(tmp_path, sum(parts, [])))
    assert corpus.provenance["speakers"] == {
        "test": {"female": 1, "male": 1},
        "train": {"female": 2, "male": 1},
        "valid": {"female": 1, "male": 1},
    }


def test_speakers_may_be_folders(tmp_path):
    stems = [stem.replace("_", "/", 1) for stem in sum(CORPORA["savee"][:3], [])]
    write_all(tmp_path / "AudioData", stems)
    corpus = read(tmp_path)
    assert corpus.train.ids == ("DC_a01", "DC_sa15", "JE_su02")
    write_clip(tmp_path / "AudioData" / "DC" / "KL_a02.wav")
    write_clip(tmp_path / "AudioData" / "a03.wav")
    again = read(tmp_path)
    assert again.train.ids == corpus.train.ids
    assert again.provenance["dropped"] == {"with a name that is not of SAVEE": 2}


def tess(folder, words=("back", "bar", "base", "bath", "bean")):
    for word in words:
        write_all(folder / "OAF_angry", [f"OAF_{word}_angry"])
        write_all(folder / "YAF_pleasant_surprised", [f"YAF_{word}_ps"])
    return folder


def test_two_actresses_are_cut_by_the_words(tmp_path):
    write_clip(tess(tmp_path) / "OAF_neutral" / "OA_bite_neutral.wav")
    corpus = read(tmp_path)
    assert (corpus.provenance["protocol"], corpus.group_kind) == ("word", "word")
    assert "pleasant surprise" in corpus.classes
    groups = [set(split.groups) for split in corpus.splits.values()]
    assert sorted(set.union(*groups)) == ["back", "bar", "base", "bath", "bean", "bite"]
    assert [len(each) for each in groups] == [4, 1, 1]
    row = corpus.test.ids.index(f"OAF_{corpus.test.groups[0]}_angry")
    assert corpus.test.words[row] == f"Say the word {corpus.test.groups[0]}"
    assert corpus.provenance["speakers"]["train"] == {"female": 2, "male": 0}
    warning, *_ = corpus.provenance["warnings"]
    assert warning.startswith("TESS has 2 speakers, too few for splits by speaker: its")
    # Nobody else has such a split, so all clips are answered.
    assert len(rows_to_answer(read(tmp_path, answering=True)).split) == 11


def test_a_clip_in_several_formats_is_read_once(tmp_path):
    stems = sum(CORPORA["cremad"][:3], [])
    write_all(tmp_path / "AudioWAV", stems)
    write_all(tmp_path / "AudioMP3", stems[:2], ".mp3")
    corpus = read(tmp_path)
    assert corpus.provenance["dropped"] == {"there a second time": 2}
    assert any(
        "AudioMP3/1001_DFA_ANG_XX.mp3" in w for w in corpus.provenance["warnings"]
    )
    assert sum(map(len, corpus.splits.values())) == 8


def test_two_corpora_in_one_folder_are_both_named(tmp_path):
    write_all(tmp_path / "crema", sum(CORPORA["cremad"][:3], []))
    write_all(tmp_path / "savee", sum(CORPORA["savee"][:3], []))
    with pytest.raises(DataError, match=r"it fits cremad \(.*\) and savee \(") as error:
        read(tmp_path)
    assert "--format cremad" in str(error.value)
    corpus = read(tmp_path, format="savee")
    assert corpus.provenance["dropped"] == {"with a name that is not of SAVEE": 8}
    assert len(read(tmp_path / "crema").train) == 4


def test_a_folder_that_nobody_may_look_into(tmp_path, monkeypatch):
    write_all(tmp_path, sum(CORPORA["savee"][:3], []))
    (tmp_path / "secret").mkdir()
    scandir = acted_speech.os.scandir

    def refuse(path):
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(acted_speech.os, "scandir", refuse)
    with pytest.raises(DataError, match=r"it cannot be read \(Permission denied\)"):
        read(tmp_path)
    (tmp_path / "secret").rename(tmp_path / ".secret")
    assert len(read(tmp_path).train) == 3


def test_a_few_names_make_no_format(tmp_path):
    write_all(tmp_path, [f"take {number}" for number in range(18)])
    write_clip(tmp_path / "03a01Fa.wav")
    with pytest.raises(DataError, match="of no format"):
        read(tmp_path)
    write_clip(tmp_path / "03a01Wa.wav")
    with pytest.raises(DataError, match=r"for the split 'valid' .* not of EMO-DB 18"):
        read(tmp_path)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(data=st.data())
def test_saved_clips_are_those_that_were_read(data, tmp_path_factory):
    *parts, _ = CORPORA[data.draw(st.sampled_from(list(CORPORA)))]
    some = (st.sets(st.sampled_from(part), min_size=1) for part in parts)
    folder = tmp_path_factory.mktemp("speech")
    for stem in set.union(*map(data.draw, some)):
        pitch = data.draw(st.integers(100, 400))
        write_clip(folder / f"{stem}.wav", tone(0.01, pitch=pitch))
    corpus = read(folder)
    corpus.save(folder / "saved.h5")
    again = read(folder / "saved.h5")
    assert again.classes == corpus.classes
    assert again.group_kind == corpus.group_kind
    for name, split in corpus.splits.items():
        assert_same_split(split, again.splits[name])

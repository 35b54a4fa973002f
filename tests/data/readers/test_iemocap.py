import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_clips import tone, write_clip

HEAD = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
EMOTIONS = ("neu", "fru", "ang", "sad", "hap", "exc", "xxx", "sur", "oth", "fea", "dis")


def evaluation(utterance, emotion, ratings=(2.5, 3.0, 3.5)):
    """The lines of one utterance, with those of its annotators."""
    rating = ", ".join(f"{value:.4f}" for value in ratings)
    return (
        f"[6.2901 - 8.2357]\t{utterance}\t{emotion}\t[{rating}]\n"
        "C-E2:\tNeutral;\t()\nC-F1:\tNeutral;\t(curious)\n"
        "A-E3:\tval 3; act 2; dom  2;\t()\n"
        "A-F1:\tval 3; act 2; dom  1;\t(mildly aggravated, staying polite)\n\n"
    )


def transcription(utterance):
    return f"{utterance} [006.2901-008.2357]: Words of {utterance}.\n"


def write_dialog(session, dialog, utterances, evaluated=None, transcribed=None):
    """A dialogue with its recordings and both text files."""
    for utterance in utterances:
        write_clip(session / "sentences" / "wav" / dialog / f"{utterance}.wav")
    for folder, text in (
        ("EmoEvaluation", HEAD + "".join(evaluated)),
        ("transcriptions", "".join(transcribed)),
    ):
        path = session / "dialog" / folder / f"{dialog}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def whole_dialog(session, dialog):
    """Both speakers say each emotion once; the ratings follow their number."""
    utterances, evaluated = [], []
    for number, emotion in enumerate(EMOTIONS):
        for sex in "FM":
            utterance = f"{dialog}_{sex}{number:03d}"
            ratings = (1 + number / 4, 5 - number / 4, 3)
            utterances.append(utterance)
            evaluated.append(evaluation(utterance, emotion, ratings))
    transcribed = [transcription(each) for each in utterances]
    write_dialog(session, dialog, utterances, evaluated, transcribed)


@pytest.fixture
def folder(tmp_path):
    """Five sessions, each with an improvised and a scripted dialogue."""
    root = tmp_path / "IEMOCAP_full_release"
    for number in range(1, 6):
        session = root / f"Session{number}"
        whole_dialog(session, f"Ses0{number}F_impro01")
        whole_dialog(session, f"Ses0{number}M_script01_1")
    (root / "Session1/dialog/EmoEvaluation/._Ses01F_impro01.txt").write_bytes(b"\xff\0")
    (root / "Session1/dialog/EmoEvaluation/Categorical").mkdir()
    (root / "Session1/sentences/wav/Ses01F_impro01/._Ses01F_impro01_F000.wav").touch()
    return root


def test_four_classes(folder):
    corpus = read(folder)
    assert corpus.name == "IEMOCAP (four)"
    assert corpus.classes == ("anger", "happiness", "neutral", "sadness")
    assert (corpus.target, corpus.group_kind) == ("emotion", "speaker")
    # Four dialogues and speakers' turns of each emotion in three sessions.
    assert [len(split) for split in corpus.splits.values()] == [60, 20, 20]
    assert sorted(set(corpus.train.groups)) == [
        f"Ses0{number}{sex}" for number in (1, 2, 3) for sex in "FM"
    ]
    assert set(corpus.valid.groups) == {"Ses04F", "Ses04M"}
    assert set(corpus.test.groups) == {"Ses05F", "Ses05M"}
    rows = dict(zip(corpus.test.ids, corpus.test.labels, strict=True))
    assert rows["Ses05F_impro01_M002"] == 0
    assert rows["Ses05F_impro01_M004"] == rows["Ses05M_script01_1_F005"] == 1
    assert rows["Ses05F_impro01_F000"] == 2
    assert rows["Ses05F_impro01_F003"] == 3
    place = corpus.test.ids.index("Ses05M_script01_1_F005")
    assert corpus.test.groups[place] == "Ses05F"
    assert corpus.test.words[place] == "Words of Ses05M_script01_1_F005."
    frames = corpus.test.sequences["waveform"][place][0][:, 0]
    np.testing.assert_allclose(frames, tone(), atol=2**-14)
    assert corpus.provenance["dialogues"] == {"improvised": 50, "scripted": 50}
    assert corpus.provenance["dropped"] == {
        "frustration (fru)": 20,
        "no agreement (xxx)": 20,
        "surprise (sur)": 20,
        "other (oth)": 20,
        "fear (fea)": 20,
        "disgust (dis)": 20,
    }
    assert corpus.provenance["warnings"] == []
    others = corpus.provenance["other_protocols"]
    assert others == [
        *("five", "six", "ten", "improvised", "valence", "arousal", "dominance")
    ]


def test_six_and_ten_classes(folder):
    six = read(folder, "six")
    assert six.classes == (
        "anger",
        "excited",
        "frustration",
        "happiness",
        "neutral",
        "sadness",
    )
    assert sum(len(split) for split in six.splits.values()) == 6 * 20
    ten = read(folder, "ten")
    assert ten.classes == (
        "neutral",
        "frustration",
        "anger",
        "sadness",
        "happiness",
        "excited",
        "surprise",
        "fear",
        "disgust",
        "other",
    )
    assert ten.provenance["dropped"] == {"no agreement (xxx)": 20}
    rows = dict(zip(ten.valid.ids, ten.valid.labels, strict=True))
    assert rows["Ses04F_impro01_F008"] == 9


def test_five_classes_keep_frustration(folder):
    five = read(folder, "five")
    assert five.classes == (
        *("anger", "frustration", "happiness", "neutral", "sadness"),
    )
    # Excited is happiness.
    assert sum(len(split) for split in five.splits.values()) == 6 * 20
    assert "frustration (fru)" not in five.provenance["dropped"]


def test_improvised_dialogues_alone(folder):
    corpus = read(folder, "improvised")
    assert corpus.classes == ("anger", "happiness", "neutral", "sadness")
    assert sum(len(split) for split in corpus.splits.values()) == 4 * 10
    assert all(
        "impro" in each for split in corpus.splits.values() for each in split.ids
    )
    dropped = corpus.provenance["dropped"]
    assert dropped["of a scripted dialogue"] == 110 and dropped["excited (exc)"] == 10
    assert corpus.provenance["dialogues"] == {"improvised": 40, "scripted": 0}


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [("valence", 1.75), ("arousal", 4.25), ("dominance", 3.0)],
)
def test_ratings(folder, protocol, expected):
    corpus = read(folder, protocol)
    assert corpus.classes is None
    assert (corpus.target, corpus.label_range) == (protocol, (1.0, 5.0))
    assert sum(len(split) for split in corpus.splits.values()) == 10 * 22
    rows = dict(zip(corpus.test.ids, corpus.test.labels, strict=True))
    assert rows["Ses05F_impro01_M003"] == np.float32(expected)
    assert f"one label of {protocol} a sequence, in [1, 5]" in corpus.summary()


@pytest.mark.parametrize("k", [5, 10])
def test_folds_are_sessions_or_speakers(folder, k):
    folds = read(folder).k_fold(k, groups=True)
    tested = [sorted(set(fold.test.groups)) for fold in folds]
    speakers = [f"Ses0{number}{sex}" for number in range(1, 6) for sex in "FM"]
    size = len(speakers) // k
    assert tested == [speakers[i : i + size] for i in range(0, 10, size)]


def test_missing_and_extra_entries_are_counted(folder):
    session, dialog = folder / "Session2", "Ses02M_impro03"
    names = [f"{dialog}_{row}" for row in ("F000", "F001", "M002", "M003", "F004")]
    evaluated = [evaluation(name, "ang") for name in names[:4]]
    evaluated += [
        evaluation(names[0], "sad"),  # again
        evaluation(f"{dialog}_M009", "wow"),
        "[12.1 - 13.9]\tSes02M_impro03_M010\tang\n",
        "[12.1 - 13.9]\t../../secret\tang\t[1.0, 1.0, 1.0]\n",
    ]
    transcribed = [transcription(name) for name in (*names[:2], names[3])]
    transcribed += ["M: [LAUGHTER]\n", f"{dialog}_MXX0 [1.0-2.0]: Uh-huh.\n"]
    transcribed += [f"{dialog}_F000 [1.0-2.0]: Again.\n"]
    recorded = [names[0], names[2], names[3], names[4]]
    write_dialog(session, dialog, recorded, evaluated, transcribed)
    corpus = read(folder)
    here = [name for name in corpus.train.ids if name.startswith(dialog)]
    assert here == [f"{dialog}_F000", f"{dialog}_M003"]
    place = corpus.train.ids.index(here[0])
    assert corpus.train.labels[place] == 0
    assert corpus.train.words[place] == f"Words of {here[0]}."
    faults = {
        "evaluated twice": f"{dialog}_F000",
        "in a line that cannot be understood": f"{dialog}.txt line",
        "transcribed twice": f"{dialog}_F000",
        "with an unknown emotion or rating": f"{dialog}_M009 wow",
        "without a recording": f"{dialog}_F001",
        "without a transcription": f"{dialog}_M002",
        "transcribed but not evaluated": f"{dialog}_MXX0",
        "recorded but not evaluated": f"{dialog}_F004",
    }
    dropped = corpus.provenance["dropped"]
    assert {kind: dropped.get(kind) for kind in faults} == {
        **dict.fromkeys(faults, 1),
        "in a line that cannot be understood": 2,
    }
    for kind, example in faults.items():
        assert any(
            kind in text and example in text for text in corpus.provenance["warnings"]
        )


def test_rating_outside_its_range_is_left_out(folder):
    path = folder / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    text = path.read_text().replace("[1.0000, 5.0000", "[5.5000, 1.2.3", 1)
    path.write_text(text)
    for protocol in ("valence", "arousal"):
        dropped = read(folder, protocol).provenance["dropped"]
        assert dropped == {"with an unknown emotion or rating": 1}
    assert read(folder, "dominance").provenance["dropped"] == {}


def test_text_in_latin_1_is_read(folder):
    path = folder / "Session5/dialog/transcriptions/Ses05F_impro01.txt"
    content = path.read_text().replace("Words of Ses05F_impro01_F000", "Café")
    path.write_bytes(content.encode("latin-1"))
    corpus = read(folder)
    assert corpus.test.words[corpus.test.ids.index("Ses05F_impro01_F000")] == "Café."


def test_broken_clip_is_left_out(folder):
    wav = folder / "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F002.wav"
    wav.write_bytes(b"RIFF")
    assert read(folder).provenance["dropped"]["broken"] == 1
    with pytest.raises(DataError, match=r"F002\.wav: it cannot be read as audio"):
        read(folder, strict=True)


def test_missing_session_is_refused(folder):
    (folder / "Session5").rename(folder / "Session6")
    with pytest.raises(DataError, match=r"split 'test' .*Sessions 1 to 3 train"):
        read(folder)


def test_missing_recordings_are_refused(folder):
    for number in range(1, 6):
        path = folder / f"Session{number}/sentences"
        path.rename(path.with_name("elsewhere"))
    with pytest.raises(DataError, match="without a recording 100"):
        read(folder)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmzoo.data import DataError, read, rows_to_answer
from tests.data.readers.small_meld import HEAD, ROWS, write_meld, write_table
from tests.data.small_clips import tone, write_clip
from tests.data.small_corpus import assert_same_split

WORDS_ALONE = "there are no recordings: only the words were read."


def test_words_alone(tmp_path):
    corpus = read(write_meld(tmp_path))
    assert corpus.name == "MELD" and corpus.modalities == []
    assert (corpus.target, corpus.group_kind) == ("emotion", "dialogue")
    assert corpus.classes[:3] == ("neutral", "joy", "sadness")
    assert corpus.train.ids[:2] == ("train_dia0_utt0", "train_dia0_utt1")
    assert corpus.test.groups == ("test_dia0",) * 3 + ("test_dia1",) * 3
    assert corpus.train.words[0] == 'Well, "dialogue" 0'
    np.testing.assert_array_equal(corpus.valid.labels, [0, 1, 3] * 2)
    provenance = corpus.provenance
    assert (provenance["format"], provenance["protocol"]) == ("meld", "official")
    assert WORDS_ALONE in provenance["warnings"]
    assert provenance["recordings"] == "none"
    assert [file["name"] for file in provenance["files"]] == [
        "train_sent_emo.csv",
        "dev_sent_emo.csv",
        "test_sent_emo.csv",
    ]


def test_sentiment_is_the_other_label(tmp_path):
    corpus = read(write_meld(tmp_path), label="sentiment")
    assert corpus.target == "sentiment"
    assert corpus.classes == ("negative", "neutral", "positive")
    np.testing.assert_array_equal(corpus.train.labels[:3], [1, 2, 0])
    assert corpus.provenance["other_labels"] == ["emotion"]
    turned = read(tmp_path).with_label("sentiment")
    assert (turned.target, turned.classes) == (corpus.target, corpus.classes)
    np.testing.assert_array_equal(turned.test.labels, corpus.test.labels)
    with pytest.raises(DataError, match="none of its 2 labels: emotion, sentiment"):
        read(tmp_path, label="speaker")


def test_recordings_beside_the_tables(tmp_path):
    corpus = read(write_meld(tmp_path, clips=True))
    assert corpus.modalities == ["waveform"]
    assert (corpus.test.lengths == 320).all()
    frames, _ = corpus.test.sequences["waveform"][4]
    np.testing.assert_allclose(frames[:, 0], tone(0.02, pitch=172), atol=2**-14)
    assert corpus.provenance["dropped"] == {}
    (files,) = corpus.provenance["files"]
    assert files["name"].startswith("21 files of")


def test_tables_and_clips_in_folders_of_the_splits(tmp_path):
    flat, deep = write_meld(tmp_path / "flat", clips=True), tmp_path / "deep"
    deep.mkdir()
    for file in sorted(flat.iterdir()):
        split = {"o": "test", "d": "dev"}.get(file.name[0], file.name.split("_")[0])
        (deep / split).mkdir(exist_ok=True)
        file.rename(deep / split / file.name)
    corpus = read(deep)
    assert [len(split) for split in corpus.splits.values()] == [6, 6, 6]
    assert (corpus.train.lengths == 320).all()


def test_videos_and_what_no_row_names_are_counted(tmp_path):
    write_meld(tmp_path, clips=True)
    train, test = tmp_path / "train_splits", tmp_path / "output_repeated_splits_test"
    for name in ("dia0_utt0", "dia1_utt2"):
        (train / f"{name}.wav").unlink()
        (train / f"{name}.mp4").write_bytes(b"video")
    (train / "dia0_utt1.mp4").write_bytes(b"the same as the wav")
    (train / "dia1_utt0.wav").unlink()
    (train / "dia1_utt1.wav").write_bytes(b"broken")
    for name in ("final_videos_testdia0_utt0.wav", "._dia0_utt0.wav"):
        (test / name).write_bytes(b"")
    corpus = read(tmp_path)
    lengths = dict(zip(corpus.train.ids, corpus.train.lengths, strict=True))
    unheard = ["train_dia0_utt0", "train_dia1_utt0", "train_dia1_utt2"]
    assert [name for name, length in lengths.items() if not length] == unheard
    assert corpus.train.words[0] and "train_dia1_utt1" not in lengths
    dropped = {"a clip that no row names": 1, "broken": 1}
    assert corpus.provenance["dropped"] == dropped
    warnings = " ".join(corpus.provenance["warnings"])
    assert (
        "2 clips of train_splits are in a format that is not read, such as" in warnings
    )
    assert "by `ffmpeg -i dia0_utt0.mp4 dia0_utt0.wav`" in warnings
    assert "without a recording: 3 of 17, namely train_dia0_utt0" in warnings
    assert "1, namely output_repeated_splits_test/final_videos_test" in warnings
    with pytest.raises(DataError, match=r"dia1_utt1\.wav: it cannot be read as audio"):
        read(tmp_path, strict=True)


def test_rows_that_cannot_be_used_are_counted(tmp_path):
    write_meld(tmp_path)
    bad = [
        ("No.", "Joey", "hope", "neutral", 2, 0),
        ("No.", "Joey", "", "neutral", 2, 1),
        ("No.", "Joey", "joy", "positive", "two", 2),
        ("No.", "Joey", "joy", "positive", 0, 0),
    ]
    table = write_table(tmp_path / "train_sent_emo.csv", [*ROWS, *bad])
    corpus = read(tmp_path)
    assert len(corpus.train) == 6
    assert corpus.provenance["dropped"] == {
        "with no emotion of MELD's": 2,
        "without the numbers of its dialogue and utterance": 1,
        "named a second time": 1,
    }
    assert "namely train line 8, train line 9." in str(corpus.provenance["warnings"])
    with pytest.raises(DataError, match=r"csv: line 8, with no emotion of MELD's,"):
        read(tmp_path, strict=True)
    rows = rows_to_answer(read(table, answering=True), "all")
    assert len(rows.split) == 8 and np.isnan(rows.split.labels[6:]).all()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_words_that_windows_wrote(tmp_path, encoding):
    said = "You\u2019ve \u201cbeen\u201d\u2014well"
    # The published tables have Windows' signs as control characters of UTF-8.
    kept = said if encoding == "cp1252" else said.encode("cp1252").decode("latin-1")
    write_meld(tmp_path)
    rows = [(kept, *row[1:]) for row in ROWS]
    write_table(tmp_path / "train_sent_emo.csv", rows, encoding)
    corpus = read(tmp_path)
    assert set(corpus.train.words) == {said}
    told = "cp1252" if encoding == "cp1252" else "cp1252 in utf-8"
    assert corpus.provenance["encodings"] == {"ascii": 2, told: 1}


def test_dyadic_tables_name_clips_by_their_old_numbers(tmp_path):
    write_meld(tmp_path, clips=True)
    head = [*HEAD[:7], "Old_Dialogue_ID", "Old_Utterance_ID", *HEAD[7:]]
    rows = [(*ROWS[4], 1, 1), (*ROWS[3], 0, 2)]
    for split in ("train", "dev", "test"):
        (tmp_path / f"{split}_sent_emo.csv").unlink()
        write_table(tmp_path / f"{split}_sent_emo_dya.csv", rows, head=head)
    corpus = read(tmp_path)
    assert corpus.test.ids == ("test_dia1_utt1", "test_dia1_utt0")
    for row, pitch in enumerate((172, 132)):
        frames, _ = corpus.test.sequences["waveform"][row]
        np.testing.assert_allclose(frames[:, 0], tone(0.02, pitch=pitch), atol=2**-14)


def test_one_table_is_answered_but_trains_nothing(tmp_path):
    write_meld(tmp_path, clips=True)
    path = tmp_path / "test_sent_emo.csv"
    corpus = read(path, answering=True)
    assert list(corpus.splits) == ["test"] and len(corpus.test) == 6
    assert (corpus.test.lengths == 320).all()
    with pytest.raises(DataError, match="split 'train'.* Put the tables of all splits"):
        read(path)
    other = path.rename(tmp_path / "mine.csv")
    assert list(read(other, answering=True).splits) == ["unnamed"]


ALPHABET = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])
UTTERANCES = st.text(ALPHABET, min_size=1, max_size=12)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(said=st.lists(UTTERANCES, min_size=6, max_size=6), clips=st.booleans())
def test_saved_corpus_is_the_one_that_was_read(said, clips, tmp_path_factory):
    folder = tmp_path_factory.mktemp("meld")
    rows = [(text, *row[1:]) for text, row in zip(said, ROWS, strict=True)]
    corpus = read(write_meld(folder, rows, clips))
    corpus.save(folder / "saved.h5")
    again = read(folder / "saved.h5")
    assert again.classes == corpus.classes
    for name, split in corpus.splits.items():
        assert_same_split(split, again.splits[name])


def test_a_recording_is_chosen_among_several(tmp_path):
    write_meld(tmp_path, clips=True)
    write_clip(tmp_path / "train_splits/dia0_utt0.flac", tone(0.5))
    assert read(tmp_path).train.lengths[0] == 320

import numpy as np
import pytest

from mmzoo.data import DataError, read, rows_to_answer
from mmzoo.data.readers.feature_folder import (
    NO_ROW,
    SAME_CLIP,
    TWICE,
    feature_files,
    holds,
)
from tests.data.readers.small_features import (
    DESCRIPTORS,
    UNITS,
    write_features,
    write_labels,
    write_openface,
    write_opensmile,
)
from tests.data.small_clips import write_clip


@pytest.fixture
def folder(rng, tmp_path):
    return write_features(tmp_path / "mine", rng)


def test_both_programs_are_one_corpus_of_two_modalities(folder):
    corpus = read(folder)
    assert corpus.provenance["format"] == "opensmile"
    assert corpus.input_dims == {"audio": 3, "video": 3}
    assert corpus.feature_names == {"audio": DESCRIPTORS, "video": UNITS}
    assert corpus.classes == ("calm", "glad", "sad") and corpus.name == "mine"
    assert corpus.train.ids == ("0.wav", "1.wav", "2.wav")
    assert corpus.train.words == ("word 0", "word 1", "word 2")
    assert corpus.test.sequences["audio"].lengths.tolist() == [9, 10, 11]
    assert corpus.test.sequences["video"].lengths.tolist() == [8, 9, 10]
    assert len(corpus.provenance["files"]) == 19
    assert corpus.select("video", "AU12_r").input_dims["video"] == 1


def test_labels_and_a_folder_of_either_program(rng, tmp_path):
    flat = tmp_path / "flat"
    for number in range(9):
        write_openface(flat / f"{number}.csv", rng.uniform(0, 5, (4, 3)))
    write_labels(flat, ending="mp4")
    for path in (flat, flat / "labels.csv"):
        corpus = read(path)
        assert corpus.provenance["format"] == "openface"
        assert corpus.input_dims == {"video": 3}
    assert holds(flat, "video") and not holds(flat, "audio")


def test_one_file_of_many_clips_is_read_by_name(rng, tmp_path):
    """Functionals of all clips, a row each."""
    frames = rng.normal(size=(9, 3))
    names = [f"/data/{number}.wav" for number in range(9)]
    file = write_opensmile(tmp_path / "functionals.csv", frames, names)
    write_labels(tmp_path)
    for path in (tmp_path, file):
        corpus = read(path)
        assert corpus.valid.ids == ("3.wav", "4.wav", "5.wav")
        found = np.concatenate([rows for rows, _ in corpus.valid.sequences["audio"]])
        np.testing.assert_allclose(found, frames[3:6], rtol=1e-5)


def test_a_name_that_all_files_share_is_no_clips(rng, tmp_path):
    for number in range(9):
        file = tmp_path / f"{number}.csv"
        write_opensmile(file, rng.normal(size=(2, 3)), "input.wav")
    write_labels(tmp_path)
    assert read(tmp_path).train.ids == ("0.wav", "1.wav", "2.wav")


def test_what_is_not_read_is_counted(folder, rng):
    write_opensmile(folder / "audio/other.csv", rng.normal(size=(2, 3)))
    frames, faces = rng.uniform(0, 5, (4, 3)), [0, 0, 0, 1]
    write_openface(folder / "video/0.csv", frames, faces=faces)
    write_opensmile(folder / "audio/more/1.csv", rng.normal(size=(2, 3)), "1")
    (folder / "audio/more/1.csv").rename(folder / "1.csv")
    (folder / "video/2.csv").write_text("frame, timestamp, confidence, success, x\n1")
    corpus = read(folder)
    told = corpus.provenance
    assert told["dropped"] == {NO_ROW: 1}
    assert sum(told["extracted"]["audio"].values()) == told["extracted"]["audio"][TWICE]
    assert told["extracted"]["video"] == {"rows of other faces": 1}
    lost = "left out, video of 1 clips: 2 (it has 1 features, not the 3 of others)."
    assert lost in told["warnings"]
    assert "1 of 3 samples of train lack video." in told["warnings"]
    with pytest.raises(DataError, match=r"2\.csv: it has 1 features, not the 3"):
        read(folder, strict=True)


def test_a_clip_is_one_row(folder):
    with open(folder / "labels.csv", "a") as file:
        file.write("8.mp4,,calm,train\n")
    assert read(folder).provenance["dropped"] == {SAME_CLIP: 1}
    assert len(rows_to_answer(read(folder, answering=True), "all").split) == 10


def test_without_labels_clips_are_answered_only(folder):
    (folder / "labels.csv").unlink()
    (folder / "audio/3.csv").write_text("")
    (folder / "video/3.csv").unlink()
    with pytest.raises(DataError, match="no labels.csv beside .*columns path, text"):
        read(folder)
    rows = rows_to_answer(read(folder, answering=True))
    assert rows.split.ids == tuple("01245678")
    assert np.isnan(rows.split.labels).all()
    assert rows.split.sequences["video"].lengths.tolist() == [2, 3, 4, 6, 7, 8, 9, 10]


def test_recordings_that_are_named_win(folder):
    write_clip(folder / "4.wav")
    assert not holds(folder, "audio") and not holds(folder, "video")


def test_labels_of_other_columns_say_what_they_lack(folder):
    (folder / "labels.csv").write_text("clip,emotion\n0,sad\n")
    with pytest.raises(DataError, match="its columns are clip, emotion. It needs path"):
        read(folder, format="opensmile")


def test_links_out_of_the_folder_are_not_followed(folder, tmp_path, rng):
    outside = write_opensmile(tmp_path / "outside.csv", rng.normal(size=(2, 3)))
    (folder / "audio/9.csv").symlink_to(outside)
    assert not any(file.name == "9.csv" for file in feature_files(folder))


def test_several_columns_of_labels_are_carried(folder):
    file = folder / "labels.csv"
    head, *rows = file.read_text().splitlines()
    rows = [f"{row},{number % 4}.5" for number, row in enumerate(rows)]
    file.write_text("\n".join([head + ",label_arousal", *rows]) + "\n")
    corpus = read(folder, label="label", protocol="classes")
    assert corpus.classes == ("calm", "glad", "sad")
    scores = read(folder, label="arousal", protocol="regression")
    assert scores.label_range == (0.5, 3.5)

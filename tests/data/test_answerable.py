"""Every reader gives all rows that can be answered, and the reason for the others."""

import json

import h5py
import numpy as np
import pytest

from mmzoo.data import DataError, read, rows_to_answer
from mmzoo.evaluation.row import GROUP_KINDS
from tests.data.readers import field_pickles
from tests.data.readers.small_csd import VIDEOS, small_roots, write_folder
from tests.data.readers.small_features import write_features
from tests.data.readers.small_meld import ROWS, write_meld
from tests.data.readers.small_mustard import utterance, write_mustard
from tests.data.small_clips import write_clip
from tests.data.small_corpus import small_corpus
from tests.data.small_frames import write_clip_of_pictures
from tests.data.small_pictures import write_picture


def write_csv(folder, head, rows):
    file = folder / "labels.csv"
    file.write_text("\n".join([head, *rows]) + "\n")
    return file


def reasons(rows):
    return {each["id"]: each["reason"] for each in rows.left_out}


def clips(folder, count=11, broken=(4,), **columns):
    """A csv of recordings in which some are broken."""
    rows = []
    for number in range(count):
        file = write_clip(folder / f"{number}.wav")
        if number in broken:
            file.write_bytes(b"no sound")
        values = [f"{number}.wav", *(each(number) for each in columns.values())]
        rows.append(",".join(values))
    return write_csv(folder, ",".join(["path", *columns]), rows)


def pictures(folder, count=11, broken=(4,), **columns):
    rows = []
    for number in range(count):
        file = write_picture(folder / f"{number}.png")
        if number in broken:
            file.write_bytes(b"no picture")
        values = [f"{number}.png", *(each(number) for each in columns.values())]
        rows.append(",".join(values))
    return write_csv(folder, ",".join(["image", *columns]), rows)


def clips_of_pictures(folder, rng):
    """Three clips of one class, one of which is no array."""
    for number in range(3):
        path = write_clip_of_pictures(folder / f"{number}.npy")
    path.write_bytes(b"no array")
    return write_csv(folder, "frames,label", [f"{n}.npy,sad" for n in range(3)])


def ravdess(folder, actors=(18,), broken=True):
    for actor in actors:
        for emotion in (3, 4):
            stem = f"03-01-{emotion:02}-01-01-01-{actor:02}"
            write_clip(folder / f"Actor_{actor:02}" / f"{stem}.wav")
    if broken:
        actor = f"{actors[0]:02}"
        file = folder / f"Actor_{actor}" / f"03-01-05-01-01-01-{actor}.wav"
        file.write_bytes(b"no sound")
    return folder


def speech(*stems):
    """Clips of one emotion and speaker, the last of them broken."""

    def write(folder, rng):
        for stem in stems:
            file = write_clip(folder / f"{stem}.wav")
        file.write_bytes(b"no sound")
        return folder

    return write, len(stems) - 1, 1


def iemocap(folder):
    session = folder / "Session5"
    lines, words = [], []
    for number in range(3):
        name = f"Ses05F_impro01_F00{number}"
        write_clip(session / "sentences/wav/Ses05F_impro01" / f"{name}.wav")
        lines.append(f"[1.0 - 2.0]\t{name}\tneu\t[2.5, 2.5, 2.5]")
        words.append(f"{name} [001.0-002.0]: Well.")
    (session / "sentences/wav/Ses05F_impro01" / f"{name}.wav").write_bytes(b"no sound")
    for kind, told in (("EmoEvaluation", lines), ("transcriptions", words)):
        file = session / "dialog" / kind / "Ses05F_impro01.txt"
        file.parent.mkdir(parents=True)
        file.write_text("\n".join(told))
    return folder


def meld(folder):
    """The test split alone, one of whose clips is broken."""
    write_meld(folder, [row for row in ROWS if row[2] == "joy"], clips=True)
    (folder / "output_repeated_splits_test/dia0_utt1.wav").write_bytes(b"no sound")
    return folder / "test_sent_emo.csv"


def mustard_of_one_show(folder):
    """Two utterances, one of them without words, and one without a label."""
    rows = [utterance(0, "FRIENDS"), utterance(1, "FRIENDS", sarcasm=None)]
    rows.append(utterance(2, "FRIENDS", utterance=""))
    return write_mustard(folder, {str(number): row for number, row in enumerate(rows)})


def mvsa(folder):
    (folder / "data").mkdir(parents=True)
    rows = ["ID\ttext,image"]
    for number in range(3):
        rows.append(f"{number}\tpositive,positive")
        (folder / "data" / f"{number}.txt").write_text("words")
        write_picture(folder / "data" / f"{number}.jpg")
    (folder / "data/2.jpg").write_bytes(b"no picture")
    (folder / "labelResultAll.txt").write_text("\n".join(rows))
    return folder


def senticap(folder):
    def image(number, **sentence):
        told = {"raw": "a dog", "tokens": ["a", "dog"], "word_sentiment": [0, 0]}
        sentences = [told | sentence]
        name = f"{number}.jpg"
        told = {"imgid": number, "filename": name, "split": "test"}
        return told | {"sentences": sentences}

    images = [image(0, sentiment=1), image(1), image(2, raw=None), {"imgid": 3}]
    file = folder / "senticap_dataset.json"
    file.write_text(json.dumps({"images": images}))
    return file


def mfn(folder, rng, labels=True):
    with h5py.File(folder / "X_test.h5", "w") as file:
        file["data"] = rng.normal(size=(2, 3, 325))
    if labels:
        with h5py.File(folder / "y_test.h5", "w") as file:
            file["data"] = np.array([1.0, 1.0])
    (folder / "X_valid.h5").write_bytes(b"no hdf5")
    return folder


def mosi(folder, rng, **arrays):
    file = folder / "mosi.npz"
    features = {
        f"{name}_feat": rng.normal(size=(3, 4)) for name in ("audio", "text", "video")
    }
    names = np.array(["a_1", "a_2", "b_1"])
    videos = np.array(["a", "a", "b"])
    np.savez(file, id=names, video_id=videos, **features, **arrays)
    return file


def own(folder, rng):
    """A file whose training split is damaged, and whose test split has no labels."""
    file = folder / "own.h5"
    small_corpus(rng).save(file)
    with h5py.File(file, "r+") as content:
        del content["train/ids"], content["test/labels"]
    return file


def csd(folder, rng):
    """Videos of one split, one of them without words."""
    roots = small_roots(rng, VIDEOS[4:])
    for name in ("words", "glove_vectors"):
        del roots[name][VIDEOS[4]]
    return write_folder(folder / "csd", roots)


def alone(name):
    """A pickle of the test split alone."""

    def write(folder, rng):
        content = getattr(field_pickles, name)(rng)
        part = {key: value for key, value in content.items() if "test" in str(key)}
        return field_pickles.write_pickle(folder / "test.pkl", part)

    return write, field_pickles.COUNTS["test"], 0


def odd_instances(folder, rng):
    """The test split alone, with an instance that is none."""
    rows = field_pickles.instances(rng)["test"]
    return field_pickles.write_pickle(folder / "test.pkl", {"test": [*rows, None]})


def bclstm(folder, rng):
    """A single training video, of which none can be held out."""
    frames, labels, *test, steps, lengths, test_lengths = field_pickles.bclstm(rng)
    content = (frames[:1], labels[:1], *test, steps, lengths[:1], test_lengths)
    return field_pickles.write_pickle(folder / "text.pkl", content)


def features(folder, rng, **programs):
    """Clips of one class, one of which is damaged."""
    folder = write_features(folder / "features", rng, count=4, **programs)
    file = next(folder.rglob("2.csv"))
    file.write_text(file.read_text().splitlines()[0])
    labels = (folder / "labels.csv").read_text()
    (folder / "labels.csv").write_text(labels.replace(",calm,", ",sad,"))
    return folder


CORPORA = {
    "clips": (lambda folder, rng: clips(folder, label=lambda n: "happy"), 10, 1),
    "pictures": (lambda folder, rng: pictures(folder, label=lambda n: "bad"), 10, 1),
    "frames": (clips_of_pictures, 2, 1),
    "ravdess": (lambda folder, rng: ravdess(folder), 2, 1),
    "cremad": speech("1001_DFA_ANG_XX", "1001_IEO_ANG_HI", "1001_IOM_ANG_XX"),
    "tess": speech("OAF_back_sad", "OAF_bar_sad", "OAF_base_sad"),
    "emodb": speech("03a01Fa", "03a02Fa", "03a02Fb"),
    "savee": speech("DC_a01", "DC_a02", "DC_a03"),
    "iemocap": (lambda folder, rng: iemocap(folder), 2, 1),
    "meld": (lambda folder, rng: meld(folder), 1, 1),
    "mustard": (lambda folder, rng: mustard_of_one_show(folder), 2, 1),
    "mvsa": (lambda folder, rng: mvsa(folder), 2, 1),
    "senticap": (lambda folder, rng: senticap(folder), 2, 2),
    "mfn": (mfn, 2, 1),
    "mosi": (mosi, 2, 0),
    "mmzoo": (own, 5, 1),
    "csd": (csd, 2, 2),
    "opensmile": (lambda folder, rng: features(folder, rng, video=False), 3, 1),
    "openface": (lambda folder, rng: features(folder, rng, audio=False), 3, 1),
}
PICKLED = ("mmsa", "mult", "multibench", "lmf")
CORPORA |= {name: alone(name) for name in PICKLED}
CORPORA["instances"] = (odd_instances, 4, 1)
CORPORA["bclstm"] = (bclstm, 5, 0)


def test_the_table_names_every_reader():
    from mmzoo.data.readers import READERS

    assert set(CORPORA) == set(READERS)


@pytest.mark.parametrize("name", CORPORA)
def test_one_class_one_split_and_broken_parts(name, tmp_path, rng):
    write, count, missing = CORPORA[name]
    path = write(tmp_path, rng)
    with pytest.raises(DataError):
        read(path)
    corpus = read(path, answering=True)
    # A report names what a bootstrap draws.
    assert corpus.group_kind in GROUP_KINDS
    rows = rows_to_answer(corpus, "all")
    assert len(rows.split) == count
    assert len(rows.left_out) == missing
    assert all(each["id"] and each["reason"] for each in rows.left_out)


def test_rows_without_labels_have_nan(tmp_path, rng):
    for write in (clips, pictures):
        folder = tmp_path / write.__name__
        folder.mkdir()
        corpus = read(write(folder), answering=True)
        assert np.isnan(rows_to_answer(corpus).split.labels).all()
        assert corpus.classes is None
    for write in (mfn, mosi):
        folder = tmp_path / write.__name__
        folder.mkdir()
        options = {"labels": False} if write is mfn else {}
        corpus = read(write(folder, rng, **options), answering=True)
        labels = rows_to_answer(corpus).split.labels
        assert np.isnan(getattr(labels, "frames", labels)).all()


@pytest.mark.parametrize("write", [clips, pictures])
def test_rows_of_a_csv_keep_its_order(tmp_path, write):
    path = write(tmp_path, label=lambda n: "ab"[n % 2])
    rows = rows_to_answer(read(path, answering=True))
    numbers = [int(name.split(".")[0]) for name in rows.split.ids]
    assert numbers == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert [each["id"].split(".")[0] for each in rows.left_out] == ["4"]
    assert "all 10 rows" in rows.told and "name no splits" in rows.told


@pytest.mark.parametrize("write", [clips, pictures])
def test_the_part_that_a_training_leaves_out(tmp_path, write):
    path = write(tmp_path, broken=(), label=lambda n: "ab"[n % 2])
    corpus = read(path, answering=True)
    assert rows_to_answer(corpus, "test").split.ids == read(path).test.ids


@pytest.mark.parametrize("write", [clips, pictures])
def test_a_split_that_the_data_name(tmp_path, write):
    splits = ["train"] * 6 + ["test"] * 4 + ["tset"]
    path = write(tmp_path, broken=(1, 7), split=splits.__getitem__)
    corpus = read(path, answering=True)
    rows = rows_to_answer(corpus)
    assert rows.name == "test" and len(rows.split) == 3
    assert "3 rows of 9 were taken, the split test" in rows.told
    assert "--split all takes train (5) and unnamed (1) too" in rows.told
    assert len(rows.left_out) == 1
    assert len(rows_to_answer(corpus, "all").left_out) == 2
    with pytest.raises(DataError, match=r"split 'valid', only in train \(5\)"):
        rows_to_answer(corpus, "valid")


def test_faults_of_single_lines_cost_single_lines(tmp_path):
    write_clip(tmp_path / "a.wav")
    lines = ["a.wav,joy", "../b.wav,joy", "a.wav", ",joy", "a.wav,", "b.wav,joy"]
    path = write_csv(tmp_path, "path,label", lines)
    rows = rows_to_answer(read(path, answering=True))
    assert rows.split.ids == ("a.wav", "a.wav (line 6)")
    assert np.isnan(rows.split.labels).tolist() == [False, True]
    found = reasons(rows)
    assert set(found) == {"line 3", "line 4", "line 5", "b.wav"}
    assert "outside the folder" in found["line 3"]
    assert "1 cells" in found["line 4"]
    assert "there is no such file" in found["b.wav"]


def test_numbers_as_labels(tmp_path):
    path = clips(tmp_path, 3, (), label=["0.5", "-1", ""].__getitem__)
    for protocol in (None, "regression"):
        corpus = read(path, protocol, answering=True)
        assert corpus.classes is None and corpus.label_range == (-1, 0.5)
        labels = rows_to_answer(corpus).split.labels
        np.testing.assert_array_equal(labels, [0.5, -1, np.nan])


def test_nothing_that_can_be_read_is_an_error(tmp_path):
    path = clips(tmp_path, 3, broken=(0, 1, 2))
    with pytest.raises(DataError, match="3 of 3 clips cannot be read"):
        read(path, answering=True)


def test_features_that_are_zero_are_answered(tmp_path, rng):
    corpus = small_corpus(rng)
    for split in corpus.splits.values():
        split.sequences["text"].frames[:] = 0
    corpus.save(tmp_path / "zero.h5")
    with pytest.raises(DataError, match="zero throughout"):
        read(tmp_path / "zero.h5")
    assert len(rows_to_answer(read(tmp_path / "zero.h5", answering=True)).split) == 3


def test_a_sample_names_its_splits():
    rows = rows_to_answer(read("sample-clips", answering=True))
    assert rows.name == "test" and not rows.left_out

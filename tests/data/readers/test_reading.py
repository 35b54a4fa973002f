import hashlib
import subprocess
import sys

import numpy as np
import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers import READERS
from mmzoo.data.summary import summarize
from tests.data.small_clips import write_clip
from tests.data.small_corpus import small_corpus


def test_sample_is_built_in():
    corpus = read("sample", modalities=["text", "audio"])
    assert corpus.input_dims == {"audio": 74, "text": 300}
    assert corpus.provenance["format"] == "sample"
    assert corpus.provenance["cleaned"]["train"]["text"]["nan"] == 0


def test_files_are_hashed(rng, tmp_path):
    path = tmp_path / "corpus.h5"
    small_corpus(rng).save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files = read(str(path)).provenance["files"]
    assert files == [{"name": "corpus.h5", "sha256": digest}]


def test_many_files_have_one_hash(tmp_path):
    for actor in (1, 13, 17):
        for emotion in range(1, 8):
            name = f"03-01-0{emotion}-01-01-01-{actor:02d}.wav"
            write_clip(tmp_path / f"Actor_{actor:02d}" / name)
    (files,) = read(tmp_path).provenance["files"]
    assert files["name"] == f"21 files of {tmp_path.name}"
    write_clip(tmp_path / "Actor_01" / name.replace("17", "01"), [0.1])
    (others,) = read(tmp_path).provenance["files"]
    assert others["sha256"] != files["sha256"]


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none\.npz: there is no such file or folder"):
        read(tmp_path / "none.npz")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_unknown_format_names_those_that_are_known(tmp_path, kind):
    path = tmp_path / "corpus.txt"
    path.mkdir() if kind == "folder" else path.write_text("id,label\n")
    with pytest.raises(DataError, match="of no format that mmzoo reads") as caught:
        read(path)
    for reader in READERS.values():
        assert reader.FORMAT in str(caught.value)


@pytest.mark.parametrize("protocol", ["dialogue", "saved"])
def test_unknown_protocol_is_refused(protocol):
    with pytest.raises(DataError, match=f"sample: there is no protocol '{protocol}'"):
        read("sample", protocol=protocol)


def test_importing_the_data_imports_no_tensorflow():
    code = "import sys, mmzoo.data; print('tensorflow' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"KERAS_BACKEND": "jax", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False"]


def test_a_typo_is_guessed(tmp_path):
    for name, meant in (("sampel", "sample"), ("sample-clip", "sample-clips")):
        with pytest.raises(DataError, match=f"Did you mean '{meant}'"):
            read(name)
    (tmp_path / "corpus.h5").write_text("")
    with pytest.raises(DataError, match=r"Did you mean '.*corpus.h5'"):
        read(tmp_path / "korpus.h5")
    with pytest.raises(DataError, match="Did you mean 'generated'"):
        read("sample", "generatd")


def test_formats_are_listed_one_a_line(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(DataError) as error:
        read(tmp_path / "a.txt")
    lines = str(error.value).splitlines()[1:]
    assert lines == [f"  - {reader.FORMAT}" for reader in READERS.values()]


LABELS_CSV = "path,label_valence,label_arousal,mood\n"


def clips_with_labels(folder):
    """Six clips of each of three splits, with three labels each."""
    rows = []
    for number in range(18):
        write_clip(folder / f"{number}.wav")
        split = ("train", "valid", "test")[number % 3]
        rows.append(f"{number}.wav,{number % 5},{number},{'ab'[number % 2]},{split}")
    head = LABELS_CSV.replace("\n", ",split\n")
    (folder / "labels.csv").write_text(head + "\n".join(rows))
    return folder / "labels.csv"


@pytest.mark.parametrize("label", ["label_arousal", "arousal", 1, "1"])
def test_label_of_a_table_is_chosen(tmp_path, label):
    corpus = read(clips_with_labels(tmp_path), "regression", label=label)
    assert (corpus.target, corpus.label_range) == ("arousal", (0.0, 17.0))
    assert corpus.test.labels.tolist() == [2, 5, 8, 11, 14, 17]
    assert corpus.provenance["label"] == "label_arousal"
    assert corpus.provenance["other_labels"] == ["label_valence"]
    assert "the data have others: label_valence" in summarize(corpus)


def test_any_column_may_be_the_label(tmp_path):
    corpus = read(clips_with_labels(tmp_path), label="mood")
    assert (corpus.target, corpus.classes) == ("mood", ("a", "b"))


def test_several_labels_without_a_choice_are_refused(tmp_path):
    file = clips_with_labels(tmp_path)
    with pytest.raises(DataError, match="2 labels a sample: label_valence, label_aro"):
        read(file)
    corpus = read(file, answering=True)
    assert np.isnan(corpus.test.labels).all()
    assert any("without labels" in told for told in corpus.provenance["warnings"])


def test_only_column_of_labels_need_not_be_chosen(tmp_path):
    file = clips_with_labels(tmp_path)
    file.write_text(file.read_text().replace("label_valence", "other"))
    corpus = read(file, "regression")
    assert (corpus.target, corpus.provenance["label"]) == ("arousal", "label_arousal")


def test_label_is_not_ignored_where_there_is_one(rng, tmp_path):
    small_corpus(rng).save(tmp_path / "a.h5")
    assert read(tmp_path / "a.h5").provenance["label"] == "sentiment"
    assert read(tmp_path / "a.h5", label="sentiment").target == "sentiment"
    with pytest.raises(DataError, match="label='arousal' is none of its 1 labels"):
        read(tmp_path / "a.h5", label="arousal")
    with pytest.raises(DataError, match="label='arousal' of data that have one"):
        read("sample", label="arousal")

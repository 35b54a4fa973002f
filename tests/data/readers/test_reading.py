import hashlib
import subprocess
import sys

import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers import READERS
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

"""Pickles of instances in the layouts of MISA, MMIM and MAG-BERT, written by hand."""

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.readers.field_pickles import instances, write_instances, write_pickle


def check(corpus, content):
    assert corpus.provenance["format"] == "instances"
    assert corpus.input_dims == {"audio": 3, "video": 4}
    for split, name in (("train", "train"), ("valid", "dev"), ("test", "test")):
        found = corpus.splits[split]
        for row, (parts, label, segment) in enumerate(content[name]):
            steps = len(parts[3] if len(parts) > 3 else parts[0])
            video = found.sequences["video"][row][0]
            np.testing.assert_allclose(video, parts[1][:steps], rtol=1e-6)
            assert found.labels[row] == label
            assert found.ids[row] == segment
            assert found.words[row].split()[0] == "word0"
    assert corpus.train.groups[:3] == ("train0", "train0", "train1")


def test_mag_bert(rng, tmp_path):
    content = instances(rng)
    check(read(write_pickle(tmp_path / "mosi.pkl", content)), content)


@pytest.mark.parametrize("kind", ["misa", "mmim"])
def test_misa_and_mmim(kind, rng, tmp_path):
    content = instances(rng, kind)
    corpus = read(write_instances(tmp_path / "MOSI", content))
    check(corpus, content)
    assert [file["name"] for file in corpus.provenance["files"]] == [
        "train.pkl",
        "dev.pkl",
        "test.pkl",
    ]


def test_instances_that_are_odd_are_left_out_and_counted(rng, tmp_path):
    content = instances(rng)
    parts, label, segment = content["train"][1]
    content["train"][1] = ((parts[0], parts[1][:, :2], parts[2]), label, segment)
    content["train"][2] = (parts, np.zeros(3), segment)
    path = write_pickle(tmp_path / "mosi.pkl", content)
    corpus = read(path)
    assert len(corpus.train) == len(content["train"]) - 2
    assert sum(corpus.provenance["dropped"].values()) == 2
    assert "2 of train" in corpus.provenance["warnings"][0]
    with pytest.raises(DataError, match="2 of its 16 instances"):
        read(path, strict=True)


def test_a_file_that_is_no_list_is_refused(rng, tmp_path):
    folder = write_instances(tmp_path / "MOSI", instances(rng, "misa"))
    write_pickle(folder / "dev.pkl", {})
    with pytest.raises(DataError, match=r"dev\.pkl: it is no pickle of a list"):
        read(folder)

"""Pickles of instances in the layouts of MISA, MMIM and MAG-BERT, written by hand."""

import numpy as np
import pytest

from mmzoo.data import DataError, read, rows_to_answer
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


def with_odd_ones(content):
    """A training instance of each fault; returns the reasons."""
    rows = content["train"]
    (words, video, audio), label, segment = rows[1]
    rows[1] = ((words, video[:, :2], audio), label, segment)
    rows[2] = ((words, "no array", audio), label, "named")
    rows[3] = (words, label)
    return ["has other features", "is no array", "no (parts, label, segment)"]


def test_instances_that_are_odd_are_left_out_and_told(rng, tmp_path):
    content = instances(rng)
    reasons = with_odd_ones(content)
    parts, _, segment = content["train"][4]
    content["train"][4] = (parts, np.zeros(3), segment)
    path = write_pickle(tmp_path / "mosi.pkl", content)
    corpus = read(path)
    assert len(corpus.train) == len(content["train"]) - 4
    assert sum(corpus.provenance["dropped"].values()) == 4
    told = corpus.provenance["warnings"]
    for reason, name in zip(
        [*reasons, "no single number"],
        ["train0[1]", "named", "train_3", segment],
        strict=True,
    ):
        (warning,) = [each for each in told if reason in each]
        assert warning.endswith(f": 1, namely {name}.")
    with pytest.raises(
        DataError, match=r"4 of its 16 .* first, train0\[1\], its video"
    ):
        read(path, strict=True)


def test_each_instance_that_is_not_answered_has_its_reason(rng, tmp_path):
    content = instances(rng)
    reasons = with_odd_ones(content)
    parts, _, segment = content["test"][0]
    content["test"][0] = (parts, "no label", segment)
    path = write_pickle(tmp_path / "mosi.pkl", content)
    rows = rows_to_answer(read(path, answering=True), "all")
    names = ["train0[1]", "named", "train_3"]
    assert [each["id"] for each in rows.left_out] == names
    for each, reason in zip(rows.left_out, reasons, strict=True):
        assert reason in each["reason"] and each["split"] == "train"
    assert len(rows.split) == 13
    assert np.isnan(rows.split.labels[rows.split.ids.index(segment)])
    assert not rows_to_answer(read(path, answering=True), "test").left_out


def test_most_instances_may_be_odd_where_the_others_are_answered(rng, tmp_path):
    content = instances(rng)
    good = content["train"][0]
    content = {name: [None] * len(rows) for name, rows in content.items()}
    content["test"][1] = content["train"][0] = good
    path = write_pickle(tmp_path / "mosi.pkl", content)
    with pytest.raises(DataError, match="14 of its 16 instances cannot be read"):
        read(path)
    rows = rows_to_answer(read(path, answering=True), "all")
    assert (len(rows.split), len(rows.left_out)) == (2, 14)


def test_a_file_that_is_no_list_is_refused(rng, tmp_path):
    folder = write_instances(tmp_path / "MOSI", instances(rng, "misa"))
    write_pickle(folder / "dev.pkl", {})
    with pytest.raises(DataError, match=r"dev\.pkl: it is no pickle of a list"):
        read(folder)

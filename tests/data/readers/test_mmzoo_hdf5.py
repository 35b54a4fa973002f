import dataclasses
import itertools
import json
import os

import h5py
import numpy as np
import pytest

from mmzoo.data import (
    Batches,
    Corpus,
    DataError,
    Sequences,
    Split,
    read,
    sample_clips,
)
from mmzoo.data.readers.mmzoo_hdf5 import INDEX_BYTES
from tests.data.small_corpus import assert_same_split, small_corpus, small_emotions


@pytest.fixture(params=["sequence", "step"])
def corpus(request, rng):
    corpus = small_corpus(rng, labels_per=request.param)
    train = dataclasses.replace(
        corpus.train,
        step_ids=tuple((f"{name}_a", f"{name}_ü") for name in corpus.train.ids),
        words=tuple(f"words of {name}" for name in corpus.train.ids),
    )
    return dataclasses.replace(corpus, splits={**corpus.splits, "train": train})


@pytest.fixture
def path(corpus, tmp_path):
    path = tmp_path / "saved" / "corpus.h5"
    corpus.save(path)
    return path


def test_what_is_saved_is_read(corpus, path):
    found = read(path)
    assert (found.name, found.label_range) == (corpus.name, corpus.label_range)
    assert found.labels_per == corpus.labels_per
    for name, split in corpus.splits.items():
        assert_same_split(found.splits[name], split)
    assert found.provenance["format"] == "mmzoo"
    assert found.provenance["origin"] == {"format": "test"}
    json.dumps(found.provenance)


def test_classes_target_and_groups_are_read(rng, tmp_path):
    corpus = small_emotions(rng)
    corpus.save(tmp_path / "a.h5")
    found = read(tmp_path / "a.h5")
    assert found.classes == corpus.classes
    assert (found.target, found.group_kind) == ("emotion", "speaker")
    assert_same_split(found.valid, corpus.valid)
    table = found.summary().splitlines()[1:]
    assert table == corpus.summary().splitlines()[1:-1] + [
        "video of train: not_observed 6",
        "video of valid: not_observed 2",
        "video of test: not_observed 2",
    ]


def test_clips_are_streamed(tmp_path):
    corpus = sample_clips(clips_per_speaker=4)
    corpus.save(tmp_path / "a.h5")
    found = read(tmp_path / "a.h5")
    assert found.train.sequences["waveform"].streamed
    assert found.provenance["sample_rate"] == 16000
    for name, split in corpus.splits.items():
        assert_same_split(found.splits[name], split)
    with h5py.File(tmp_path / "a.h5") as file:
        # About a second a chunk, and no mask where everything was observed.
        assert file["train/modalities/waveform/frames"].chunks == (16384, 1)
        assert "present" not in file["train/modalities/waveform"]


def test_frames_are_packed_where_that_is_worth_it(rng, tmp_path):
    noise = rng.standard_normal((64, 40)).astype("float32")
    frames = {"noise": noise, "few": np.sign(noise)}
    rows = {key: Sequences.from_list([value]) for key, value in frames.items()}
    split = Split(rows, [1.0], ("a",), ("a",))
    Corpus("mine", {"test": split}, (-3, 3)).save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        stored = file["test/modalities"]
        sizes = {key: stored[key]["frames"].id.get_storage_size() for key in stored}
        # Both have the checksum of gzip, so that damage is found.
        assert {stored[key]["frames"].compression for key in stored} == {"gzip"}
        np.testing.assert_array_equal(stored["noise/frames"], noise)
    assert sizes["few"] < noise.nbytes / 4 < noise.nbytes < sizes["noise"]


def test_file_from_before_there_were_classes_is_read(corpus, path):
    with h5py.File(path, "r+") as file:
        del file.attrs["group_kind"]
        for name in corpus.splits:
            del file[name].attrs["target"]
    found = read(path)
    assert (found.classes, found.group_kind) == (None, "video")
    assert found.target == "sentiment"


@pytest.mark.parametrize("classes", ["[1", "7", '["a", "b"]'])
def test_damaged_classes_are_refused(path, classes):
    with h5py.File(path, "r+") as file:
        file.attrs["classes"] = classes
    with pytest.raises(DataError, match=r"corpus\.h5: "):
        read(path)


def test_origin_does_not_pass_for_the_file_itself(corpus, tmp_path):
    told = {"format": "mosi", "protocol": "dialogue", "other_protocols": ["utterance"]}
    dataclasses.replace(corpus, provenance=told).save(tmp_path / "a.h5")
    found = read(tmp_path / "a.h5").provenance
    assert (found["format"], found["protocol"]) == ("mmzoo", "saved")
    assert found.get("other_protocols", []) == []
    assert found["origin"] == told


def test_frames_stay_in_the_file(path):
    rows = read(path).train.sequences
    assert all(rows[name].streamed for name in rows)


def test_modalities_of_the_same_places_share_them(path):
    rows = read(path).train.sequences
    same = [
        (one, other)
        for one, other in itertools.combinations(rows, 2)
        if np.array_equal(rows[one].lengths, rows[other].lengths)
    ]
    assert same
    for one, other in same:
        assert np.shares_memory(rows[one].lengths, rows[other].lengths)
        assert np.shares_memory(rows[one].starts, rows[other].starts)


def test_little_is_kept_of_a_file_that_is_answered(path):
    kept = [
        read(path, answering=answering)
        .train.sequences["text"]
        .frames.file.id.get_mdc_config()
        .max_size
        for answering in (False, True)
    ]
    assert kept[1] == INDEX_BYTES < kept[0]


def test_batches_of_a_streamed_corpus_are_those_of_memory(corpus, path):
    settings = {"batch_size": 2, "shuffle": True, "num_buckets": 2}
    streamed = Batches(read(path).train, **settings)
    stored = Batches(corpus.train, **settings)
    for i in range(len(stored)):
        for one, other in zip(streamed[i], stored[i], strict=True):
            for key in other:
                np.testing.assert_array_equal(one[key], other[key])


def test_streamed_corpus_can_be_saved_again_over_itself(corpus, path):
    found = read(path)
    found.save(path)
    assert_same_split(read(path).train, corpus.train)
    assert_same_split(found.train, corpus.train)


def test_selection_is_saved_alone(corpus, tmp_path):
    split = corpus.train.select([5, 2])
    splits = {**corpus.splits, "train": split}
    dataclasses.replace(corpus, splits=splits).save(tmp_path / "part.h5")
    assert_same_split(read(tmp_path / "part.h5").train, split)
    with h5py.File(tmp_path / "part.h5") as file:
        assert len(file["train/modalities/text/frames"]) == split.lengths.sum()


def test_failed_save_leaves_the_old_file_alone(corpus, path):
    before = path.read_bytes()
    broken = dataclasses.replace(corpus, provenance={"a": object()})
    with pytest.raises(TypeError, match="JSON"):
        broken.save(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_values_that_are_not_finite_are_counted_and_read_as_a_mean(path):
    with h5py.File(path, "r+") as file:
        frames = file["train/modalities/text/frames"]
        frames[0, 0], frames[0, 1] = np.nan, -np.inf
    corpus = read(path)
    counts = corpus.provenance["cleaned"]["train"]["text"]
    assert (counts["nan"], counts["inf"]) == (1, 1)
    rows = corpus.train.sequences["text"]
    ((frames, present),) = rows.blocks(raw=True)
    known = np.where(np.isfinite(frames) & present[:, None], frames, np.nan)
    expected = np.nanmean(known, axis=0)[:2]
    np.testing.assert_allclose(rows[0][0][0, :2], expected, rtol=1e-5)
    x, _ = Batches(corpus.train)[0]
    assert np.isfinite(x["text"]).all()
    with pytest.raises(DataError, match=r"corpus\.h5: the text of train has 1 NaN"):
        read(path, strict=True)


def test_modality_stored_by_id_is_joined(corpus, path):
    with h5py.File(path, "r+") as file:
        group = file["test/modalities/text"]
        for key in ("starts", "lengths"):
            group[key][:] = group[key][()][::-1]
        group["ids"] = list(corpus.test.ids[::-1])
    assert_same_split(read(path).test, corpus.test)
    with h5py.File(path, "r+") as file:
        file["test/modalities/text/ids"][:] = ["x", "y", "z"]
    with pytest.raises(DataError, match=r"corpus\.h5: text of test: it shares no id"):
        read(path)


def test_parts_of_unequal_number_are_refused(path):
    with h5py.File(path, "r+") as file:
        group = file["test/modalities/text"]
        for key in ("starts", "lengths"):
            values = group[key][()][:2]
            del group[key]
            group[key] = values
    with pytest.raises(DataError, match=r"corpus\.h5: Split: .*text 2, video 3"):
        read(path)


@pytest.mark.parametrize("part", ["provenance", "test/ids", "test/modalities"])
def test_incomplete_file_is_refused(path, part):
    with h5py.File(path, "r+") as file:
        del file[part]
    with pytest.raises(DataError, match=r"corpus\.h5: .*(is missing|doesn.t exist)"):
        read(path)


@pytest.mark.parametrize("left", [0.0, 0.1, 0.5, 0.99])
def test_truncated_file_is_refused(path, left):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(DataError, match=r"corpus\.h5: HDF5 cannot read it"):
        read(path)


def test_damaged_frames_are_refused(path):
    with h5py.File(path) as file:
        chunk = file["test/modalities/text/frames"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = bytes(chunk.size)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"corpus\.h5: HDF5 cannot read it"):
        read(path)


def test_hdf5_of_another_writer_is_refused(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = [1.0]
    with pytest.raises(DataError, match="its format is 'none', not 'mmzoo.corpus/1'"):
        read(tmp_path / "other.h5")

import h5py
import numpy as np
import pytest

from mmzoo.data import DataError, read

WIDTHS = {"text": 4, "audio": 3, "video": 2}
COUNTS = {"train": 5, "valid": 3, "test": 4}


def write(path, array, key="d1"):
    with h5py.File(path, "w") as file:
        file[key] = array


def padded(rng, count, features, steps=6):
    """Random frames; sample `i` has `i` zero steps on its left."""
    frames = rng.normal(size=(count, steps, features))
    return frames * (np.arange(steps) >= np.arange(count)[:, None])[..., None]


@pytest.fixture
def folder(rng, tmp_path):
    """One file a modality; the text of the training split does not exist."""
    for split, count in COUNTS.items():
        for modality, features in WIDTHS.items():
            frames = padded(rng, count, features)
            if modality == "video":
                frames[0, 3] = 0.0
            name = f"{modality}_{split}{'_emb' if modality == 'text' else ''}.h5"
            if (modality, split) != ("text", "train"):
                write(tmp_path / name, frames)
        write(tmp_path / f"y_{split}.h5", np.linspace(1, 5, count))
    return tmp_path


@pytest.fixture
def joint(rng, tmp_path):
    """All modalities side by side in one file."""
    for split, count in COUNTS.items():
        write(tmp_path / f"X_{split}.h5", padded(rng, count, 325), "data")
        write(tmp_path / f"y_{split}.h5", rng.uniform(-3, 3, (count, 1)), "data")
    return tmp_path


def stored(path):
    with h5py.File(path) as file:
        return file[next(iter(file))][()].astype("float32")


def test_original_protocol_has_what_all_splits_have(folder):
    corpus = read(folder)
    assert corpus.provenance["protocol"] == "original"
    assert corpus.input_dims == {"audio": 3, "video": 2}
    assert [len(split) for split in corpus.splits.values()] == [5, 3, 4]
    (warning,) = corpus.provenance["warnings"]
    assert warning.startswith("text is left out: it has no file for train")


def test_left_padding_becomes_right_padding(folder):
    corpus, frames = read(folder), stored(folder / "audio_test.h5")
    np.testing.assert_array_equal(corpus.test.lengths, [6, 5, 4, 3])
    for i in range(4):
        found, present = corpus.test.sequences["audio"][i]
        np.testing.assert_array_equal(found, frames[i, i:])
        assert present.all()


def test_zeros_on_both_sides_are_padding(folder, rng):
    audio, video = np.zeros((4, 6, 3)), np.zeros((4, 6, 2))
    audio[:, 2:4], video[:, 3:5] = rng.normal(size=(2, 4, 2, 1))
    write(folder / "audio_test.h5", audio)
    write(folder / "video_test.h5", video)
    test = read(folder).test
    np.testing.assert_array_equal(test.lengths, 3)
    np.testing.assert_array_equal(test.sequences["audio"][0][1], [1, 1, 0])
    np.testing.assert_array_equal(test.sequences["video"][0][1], [0, 1, 1])


def test_zero_step_beside_a_real_one_was_not_observed(folder):
    corpus = read(folder)
    _, present = corpus.train.sequences["video"][0]
    np.testing.assert_array_equal(present, [1, 1, 1, 0, 1, 1])
    counts = corpus.provenance["cleaned"]["train"]
    assert counts["video"]["not_observed"] == 1
    assert counts["audio"]["not_observed"] == 0


def test_labels_are_recentred(folder):
    corpus = read(folder)
    assert corpus.label_range == (-2.0, 2.0)
    np.testing.assert_allclose(corpus.train.labels, [-2, -1, 0, 1, 2])
    labels = corpus.provenance["labels"]
    assert labels == {"stored_range": [1.0, 5.0], "recentred_by": -3.0}


def test_trimodal_protocol_cross_validates_on_complete_samples(folder):
    corpus = read(folder, protocol="trimodal")
    assert corpus.input_dims == {"audio": 3, "text": 4, "video": 2}
    np.testing.assert_array_equal(corpus.train.sequences["text"].lengths, 0)
    assert corpus.provenance["warnings"] == ["5 of 5 samples of train lack text."]
    folds = corpus.k_fold(3)
    assert folds[0].test.ids == ("valid_0", "test_0", "test_3")
    frames = stored(folder / "text_test_emb.h5")
    np.testing.assert_array_equal(folds[0].test.sequences["text"][2][0], frames[3, 3:])
    assert all(fold.train.sequences["text"].lengths.all() for fold in folds)


def test_joint_file_is_cut_into_modalities(joint):
    corpus, frames = read(joint), stored(joint / "X_valid.h5")
    assert corpus.input_dims == {"audio": 5, "text": 300, "video": 20}
    mosi = ("VUV", "QOQ", "MDQ", "MCEP_14", "HMPDM_24")
    assert corpus.feature_names == {"audio": mosi}
    assert corpus.label_range == (-3.0, 3.0)
    found = corpus.valid.sequences
    np.testing.assert_array_equal(found["text"][1][0], frames[1, 1:, :300])
    np.testing.assert_array_equal(found["audio"][1][0], frames[1, 1:, 300:305])
    np.testing.assert_array_equal(found["video"][1][0], frames[1, 1:, 305:])
    np.testing.assert_allclose(corpus.valid.labels, stored(joint / "y_valid.h5")[:, 0])


def test_provenance_hashes_every_file(joint):
    names = [file["name"] for file in read(joint).provenance["files"]]
    assert names == sorted(f"{kind}_{split}.h5" for kind in "Xy" for split in COUNTS)


@pytest.mark.parametrize("name", ["y_valid.h5", "X_test.h5"])
def test_missing_file_is_named(joint, name):
    (joint / name).unlink()
    with pytest.raises(DataError, match=rf"{name}: there is no such file"):
        read(joint)


def test_joint_file_of_another_width_is_refused(joint, rng):
    write(joint / "X_valid.h5", padded(rng, 3, 300), "data")
    with pytest.raises(DataError, match=r"X_valid\.h5: it has 300 features a step"):
        read(joint)


def test_joint_file_of_the_old_mosei(joint, rng):
    for split in ("train", "valid", "test"):
        count = len(stored(joint / f"y_{split}.h5"))
        write(joint / f"X_{split}.h5", padded(rng, count, 409), "data")
    assert read(joint).input_dims == {"audio": 74, "text": 300, "video": 35}


@pytest.mark.parametrize("shape", [(3, 17), (3, 1, 4)])
def test_several_labels_a_sample_are_called_so(joint, rng, shape):
    count = len(stored(joint / "y_valid.h5"))
    write(joint / "y_valid.h5", rng.uniform(size=(count, *shape[1:])), "data")
    told = rf"y_valid\.h5: it has {shape[-1]} labels a sample"
    with pytest.raises(DataError, match=told):
        read(joint)


def test_folder_without_a_common_modality_is_refused(folder):
    for name in ("audio_valid.h5", "video_test.h5"):
        (folder / name).unlink()
    with pytest.raises(DataError, match="no modality has a file for each"):
        read(folder)


@pytest.mark.parametrize("shape", [(3, 6, 3), (4, 7, 3)])
def test_shapes_that_differ_between_modalities_are_refused(folder, rng, shape):
    write(folder / "audio_test.h5", rng.normal(size=shape))
    message = r"samples and steps of test differ: audio .*, video \(4, 6\), labels \(4,"
    with pytest.raises(DataError, match=message):
        read(folder)


def test_array_of_another_rank_is_refused(folder):
    write(folder / "audio_test.h5", np.ones((4, 6)))
    with pytest.raises(
        DataError, match=r"audio_test\.h5: its array has shape \(4, 6\)"
    ):
        read(folder)


def test_unknown_key_is_named(folder):
    write(folder / "y_test.h5", np.ones(4), key="labels")
    with pytest.raises(DataError, match=r"y_test\.h5: it has \['labels'\]"):
        read(folder)


@pytest.mark.parametrize("value", [9.0, 0.0, np.nan])
def test_label_of_no_known_range_is_refused(folder, value):
    write(folder / "y_test.h5", np.array([1.0, 5.0, 2.0, value]))
    with pytest.raises(DataError, match=r"outside both .* \[-3, 3\] and \[1, 5\]"):
        read(folder)


def test_label_of_another_scale_is_told_with_its_range(joint):
    write(joint / "y_test.h5", np.array([-4.5, 0.0, 3.5, 2.0]), "data")
    message = r"labels are -4\.5 to 3\.5, outside both ranges that are known, "
    message += r"\[-3, 3\] and \[1, 5\]: 2 of 12 and \d+ of 12 labels are beyond"
    with pytest.raises(DataError, match=message):
        read(joint)


def test_empty_split_is_refused(folder):
    for modality, features in (("audio", 3), ("video", 2)):
        write(folder / f"{modality}_valid.h5", np.zeros((0, 6, features)))
    write(folder / "y_valid.h5", np.zeros(0))
    with pytest.raises(DataError, match="the split 'valid' is empty"):
        read(folder)


def test_truncated_file_is_refused(folder):
    path = folder / "audio_test.h5"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"audio_test\.h5: HDF5 cannot read it"):
        read(folder)


def test_damaged_array_is_refused(folder):
    path = folder / "audio_test.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("d1", data=np.ones((4, 6, 3)), compression="gzip")
    with h5py.File(path) as file:
        chunk = file["d1"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = bytes(chunk.size)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"audio_test\.h5: HDF5 cannot read it"):
        read(folder)


def test_real_folder(real_data):
    path = real_data / "mmmo"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    corpus = read(path)
    assert corpus.input_dims == {"audio": 74, "video": 36}
    assert [len(split) for split in corpus.splits.values()] == [220, 40, 80]
    assert corpus.label_range == (-2.0, 2.0)
    assert corpus.train.lengths.max() == 20
    present = np.concatenate([row for _, row in corpus.train.sequences["video"]])
    assert 0.10 < 1 - present.mean() < 0.15

    folds = read(path, protocol="trimodal").k_fold(5)
    for fold in folds:
        assert [len(split) for split in fold.splits.values()] == [72, 24, 24]
        assert fold.input_dims == {"audio": 74, "text": 300, "video": 36}
    tested = [name for fold in folds for name in fold.test.ids]
    assert len(set(tested)) == 120


def test_one_of_many_traits(joint, rng):
    for split, count in COUNTS.items():
        write(joint / f"y_{split}.h5", rng.uniform(1, 7, (count, 17)), "data")
    with pytest.raises(DataError, match="it has 17 labels a sample: 0, 1, 2"):
        read(joint)
    corpus = read(joint, label=16)
    assert corpus.target == corpus.train.target == "label_16"
    expected = stored(joint / "y_test.h5")[:, 16]
    np.testing.assert_allclose(corpus.test.labels, expected)
    assert corpus.provenance["label"] == "16"

import h5py
import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.mfn_labels import read_labels

COUNTS = {"train": 4, "valid": 2, "test": 3}
EMOTIONS = ("happy", "sad", "sentiment")


def write(folder, make, **attributes):
    """The labels of each split, made from its number of samples."""
    for name, count in COUNTS.items():
        with h5py.File(folder / f"y_{name}.h5", "w") as file:
            file["data"] = make(count)
            file["data"].attrs.update(attributes)
    return folder


def traits(count, size=17):
    """Trait `i` of sample `k` is `1 + i / 10 + k`."""
    return 1 + np.arange(size) / 10 + np.arange(count)[:, None]


def one_hot(count):
    return np.eye(4)[np.arange(count) % 4]


@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (-1, 1, 1)])
def test_one_label_is_recentred(tmp_path, shape):
    write(tmp_path, lambda n: np.linspace(1, 5, n).reshape(shape))
    labels = read_labels(tmp_path, COUNTS)
    np.testing.assert_allclose(labels.by_split["test"], [-2, 0, 2])
    assert (labels.target, labels.label_range) == ("sentiment", (-2.0, 2.0))
    told = {"labels": {"stored_range": [1.0, 5.0], "recentred_by": -3.0}}
    assert labels.provenance == told


@pytest.mark.parametrize("make", [traits, lambda n: traits(n)[..., None]])
def test_several_labels_are_refused_with_the_names_of_all(tmp_path, make):
    write(tmp_path, make)
    with pytest.raises(DataError, match=r"17 labels a sample: 0, 1, .*, 16\. Choose"):
        read_labels(tmp_path, COUNTS)


def test_a_trait_by_its_number(tmp_path):
    labels = read_labels(write(tmp_path, traits), COUNTS, 3)
    np.testing.assert_allclose(labels.by_split["valid"], [1.3, 2.3])
    assert labels.label_range == pytest.approx((1.3, 4.3))
    assert (labels.target, labels.classes) == ("label_3", None)
    assert labels.provenance["label"] == "3"
    assert len(labels.provenance["other_labels"]) == 16


@pytest.mark.parametrize("label", ["happy", "label_happy", 0, "0"])
def test_names_are_an_attribute(tmp_path, label):
    write(tmp_path, lambda n: traits(n, 3), names=EMOTIONS)
    labels = read_labels(tmp_path, COUNTS, label)
    assert labels.target == "happy"
    assert labels.provenance == {
        "label": "happy",
        "other_labels": ["sad", "sentiment"],
    }


def test_sentiment_among_emotions_is_recentred(tmp_path):
    write(tmp_path, lambda n: traits(n, 3), names=EMOTIONS)
    labels = read_labels(tmp_path, COUNTS, "sentiment")
    assert (labels.target, labels.label_range) == ("sentiment", (-2.0, 2.0))


def test_others_are_what_is_read_of_them_alone(tmp_path):
    write(tmp_path, lambda n: traits(n, 3), names=EMOTIONS)
    sad, found = (read_labels(tmp_path, COUNTS, name) for name in ("sad", "happy"))
    by_split, meaning = found.other("sad")
    np.testing.assert_array_equal(by_split["test"], sad.by_split["test"])
    assert meaning == sad.meaning and meaning.provenance == {}
    assert list(found.other("sentiment")[1].provenance) == ["labels"]


def test_range_is_what_the_file_says(tmp_path):
    write(tmp_path, lambda n: np.linspace(0, 3.5, n), label_range=[-4.0, 4.0])
    assert read_labels(tmp_path, COUNTS).label_range == (-4.0, 4.0)
    ranges = [[0, 3], [1, 7], [-3, 3]]
    write(tmp_path, lambda n: traits(n, 3), names=EMOTIONS, label_range=ranges)
    assert read_labels(tmp_path, COUNTS, "sad").label_range == (1.0, 7.0)


def test_true_range_of_labels_on_no_known_scale_is_named(tmp_path):
    write(tmp_path, lambda n: np.linspace(-3.4, 3.6, n))
    message = r"are -3\.4 to 3\.6, outside both ranges .* attribute `label_range`"
    with pytest.raises(DataError, match=message):
        read_labels(tmp_path, COUNTS)


def test_one_of_one_hot_labels_has_two_classes(tmp_path):
    labels = read_labels(write(tmp_path, one_hot), COUNTS, 1)
    np.testing.assert_array_equal(labels.by_split["test"], [0, 1, 0])
    assert labels.classes == ("not label_1", "label_1")


def test_one_hot_labels_are_classes(tmp_path):
    write(tmp_path, one_hot, names=["neutral", "happy", "sad", "angry"])
    with pytest.raises(DataError, match="'classes' takes its place as the class"):
        read_labels(tmp_path, COUNTS)
    labels = read_labels(tmp_path, COUNTS, "classes")
    np.testing.assert_array_equal(labels.by_split["train"], [0, 1, 2, 3])
    assert labels.classes == ("neutral", "happy", "sad", "angry")
    assert (labels.target, labels.label_range) == ("emotion", (0, 3))


def test_splits_with_other_labels_are_refused(tmp_path):
    write(tmp_path, traits)
    with h5py.File(tmp_path / "y_test.h5", "w") as file:
        file["data"] = traits(3, 6)
    with pytest.raises(DataError, match=r"y_test\.h5: it has 6 labels a sample: 0"):
        read_labels(tmp_path, COUNTS, 0)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"names": ["a", "b"]}, "names has 2 names of 3 labels"),
        ({"names": ["a", "a", "b"]}, "names has 2 names of 3 labels"),
        ({"label_range": [1.0, 2.0, 3.0]}, r"label_range has shape \(3,\)"),
    ],
)
def test_attributes_that_do_not_fit_are_refused(tmp_path, attributes, message):
    write(tmp_path, lambda n: traits(n, 3), **attributes)
    with pytest.raises(DataError, match=message):
        read_labels(tmp_path, COUNTS, 0)


def test_rows_to_answer_need_no_choice(tmp_path):
    write(tmp_path, traits)
    warnings = []
    labels = read_labels(tmp_path, COUNTS, None, True, warnings)
    assert all(np.isnan(rows).all() for rows in labels.by_split.values())
    assert warnings[0].startswith("train is without labels: ")
    labels = read_labels(tmp_path, COUNTS, 16, True)
    np.testing.assert_allclose(labels.by_split["valid"], [2.6, 3.6])


def test_wrong_choice_is_refused_even_to_answer(tmp_path):
    write(tmp_path, traits)
    with pytest.raises(DataError, match="label=17 is none"):
        read_labels(tmp_path, COUNTS, 17, True)

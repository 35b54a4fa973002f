import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.readers.small_csd import VIDEOS, small_roots, write_folder

LABELS = "Opinion Segment Labels"


def relabelled(rng, folder, name, values):
    """A folder with other labels, `values` of each of twelve segments."""
    roots = small_roots(rng)
    entries = roots.pop(LABELS)
    values = np.asarray(values, "float64").reshape(len(VIDEOS), 2, -1)
    roots[name] = {
        video: (entries[video][0], rows)
        for video, rows in zip(VIDEOS, values, strict=True)
    }
    return write_folder(folder / "mosi", roots)


def test_sentiment_and_emotions_of_mosei(rng, tmp_path):
    values = rng.uniform(0, 3, (12, 7))
    path = relabelled(rng, tmp_path, "All Labels", values)
    corpus = read(path)
    assert corpus.target == "sentiment" and corpus.label_range == (-3, 3)
    np.testing.assert_allclose(corpus.train.labels, values[:4, 0], atol=1e-6)
    assert corpus.provenance["other_labels"][0] == "happy"
    sad = read(path, label="sad")
    assert sad.target == "sad"
    np.testing.assert_allclose(sad.train.labels, values[:4, 2], atol=1e-6)


def test_labels_of_several_files_are_chosen_by_name(rng, tmp_path):
    path = relabelled(rng, tmp_path, "Emotion Labels", rng.uniform(0, 3, (12, 6)))
    write_folder(path, {"Sentiment Labels": small_roots(rng)[LABELS]})
    corpus = read(path)
    assert corpus.target == "sentiment"
    assert read(path, label="fear").target == "fear"
    (path / "Sentiment_Labels.csd").unlink()
    with pytest.raises(DataError, match="6 labels a sample: happy"):
        read(path)


def test_sentiment_of_another_scale_keeps_it(rng, tmp_path):
    values = np.linspace(1, 7, 12)
    corpus = read(relabelled(rng, tmp_path, "video level sentiment labels", values))
    assert corpus.target == "sentiment" and corpus.label_range == (1, 7)


def test_segments_that_cannot_be_used_are_counted(rng, tmp_path):
    roots = small_roots(rng)
    roots[LABELS][VIDEOS[0]] = [[0, 1], [1, 2], [2, 2]], [[1.0], [np.nan], [2.0]]
    roots[LABELS][VIDEOS[1]] = [[0, 1]], [[1.0], [2.0]]
    path = write_folder(tmp_path / "mosi", roots)
    assert read(path).provenance["dropped"] == {
        "without a label": 1,
        "its interval has no length": 1,
        "a label that cannot be used": 1,
    }
    answered = read(path, answering=True)
    assert np.isnan(answered.train.labels[1])
    found = {each["id"]: each["reason"] for each in answered.provenance["left_out"]}
    assert found[f"{VIDEOS[0]}[2]"] == "its interval has no length"
    assert "intervals of shape" in found[VIDEOS[1]]
    with pytest.raises(DataError, match="intervals of shape"):
        read(path, strict=True)

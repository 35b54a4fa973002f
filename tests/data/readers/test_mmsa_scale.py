"""CH-SIMS' scale and CMU-MOSI's are told apart by what a file says of its data set."""

import numpy as np
import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers.mmsa_scale import is_open
from tests.data.readers.field_pickles import mmsa, write_pickle

NAMES = {"video_0001$_$0001": (-1, 1), "03bSnISJMiM$_$11": (-3, 3)}
NAMES |= {"100178$_$3": (-3, 3), "-3g5yACwYnA$_$0": (-3, 3)}


def weak(rng, **changes):
    """A file whose labels lie within [-1, 1], with other arrays in each split."""
    content = mmsa(rng)
    for part in content.values():
        part["regression_labels"] = part["regression_labels"] / 3
        part |= {key: change(part) for key, change in changes.items()}
    return content


def of_videos(name):
    return {"id": lambda part: np.array([name] * len(part["id"]))}


def of_width(key, width):
    def widened(part):
        rows, steps, features = part[key].shape
        return np.pad(part[key], ((0, 0), (0, 0), (0, width - features)), mode="edge")

    return {key: widened}


def opened(folder, content, **options):
    return read(write_pickle(folder / "weak.pkl", content), **options)


EVIDENCE = [
    *((of_videos(name), scale) for name, scale in NAMES.items()),
    (of_width("audio", 5), (-3, 3)),
    (of_width("vision", 35), (-3, 3)),
    (of_width("audio", 33), (-1, 1)),
    ({"regression_labels_T": lambda part: part["regression_labels"]}, (-1, 1)),
]


@pytest.mark.parametrize(("changes", "scale"), EVIDENCE)
def test_what_a_file_says_decides_for_weak_labels(changes, scale, rng, tmp_path):
    corpus = opened(tmp_path, weak(rng, **changes))
    assert corpus.label_range == scale
    assert not any("[-1, 1]" in each for each in corpus.provenance["warnings"])


def test_without_evidence_the_scale_is_assumed_and_told(rng, tmp_path):
    content = weak(rng)
    corpus = opened(tmp_path, content)
    assert corpus.label_range == (-1, 1)
    assert "nothing else in the file says" in corpus.provenance["warnings"][0]
    assert corpus.provenance["other_protocols"] == ["scale_1", "scale_3"]
    for protocol, end in (("scale_1", 1), ("scale_3", 3)):
        chosen = opened(tmp_path, content, protocol=protocol)
        assert chosen.label_range == (-end, end)
        assert not any("assumed" in each for each in chosen.provenance["warnings"])


def test_evidence_for_both_is_told(rng, tmp_path):
    changes = {**of_videos("video_0001$_$0001"), **of_width("audio", 74)}
    told = opened(tmp_path, weak(rng, **changes)).provenance["warnings"][0]
    assert "(its names of videos for CH-SIMS, its widths for CMU-MOSI" in told


def test_labels_beyond_the_narrow_scale_decide(rng, tmp_path):
    content = mmsa(rng, sims=True)
    content["train"]["regression_labels"][0] = -1.4
    corpus = opened(tmp_path, content)
    assert corpus.label_range == (-3, 3)
    assert corpus.provenance["other_protocols"] == []
    with pytest.raises(DataError, match="no protocol 'scale_1'"):
        opened(tmp_path, content, protocol="scale_1")


def test_labels_that_are_none_leave_nothing_open():
    assert is_open({"train": np.array([0.5, np.nan]), "test": None})
    assert not is_open({"train": None})
    assert not is_open({"train": np.array([np.nan])})

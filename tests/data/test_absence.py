"""Features that are zero throughout a sample are absent."""

import dataclasses
import re

import numpy as np
import pytest

from mmzoo.data import Corpus, Sequences, Split, read
from mmzoo.data.cleaning import clean

LACKING = {"empty": (0, 1), "zero": (4, 0), "unobserved": (4, 1), "nan": (4, np.nan)}


@pytest.fixture(params=LACKING)
def lacking(request, rng):
    """A corpus of which every second sample lacks its video, in one of these ways."""
    steps, value = LACKING[request.param]
    splits = {}
    for name in ("train", "valid", "test"):
        videos = [rng.normal(size=(4, 2)) for _ in range(6)]
        for index in range(0, 6, 2):
            videos[index] = np.full((steps, 2), value)
        present = [np.ones(len(each), bool) for each in videos]
        if request.param == "unobserved":
            present[::2] = [np.zeros(4, bool)] * 3
        text = Sequences.from_list([rng.normal(size=(4, 5)) for _ in range(6)])
        video = Sequences.from_list(videos, present)
        names = tuple(f"{name}{index}" for index in range(6))
        splits[name] = Split({"text": text, "video": video}, [0.0] * 6, names, names)
    return Corpus("small", splits, (-3, 3))


@pytest.mark.parametrize("way", ["memory", "file", "one array"])
def test_what_was_not_observed_is_absent(lacking, way, tmp_path):
    if way == "file":
        lacking.save(tmp_path / "a.h5")
        cleaned = read(tmp_path / "a.h5")
    elif way == "one array":
        pool = Split.concatenate(list(lacking.splits.values()))
        rows = np.arange(18)
        splits = {n: pool.select(rows[i::3]) for i, n in enumerate(lacking.splits)}
        cleaned = clean(dataclasses.replace(lacking, splits=splits), "data")
    else:
        cleaned = clean(lacking, "data")
    told = cleaned.provenance["warnings"]
    for split in ("train", "valid", "test"):
        assert f"3 of 6 samples of {split} lack video." in told
        rows = cleaned.splits[split]
        assert rows.observed("text").all()
        assert int(rows.observed("video").sum()) == 3
        masks = rows.sequences["video"].padded(np.arange(6), 4)[1]
        np.testing.assert_array_equal(masks.any(axis=1), rows.observed("video"))
    assert re.search(r"video +2 +3 +3 +3", cleaned.summary())
    for fold in cleaned.k_fold(3):
        assert sum(map(len, fold.splits.values())) == 9
        for part in fold.splits.values():
            assert part.observed("video").all()


def test_recordings_and_pictures_of_zeros_are_there(rng):
    """Silence and black were recorded; they get remarks of their own."""
    for modality in ("waveform", "pixels"):
        rows = Sequences.from_list([np.zeros((4, 1)), rng.normal(size=(4, 1))])
        split = Split({modality: rows}, [0.0, 1.0], ("a", "b"), ("a", "b"))
        assert split.observed(modality).all()
        splits = {name: split for name in ("train", "valid", "test")}
        cleaned = clean(Corpus("small", splits, (-3, 3)), "data")
        assert not any("lack" in each for each in cleaned.provenance["warnings"])
        assert cleaned.train.sequences[modality].observed.all()

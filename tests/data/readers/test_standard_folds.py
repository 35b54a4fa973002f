import json
from importlib import resources

import numpy as np
import pytest

from mmzoo.data.readers.standard_folds import standard_folds

COUNTS = {
    "CMU-MOSI": {"train": 52, "valid": 10, "test": 31},
    "CMU-MOSEI": {"train": 2250, "valid": 300, "test": 678},
    "POM": {"train": 600, "valid": 100, "test": 203},
    "SocialIQ": {"train": 888, "valid": 127},
}


def test_the_published_splits_share_no_video():
    file = resources.files("mmzoo.data.readers") / "standard_folds.json"
    stored = json.loads(file.read_text("utf-8"))
    assert "CMU-MultimodalSDK" in stored["source"]
    for name, splits in stored["folds"].items():
        counts = {split: len(videos) for split, videos in splits.items()}
        assert counts == COUNTS[name]
        joined = set().union(*splits.values())
        assert len(joined) == sum(counts.values())
        assert standard_folds(joined)[0] == name


def test_half_of_the_videos_have_to_be_known():
    known = ["2iD-tVS8NPw", "tmZoasNr4rU"]
    name, splits = standard_folds([*known, "a", "b"])
    assert name == "CMU-MOSI" and splits["tmZoasNr4rU"] == "test"
    assert standard_folds([*known, "a", "b", "c"]) is None
    assert standard_folds([]) is None


def test_mosi_agrees_with_the_official_split(real_data):
    file = real_data / "mosi/mosi_utterances.npz"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    with np.load(file) as table:
        videos, splits = table["video_id"].tolist(), table["split"].tolist()
    name, found = standard_folds(videos)
    assert name == "CMU-MOSI"
    assert [found[video] for video in videos] == splits

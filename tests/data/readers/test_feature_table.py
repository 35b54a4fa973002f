from pathlib import Path

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.feature_table import Extracted, FeatureTable, matched
from mmzoo.data.readers.file_table import Entry


def clip(steps, width=2, value=1.0):
    return np.full((steps, width), value, "float32"), np.ones(steps, bool)


@pytest.fixture
def table(tmp_path):
    names = [*"abcdef"]
    audio = Extracted(("F0", "VUV"), {name: clip(2) for name in names})
    video = Extracted(("AU1",), {name: clip(3, 1) for name in names[1:]})
    table = FeatureTable(
        *("small", tmp_path, [], (0, 1), "rule", ("bad", "good")),
        parts={"audio": audio, "video": video},
    )
    for place, name in enumerate(names):
        split = ("train", "valid", "test")[place // 2]
        table.entries.append(Entry(Path(name), name, place % 2, name, split))
    return table


def test_a_clip_may_lack_a_modality(table):
    corpus = table.corpus()
    assert corpus.input_dims == {"audio": 2, "video": 1}
    assert corpus.feature_names == {"audio": ("F0", "VUV"), "video": ("AU1",)}
    assert corpus.train.sequences["video"].lengths.tolist() == [0, 3]


def test_a_damaged_file_costs_its_clip_that_modality(table):
    table.parts["video"].broken["a"] = DataError("a.csv", "it is cut", "Again")
    (told,) = table.corpus().provenance["warnings"]
    assert told == "left out, video of 1 clips: a (it is cut)."
    with pytest.raises(DataError, match="it is cut"):
        table.corpus(strict=True)


def test_a_clip_without_any_features_is_left_out(table):
    del table.parts["audio"].clips["a"]
    corpus = table.corpus()
    assert corpus.train.ids == ("b",)
    assert corpus.provenance["dropped"] == {"broken": 1}
    assert any(
        "there are no features of it" in w for w in corpus.provenance["warnings"]
    )
    with pytest.raises(DataError, match="there are no features of it"):
        table.corpus(strict=True)


def test_a_name_that_stands_twice_names_nothing(table):
    table.parts["audio"].names = ("F0", "F0")
    assert set(table.corpus().feature_names) == {"video"}


def test_paths_mean_clips_by_name_or_by_a_last_part_of_its_own():
    clips = ["anna/01", "ben/01", "ben/02"]
    paths = ["anna/01.wav", "clips/02.wav", "clips/01.wav"]
    assert matched(paths, clips) == {
        "anna/01.wav": "anna/01",
        "clips/02.wav": "ben/02",
        # It could be anna's or ben's.
        "clips/01.wav": "clips/01",
    }
    # Two rows cannot mean one clip by its last part.
    assert matched(["x/02", "y/02"], clips) == {"x/02": "x/02", "y/02": "y/02"}

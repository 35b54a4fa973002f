import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers import read
from mmzoo.data.readers.mosi_splits import rows_by_split, told_of_splits

VIDEOS = [f"v{number:02d}" for number in range(30)]


def table_of(videos, tests=10):
    """Two utterances a video, of which the last test."""
    rows = np.repeat(np.arange(len(videos)), 2)
    trains = rows < len(videos) - tests
    return {
        "video_id": np.array(videos)[rows],
        "bclstm_split": np.where(trains, "train", "test"),
        "split": np.array(["train", "valid", "test"])[rows % 3],
    }


def videos_of(table, rows):
    return {name: set(table["video_id"][each]) for name, each in rows.items()}


def test_paper_holds_out_a_share_of_whole_training_videos():
    table = table_of(VIDEOS)
    found = rows_by_split(table, "paper", "file", False)
    videos = videos_of(table, found)
    # .1515 of 20 videos
    assert [len(each) for each in videos.values()] == [17, 3, 10]
    assert videos["test"] == set(VIDEOS[20:])
    assert not videos["train"] & videos["valid"]
    assert sorted(np.concatenate(list(found.values()))) == list(range(60))
    # Drawn, not the last as in `dialogue`, and the same whenever it is asked for.
    assert videos["valid"] != set(VIDEOS[17:20])
    again = rows_by_split(table, "paper", "file", False)
    np.testing.assert_array_equal(again["valid"], found["valid"])


def test_what_was_drawn_is_told():
    table = table_of(VIDEOS)
    rows = rows_by_split(table, "paper", "file", False)
    told, seen = told_of_splits(table, rows, "paper")
    assert "17 videos (34 utterances) train, 3 videos (6 utterances) validate" in told
    assert "10 videos (20 utterances) test" in told and "the seed 0" in told
    assert "cannot rank models" in seen
    assert told_of_splits(table, rows, "utterance") == []


@pytest.mark.parametrize(("protocol", "fewest"), [("paper", 2), ("dialogue", 11)])
def test_videos_that_cannot_validate_are_refused(protocol, fewest):
    table = table_of(VIDEOS[: fewest + 1], tests=1)
    assert len(rows_by_split(table, protocol, "file", False)["train"])
    table = table_of(VIDEOS[:fewest], tests=1)
    with pytest.raises(DataError, match=f"{fewest - 1} training videos, of which"):
        rows_by_split(table, protocol, "file", False)
    assert not len(rows_by_split(table, protocol, "file", True)["valid"])


def test_real_file_has_the_papers_shares(real_data):
    path = real_data / "mosi" / "mosi_utterances.npz"
    if not path.is_file():
        pytest.skip(f"no {path}")
    corpus = read(path, "paper")
    assert [len(each) for each in corpus.splits.values()] == [53, 9, 31]
    assert corpus.test.ids == read(path, "dialogue").test.ids
    steps = [int(each.lengths.sum()) for each in corpus.splits.values()]
    assert steps[2] == 752 and sum(steps) == 2199
    assert steps[1] / sum(steps[:2]) == pytest.approx(0.1515, abs=0.01)

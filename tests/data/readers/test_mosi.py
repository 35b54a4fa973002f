import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_corpus import assert_same_split

VIDEOS = [f"video{i:02d}" for i in range(16)]


def small_table(rng):
    """Three utterances of each of 16 videos, not in the order of their clips."""
    rows = 3 * len(VIDEOS)
    videos = np.repeat(VIDEOS, 3)
    clips = np.tile([12, 3, 7], len(VIDEOS))
    number = np.arange(rows) // 3
    return {
        "id": np.array([f"{v}_{c}" for v, c in zip(videos, clips, strict=True)]),
        "video_id": videos,
        "clip": clips,
        "text": np.array([f"WORDS OF {i}" for i in range(rows)]),
        "split": np.array(["train", "valid", "test"])[number % 3],
        "bclstm_split": np.where(number < 12, "train", "test"),
        "label": rng.uniform(-3, 3, rows).astype("float32"),
        "text_feat": rng.normal(size=(rows, 4)),
        "audio_feat": rng.normal(size=(rows, 3)),
        "video_feat": rng.normal(size=(rows, 2)),
    }


@pytest.fixture
def table(rng):
    return small_table(rng)


@pytest.fixture
def path(table, tmp_path):
    path = tmp_path / "mosi_utterances.npz"
    np.savez(path, **table)
    return path


def test_dialogue_protocol(path, table):
    corpus = read(path)
    assert corpus.provenance["protocol"] == "dialogue"
    assert corpus.input_dims == {"audio": 3, "text": 4, "video": 2}
    assert corpus.labels_per == "step"
    assert corpus.train.ids == ("video00", "video01")
    assert corpus.valid.ids == tuple(VIDEOS[2:12])
    assert corpus.test.ids == corpus.test.groups == tuple(VIDEOS[12:])
    assert corpus.test.step_ids[0] == ("video12_3", "video12_7", "video12_12")
    rows = [37, 38, 36]  # of video12, its clips in order
    for modality in corpus.modalities:
        frames, present = corpus.test.sequences[modality][0]
        expected = table[f"{modality}_feat"][rows].astype("float32")
        np.testing.assert_array_equal(frames, expected)
        assert present.all()
    labels = corpus.test.labels[0][0][:, 0]
    np.testing.assert_array_equal(labels, table["label"][rows])


def test_utterance_protocol(path, table):
    corpus = read(path, protocol="utterance")
    assert corpus.input_dims == {"audio": 3}
    assert corpus.labels_per == "sequence"
    rows = np.flatnonzero(table["split"] == "valid")
    assert corpus.valid.ids == tuple(table["id"][rows])
    assert corpus.valid.groups == tuple(table["video_id"][rows])
    assert corpus.valid.words == tuple(table["text"][rows])
    np.testing.assert_array_equal(corpus.valid.lengths, 1)
    np.testing.assert_array_equal(corpus.valid.labels, table["label"][rows])
    frames, _ = corpus.valid.sequences["audio"][1]
    expected = table["audio_feat"][rows[1:2]].astype("float32")
    np.testing.assert_array_equal(frames, expected)


def test_paper_protocol_reads_the_same_videos(path):
    dialogues, papers = read(path), read(path, protocol="paper")
    assert papers.provenance["protocol"] == "paper"
    assert_same_split(papers.test, dialogues.test)
    assert len(papers.train) == 10 and len(papers.valid) == 2
    assert "2 videos (6 utterances) validate" in papers.provenance["warnings"][0]


@pytest.mark.parametrize("modalities", [["text"], ["audio", "video"]])
def test_leaking_features_are_refused(path, modalities):
    with pytest.raises(DataError, match="features leak test labels in the utterance"):
        read(path, protocol="utterance", modalities=modalities)


def test_unknown_protocol_is_refused(path):
    known = r"\['dialogue', 'utterance', 'paper'\]"
    message = rf"no protocol 'official' for it\. Use one of {known}"
    with pytest.raises(DataError, match=message):
        read(path, protocol="official")


def test_too_few_videos_are_refused(table, tmp_path):
    kept = np.flatnonzero(np.isin(table["video_id"], [*VIDEOS[:10], VIDEOS[15]]))
    path = tmp_path / "few.npz"
    np.savez(path, **{key: values[kept] for key, values in table.items()})
    with pytest.raises(DataError, match="10 training videos, of which 10 validate"):
        read(path)


@pytest.mark.parametrize("protocol", ["dialogue", "paper", "utterance"])
def test_axes_of_one_are_dropped(path, table, tmp_path, protocol):
    flat = read(path, protocol=protocol)
    keys = [key for key in table if not key.endswith("_feat")]
    np.savez(tmp_path / "wide.npz", **table | {k: table[k][:, None] for k in keys})
    wide = read(tmp_path / "wide.npz", protocol=protocol)
    for name in flat.splits:
        assert_same_split(wide.splits[name], flat.splits[name])
    np.savez(tmp_path / "two.npz", **table | {"label": np.zeros((48, 2))})
    with pytest.raises(DataError, match=r"label has shape \(48, 2\)"):
        read(tmp_path / "two.npz", protocol=protocol)


def test_real_file(real_data):
    path = real_data / "mosi" / "mosi_utterances.npz"
    if not path.is_file():
        pytest.skip(f"no {path}")
    dialogues = read(path)
    assert dialogues.input_dims == {"audio": 73, "text": 100, "video": 100}
    counts = {key: len(split) for key, split in dialogues.splits.items()}
    assert counts == {"train": 52, "valid": 10, "test": 31}
    steps = {key: split.lengths.sum() for key, split in dialogues.splits.items()}
    assert steps["train"] + steps["valid"] == 1447
    assert steps["test"] == 752
    assert max(split.lengths.max() for split in dialogues.splits.values()) == 63
    assert "cannot rank models" in dialogues.provenance["warnings"][0]

    utterances = read(path, protocol="utterance")
    counts = [len(split) for split in utterances.splits.values()]
    assert counts == [1284, 229, 686]
    assert utterances.provenance["warnings"] == []


def test_clips_without_a_number_are_refused(table, path):
    table["clip"] = table["clip"].astype("float64")
    table["clip"][3] = np.nan
    np.savez(path, **table)
    with pytest.raises(DataError, match="`clip` is float64 with 1 values not finite"):
        read(path)


def test_another_array_of_labels(path, table):
    table["label_binary"] = (table["label"] >= 0).astype(int)
    table["label_arousal"] = table["label"] + 10
    np.savez(path, **table)
    assert read(path).provenance["label"] == "sentiment"
    corpus = read(path, "utterance", label="label_binary")
    assert corpus.classes == ("negative", "not negative")
    expected = table["label_binary"][table["split"] == "test"]
    np.testing.assert_array_equal(corpus.test.labels, expected)
    assert corpus.provenance["other_labels"] == ["label", "label_arousal"]
    chosen = read(path, "utterance").with_label("label_binary")
    np.testing.assert_array_equal(chosen.test.labels, expected)
    steps = read(path).with_label("label_binary").test, read(path, label=1).test
    np.testing.assert_array_equal(*(each.labels.frames for each in steps))
    corpus = read(path, label="arousal")
    assert corpus.target == "arousal" and corpus.label_range[0] > 6
    with pytest.raises(DataError, match="label=7 is none of its 3 labels: label, "):
        read(path, label=7)

import dataclasses

import numpy as np

from mmzoo.data import Sequences
from mmzoo.data.summary import summarize
from tests.data.small_corpus import small_corpus, small_emotions


def test_summary_shows_splits_labels_and_cleaning(rng):
    corpus = small_corpus(rng)
    cleaned = {"train": {"audio": {"nan": 4, "inf": 0}, "text": {"nan": 0}}}
    provenance = {"cleaned": cleaned, "warnings": ["one video is in both"]}
    corpus = dataclasses.replace(corpus, provenance=provenance)
    lines = summarize(corpus).splitlines()
    labels = corpus.train.labels
    assert lines[0] == "small (made in memory): one label a sequence, in [-3, 3]"
    figures = [f"{labels.mean():.3f}", f"{labels.std():.3f}"]
    assert lines[3].split() == ["train", "7", "4", "27", "6", *figures]
    assert "audio            3      7      2     3" in lines
    assert "audio of train: nan 4" in lines
    assert not any(line.startswith("text of train") for line in lines)
    assert lines[-1] == "warning: one video is in both"


def test_summary_of_step_labels(rng):
    corpus = small_corpus(rng, labels_per="step")
    text = corpus.summary()
    values = np.concatenate([rows for rows, _ in corpus.train.labels])
    assert f"{values.mean():.3f}" in text
    assert "one label a step" in text
    assert text.endswith("nothing was cleaned")


def test_summary_counts_classes_and_words(rng):
    corpus = small_emotions(rng)
    words = ("hello", "", *["well"] * 5)
    train = dataclasses.replace(corpus.train, words=words)
    corpus = dataclasses.replace(
        corpus,
        splits={**corpus.splits, "train": train},
        provenance={"dropped": {"no agreement": 7, "broken": 0}},
    )
    lines = [line.split() for line in corpus.summary().splitlines()]
    title = "small (made in memory): one of 3 classes a sequence"
    assert lines[0] == title.split()
    assert lines[2] == ["split", "samples", "speakers", "steps", "longest"]
    assert ["sad", "3", "1", "1"] in lines
    assert ["calm", "2", "1", "1"] in lines
    assert ["words", "6", "0", "0"] in lines
    assert ["left", "out:", "no", "agreement", "7"] in lines


def test_summary_of_recordings_is_in_minutes(rng):
    corpus = small_emotions(rng)
    splits = {}
    for name, split in corpus.splits.items():
        rows = Sequences.from_list([np.ones((48000, 1))] * len(split))
        splits[name] = dataclasses.replace(split, sequences={"waveform": rows})
    lines = dataclasses.replace(corpus, splits=splits).summary().splitlines()
    assert lines[2].split() == [
        "split",
        "samples",
        "speakers",
        "minutes",
        "longest",
        "(s)",
    ]
    assert lines[3].split() == ["train", "7", "4", "0.3", "3.0"]


def test_summary_counts_what_was_padding(rng):
    padding = {"train": {"text": 3, "audio": 0}, "test": {"text": 2, "audio": 0}}
    corpus = dataclasses.replace(small_corpus(rng), provenance={"padding": padding})
    assert "steps of padding taken off: text 5" in summarize(corpus).splitlines()


def test_summary_says_what_was_taken_and_cut(rng):
    corpus = small_corpus(rng).subset(0.5).truncate(3, "text", keep="last")
    corpus = corpus.subset(ids=corpus.train.ids)
    lines = summarize(corpus).splitlines()
    counts = "4 of 7 of train, 2 of 2 of valid, 3 of 3 of test"
    assert f"samples taken (a share of 0.5): {counts}" in lines
    assert any(line.startswith("samples taken (by name): 4 of 4 of") for line in lines)
    text = corpus.provenance["truncated"][0]["splits"]
    cut = sum(split["cut"]["text"] for split in text.values())
    assert f"sequences cut to their last 3 steps: text {cut}" in lines

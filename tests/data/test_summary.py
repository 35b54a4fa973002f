import dataclasses

import numpy as np

from mmzoo.data.summary import summarize
from tests.data.small_corpus import small_corpus


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

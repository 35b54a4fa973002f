import dataclasses
import json

import numpy as np
import pytest

from mmzoo.data.facts import facts_of, flat_labels
from tests.data.small_corpus import LENGTHS, small_corpus, small_emotions


def test_facts_of_scores(rng):
    corpus = small_corpus(rng)
    facts = json.loads(json.dumps(facts_of(corpus), allow_nan=False))
    assert {name: each["samples"] for name, each in facts["splits"].items()} == {
        name: len(lengths) for name, lengths in LENGTHS.items()
    }
    labels = facts["splits"]["train"]["labels"]
    assert labels["mean"] == pytest.approx(corpus.train.labels.mean())
    assert sum(labels["histogram"]["counts"]) == labels["count"] == 7
    assert labels["histogram"]["edges"][:2] == [-3.5, -2.5]
    share = np.mean(corpus.train.labels < 0)
    assert labels["majority"]["share"] == pytest.approx(max(share, 1 - share))
    assert facts["aligned"] and facts["classes"] is None


def test_lengths_are_quartiles_of_what_is_there(rng):
    facts = facts_of(small_corpus(rng))
    audio = facts["modalities"]["audio"]
    assert audio["features"] == 3 and audio["unit"] == "steps"
    assert audio["names"] is None
    named = small_corpus(rng).with_feature_names("audio", ("F0", "VUV", "NAQ"))
    told = facts_of(named)["modalities"]
    assert told["audio"]["names"] == ["F0", "VUV", "NAQ"] and not told["text"]["names"]
    assert audio["observed"] == {"train": 7, "valid": 2, "test": 3}
    lengths = audio["lengths"]["train"]
    assert (lengths["min"], lengths["median"], lengths["max"]) == (1, 4, 6)


def test_facts_of_classes(rng):
    facts = facts_of(small_emotions(rng))
    labels = facts["splits"]["train"]["labels"]
    assert labels["counts"] == {"sad": 3, "calm": 2, "glad": 2}
    assert labels["majority"] == {"name": "sad", "share": 3 / 7}


def test_labels_that_are_not_known_are_counted(rng):
    corpus = small_corpus(rng)
    test = dataclasses.replace(corpus.test, labels=np.full(3, np.nan))
    corpus = dataclasses.replace(corpus, splits={"test": test})
    labels = facts_of(corpus)["splits"]["test"]["labels"]
    assert (labels["count"], labels["missing"]) == (0, 3)
    assert labels["mean"] is None and labels["majority"] is None


def test_a_label_a_step_stands_in_one_row(rng):
    corpus = small_corpus(rng, labels_per="step")
    assert flat_labels(corpus.test).shape == (10,)
    assert facts_of(corpus)["splits"]["test"]["labels"]["count"] == 10


def test_a_wide_range_has_ten_bins(rng):
    corpus = dataclasses.replace(small_corpus(rng), label_range=(-50, 50))
    edges = facts_of(corpus)["splits"]["train"]["labels"]["histogram"]["edges"]
    assert len(edges) == 11 and edges[0] == -50

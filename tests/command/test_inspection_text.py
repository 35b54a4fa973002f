"""What an inspection says, line by line."""

import pytest

from mmzoo.command.inspection_text import lines_of
from mmzoo.data.facts import facts_of
from mmzoo.data.leaks import leaks
from tests.data.small_corpus import small_corpus, small_emotions
from tests.data.test_leaks import with_first_of_train

pytestmark = pytest.mark.one_backend
ORIGIN = {
    "path": "folder",
    "format": "mmsa",
    "recognised_by": "its content fits: MMSA",
    "read_from": "folder/a.pkl",
    "other_formats": ["mult"],
    "protocol": "official",
    "other_protocols": ["other"],
    "files": [{"name": f"{name}.pkl", "sha256": name * 64} for name in "abcdef"],
    "training": {"possible": False, "why": "no split", "command": None, "rows": []},
}


def told(corpus):
    return lines_of({**ORIGIN, **facts_of(corpus), "leaks": leaks(corpus)}, corpus)


def test_origin_comes_first(rng):
    assert told(small_corpus(rng))[:5] == [
        "folder: read as mmsa, since its content fits: MMSA",
        "read from folder/a.pkl, the one file of a known format there",
        "it also fits mult (--format NAME)",
        "protocol official; others are other (--protocol NAME)",
        "a.pkl: SHA-256 aaaaaaaaaaaa...",
    ]


def test_the_first_names_of_columns_are_shown(rng):
    corpus = small_corpus(rng)
    assert not any(line.startswith("columns of") for line in told(corpus))
    corpus = corpus.with_feature_names("video", ("AU1", "AU2"))
    rows = {key: split.sequences["text"] for key, split in corpus.splits.items()}
    corpus = corpus.with_modality(
        "many", {k: r.columns([0] * 9) for k, r in rows.items()}
    )
    corpus = corpus.with_feature_names("many", [f"c{n}" for n in range(9)])
    lines = told(corpus)
    assert "columns of video: AU1, AU2" in lines
    assert (
        "columns of many: c0, c1, c2, c3, c4, c5 and 3 more (--json has all)" in lines
    )


def test_leaks_are_counted_with_an_example(rng):
    lines = told(with_first_of_train(small_corpus(rng), ids=("new",), groups=("n",)))
    assert (
        "  1 of 4 samples of test have the very features of a sample of train "
        "(1 different, such as new)"
    ) in lines
    assert lines[-1] == "nothing can be trained on it: no split"


def test_the_most_frequent_class_is_told_by_split(rng):
    assert (
        "right by always saying the most frequent: 42.9% of train (sad), "
        "50.0% of valid (sad), 33.3% of test (sad)"
    ) in told(small_emotions(rng))

import dataclasses

from mmzoo.data import Split, sample_pictures
from mmzoo.data.leaks import leaks
from tests.data.small_corpus import small_corpus


def with_first_of_train(corpus, **changes):
    """The corpus with a copy of the first training sample in front of test."""
    copied = dataclasses.replace(corpus.train.select([0]), **changes)
    test = Split.concatenate([copied, corpus.test])
    return dataclasses.replace(corpus, splits={**corpus.splits, "test": test})


def test_splits_of_their_own_share_nothing(rng):
    assert leaks(small_corpus(rng)) == []


def test_a_sample_in_two_splits_is_found_by_all_that_it_shares(rng):
    corpus = with_first_of_train(small_corpus(rng))
    found = {each["kind"]: each for each in leaks(corpus)}
    assert sorted(found) == ["features", "group", "id"]
    assert found["features"] == {
        "kind": "features",
        "split": "test",
        "other": "train",
        "samples": 1,
        "of": 4,
        "different": 1,
        "example": "train_0",
    }


def test_features_are_found_under_another_name(rng):
    corpus = with_first_of_train(small_corpus(rng), ids=("new",), groups=("new",))
    assert [(each["kind"], each["example"]) for each in leaks(corpus)] == [
        ("features", "new")
    ]


def test_equal_words_are_counted_and_empty_ones_are_not(rng):
    corpus, said = small_corpus(rng), {}
    words = {"train": ["so it is"] * 6 + [""], "valid": ["", "so it is "]}
    for name, split in corpus.splits.items():
        told = tuple(words.get(name, [f"of {name}"] * len(split)))
        said[name] = dataclasses.replace(split, words=told)
    found = leaks(dataclasses.replace(corpus, splits=said))
    assert [(each["kind"], each["samples"], each["example"]) for each in found] == [
        ("words", 1, "valid_1")
    ]


def test_near_pictures_and_texts_are_those_of_near_duplicates():
    corpus = sample_pictures(pictures_per_person=2)
    corpus = with_first_of_train(corpus, ids=("new",), groups=("new",))
    found = {each["kind"]: each for each in leaks(corpus)}
    assert found["near picture"]["other"] == "train or valid"
    assert found["near text"]["example"] == "new"
    assert found["near text"]["different"] is None

from mmzoo.data.provenance import added_up, by_split, recorded
from tests.data.small_corpus import small_corpus


def test_what_is_recorded_stands_beside_what_was(rng):
    corpus = small_corpus(rng)
    once = recorded(corpus, cut=3)
    assert once.provenance == {"format": "test", "cut": 3}
    twice = recorded(recorded(once, ["one"]), ["two"], cut=4)
    assert twice.provenance == {"format": "test", "cut": 4, "warnings": ["one", "two"]}
    assert corpus.provenance == {"format": "test"}
    assert once.splits is corpus.splits


def test_counts_by_split_leave_out_nothing_but_zero():
    assert by_split({"train": 3, "valid": 0, "test": 1}) == "3 of train, 1 of test"


def test_counts_of_parts_are_added_up():
    first = {
        "cleaned": {"train": {"text": {"nan": 2, "inf": 0}}},
        "left_out": [{"id": "a"}],
        "made_by": {"text": "PretrainedText"},
        "warnings": ["of the part"],
    }
    second = {
        "cleaned": {"train": {"text": {"nan": 3}}, "test": {"text": {"nan": 1}}},
        "padding": {"test": {"text": 7}},
        "made_by": {"text": "PretrainedText"},
        "cut_by": "seed",
    }
    assert added_up([first, second]) == {
        "cleaned": {
            "train": {"text": {"nan": 5, "inf": 0}},
            "test": {"text": {"nan": 1}},
        },
        "padding": {"test": {"text": 7}},
        "left_out": [{"id": "a"}],
        "made_by": {"text": "PretrainedText"},
        "cut_by": "seed",
    }

from mmzoo.data.provenance import by_split, recorded
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

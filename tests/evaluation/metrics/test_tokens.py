import math

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from mmzoo.evaluation.metrics.tokens import (
    bleu,
    bleu_counts,
    perplexity,
    token_accuracy,
    token_hits,
    unigram,
)

END = 9


def rows(*sequences, steps=7):
    """Sequences of tokens, each filled with the end."""
    return np.array([[*each, *[END] * (steps - len(each))] for each in sequences])


def observed(*lengths, steps=7):
    """The mask of as many tokens, and of the end of those that have any."""
    lengths = np.array(lengths)[:, None]
    return (np.arange(steps) <= lengths) & (lengths > 0)


def test_accuracy_by_hand():
    true, said = rows([1, 2, 3], [4, 4]), rows([1, 9, 3], [4, 4, 4])
    hits, tokens = token_hits(true, said, observed(3, 2))
    # Of the second the end is wrong; padding, where both hold the end, is no token.
    assert (hits.tolist(), tokens.tolist()) == ([3, 2], [4, 3])
    assert token_accuracy(hits, tokens) == pytest.approx(5 / 7)
    weights = np.array([[1.0, 0.0], [1.0, 2.0], [0.0, 0.0]])
    found = token_accuracy(hits, tokens, weights)
    np.testing.assert_allclose(found, [3 / 4, 7 / 10, np.nan])


def test_perplexity_by_hand():
    # Two tokens of probability 1/2 and one of 1/16: the cube root of 64 is 4.
    nats = [2 * math.log(2), math.log(16)]
    assert perplexity(nats, [2, 1]) == pytest.approx(4.0)
    assert perplexity(nats, [2, 1], [1, 0]) == pytest.approx(2.0)
    assert math.isnan(perplexity([0.0], [0]))


def test_unigram_adds_one_to_each_count():
    np.testing.assert_allclose(unigram([3, 0, 1]), [4 / 7, 1 / 7, 2 / 7])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([1, 2, 3, 4, 5], 1.0),
        # 4 of 5 tokens, 3 of 4 pairs, 2 of 3 triples, 1 of 2 fours.
        ([1, 2, 3, 4, 6], (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25),
        # All are right, but one is missing.
        ([1, 2, 3, 4], math.exp(1 - 5 / 4)),
        ([], 0.0),
    ],
)
def test_bleu_by_hand(said, expected):
    found = bleu_counts(rows([1, 2, 3, 4, 5]), rows(said), observed(5), END)
    assert bleu(*found) == pytest.approx(100 * expected)


def test_bleu_counts_by_hand():
    counts, lengths = bleu_counts(rows([1, 2, 3]), rows([1, 2, 2, 3]), observed(3), END)
    assert counts.tolist() == [[3, 2, 0, 0, 4, 3, 2, 1, 4]] and lengths.tolist() == [3]


def test_bleu_is_that_of_sacrebleu(rng):
    true = [rng.integers(0, 3, n) for n in (6, 5, 4)]
    said = [rng.integers(0, 3, n) for n in (5, 6, 3)]
    counts = bleu_counts(rows(*true), rows(*said), observed(6, 5, 4), END)
    texts = [[" ".join(map(str, each)) for each in side] for side in (said, true)]
    metric = BLEU(tokenize="none", force=True)

    def expected(order):
        corpus, truth = ([side[i] for i in order] for side in texts)
        return metric.corpus_score(corpus, [truth]).score

    assert bleu(*counts) == pytest.approx(expected([0, 1, 2]))
    found = bleu(*counts, np.array([[2.0, 0.0, 1.0], [1.0, 1.0, 1.0]]))
    np.testing.assert_allclose(found, [expected([0, 0, 2]), expected([0, 1, 2])])


def test_what_is_masked_changes_nothing(rng):
    true, said = rows([1, 2, 3, 4, 5], []), rows([1, 2, 0, 4, 5], [])
    mask = observed(5, 0)
    mask[0, 2] = False
    expected = token_hits(true, said, mask), bleu_counts(true, said, mask, END)
    true[0, 2], said[0, 2] = 7, 8
    said[1, :3] = 1
    found = token_hits(true, said, mask), bleu_counts(true, said, mask, END)
    for own, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(own[0], other[0])
        np.testing.assert_array_equal(own[1], other[1])
    # Four tokens in a row are left; of the second sequence nothing counts.
    assert bleu(*found[1]) == pytest.approx(100.0)
    assert found[1][1].tolist() == [4, 0] and not found[1][0][1].any()


def test_tokens_behind_the_truth_are_too_many():
    said = bleu_counts(rows([1, 2, 3, 4]), rows([1, 2, 3, 4, 1, 1]), observed(4), END)
    assert said[0][0, -1] == 6 and bleu(*said) < 70


def test_nothing_to_say_is_undefined():
    nothing = bleu_counts(rows([]), rows([1, 2]), observed(0), END)
    assert math.isnan(bleu(*nothing)) and math.isnan(token_accuracy([0.0], [0.0]))


def test_errors():
    with pytest.raises(ValueError, match=r"one shape.*received \(1, 7\), \(1, 6\)"):
        token_hits(rows([1]), rows([1], steps=6), observed(1))
    with pytest.raises(ValueError, match=r"an entry a sequence.*\(3,\) and \(2,\)"):
        token_accuracy([1.0, 2.0, 3.0], [4.0, 8.0])

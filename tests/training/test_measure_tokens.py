import numpy as np
import pytest
from keras.ops import convert_to_numpy

from mmzoo import build_seq2seq_translator
from mmzoo.data import Batches
from mmzoo.evaluation import translation_score
from mmzoo.training.measure_tokens import token_counts, token_sums
from tests.data.small_corpus import WIDTHS, small_corpus

END = 2


def batch(true, mask, **said):
    """What is written, the same in every way but for those that are named."""
    true, mask = np.array(true), np.array(mask, bool)
    ways = dict.fromkeys(("teacher_forced", "free_running", "greedy", "sampled"), true)
    ways |= {name: np.array(each) for name, each in said.items()}
    nats = np.where(mask, np.log(2.0), 99.0)
    return {"true": true, "mask": mask, **ways, "nats": nats, "nats_shuffled": 2 * nats}


@pytest.fixture
def batches():
    """Two samples of three tokens, and one of two in a batch of its own."""
    long = batch(
        [[0, 1, 0, END], [1, 1, END, END]],
        [[1, 1, 1, 1], [1, 1, 1, 0]],
        greedy=[[0, 1, 1, END], [1, 1, 1, 1]],
    )
    return [long, batch([[0, END, END]], [[1, 1, 0]])]


def test_sums_by_hand(batches):
    found = token_sums(batches, np.array([1, 2, 0]), END, counts=[3, 1, 2])
    values = {name: translation_score(name, *each) for name, each in found.items()}
    assert found["perplexity_teacher_forced"][1].tolist() == [4, 3, 2]
    assert (
        values["token_accuracy_free_running"] == values["token_accuracy_sampled"] == 1
    )
    # Of nine tokens the third is wrong, and the end of the second sequence.
    assert values["token_accuracy_greedy"] == pytest.approx(7 / 9)
    # 0 is the most frequent in training; three of the nine are it.
    assert values["token_accuracy_most_frequent"] == pytest.approx(3 / 9)
    # [1, 1, E] for [0, 1, 0, E], [0, E] for [1, 1, E], [0, 1, 0, E] for [0, E].
    assert found["token_accuracy_source_shuffled"][0].tolist() == [2, 1, 1]
    assert values["perplexity_teacher_forced"] == pytest.approx(2.0)
    assert values["perplexity_source_shuffled"] == pytest.approx(4.0)
    # One added to each count: 4/9, 2/9, 3/9; three of each token are true.
    expected = (4 / 9 * 2 / 9 * 3 / 9) ** (-1 / 3)
    assert values["perplexity_unigram"] == pytest.approx(expected)
    counts, lengths = found["bleu_free_running"]
    assert lengths.tolist() == [3, 2, 1]
    assert counts[0].tolist() == [3, 2, 1, 0, 3, 2, 1, 0, 3]
    # No sequence has four tokens.
    assert values["bleu_free_running"] == 0.0


def test_without_a_training_split_its_controls_are_left_out(batches):
    found = token_sums(batches, np.array([1, 2, 0]), END)
    assert "perplexity_teacher_forced" in found
    assert "perplexity_unigram" not in found
    assert "token_accuracy_most_frequent" not in found


def test_tokens_of_a_split_are_counted_once(rng):
    train = small_corpus(rng).train
    model = build_seq2seq_translator(WIDTHS, "text", "audio", units=2, num_codes=3)
    model.adapt_codebooks(train)
    counts = token_counts(model, train, batch_size=4)
    x = Batches(train, ["audio"], batch_size=7, num_buckets=1)[0][0]
    codes, mask = map(convert_to_numpy, model.goal(x))
    assert counts.tolist() == np.bincount(codes[mask], minlength=4).tolist()
    # An end for each of the seven sequences.
    assert (
        counts[-1] == 7 and counts.sum() == 7 + train.sequences["audio"].lengths.sum()
    )

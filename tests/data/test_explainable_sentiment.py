"""How well the labels of the sample can be told, against many labels drawn."""

import numpy as np
import pytest

from mmzoo.data import explainable_sentiment
from mmzoo.data.hidden_process import HiddenProcess
from mmzoo.data.sample_labels import sample_labels
from mmzoo.data.synthetic import BLOCKS, FEATURES
from tests.consistency.tree import ROOT

ALL = list(FEATURES)
NAMES = ["echoed", "verbal", "nonverbal", "irony"]
TOLD = {name: BLOCKS[name] for name in NAMES}
LENGTHS = np.repeat([1, 4, 12], 20000)


@pytest.fixture(scope="module")
def utterances():
    """Many hidden sequences of a few lengths, and their labels."""
    generator = np.random.default_rng(5)
    persistence = np.array([TOLD[name][1] for name in NAMES])
    process = HiddenProcess(persistence, {}, {}, {})
    hidden = process.sample_hidden(len(LENGTHS), LENGTHS.max(), generator)
    noise = generator.standard_normal(len(LENGTHS))
    return hidden, sample_labels(hidden, LENGTHS, TOLD, noise)


def errors_and_r(predicted, labels):
    return np.abs(predicted - labels).mean(), np.corrcoef(predicted, labels)[0, 1]


def without_noise(hidden, *left_out):
    """Labels that only some of the hidden quantities make."""
    hidden = hidden.copy()
    for name in left_out:
        hidden[:, :, NAMES.index(name)] = 0.0
    return sample_labels(hidden, LENGTHS, TOLD, np.zeros(len(LENGTHS)))


def test_nothing_but_the_noise_is_left_to_who_knows_all(utterances):
    hidden, labels = utterances
    found = errors_and_r(without_noise(hidden), labels)
    best = explainable_sentiment(ALL)
    assert found[0] == pytest.approx(best["mae"], abs=0.003)
    assert found[1] == pytest.approx(best["pearson"], abs=0.003)


def test_words_alone_do_not_tell_what_they_mean(utterances):
    hidden, labels = utterances
    literal = without_noise(hidden, "irony", "nonverbal")
    best = explainable_sentiment(["text"])
    # Taken literally, words are right three times out of four: near the best.
    assert best["mae"] < errors_and_r(literal, labels)[0] < best["mae"] + 0.05
    assert best["pearson"] - 0.05 < errors_and_r(literal, labels)[1] < best["pearson"]


@pytest.mark.parametrize(
    ("source", "known"),
    [
        (ALL, NAMES),
        (["text"], NAMES[:2]),
        (["audio"], ["echoed", "nonverbal", "irony"]),
    ],
)
def test_no_line_on_means_is_better(utterances, source, known):
    hidden, labels = utterances
    inside = np.arange(hidden.shape[1]) < LENGTHS[:, None]
    columns = [NAMES.index(name) for name in known]
    means = np.einsum("nth,nt->nh", hidden[:, :, columns], inside) / LENGTHS[:, None]
    line = np.empty(len(labels))
    for length in np.unique(LENGTHS):
        rows = LENGTHS == length
        fitted = np.linalg.lstsq(means[rows], labels[rows], rcond=None)[0]
        line[rows] = means[rows] @ fitted
    found = errors_and_r(line, labels)
    best = explainable_sentiment(source, linear=True, lengths=LENGTHS)
    assert found[0] == pytest.approx(best["mae"], abs=0.008)
    assert found[1] == pytest.approx(best["pearson"], abs=0.008)


def test_what_each_modality_brings():
    best = {name: explainable_sentiment([name])["mae"] for name in FEATURES}
    together = explainable_sentiment(ALL)["mae"]
    lines = explainable_sentiment(ALL, linear=True)["mae"]
    assert best["text"] < best["audio"] == best["video"]
    assert together < best["text"] / 2
    assert together < lines / 2


def test_the_documentation_has_the_bounds():
    page = (ROOT / "docs/data/sample.md").read_text()
    for source in (["text"], ["audio"], ALL):
        found = [explainable_sentiment(source, linear=each) for each in (False, True)]
        told = [f"{value:.3f}" for each in found for value in each.values()]
        assert f"| {', '.join(source)} | {' | '.join(told)} |" in page

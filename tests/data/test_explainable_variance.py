"""How much of one modality of the sample others tell, and a regression finds."""

import numpy as np
import pytest

from mmzoo.data import explainable_variance, sample_corpus
from tests.data.standard_frames import standardized

WINDOW = 1


@pytest.fixture(scope="module")
def corpus():
    return sample_corpus()


def windows(corpus, split, source):
    """Each step's source frames with those beside it, `(steps, ...)`."""
    frames = np.concatenate(
        [standardized(corpus, split, name)[0] for name in source], axis=1
    )
    lengths = corpus.splits[split].lengths
    sample = np.repeat(np.arange(len(lengths)), lengths)
    columns = []
    for offset in range(-WINDOW, WINDOW + 1):
        shifted = np.roll(frames, offset, axis=0)
        same = np.roll(sample, offset) == sample
        columns.append(np.where(same[:, None], shifted, 0.0))
    return np.concatenate(columns, axis=1)


def ridge_explained(corpus, source, target, penalty=3000.0):
    """Variance of the test frames that a ridge regression explains."""
    inputs = windows(corpus, "train", source)
    outputs, present = standardized(corpus, "train", target)
    inputs, outputs = inputs[present], outputs[present]
    gram = inputs.T @ inputs + penalty * np.eye(inputs.shape[1])
    weights = np.linalg.solve(gram, inputs.T @ outputs)
    outputs, present = standardized(corpus, "test", target)
    errors = (outputs - windows(corpus, "test", source) @ weights)[present]
    return 1 - (errors**2).sum() / (outputs[present] ** 2).sum()


@pytest.mark.parametrize(
    ("source", "target"),
    [(["text"], "audio"), (["text", "audio"], "video"), (["video"], "text")],
)
def test_bound_is_not_exceeded_and_nearly_reached(corpus, source, target):
    bound = explainable_variance(source, [target])
    found = ridge_explained(corpus, source, target)
    # The bound is an expectation; the test split is a sample of it.
    assert 0.85 * bound < found < bound + 0.01


def test_a_modality_on_both_sides_is_known():
    assert explainable_variance(["text"], ["text"]) == 1.0
    video = explainable_variance(["text", "audio"], ["video"], split="valid")
    both = explainable_variance(["text", "audio"], ["text", "video"], split="valid")
    assert video < both < 1.0

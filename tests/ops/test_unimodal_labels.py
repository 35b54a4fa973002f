import numpy as np
import pytest

from mmzoo.ops import relative_distance, unimodal_labels
from tests.checks import assert_close


@pytest.fixture
def samples(rng):
    """Labels of both signs and 0, one unknown, and vectors of two kinds."""
    labels = np.array([2.0, -1.0, 0.5, -3.0, 0.0, 1.0, -0.5], "float32")
    current = labels + rng.normal(size=7).astype("float32")
    fused, vectors = (rng.normal(size=(7, n)).astype("float32") for n in (4, 3))
    known, present = np.arange(7) != 5, np.arange(7) != 1
    return labels, current, fused, vectors, known, present


def nearer(vectors, labels, counts):
    """(d- - d+) / d+, sample by sample."""
    positive = np.mean(
        [v for v, y, c in zip(vectors, labels, counts, strict=True) if c and y > 0], 0
    )
    negative = np.mean(
        [v for v, y, c in zip(vectors, labels, counts, strict=True) if c and y < 0], 0
    )
    far = [[np.linalg.norm(v - c) for c in (positive, negative)] for v in vectors]
    return np.array([(n - p) / (p + 1e-8) for p, n in far])


def test_labels_follow_their_equations(samples):
    labels, current, fused, vectors, known, present = samples
    one, both = relative_distance(vectors, current, known & present)
    assert bool(both)
    a, b = nearer(vectors, current, known & present), nearer(fused, labels, known)
    assert_close(one, a.astype("float32"), 1e-4)
    for epoch in (2, 3, 7):
        new = 0.5 * (a / (b + 1e-8)) * labels + 0.5 * (labels + a - b)
        new = np.clip(new, -2.0, 2.0)
        expected = (epoch - 1) / (epoch + 1) * current + 2 / (epoch + 1) * new
        # What is not known, or not there, stays.
        expected[[1, 5]] = current[[1, 5]]
        found = unimodal_labels(*samples, epoch, 2.0)
        assert_close(found, expected.astype("float32"), 1e-4)


def test_labels_stay_in_the_first_epoch(samples):
    assert_close(unimodal_labels(*samples, 1, 3.0), samples[1], 0)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_labels_of_one_sign_stay(samples, sign):
    labels, current, *others = samples
    labels = sign * np.abs(labels)
    assert_close(unimodal_labels(labels, current, *others, 2, 3.0), current, 0)
    of_one = sign * np.abs(current)
    assert_close(unimodal_labels(labels, of_one, *others, 2, 3.0), of_one, 0)


def test_what_does_not_count_may_hold_anything(samples):
    labels, current, fused, vectors, known, present = samples
    expected = unimodal_labels(*samples, 2, 3.0)
    fused, vectors, labels = fused.copy(), vectors.copy(), labels.copy()
    fused[5], vectors[[1, 5]], labels[5] = np.nan, np.nan, np.nan
    changed = labels, current, fused, vectors, known, present
    assert_close(unimodal_labels(*changed, 2, 3.0), expected)


def test_a_modality_like_all_keeps_the_label(samples):
    labels, _, fused, _, known, present = samples
    same = unimodal_labels(labels, labels, fused, fused, known, known, 2, 3.0)
    assert_close(same, labels, 1e-4)

"""Labels of one modality, from where its vectors lie among those of both signs."""

from keras import ops

from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened

EPSILON = 1e-8


def relative_distance(vectors, labels, counts):
    """How much nearer each vector is to the positive centre than to the negative one.

    The centres `C+` and `C-` are the means of the vectors whose label is above and
    below 0; a label of 0 is in neither. With the distances `d+` and `d-` from them it
    is `(d- - d+) / d+`: above 0 on the positive side, and 0 in the middle.

    Args:
        vectors: float tensor `(samples, features)`.
        labels: float tensor `(samples,)`.
        counts: bool tensor `(samples,)`, whose vectors make the centres.

    Returns:
        Float tensor `(samples,)`; and a bool scalar, whether there are both centres:
        without them, the numbers say nothing.

    Example:
    ```python
    vectors = keras.ops.array([[0.0], [4.0], [3.0]])
    labels, counts = keras.ops.array([-1.0, 1.0, 0.0]), keras.ops.ones(3, "bool")
    mmzoo.ops.relative_distance(vectors, labels, counts)[0][2]  # (3 - 1) / 1
    ```

    Reference:
        - [Yu et al., 2021](https://arxiv.org/abs/2102.04830), and the authors'
          code, thuiar/Self-MM
    """
    vectors, labels = widened(vectors), widened(labels)
    counts = ops.cast(counts, "bool")
    positive, some = _distance(vectors, ops.logical_and(counts, labels > 0))
    negative, others = _distance(vectors, ops.logical_and(counts, labels < 0))
    nearer = (negative - positive) / (positive + EPSILON)
    return nearer, ops.logical_and(some, others)


def _distance(vectors, members):
    """Distance `(samples,)` from the mean of the members, and whether there are any."""
    count = ops.sum(ops.cast(members, vectors.dtype))
    total = ops.sum(zero_masked(vectors[None], members[None])[0], axis=0)
    apart = vectors - total / ops.maximum(count, 1.0)
    return ops.sqrt(ops.sum(ops.square(apart), axis=-1)), count > 0


def unimodal_labels(labels, current, fused, vectors, known, present, epoch, limit):
    """The labels of one modality after an epoch.

    With `a = relative_distance(vectors, current)` and `b` that of what is fused, by the
    multimodal labels y, the new label is the mean of `y a / b` and of `y + a - b`,
    within `limit`. After epoch n it counts 2 parts of n + 1, and the former label
    n - 1. After the first epoch labels stay as they are, at y.

    Args:
        labels: float tensor `(samples,)`, the multimodal labels.
        current: float tensor `(samples,)`, those of the modality until now.
        fused: float tensor `(samples, features)`, of all modalities.
        vectors: float tensor `(samples, other_features)`, of the modality alone.
        known: bool tensor `(samples,)`, whether there is a multimodal label.
        present: bool tensor `(samples,)`, whether the sample has the modality.
        epoch: int. How many epochs are over.
        limit: float. The largest label that there is.

    Returns:
        Float tensor `(samples,)`; the former label where one of both is missing from
        a sample, and for all samples as long as there are not labels of both signs.

    Example:
    ```python
    vectors = keras.ops.array([[-1.0], [1.0], [0.9]])
    y, all_there = keras.ops.array([-1.0, 1.0, -0.5]), keras.ops.ones(3, "bool")
    mmzoo.ops.unimodal_labels(y, y, -vectors, vectors, all_there, all_there, 2, 3.0)
    ```

    Reference:
        - [Yu et al., 2021](https://arxiv.org/abs/2102.04830), and the authors'
          code, thuiar/Self-MM
    """
    labels, current = widened(labels), widened(current)
    if epoch < 2:
        return current
    counts = ops.logical_and(known, present)
    of_all, some = relative_distance(fused, labels, known)
    of_one, others = relative_distance(vectors, current, counts)
    ratio = of_one / (of_all + EPSILON)
    new = 0.5 * ratio * labels + 0.5 * (labels + of_one - of_all)
    new = ops.clip(new, -limit, limit)
    moved = ((epoch - 1) * current + 2 * new) / (epoch + 1)
    both = ops.logical_and(some, others)
    return ops.where(ops.logical_and(counts, both), moved, current)

"""Losses by which a vector is told among those of a batch."""

from keras import ops

from mmzoo.ops.batch_losses import rows_and_shares
from mmzoo.ops.directions import directions
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened


def info_nce(vectors, predictions, weights=None):
    """How badly each vector is told among those of a batch by what predicts it.

    With rows of length 1 it is the mean over i of `log sum_j exp(x_i p_j) - x_i p_i`,
    by which predictive coding bounds mutual information: `log(batch) - info_nce` is
    at most that of both. It is 0 for one sample, whom nothing is to be told from.

    Args:
        vectors: float tensor `(batch, features)`.
        predictions: float tensor `(batch, features)`, of the same samples.
        weights: optional float tensor `(batch,)`, how often each sample counts; 2 for
            all is the same as 1. What a row holds that counts never does not matter.
            Defaults to `None`: once.

    Returns:
        Float scalar tensor.

    Example:
    ```python
    vectors = keras.ops.array([[1.0, 0.0], [0.0, 1.0]])
    mmzoo.ops.info_nce(vectors, vectors)  # log(1 + exp(-1))
    ```

    Reference:
        - [van den Oord et al., 2018](https://arxiv.org/abs/1807.03748)
        - [Han et al., 2021](https://arxiv.org/abs/2109.00412), and the authors'
          code, declare-lab/Multimodal-Infomax
    """
    vectors, shares, _ = rows_and_shares(vectors, weights)
    predictions, _, _ = rows_and_shares(predictions, weights)
    vectors, predictions = directions(vectors), directions(predictions)
    # (batch, batch)
    scores = ops.matmul(vectors, ops.transpose(predictions))
    # Rows that all count alike count once each.
    often = shares[:, 0] * ops.sum(ops.cast(shares > 0, shares.dtype))
    counts = often > 0
    some = ops.where(counts, often, ops.ones_like(often))
    among = ops.where(counts, scores + ops.log(some), ops.cast(-1e9, scores.dtype))
    own = ops.sum(vectors * predictions, axis=-1)
    return ops.sum(shares[:, 0] * (ops.logsumexp(among, axis=-1) - own))


def contrastive_loss(
    first, second=None, labels=None, there=None, weights=None, temperature=0.1
):
    """How hard it is to find those that belong to a vector among all others.

    A row of `first` is held against all rows of `second` by the cosine divided by the
    temperature, and costs `-log softmax` of those that belong to it, on average. With
    labels these are the rows of the same label (supervised contrast), without it the
    row of the same sample (InfoNCE). Within one set no row is held against itself. A
    row that nothing belongs to does not count.

    Args:
        first: float tensor `(batch, features)`.
        second: optional float tensor `(batch, features)`, of the same samples; with
            `None` it is `first`, which needs labels. Defaults to `None`.
        labels: optional tensor `(batch,)`, or `(batch, entries)` that are all equal
            where samples are alike. Defaults to `None`.
        there: optional boolean tensor `(batch,)`. What other rows hold does not matter.
            Defaults to `None`: all are there.
        weights: optional float tensor `(batch,)`, that the costs of rows of `first`
            are multiplied with. Defaults to `None`.
        temperature: float. Defaults to `0.1`.

    Returns:
        The summed cost and the number of rows that count, two float scalars.

    Example:
    ```python
    vectors = keras.ops.array([[1.0, 0.0], [0.0, 1.0]])
    mmzoo.ops.contrastive_loss(vectors, vectors)  # next to 0, of 2 rows
    ```

    Reference:
        - [van den Oord et al., 2018](https://arxiv.org/abs/1807.03748), InfoNCE
        - [Khosla et al., 2020](https://arxiv.org/abs/2004.11362), equation 2
    """
    first = widened(first)
    if there is None:
        there = ops.ones_like(first[:, 0], dtype="bool")
    units = [
        directions(zero_masked(widened(each)[None], there[None])[0])
        for each in (first, first if second is None else second)
    ]
    # (batch, batch): a row of `first` by those of `second`.
    scores = ops.matmul(units[0], ops.transpose(units[1])) / temperature
    places = ops.arange(ops.shape(scores)[0])
    itself = ops.equal(places[:, None], places[None])
    others = ops.logical_and(there[:, None], there[None])
    if second is None:
        others = ops.logical_and(others, ops.logical_not(itself))
    own = ops.logical_and(others, itself if labels is None else _same(labels))
    kept = ops.where(others, scores, ops.full_like(scores, -1e9))
    costs = ops.logsumexp(kept, axis=1, keepdims=True) - scores
    own = ops.cast(own, scores.dtype)
    count = ops.sum(own, axis=1)
    costs = ops.sum(own * costs, axis=1) / ops.maximum(count, 1.0)
    if weights is not None:
        costs = costs * ops.cast(weights, costs.dtype)
    return ops.sum(costs), ops.sum(ops.cast(count > 0, scores.dtype))


def _same(labels):
    """Whether the labels of two samples are all equal, `(batch, batch)`."""
    labels = ops.convert_to_tensor(labels)
    labels = ops.reshape(labels, (ops.shape(labels)[0], -1))
    return ops.all(ops.equal(labels[:, None], labels[None]), axis=-1)

"""Losses between two sets of vectors, which the samples of a batch make together.

They are no sums over samples, and so give one number for a batch and no total and
count: in another company a sample costs something else. All is float32 at the least.
"""

from keras import ops

from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened


def central_moment_discrepancy(
    first, second, first_weights=None, second_weights=None, moments=5
):
    """How far two sets of vectors are from one distribution, by their moments.

    It is `|E x - E y| + sum_k |E (x - E x)^k - E (y - E y)^k|` for k from 2 to
    `moments`, with Euclidean norms over the features, whose values lie between 0 and 1
    (elsewhere the paper divides by powers of their range). It is 0 for equal sets, and
    where one of them is empty.

    Args:
        first: float tensor `(batch, features)`.
        second: float tensor `(batch, features)`; which sample is in which row does not
            matter.
        first_weights: optional float tensor `(batch,)`, how often each row of `first`
            counts. What a row holds that counts never does not matter. Defaults to
            `None`: once.
        second_weights: optional float tensor `(batch,)`, likewise of `second`.
        moments: int. The highest moment. Defaults to `5`.

    Returns:
        Float scalar tensor.

    Example:
    ```python
    ones, zeros = keras.ops.ones((4, 2)), keras.ops.zeros((4, 2))
    mmzoo.ops.central_moment_discrepancy(ones, zeros)  # about 1.414
    ```

    Reference:
        - [Zellinger et al., 2017](https://arxiv.org/abs/1702.08811)
        - [Hazarika et al., 2020](https://arxiv.org/abs/2005.03545), and the
          authors' code, declare-lab/MISA
    """
    first, first_shares, some = _rows_and_shares(first, first_weights)
    second, second_shares, others = _rows_and_shares(second, second_weights)
    means = [
        ops.sum(shares * rows, axis=0)
        for rows, shares in ((first, first_shares), (second, second_shares))
    ]
    apart = _norm(means[0] - means[1])
    x, y = first - means[0], second - means[1]
    x_power, y_power = x, y
    for _ in range(2, moments + 1):
        x_power, y_power = x_power * x, y_power * y
        moment = ops.sum(first_shares * x_power, axis=0)
        apart = apart + _norm(moment - ops.sum(second_shares * y_power, axis=0))
    return ops.where(ops.logical_and(some, others), apart, ops.zeros_like(apart))


def orthogonality(first, second, weights=None):
    """How much two vectors of the same samples say of each other; 0 is nothing.

    Each set is centred over the batch and each row divided by its norm, which counts
    as a constant. It is the mean of the squared entries of `A^T B`, of which each
    feature of one makes a row and each of the other a column, and grows with the
    number of samples as that of the authors' code does.

    Args:
        first: float tensor `(batch, features)`.
        second: float tensor `(batch, other_features)`, of the same samples.
        weights: optional float tensor `(batch,)`, how often each sample counts; 2 for
            all is the same as 1. What a row holds that counts never does not matter.
            Defaults to `None`: once.

    Returns:
        Float scalar tensor.

    Example:
    ```python
    vectors = keras.ops.array([[1.0, 0.0], [0.0, 1.0]])
    mmzoo.ops.orthogonality(vectors, vectors)  # about 1
    ```

    Reference:
        - [Hazarika et al., 2020](https://arxiv.org/abs/2005.03545), and the
          authors' code, declare-lab/MISA
    """
    first, shares, _ = _rows_and_shares(first, weights)
    second, _, _ = _rows_and_shares(second, weights)
    units = [
        _unit_rows(rows - ops.sum(shares * rows, axis=0)) for rows in (first, second)
    ]
    # Rows that all count alike count once each.
    often = shares * ops.sum(ops.cast(shares > 0, shares.dtype))
    products = ops.matmul(ops.transpose(often * units[0]), units[1])
    return ops.mean(ops.square(products))


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
    vectors, shares, _ = _rows_and_shares(vectors, weights)
    predictions, _, _ = _rows_and_shares(predictions, weights)
    vectors, predictions = _of_length_1(vectors), _of_length_1(predictions)
    # (batch, batch)
    scores = ops.matmul(vectors, ops.transpose(predictions))
    # Rows that all count alike count once each.
    often = shares[:, 0] * ops.sum(ops.cast(shares > 0, shares.dtype))
    counts = often > 0
    some = ops.where(counts, often, ops.ones_like(often))
    among = ops.where(counts, scores + ops.log(some), ops.cast(-1e9, scores.dtype))
    own = ops.sum(vectors * predictions, axis=-1)
    return ops.sum(shares[:, 0] * (ops.logsumexp(among, axis=-1) - own))


def _of_length_1(rows):
    """Rows of length 1; a row of zeros stays, and has no gradient."""
    squares = ops.sum(ops.square(rows), axis=-1, keepdims=True)
    return rows * ops.rsqrt(ops.maximum(squares, 1e-12))


def _rows_and_shares(rows, weights):
    """Rows, zeros where they do not count; shares `(batch, 1)`; whether any counts."""
    rows = widened(rows)
    if weights is None:
        weights = ops.ones_like(rows[:, 0])
    weights = ops.cast(weights, rows.dtype)
    total = ops.sum(weights)
    shares = weights / ops.where(total > 0, total, ops.ones_like(total))
    return zero_masked(rows[None], weights[None] > 0)[0], shares[:, None], total > 0


def _norm(vector):
    """The Euclidean norm, whose gradient at 0 would be infinite, and is 0 here."""
    square = ops.sum(ops.square(vector))
    some = square > 0
    root = ops.sqrt(ops.where(some, square, ops.ones_like(square)))
    return ops.where(some, root, ops.zeros_like(root))


def _unit_rows(rows):
    """Rows of length 1, or next to nothing where they were."""
    lengths = ops.sqrt(ops.sum(ops.square(rows), axis=-1, keepdims=True))
    return rows / (ops.stop_gradient(lengths) + 1e-6)

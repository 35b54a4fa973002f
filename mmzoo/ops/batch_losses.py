"""Losses of sets of vectors, which the samples of a batch make together.

In another company a sample costs something else. Those that are no sums over samples
give one number for a batch, and no total and count. All is float32 at the least.
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
    first, first_shares, some = rows_and_shares(first, first_weights)
    second, second_shares, others = rows_and_shares(second, second_weights)
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
    first, shares, _ = rows_and_shares(first, weights)
    second, _, _ = rows_and_shares(second, weights)
    units = [
        _unit_rows(rows - ops.sum(shares * rows, axis=0)) for rows in (first, second)
    ]
    # Rows that all count alike count once each.
    often = shares * ops.sum(ops.cast(shares > 0, shares.dtype))
    products = ops.matmul(ops.transpose(often * units[0]), units[1])
    return ops.mean(ops.square(products))


def mmd_to_normal(vectors, weights=None):
    """How far a set of vectors is from N(0, I), by their maximum mean discrepancy.

    It is `E k(x, x') - 2 E k(x, z) + E k(z, z')` for vectors x and normal z, with the
    kernel `k(x, y) = exp(-|x - y|^2 / d^2)` for d features, and 0 only for vectors that
    are distributed as z. The authors' code draws z; here both expectations over z are
    in closed form, `E k(x, z) = (s / (s + 2))^(d / 2) exp(-|x|^2 / (s + 2))` and
    `E k(z, z') = (s / (s + 4))^(d / 2)` with `s = d^2`, so that nothing is drawn. A
    vector is compared with itself, too, as in the authors' code: of n vectors it is
    about 1 / n at the least where d is small.

    Args:
        vectors: float tensor `(batch, features)`.
        weights: optional float tensor `(batch,)`, how often each row counts. What a row
            holds that counts never does not matter. Defaults to `None`: once.

    Returns:
        Float scalar tensor; 0 where no row counts.

    Example:
    ```python
    mmzoo.ops.mmd_to_normal(keras.random.normal((500, 4), seed=1))  # about 0
    ```

    Reference:
        - [Gretton et al., 2012](https://jmlr.org/papers/v13/gretton12a.html), section
          2.2
        - [Tsai et al., 2019](https://arxiv.org/abs/1806.06176), and the authors' code,
          pliang279/factorized
    """
    rows, shares, some = rows_and_shares(vectors, weights)
    width = rows.shape[-1]
    scale = float(width**2)
    # (batch, 1)
    squares = ops.sum(ops.square(rows), axis=-1, keepdims=True)
    apart = squares + ops.transpose(squares) - 2 * ops.matmul(rows, ops.transpose(rows))
    among = ops.sum(shares * ops.transpose(shares) * ops.exp(-apart / scale))
    to_prior = ops.sum(shares * ops.exp(-squares / (scale + 2)))
    to_prior = to_prior * (scale / (scale + 2)) ** (width / 2)
    found = among - 2 * to_prior + (scale / (scale + 4)) ** (width / 2)
    return ops.where(some, found, ops.zeros_like(found))


def rows_and_shares(rows, weights):
    """What each row of a set is, and how much it counts in it.

    Args:
        rows: float tensor `(batch, features)`.
        weights: optional float tensor `(batch,)`, how often each row counts.

    Returns:
        The rows in float32 at least, zeros where they do not count; their shares
        `(batch, 1)`, which sum to 1; whether any row counts.
    """
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

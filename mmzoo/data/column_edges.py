"""The least and the largest value of each column, and how many frames have it.

They tell which columns are constant, and which were clipped before. Nothing is changed.
"""

import numpy as np

# Fewer frames tell nothing.
FRAMES = 100
# A clipped column has its edge in so many frames, and the value next to it in so few.
SHARE, MOST_NEXT = 0.01, 0.001
FEWEST = 10
# Edges that say nothing of a clipping.
NATURAL = (-1, 0, 1)


class ColumnEdges:
    """Both edges of each column, over blocks of frames.

    A frame that is repeated, such as the vector of a frequent word or a still face,
    counts once in a block. So where there is one column, no clipping is seen.

    Args:
        features: Number of columns.

    Example:
    ```python
    from mmzoo.data.column_edges import ColumnEdges

    frames = np.random.default_rng(0).normal(size=(1000, 3))
    frames[:, 0], frames[:, 1] = np.minimum(frames[:, 0], 1.5), 7.0
    edges = ColumnEdges(3)
    edges.add(frames)
    edges.constant()  # [1]
    [each["column"] for each in edges.saturated()]  # [0]
    ```
    """

    def __init__(self, features: int):
        self.features, self.frames, self.steps = features, 0, 0
        self.low, self.high = _Edge(features), _Edge(features)

    def add(self, frames: np.ndarray) -> None:
        """Look at some more frames.

        Args:
            frames: Array `(steps, features)` of what was observed; what is not finite
                is passed over.
        """
        if not len(frames):
            return
        self.steps += len(frames)
        frames = _different(frames)
        self.frames += len(frames)
        finite = np.isfinite(frames)
        if not finite.all():
            frames = np.where(finite, frames, np.nan)
        self.low.add(frames)
        self.high.add(-frames)

    def constant(self) -> list[int]:
        """The columns that have one value, or none that is finite, in several steps."""
        if self.steps < 2:
            return []
        return np.flatnonzero(self.low.least >= -self.high.least).tolist()

    def saturated(self) -> list[dict]:
        """The columns that end at a value as if they had been clipped there.

        At least one in a hundred different frames, and ten, have the edge of the
        column, and at most one in a thousand, or one, the value next to it. 0, 1 and -1
        are no such edges: there scales end by themselves, and zero says that there is
        nothing. Nor is that of a column of fewer than four values, such as classes.

        Returns:
            For each edge a dict with `column`, `value` and `share` of the frames.
        """
        if self.frames < FRAMES:
            return []
        several = self.low.inner < -self.high.inner
        found = []
        for edge, sign in ((self.low, 1.0), (self.high, -1.0)):
            often = edge.counts >= max(FEWEST, SHARE * self.frames)
            alone = edge.next_counts <= max(1, MOST_NEXT * self.frames)
            clipped = several & often & alone & ~np.isin(edge.least, NATURAL)
            for column in np.flatnonzero(clipped):
                share = float(edge.counts[column] / self.frames)
                value = sign * float(edge.least[column])
                found.append({"column": int(column), "value": value, "share": share})
        return sorted(found, key=lambda each: each["column"])


class _Edge:
    """The least value of each column and the one next to it, with their counts.

    The next one is looked for where a block has the least one more than once, and that
    says something; it is infinite before.
    """

    def __init__(self, features: int):
        self.least, self.next = np.full((2, features), np.inf)
        self.counts, self.next_counts = np.zeros((2, features), "int64")

    @property
    def inner(self) -> np.ndarray:
        """The value next to the least one, or that one where no next one is known."""
        return np.where(np.isfinite(self.next), self.next, self.least)

    def add(self, values: np.ndarray) -> None:
        """Take in an array `(steps, features)`; NaN is passed over."""
        least = np.fmin.reduce(values, axis=0)
        counts = np.count_nonzero(values == least, axis=0)
        following = np.full_like(self.next, np.inf)
        following_counts = np.zeros_like(self.next_counts)
        for column in np.flatnonzero((counts > 1) & ~np.isin(least, NATURAL)):
            rest = values[:, column]
            rest = rest[rest > least[column]]
            if len(rest):
                following[column] = rest.min()
                following_counts[column] = (rest == following[column]).sum()
        candidates = np.stack([self.least, self.next, least, following])
        their_counts = np.stack(
            [self.counts, self.next_counts, counts, following_counts]
        )
        self.least = np.fmin.reduce(candidates, axis=0)
        at_least = candidates == self.least
        self.counts = np.where(at_least, their_counts, 0).sum(axis=0)
        rest = np.where(at_least, np.inf, candidates)
        self.next = np.fmin.reduce(rest, axis=0)
        self.next_counts = np.where(rest == self.next, their_counts, 0).sum(axis=0)


def _different(frames: np.ndarray) -> np.ndarray:
    """The frames without those that were there before, in any order."""
    bits = np.ascontiguousarray(frames, "float32").view("uint32")
    weights = np.random.default_rng(0).integers(0, 2**31, frames.shape[1], "uint32")
    # Sums modulo 2**32, which are exact: equal frames have equal ones.
    marks = np.einsum("sf,f->s", bits, 2 * weights + 1)
    _, first = np.unique(marks, return_index=True)
    return frames if len(first) == len(frames) else frames[first]

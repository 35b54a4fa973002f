"""The loss of an epoch, whatever batches its entries fell into."""

import keras
from keras import ops


class ExactLoss(keras.metrics.Metric):
    """The weighted sum of the terms' means over all real entries, and the penalties.

    Keras weighs the loss of a batch by its samples, so that a real entry counts more
    where the others of its batch are masked. Here each term is summed and counted by
    itself, as in its own log, and divided at the end:
    `loss = sum_t sum_b(weight_t total_tb) / sum_b(count_tb) + penalty`. What layers add
    by `add_loss` or by regularisers has no entries and stays a mean over samples.

    Args:
        names: list of the names of the terms.

    Example:
    ```python
    loss = mmzoo.models.exact_loss.ExactLoss(["mae"])
    loss.update_state({"mae": (1.0, 6.0, 3.0)}, penalty=0.0, samples=4)
    loss.update_state({"mae": (1.0, 4.0, 1.0)}, penalty=0.0, samples=4)
    float(loss.result())  # 2.5
    ```
    """

    def __init__(self, names):
        super().__init__(name="exact_loss", dtype="float32")
        self.names = list(names)
        # The penalty is the last.
        shape = (len(self.names) + 1,)
        self.totals = self.add_variable(shape, initializer="zeros", name="totals")
        self.counts = self.add_variable(shape, initializer="zeros", name="counts")

    def update_state(self, terms, penalty, samples):
        """Add a batch.

        Args:
            terms: dict from the name of each active term to (weight, total, count).
            penalty: scalar tensor, the mean over the batch of what layers add.
            samples: int, those of the batch.
        """
        samples = ops.cast(samples, "float32")
        found = [terms.get(name, (0.0, 0.0, 0.0)) for name in self.names]
        totals = [weight * total for weight, total, _ in found]
        counts = [count for *_, count in found]
        self.totals.assign_add(_row([*totals, ops.cast(penalty, "float32") * samples]))
        self.counts.assign_add(_row([*counts, samples]))

    def result(self):
        return ops.sum(self.totals / ops.maximum(self.counts, 1.0))


def _row(numbers):
    """A float32 tensor `(numbers,)` of scalars."""
    return ops.stack([ops.cast(number, "float32") for number in numbers])

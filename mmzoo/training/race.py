"""Which trials train with one more seed, and which one is chosen."""

import dataclasses
import math

import numpy as np

# The trial with the options that were asked for, which the others have to beat.
DEFAULT = 0


@dataclasses.dataclass
class Race:
    """Trials that train with one seed after the other; each time the worse half leaves.

    A difference between two trials of one seed is mostly luck, and many seeds of every
    trial are dear: so the seeds go to the trials that may still be the best. The
    default stays to the end and trains with the same seeds, since what is chosen in its
    place has to beat it on them.

    Args:
        count: int. Trials; trial 0 is the default.
        seeds: list of int.
        scores: dict from `(trial, seed)` to the score, smaller is better; NaN where the
            training failed. Filled by who trains.

    Example:
    ```python
    race = mmzoo.training.race.Race(2, [7, 8])
    race.due()  # [(0, 7), (1, 7)]
    ```

    Reference:
        - [Jamieson and Talwalkar, 2016](https://arxiv.org/abs/1502.07943), whose
          successive halving gives out seeds here in place of epochs
    """

    count: int
    seeds: list
    scores: dict = dataclasses.field(default_factory=dict)

    def due(self):
        """What has to be trained before the next trials leave.

        Returns:
            List of `(trial, seed)`; empty at the end.
        """
        left = list(range(self.count))
        for number, seed in enumerate(self.seeds):
            missing = [(n, seed) for n in left if (n, seed) not in self.scores]
            if missing:
                return missing
            left = self._better_half(left, self.seeds[: number + 1])
        return []

    def chosen(self):
        """The trial of the least mean, if it beats the default beyond doubt.

        That is by more than the standard error of the mean of their differences, seed
        by seed; otherwise the default. Call it at the end.

        Returns:
            The number; `None` where no trial could be trained with all seeds.
        """
        ended = [n for n in range(self.count) if len(self.known(n)) == len(self.seeds)]
        ended = [n for n in ended if math.isfinite(self.mean(n))]
        if not ended:
            return None
        best = min(ended, key=self.mean)
        if DEFAULT in ended and best != DEFAULT:
            gain, error = self.gain(best)
            return best if gain > error else DEFAULT
        return best

    def gain(self, trial):
        """By how much the default's score is above that of a trial on the same seeds.

        Args:
            trial: int.

        Returns:
            The mean difference and its standard error, which is 0 of one seed.
        """
        pairs = zip(self.known(DEFAULT), self.known(trial), strict=False)
        each = np.array([mine - others for mine, others in pairs])
        error = each.std(ddof=1) / math.sqrt(len(each)) if len(each) > 1 else 0.0
        return float(each.mean()), float(error)

    def known(self, trial):
        """The scores of a trial, by seed, as far as it came."""
        return [
            self.scores[trial, seed]
            for seed in self.seeds
            if (trial, seed) in self.scores
        ]

    def mean(self, trial):
        """The mean score of a trial; NaN where one of its trainings failed."""
        return float(np.mean(self.known(trial)))

    def _better_half(self, left, seeds):
        """Those that go on: the default, and half of the others, rounded up."""
        able = [n for n in left if all(math.isfinite(self.scores[n, s]) for s in seeds)]
        means = {n: np.mean([self.scores[n, s] for s in seeds]) for n in able}
        others = sorted((n for n in able if n != DEFAULT), key=means.get)
        kept = others[: math.ceil(sum(n != DEFAULT for n in left) / 2)]
        return sorted([DEFAULT] * (DEFAULT in able) + kept)

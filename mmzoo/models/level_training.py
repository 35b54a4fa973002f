"""What models share that are trained level by level: each modality alone, then all."""

from mmzoo.layers.frozen_parts import set_trainable, trainable_exceptions

FUSION = "fusion"


class LevelTraining:
    """A `MultimodalModel` whose levels are trained one after the other.

    The first levels are the modalities: each is taught to answer by itself. The last
    one, `"fusion"`, learns from what they found, and leaves them as they are.

    A subclass sets `levels`, `end_to_end` and what `level_parts` names, and ends its
    constructor with `begin_levels`.
    """

    def begin_levels(self, level):
        """Remember which front ends learn, and freeze what another level trains.

        Args:
            level: optional str, as `train_level` takes it.
        """
        # Of front ends, those that learn do so with the first level.
        self._front_ends_that_learn = {
            name: trainable_exceptions(end)
            for name, end in self.front_ends.items()
            if end.trainable
        }
        self.train_level(level)

    def level_parts(self, level):
        """The layers that learn on a level.

        Args:
            level: one of `levels`, or `None` for all of them together.

        Returns:
            List of layers.
        """
        raise NotImplementedError

    @property
    def reads_to_answer(self):
        """Raw input of front ends that learn, also in a phase that leaves them be."""
        learning = {
            name: self.front_ends[name].raw for name in self._front_ends_that_learn
        }
        return sorted(learning.get(name, name) for name in self.source)

    def train_level(self, level):
        """Train one level alone, as a phase does. Compile after this call.

        While a modality is trained, the answer of the model is what that modality
        tells by itself; no other phase trains this answer.

        Args:
            level: optional str. A modality, which is trained on the first level;
                `"fusion"`, the second level on the first as it is; `None`, both
                together by the fused answer.
        """
        if level not in (None, *self.levels):
            raise ValueError(f"`level` is one of {self.levels} or None, not {level!r}.")
        self.level = level
        for each in self.levels:
            for part in self.level_parts(each):
                set_trainable(part, False)
        for part in self.level_parts(level):
            set_trainable(part, True)
        for name, exceptions in self._front_ends_that_learn.items():
            set_trainable(self.front_ends[name], level in (None, name), exceptions)
        # What was compiled is of another level.
        self.train_function = self.test_function = self.predict_function = None

    def train_phases(self, run):
        """Train each modality on the first level, then the second on all of them.

        Args:
            run: `mmzoo.training.TrainingRun`, whose `fit` trains one phase.
        """
        if self.end_to_end or len(self.levels) == 1:
            super().train_phases(run)
            return
        for level in self.levels:
            self.train_level(level)
            corpus = self.taught_with(run, level)
            run.fit(level, self, corpus, self.reads, self.monitor)
        self.train_level(None)

    def taught_with(self, run, level):
        """The corpus that teaches a level: that of the run.

        Args:
            run: as in `train_phases`.
            level: one of `levels`.

        Returns:
            `Corpus`.
        """
        return run.corpus

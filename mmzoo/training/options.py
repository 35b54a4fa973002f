"""What can be chosen about a training, in one place."""

import dataclasses

from mmzoo.training.variant_row import plan_variants

CHOICES = {
    "training": ("phases", "end-to-end"),
    "cell": ("lstm", "gru"),
    "attention": ("global", "aligned", "none"),
}
LEAST = {
    "num_codes": 2,
    "units": 1,
    "num_layers": 1,
    "epochs": 1,
    "patience": 1,
    "batch_size": 1,
    "translation_weight": 0,
}


# Sequences below which a training overfits without a strong dropout.
SMALL_CORPUS = 500


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of a training, with defaults that work on the corpora of the field.

    Args:
        training: `"phases"` (Algorithms 1 and 2) or `"end-to-end"`.
        cell: `"lstm"` or `"gru"`.
        bidirectional: whether encoders read both ways.
        attention: the decoder's: `"global"`, `"aligned"` or `"none"`.
        pooling_attention: soft attention over time before the score (eq. 3-4), where
            labels are one a sequence.
        num_codes: size of a codebook of target frames; `None` regresses frames.
        units: width of every recurrent layer.
        num_layers: recurrent layers that are stacked.
        dropout: fraction of what every part reads that is dropped in training; `None`
            takes 0.1, and 0.4 for a corpus of fewer than 500 sequences.
        epochs: the most epochs of a phase.
        patience: epochs without a better one before a phase stops.
        batch_size: sequences of a batch; `None` takes 32, and fewer where a corpus is
            so small that an epoch would have under 12 steps.
        learning_rate: Adam's.
        translation_weight: of the translation's loss, trained end to end.

    Example:
    ```python
    options = mmzoo.training.Options(cell="gru", epochs=5)
    ```
    """

    training: str = "phases"
    cell: str = "lstm"
    bidirectional: bool = False
    attention: str = "aligned"
    pooling_attention: bool = False
    num_codes: int | None = None
    units: int = 96
    num_layers: int = 1
    dropout: float | None = None
    epochs: int = 100
    patience: int = 10
    batch_size: int | None = None
    learning_rate: float = 2e-3
    translation_weight: float = 0.5

    def __post_init__(self):
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` is one of {known}, not {getattr(self, name)!r}."
                )
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"`{name}` is at least {least}, not {value}.")
        if self.dropout is not None and not 0 <= self.dropout < 1:
            raise ValueError(f"`dropout` is from 0 to below 1, not {self.dropout}.")
        if not self.learning_rate > 0:
            raise ValueError(f"`learning_rate` is above 0, not {self.learning_rate}.")

    def plan(self, variants):
        """The rows of an experiment.

        Args:
            variants: list of `Variant`.

        Returns:
            List of `VariantRow`.
        """
        return plan_variants(variants, self)

    def recurrence_for(self, num_sequences):
        """Arguments that every recurrent part takes.

        Args:
            num_sequences: int. Of the training split.

        Returns:
            Dict of arguments.
        """
        names = ("units", "num_layers", "cell", "bidirectional", "dropout")
        chosen = {name: getattr(self, name) for name in names}
        if self.dropout is None:
            chosen["dropout"] = 0.4 if num_sequences < SMALL_CORPUS else 0.1
        return chosen

    def learning_rate_for(self, steps):
        """Adam's learning rate: a constant one.

        Args:
            steps: int. Of an epoch.

        Returns:
            A float.
        """
        return self.learning_rate

    def batch_size_for(self, num_sequences):
        """Sequences of a batch, for a training split of so many.

        Args:
            num_sequences: int.

        Returns:
            An int.
        """
        if self.batch_size is not None:
            return min(self.batch_size, num_sequences)
        return min(num_sequences, max(4, min(32, num_sequences // 12)))

"""What can be chosen about a training, in one place."""

import dataclasses


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
        dropout: fraction of every recurrent input dropped in training.
        epochs: the most epochs of a phase.
        patience: epochs without a better one before a phase stops.
        batch_size: sequences of a batch.
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
    units: int = 64
    num_layers: int = 1
    dropout: float = 0.3
    epochs: int = 40
    patience: int = 8
    batch_size: int = 32
    learning_rate: float = 2e-3
    translation_weight: float = 0.5

    def __post_init__(self):
        known = ("phases", "end-to-end")
        if self.training not in known:
            raise ValueError(f"`training` is one of {known}, not {self.training!r}.")
        for name in ("epochs", "batch_size", "units", "num_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is at least 1, not {getattr(self, name)}.")

    @property
    def recurrence(self):
        """Arguments that every recurrent part takes."""
        names = ("units", "num_layers", "cell", "bidirectional", "dropout")
        return {name: getattr(self, name) for name in names}

"""What a label of the samples says."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class LabelMeaning:
    """What one of several labels says, and which values it can have.

    Args:
        target: What it says, and its name in the batches.
        label_range: Lowest and highest label that can occur.
        classes: Name of each class where the labels are class indices, `None` where
            they are scores.
        provenance: What the provenance of a corpus tells of it, while it is read.

    Example:
    ```python
    mmzoo.data.LabelMeaning("passion", (1.0, 7.0)).classes  # None
    ```
    """

    target: str
    label_range: tuple[float, float]
    classes: tuple[str, ...] | None = None
    provenance: dict = field(default_factory=dict)

"""What of computational sequences was left out, and why."""

import collections
from dataclasses import dataclass, field

from mmzoo.data.errors import DataError


@dataclass
class Tally:
    """Counts of what is not in the corpus.

    Args:
        strict: Whether an entry that cannot be used is an error.
        answering: Whether the segments are to be answered, not trained on.
        dropped: How many parts were left out, by kind.
        left_out: For each segment that is not there, a dict with its name, its video
            and the reason.
        unusable: For each root, the entries that cannot be used.
        counts: What else was counted, by name.
    """

    strict: bool = False
    answering: bool = False
    dropped: collections.Counter = field(default_factory=collections.Counter)
    left_out: list[dict] = field(default_factory=list)
    unusable: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, collections.Counter] = field(
        default_factory=lambda: collections.defaultdict(collections.Counter)
    )

    def leave_out(self, kind: str, name: str, video: str, reason: str = "") -> None:
        """Note a segment that will not be in the corpus, and why if more is known."""
        told = {"id": name, "group": video, "split": "", "reason": reason or kind}
        self.dropped[kind] += 1
        self.left_out.append(told)

    def refuse(self, error: DataError, kind: str, name: str, video: str) -> None:
        """Raise the fault of an entry with labels where that is asked for."""
        if self.strict:
            raise error
        self.leave_out(kind, name, video, error.fault)

    def count(self, kind: str, part: str, number: int) -> None:
        """Add to a count of a modality."""
        if number:
            self.counts[kind][part] += int(number)

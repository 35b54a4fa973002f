"""The one grammar for what is trained, from the flag to the report's row."""

import dataclasses

from mmzoo.spelling import did_you_mean

MODALITIES = ("audio", "text", "video")


@dataclasses.dataclass(frozen=True)
class Variant:
    """A set of modalities, or a path of such sets joined by arrows.

    `text+audio` is a concat baseline, `text+audio->text+video` a translation,
    `text->audio->video` the hierarchical one (the paper's embed(T, A) -> V).

    Args:
        chain: the sets, from the source to the last target, each in the order given.

    Example:
    ```python
    variant = mmzoo.models.Variant.parse("text->audio+video")
    variant.name, variant.kind  # ("text->audio+video", "translation")
    ```
    """

    chain: tuple[tuple[str, ...], ...]

    @classmethod
    def parse(cls, name):
        """Read a variant.

        Args:
            name: str in the grammar above.

        Returns:
            The `Variant`.

        Raises:
            ValueError: naming what is wrong and showing the grammar.
        """
        chain = tuple(
            tuple(each.split("+")) for each in name.replace(" ", "").split("->")
        )
        for modalities in chain:
            for modality in modalities:
                if modality not in MODALITIES:
                    raise ValueError(
                        f"The variant {name!r} names {modality!r}; modalities are "
                        f"{', '.join(MODALITIES)}.{did_you_mean(modality, MODALITIES)} "
                        f"{GRAMMAR}"
                    )
            if len(set(modalities)) < len(modalities):
                raise ValueError(
                    f"The variant {name!r} names a modality twice in "
                    f"{'+'.join(modalities)!r}. {GRAMMAR}"
                )
        targets = [tuple(sorted(modalities)) for modalities in chain[1:]]
        if len(set(targets)) < len(targets):
            raise ValueError(
                f"The variant {name!r} names a target twice: leave one out. {GRAMMAR}"
            )
        return cls(chain)

    @property
    def name(self):
        """The variant as it was written."""
        return "->".join("+".join(modalities) for modalities in self.chain)

    @property
    def kind(self):
        """`"concat"`, `"translation"` or `"hierarchical"`."""
        return ("concat", "translation", "hierarchical")[min(len(self.chain), 3) - 1]

    @property
    def source(self):
        """The modalities that a prediction reads."""
        return sorted(self.chain[0])

    @property
    def modalities(self):
        """The modalities that training reads."""
        return sorted({name for modalities in self.chain for name in modalities})


GRAMMAR = (
    "Write `text+audio` for a baseline on joined modalities, `text->audio+video` for a "
    "translation, `text->audio->video` for a hierarchical one."
)

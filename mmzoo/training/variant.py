"""What is trained: a model of the registry, and the modalities that it reads."""

import dataclasses
import re

from mmzoo.models.registry import answers, check_name, takes_path
from mmzoo.training.control import Control

# The model of a variant that names none, by the number of its sets.
MODELS = ("lstm_baseline", "seq2seq_translator", "hierarchical_translator")
MODALITY = re.compile(r"[a-z][a-z0-9_]*")


@dataclasses.dataclass(frozen=True)
class Variant:
    """A model and a set of modalities, or a path of such sets joined by arrows.

    `[model ":"] modalities {"->" modalities}`: `memory_fusion_network:text+audio` is
    that model on two modalities. Where no model is named, `text+audio` is the LSTM
    baseline, `text+audio->text+video` a translation, `text->audio->video` the
    hierarchical one (the paper's embed(T, A) -> V).

    Args:
        chain: the sets, from the source to the last target, each in the order given.
        model: optional name in the registry; where not given, what the path says.
        architecture: dict of arguments of the model's builder.
        controls: list of `Control`; `None` takes those of translations, see
            `mmzoo.training.PlannedRow`. Defaults to `None`.

    Example:
    ```python
    variant = mmzoo.training.Variant.parse("text->audio+video")
    variant.name, variant.model  # ("text->audio+video", "seq2seq_translator")
    ```
    """

    chain: tuple[tuple[str, ...], ...]
    model: str | None = None
    architecture: dict = dataclasses.field(default_factory=dict)
    controls: tuple[Control, ...] | None = None

    def __post_init__(self):
        if self.model is None:
            object.__setattr__(self, "model", MODELS[min(len(self.chain), 3) - 1])
        check_name(self.model)
        if takes_path(self.model) != (len(self.chain) > 1):
            fault = "reads one set" if len(self.chain) > 1 else "needs a target"
            raise ValueError(f"The variant {self.name!r} {fault}: {GRAMMAR}")

    @classmethod
    def parse(cls, name, **fields):
        """Read a variant.

        Args:
            name: str in the grammar above.
            **fields: `architecture` and `controls`, and `model` where the name has
                none.

        Returns:
            The `Variant`.

        Raises:
            ValueError: naming what is wrong and showing the grammar.
        """
        model, colon, path = name.replace(" ", "").rpartition(":")
        if colon:
            fields["model"] = model
        chain = tuple(tuple(each.split("+")) for each in path.split("->"))
        for modalities in chain:
            for modality in modalities:
                if not MODALITY.fullmatch(modality):
                    raise ValueError(
                        f"The variant {name!r} names the modality {modality!r}, which "
                        f"is no name. {GRAMMAR}"
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
        return cls(chain, **fields)

    @classmethod
    def from_json(cls, fields):
        """The variant that `dataclasses.asdict` and JSON made a dict of.

        Args:
            fields: that dict.

        Returns:
            The `Variant`.
        """
        chain = tuple(tuple(modalities) for modalities in fields["chain"])
        controls = fields["controls"]
        if controls is not None:
            controls = tuple(Control(**each) for each in controls)
        return cls(chain, fields["model"], fields["architecture"], controls)

    @property
    def name(self):
        """The variant in the grammar; a model that the path implies is left out."""
        path = "->".join("+".join(modalities) for modalities in self.chain)
        implied = self.model == MODELS[min(len(self.chain), 3) - 1]
        return path if implied else f"{self.model}:{path}"

    @property
    def needs_regressor(self):
        """Whether a regressor has to answer, from the states of a translation."""
        return len(self.chain) > 1 and not answers(self.model)

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
    "translation, `text->audio->video` for a hierarchical one, and "
    "`tensor_fusion_network:text+audio` for a model by its name."
)

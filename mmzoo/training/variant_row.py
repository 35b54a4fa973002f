"""A row of a translation experiment: how it is trained and measured."""

import dataclasses

from mmzoo.training.drawings import draw_translation
from mmzoo.training.measure import measure_translation, predictions
from mmzoo.training.phases import control_of, train_variant


@dataclasses.dataclass(frozen=True)
class VariantRow:
    """A variant, or one of its controls.

    Args:
        variant: `Variant`.
        options: `Options`.
        control: optional name of the control.

    Example:
    ```python
    variant = mmzoo.models.Variant.parse("text->audio")
    row, control = mmzoo.training.Options().plan([variant])
    control.control  # "untrained encoder"
    ```
    """

    variant: object
    options: object
    control: str | None = None

    @property
    def name(self):
        return self.variant.name

    @property
    def modalities(self):
        return self.variant.modalities

    @property
    def training(self):
        return "supervised" if self.variant.kind == "concat" else self.options.training

    def validation_score(self, history):
        """What seeds are compared by; smaller is better."""
        return min(history["sentiment"]["val_sentiment_mae"])

    def train(self, corpus, seed, directory, say):
        """Train once; see `train_variant`."""
        return train_variant(
            self.variant, corpus, self.options, seed, directory, self.control, say
        )

    def measure(self, model, corpus, seed):
        """Read the test split, once; arrays by name, `"predictions"` among them."""
        arrays = {"predictions": predictions(model, corpus.test)}
        if self.variant.kind != "concat":
            explained, _ = measure_translation(model.translator, corpus.test, seed)
            for name, (errors, deviations) in explained.items():
                arrays[name], arrays[f"{name}_of"] = errors, deviations
            plot, drawn = draw_translation(model, corpus.test) or (None, {})
            arrays |= {f"{plot}.{name}": value for name, value in drawn.items()}
        return arrays


def plan_variants(variants, options):
    """Each variant, followed by its control where it has one.

    Args:
        variants: list of `Variant`.
        options: `Options`.

    Returns:
        List of `VariantRow`.
    """
    return [
        VariantRow(variant, options, control)
        for variant in variants
        for control in dict.fromkeys([None, control_of(variant, options)])
    ]

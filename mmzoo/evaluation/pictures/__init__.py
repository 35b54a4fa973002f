"""The pictures of a report, each a function that draws one file."""

from mmzoo.evaluation.pictures.attention_plots import (
    attention_map,
    attention_over_picture,
    attention_over_spectrogram,
    attention_over_steps,
    attention_over_words,
)
from mmzoo.evaluation.pictures.data_overview import data_overview
from mmzoo.evaluation.pictures.plots import (
    confusion,
    confusion_7class,
    learning_curves,
    predicted_against_true,
)
from mmzoo.evaluation.pictures.row_comparison import comparison

__all__ = [
    "attention_map",
    "attention_over_picture",
    "attention_over_spectrogram",
    "attention_over_steps",
    "attention_over_words",
    "comparison",
    "confusion",
    "confusion_7class",
    "data_overview",
    "learning_curves",
    "predicted_against_true",
]

"""Metrics, controls, intervals and the report of a run."""

from mmzoo.evaluation.bootstrap import bootstrap, bootstrap_units, percentile_interval
from mmzoo.evaluation.metrics import (
    CLASSIFICATION_METRICS,
    EXPLAINED_METRICS,
    RATING_METRICS,
    SENTIMENT_METRICS,
    classification_metrics,
    copy_previous,
    metric_definitions,
    rating_metrics,
    sentiment_classes,
    sentiment_metrics,
    translation_errors,
    variance_explained,
)
from mmzoo.evaluation.paired import compare, compare_explained
from mmzoo.evaluation.pictures import (
    attention_map,
    attention_over_picture,
    attention_over_spectrogram,
    comparison,
    confusion,
    confusion_7class,
    learning_curves,
    predicted_against_true,
)
from mmzoo.evaluation.report import (
    Report,
    environment,
    regressor_verdict,
    table,
    translation_verdict,
    validate_report,
    verdicts,
)
from mmzoo.evaluation.row import Row

__all__ = [
    "CLASSIFICATION_METRICS",
    "EXPLAINED_METRICS",
    "RATING_METRICS",
    "SENTIMENT_METRICS",
    "Report",
    "Row",
    "attention_map",
    "attention_over_picture",
    "attention_over_spectrogram",
    "bootstrap",
    "bootstrap_units",
    "classification_metrics",
    "compare",
    "compare_explained",
    "comparison",
    "confusion",
    "confusion_7class",
    "copy_previous",
    "environment",
    "learning_curves",
    "metric_definitions",
    "percentile_interval",
    "predicted_against_true",
    "rating_metrics",
    "regressor_verdict",
    "sentiment_classes",
    "sentiment_metrics",
    "table",
    "translation_errors",
    "translation_verdict",
    "validate_report",
    "variance_explained",
    "verdicts",
]

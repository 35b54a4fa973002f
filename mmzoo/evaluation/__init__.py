"""Metrics, controls, intervals and the report of a run."""

from mmzoo.evaluation.attention_plots import (
    attention_map,
    attention_over_picture,
    attention_over_spectrogram,
)
from mmzoo.evaluation.bootstrap import bootstrap, bootstrap_units, percentile_interval
from mmzoo.evaluation.classification_metrics import (
    CLASSIFICATION_METRICS,
    classification_metrics,
)
from mmzoo.evaluation.definitions import metric_definitions
from mmzoo.evaluation.metrics import (
    SENTIMENT_METRICS,
    sentiment_classes,
    sentiment_metrics,
)
from mmzoo.evaluation.paired import compare, compare_explained
from mmzoo.evaluation.plots import (
    confusion,
    confusion_7class,
    learning_curves,
    predicted_against_true,
)
from mmzoo.evaluation.rating_metrics import RATING_METRICS, rating_metrics
from mmzoo.evaluation.report import Report
from mmzoo.evaluation.report_schema import validate_report
from mmzoo.evaluation.result_table import table
from mmzoo.evaluation.row import Row
from mmzoo.evaluation.row_comparison import comparison
from mmzoo.evaluation.run_environment import environment
from mmzoo.evaluation.translation import (
    EXPLAINED_METRICS,
    copy_previous,
    translation_errors,
    variance_explained,
)
from mmzoo.evaluation.verdict_rules import (
    regressor_verdict,
    translation_verdict,
    verdicts,
)

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

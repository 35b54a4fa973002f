"""Every metric of a report, defined once, and the definitions for people to read."""

from mmzoo.evaluation.metrics.by_class import metrics_by_class
from mmzoo.evaluation.metrics.classification import (
    CLASSIFICATION_METRICS,
    classification_metrics,
)
from mmzoo.evaluation.metrics.definitions import metric_definitions
from mmzoo.evaluation.metrics.emotions import (
    EMOTION_METRICS,
    emotion_metrics,
    metrics_by_emotion,
)
from mmzoo.evaluation.metrics.latent import LATENT_METRICS, latent_metrics
from mmzoo.evaluation.metrics.rating import RATING_METRICS, rating_metrics
from mmzoo.evaluation.metrics.sentiment import (
    SENTIMENT_METRICS,
    sentiment_classes,
    sentiment_metrics,
)
from mmzoo.evaluation.metrics.tokens import TOKEN_METRICS
from mmzoo.evaluation.metrics.translation import (
    EXPLAINED_METRICS,
    TRANSLATION_METRICS,
    copy_previous,
    translation_errors,
    translation_score,
    variance_explained,
)

__all__ = [
    "CLASSIFICATION_METRICS",
    "EMOTION_METRICS",
    "EXPLAINED_METRICS",
    "LATENT_METRICS",
    "RATING_METRICS",
    "SENTIMENT_METRICS",
    "TOKEN_METRICS",
    "TRANSLATION_METRICS",
    "classification_metrics",
    "copy_previous",
    "emotion_metrics",
    "latent_metrics",
    "metric_definitions",
    "metrics_by_class",
    "metrics_by_emotion",
    "rating_metrics",
    "sentiment_classes",
    "sentiment_metrics",
    "translation_errors",
    "translation_score",
    "variance_explained",
]

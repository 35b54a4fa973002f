"""The definition of every metric, gathered for people to read."""

import inspect

from mmzoo.evaluation.metrics.classification import CLASSIFICATION_METRICS
from mmzoo.evaluation.metrics.emotions import EMOTION_METRICS
from mmzoo.evaluation.metrics.latent import LATENT_METRICS
from mmzoo.evaluation.metrics.rating import RATING_METRICS
from mmzoo.evaluation.metrics.sentiment import SENTIMENT_METRICS
from mmzoo.evaluation.metrics.translation import TRANSLATION_METRICS


def metric_definitions(names=None):
    """What every metric of a report is.

    Args:
        names: which metrics, in order. Defaults to `None`: all.

    Returns:
        dict from the name of a sentiment, translation, latent, classification, rating
        or emotion metric to its definition.
    """
    found = {
        **_documented(SENTIMENT_METRICS),
        **TRANSLATION_METRICS,
        **LATENT_METRICS,
        **_documented(CLASSIFICATION_METRICS),
        **_documented(RATING_METRICS),
        **_documented(EMOTION_METRICS),
    }
    return found if names is None else {name: found[name] for name in names}


def _documented(metrics):
    return {name: inspect.getdoc(metric) for name, metric in metrics.items()}

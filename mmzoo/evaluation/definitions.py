"""The definition of every metric, gathered for people to read."""

import inspect

from mmzoo.evaluation.metrics import SENTIMENT_METRICS
from mmzoo.evaluation.translation import EXPLAINED_METRICS


def metric_definitions():
    """What every metric of a report is.

    Returns:
        dict from the name of a sentiment or translation metric to its definition.
    """
    return {
        **{name: inspect.getdoc(metric) for name, metric in SENTIMENT_METRICS.items()},
        **EXPLAINED_METRICS,
    }

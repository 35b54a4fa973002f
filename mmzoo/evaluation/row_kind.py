"""What a report shows and judges by, for each kind of row that there is."""

import dataclasses
from collections.abc import Callable

from mmzoo.evaluation.metrics.classification import (
    CLASSIFICATION_METRICS,
    classification_metrics,
)
from mmzoo.evaluation.metrics.emotions import EMOTION_METRICS, emotion_metrics
from mmzoo.evaluation.metrics.rating import RATING_METRICS, rating_metrics
from mmzoo.evaluation.metrics.sentiment import (
    SENTIMENT_METRICS,
    sentiment_classes,
    sentiment_metrics,
)


@dataclasses.dataclass(frozen=True)
class _RowKind:
    """The metrics of a kind of row, and where each of them is shown.

    A column is `(heading, metric, factor, decimals)`.

    Args:
        metrics: dict of the metrics, by name.
        score: function `(labels, predictions, weights, names)` to the scores by name.
        lower_is_better: names of the metrics that are errors.
        judged_by: `(metric, words)` of the one that decides verdicts.
        article: what stands before those words, "a" or "an".
        also_said: `(metric, words)` of those that a verdict mentions as well.
        table_columns: of the plain table.
        report_columns: of the first table of `report.md`.
        further_tables: `(heading, columns)` of the tables that follow it.
        panels: columns that the comparison draws.
        pictures: names of the functions of `plots` that draw rows of this kind.
        classes_of: function from labels or predictions to classes counted from 0;
            None where a confusion makes no sense.
        class_names: names of these classes, where the row does not name its own.
        class_accuracy: metric, the share of the samples on a confusion's diagonal.
        translates: whether its reports always speak of translations.
    """

    metrics: dict
    score: Callable
    lower_is_better: frozenset
    judged_by: tuple
    article: str
    also_said: tuple
    table_columns: tuple
    report_columns: tuple
    further_tables: tuple
    panels: tuple
    pictures: tuple
    classes_of: Callable | None
    class_names: tuple | None
    class_accuracy: str | None
    translates: bool


_SENTIMENT_COLUMNS = (
    ("has0 %", "acc2_has0", 100, 1),
    ("non0 %", "acc2_non0", 100, 1),
    ("F1 has0 %", "f1_has0", 100, 1),
    ("MAE", "mae", 1, 3),
    ("r", "pearson", 1, 3),
    ("acc7 %", "acc7", 100, 1),
)
SENTIMENT = _RowKind(
    metrics=SENTIMENT_METRICS,
    score=sentiment_metrics,
    lower_is_better=frozenset({"mae"}),
    judged_by=("mae", "MAE"),
    article="an",
    also_said=(("pearson", "r"), ("acc2_has0", "has0 accuracy")),
    table_columns=(_SENTIMENT_COLUMNS[0], *_SENTIMENT_COLUMNS[3:]),
    report_columns=_SENTIMENT_COLUMNS,
    further_tables=(
        (
            "Precision, recall and F1 as in the paper's tables",
            tuple(
                (f"{name} {size}", f"{metric}_{size}", 1, 2)
                for size in ("binary", "7class")
                for name, metric in (("P", "precision"), ("R", "recall"), ("F1", "f1"))
            ),
        ),
    ),
    panels=(
        ("has0 accuracy (%)", "acc2_has0", 100, 1),
        ("MAE", "mae", 1, 3),
        ("Pearson r", "pearson", 1, 3),
    ),
    pictures=("confusion_7class", "predicted_against_true"),
    classes_of=lambda values: sentiment_classes(values) + 3,
    class_names=("-3", "-2", "-1", "0", "+1", "+2", "+3"),
    class_accuracy="acc7",
    translates=True,
)

_CLASSIFICATION_COLUMNS = (
    ("acc %", "accuracy", 100, 1),
    ("UAR %", "uar", 100, 1),
    ("F1 macro", "f1_macro", 1, 3),
    ("F1 weighted", "f1_weighted", 1, 3),
)
CLASSIFICATION = _RowKind(
    metrics=CLASSIFICATION_METRICS,
    score=classification_metrics,
    lower_is_better=frozenset(),
    judged_by=("uar", "UAR"),
    article="a",
    also_said=(("accuracy", "accuracy"), ("f1_macro", "macro F1")),
    table_columns=_CLASSIFICATION_COLUMNS,
    report_columns=_CLASSIFICATION_COLUMNS,
    further_tables=(),
    panels=(
        ("accuracy (%)", "accuracy", 100, 1),
        ("UAR (%)", "uar", 100, 1),
        ("macro F1", "f1_macro", 1, 3),
    ),
    pictures=("confusion",),
    classes_of=lambda values: values,
    class_names=None,
    class_accuracy="accuracy",
    translates=False,
)

_RATING_COLUMNS = (("CCC", "ccc", 1, 3), ("MAE", "mae", 1, 3), ("r", "pearson", 1, 3))
RATING = _RowKind(
    metrics=RATING_METRICS,
    score=rating_metrics,
    lower_is_better=frozenset({"mae"}),
    judged_by=("ccc", "CCC"),
    article="a",
    also_said=(("mae", "MAE"), ("pearson", "r")),
    table_columns=_RATING_COLUMNS,
    report_columns=_RATING_COLUMNS,
    further_tables=(),
    panels=(
        ("CCC", "ccc", 1, 3),
        ("MAE", "mae", 1, 3),
        ("Pearson r", "pearson", 1, 3),
    ),
    pictures=("predicted_against_true",),
    classes_of=None,
    class_names=None,
    class_accuracy=None,
    translates=False,
)


# The target whose classes are said yes or no, each by itself.
SEVERAL = "emotions"
_EMOTION_COLUMNS = (
    ("wacc %", "mean_weighted_accuracy", 100, 1),
    ("F1 weighted %", "mean_f1_weighted", 100, 1),
    ("acc %", "mean_accuracy", 100, 1),
    ("F1 %", "mean_f1", 100, 1),
)
EMOTIONS = _RowKind(
    metrics=EMOTION_METRICS,
    score=emotion_metrics,
    lower_is_better=frozenset(),
    judged_by=("mean_weighted_accuracy", "mean weighted accuracy"),
    article="a",
    also_said=(("mean_f1_weighted", "mean weighted F1"),),
    table_columns=_EMOTION_COLUMNS,
    report_columns=_EMOTION_COLUMNS,
    further_tables=(),
    panels=(
        ("weighted accuracy (%)", "mean_weighted_accuracy", 100, 1),
        ("weighted F1 (%)", "mean_f1_weighted", 100, 1),
    ),
    pictures=(),
    classes_of=None,
    class_names=None,
    class_accuracy=None,
    translates=False,
)


def kind_for(classes, target):
    """The kind of rows with these classes, or None, and this name of the label."""
    if classes and target == SEVERAL:
        return EMOTIONS
    if classes:
        return CLASSIFICATION
    return SENTIMENT if target == "sentiment" else RATING


def kind_of(rows):
    """The kind of rows as `report.json` holds them."""
    found = {name for row in rows for name in row["metrics"]}
    for kind in (CLASSIFICATION, RATING, EMOTIONS):
        if kind.judged_by[0] in found:
            return kind
    return SENTIMENT


def heading_of(kind):
    """A function from a metric to what tables of such a kind of rows call it."""
    further = [column for _, columns in kind.further_tables for column in columns]
    columns = [*kind.report_columns, *further]
    names = {metric: name for name, metric, factor, _ in columns if factor == 1}
    return lambda metric: names.get(metric, metric.replace("_", " "))

import pytest

from mmzoo.data.split import EMOTIONS as TARGET
from mmzoo.evaluation.pictures import plots
from mmzoo.evaluation.row_kind import (
    CLASSIFICATION,
    EMOTIONS,
    SENTIMENT,
    SEVERAL,
    kind_of,
)
from tests.evaluation.rows import make_class_row, make_emotion_row, make_row


def test_rows_know_their_kind():
    assert make_row().kind is SENTIMENT and make_class_row().kind is CLASSIFICATION
    assert make_emotion_row().kind is EMOTIONS and SEVERAL == TARGET
    for row in (make_row(), make_class_row(), make_emotion_row()):
        assert kind_of([row.to_dict()]) is row.kind
        assert list(row.metrics) == list(row.kind.metrics)
    assert kind_of([]) is SENTIMENT


@pytest.mark.parametrize("kind", [SENTIMENT, CLASSIFICATION, EMOTIONS])
def test_what_is_shown_exists(kind):
    columns = [*kind.table_columns, *kind.report_columns, *kind.panels]
    columns += [column for _, table in kind.further_tables for column in table]
    named = {column[1] for column in columns} | kind.lower_is_better
    named |= {metric for metric, _ in (kind.judged_by, *kind.also_said)}
    assert named | {kind.class_accuracy} <= {*kind.metrics, None}
    assert all(hasattr(plots, name) for name in kind.pictures)


def test_only_errors_are_better_when_lower():
    assert SENTIMENT.lower_is_better == {"mae"}
    assert not CLASSIFICATION.lower_is_better

from mmzoo.evaluation.report.row_tables import class_tables, emotion_tables, row_table
from mmzoo.evaluation.row_dicts import in_order
from tests.evaluation.rows import make_class_row, make_emotion_row, make_row


def ordered(*rows):
    return in_order([row.to_dict() for row in rows])


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_control_is_set_in_below_its_row():
    control = make_row("text", control="untrained encoder")
    lines = row_table(ordered(make_row("text"), control), [("MAE", "mae", 1, 3)])
    assert cells(lines[2])[0] == "`text`"
    assert cells(lines[3])[0] == "&nbsp;&nbsp;*untrained encoder*"


def test_seven_classes_of_sentiment_beside_the_labels():
    row = make_row("text")
    lines = class_tables(ordered(row))
    header, _, first = lines[3:6]
    classes = ["-3", "-2", "-1", "0", "+1", "+2", "+3"]
    # A leading sign would begin a list.
    assert [name.lstrip("\\") for name in cells(header)[2:]] == classes
    recall = row.by_class["recall"]["+1"]["mean"]
    assert f" / {recall:.2f} / ".replace("0.", ".") in cells(first)[6]
    labels, predicted = map(cells, lines[-2:])
    assert labels[0] == "*labels*" and predicted[0] == "`text`"
    share = row.by_class["share_true"]["0"]["mean"]
    assert labels[5] == f"{100 * share:.1f}" and "±" in predicted[5]
    assert len(labels) == len(predicted) == 9


def test_rows_of_other_kinds_have_tables_of_their_own():
    assert "happy" in class_tables(ordered(make_class_row()))[3]
    emotions = ordered(make_emotion_row())
    assert class_tables(emotions) == []
    assert emotion_tables(emotions)[1] == "### weighted accuracy of each emotion, in %"
    assert emotion_tables(ordered(make_row())) == []
    # One that an earlier version wrote.
    (row, belongs), *_ = ordered(make_row())
    del row["by_class"]
    assert class_tables([(row, belongs)]) == []

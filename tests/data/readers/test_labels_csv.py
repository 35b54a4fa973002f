import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.clip_table import ClipTable
from mmzoo.data.readers.labels_csv import (
    csv_file,
    cut_by_seed,
    delimiter,
    given_splits,
    inside,
    label_lacking,
    labelled,
    read_rows,
)


def write(folder, text):
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def has_name(head):
    return "name" in head


def labels_of(*labels):
    """A row a label."""
    return {line: {"label": label} for line, label in enumerate(labels, 2)}


def test_file_or_its_folder(tmp_path):
    path = write(tmp_path, "name\n")
    assert csv_file(tmp_path) == csv_file(path) == path


@pytest.mark.parametrize(
    ("head", "mark"),
    [
        ("name,label", ","),
        ("label; Name ", ";"),
        ('"label"\t"name"', "\t"),
        ("\ufeffname,label", ","),
        ("names,label", ""),
        ("", ""),
    ],
)
def test_delimiter(tmp_path, head, mark):
    assert delimiter(write(tmp_path, head), has_name) == mark


def test_what_is_no_csv_has_no_delimiter(tmp_path):
    (tmp_path / "labels.txt").write_text("name,label")
    assert delimiter(tmp_path / "labels.txt", has_name) == ""
    assert delimiter(tmp_path / "gone.csv", has_name) == ""


def test_rows_by_their_line(tmp_path):
    path = write(tmp_path, 'Name,more\n a ,"x\ny"\n\n,\nb,\n')
    rows = read_rows(path, ",", ("name", "text"), ("name",))
    assert rows == {
        3: {"name": "a", "text": "", "more": "x\ny"},
        6: {"name": "b", "text": "", "more": ""},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text\na\n", r"no column name\. Its columns are text; it needs name, once"),
        ("name,name\na,b\n", "two columns name"),
        ("name,text\na\n", "line 2 has 1 cells, the head 2"),
        ('name\n"a\n', "no proper csv"),
    ],
)
def test_table_that_cannot_be_used_is_refused(tmp_path, text, message):
    with pytest.raises(DataError, match=rf"labels\.csv: .*{message}"):
        read_rows(write(tmp_path, text), ",", ("name", "text"), ("name",))


@pytest.mark.parametrize(
    ("path", "inner"),
    [("a.png", "a.png"), ("./b//a.png", "b/a.png"), ("b\\a.png", "b/a.png")],
)
def test_path_inside(tmp_path, path, inner):
    assert inside(path, 2, tmp_path) == inner


@pytest.mark.parametrize(
    "path", ["../a", "b/../../a", "/a", "C:a", "\\\\host\\a", "a\0"]
)
def test_path_outside_is_refused(tmp_path, path):
    with pytest.raises(DataError, match="line 2 names .*, outside the folder"):
        inside(path, 2, tmp_path)


def test_whole_path_inside_is_relative(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    for csv in (folder / "labels.csv", tmp_path / "link" / "labels.csv"):
        for start in (folder, tmp_path / "link", folder / ".." / "folder"):
            assert inside(f"{start}/b/a.png", 2, csv) == "b/a.png"
        for other in (tmp_path, f"{folder}_2", folder / "..", f"{folder}/../x"):
            with pytest.raises(DataError, match="line 2 names .*, outside the folder"):
                inside(f"{other}/a.png", 2, csv)
    with pytest.raises(DataError, match="outside the folder"):
        inside(f"{folder}/..", 2, folder / "labels.csv")


@pytest.fixture
def table(tmp_path):
    return ClipTable("small", tmp_path, [], (0, 0), "rule")


def test_classes_and_scores(table):
    assert labelled(labels_of("b", "a", "b"), "classes", "x", table) == [1, 0, 1]
    assert (table.classes, table.label_range) == (("a", "b"), (0, 1))
    assert table.target == "emotion"
    scores = labelled(labels_of("2", "-1"), "regression", "x", table)
    assert (scores, table.label_range) == ([2.0, -1.0], (-1.0, 2.0))
    assert table.target == "sentiment"


def test_given_splits():
    rows = {2: {"split": "Training"}, 3: {"split": "dev"}, 4: {"split": "test"}}
    assert given_splits(rows, "x") == ["train", "valid", "test"]
    assert given_splits({2: {"split": ""}}, "x") is None
    with pytest.raises(DataError, match="the split of line 5 is 'best'"):
        given_splits({**rows, 5: {"split": "best"}}, "x")


def test_cut_by_seed_keeps_groups_together():
    groups = [f"g{number % 10}" for number in range(50)]
    splits = cut_by_seed(groups)
    assert len(set(zip(groups, splits, strict=True))) == 10
    counts = {name: splits.count(name) for name in set(splits)}
    assert counts == {"train": 30, "valid": 10, "test": 10}
    assert cut_by_seed(groups[::-1]) == splits[::-1]
    tenths = cut_by_seed(range(50), {"valid": 0.1, "test": 0.1})
    assert (tenths.count("valid"), tenths.count("test")) == (5, 5)


@pytest.mark.parametrize("labels", [("1,5", "-2"), ("0,0", "1.5", "\u22122,25")])
def test_numbers_with_a_decimal_comma_are_no_classes(labels, tmp_path):
    file, rows = write(tmp_path, ""), labels_of(*labels)
    table = ClipTable("small", file, [], (0, 0), "rule")
    with pytest.raises(DataError, match=r"some with a comma, such as '.*a decimal po"):
        labelled(rows, "classes", file, table)
    with pytest.raises(DataError, match=r"no number.*decimals take a point"):
        labelled(rows, "regression", file, table)


def test_a_decimal_comma_costs_an_answer_its_label(tmp_path):
    file = write(tmp_path, "")
    for protocol in ("classes", "regression"):
        table = ClipTable("small", file, [], (0, 0), "rule", answering=True)
        found = labelled(labels_of("1,5", "-2", "", "0.5"), protocol, file, table)
        np.testing.assert_array_equal(found, [np.nan, -2, np.nan, 0.5])
        assert table.classes is None
        assert "1 labels with a decimal comma, such as '1,5'" in table.warnings[-1]


@pytest.mark.parametrize("word", ["none", "None", "NULL"])
def test_a_class_that_is_called_like_no_value_is_said(word, tmp_path):
    path = write(tmp_path, f"name,label\na,joy\nb,{word}\nc,\n")
    rows = read_rows(path, ",", ("name", "label"), ("name",))
    assert [row["label"] for row in rows.values()] == ["joy", "", ""]
    lacks = [label_lacking(row) for row in rows.values()]
    assert lacks == [
        "label",
        f"label (its cell is {word!r}, which stands for no label)",
        "label",
    ]


def test_a_part_that_lacks_one_of_two_classes_keeps_both(tmp_path):
    table = ClipTable("small", tmp_path, [], (0.0, 0.0), "", answering=True)
    rows = labels_of("1", "1", "")
    values = labelled(rows, "classes", tmp_path, table)
    assert table.classes == ("0", "1") and values[:2] == [1, 1]
    np.testing.assert_array_equal(values[2:], [np.nan])

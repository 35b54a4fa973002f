import csv
import time

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_pictures import gradient, write_picture

HEAD = ["image", "text", "label", "split", "group"]
SPLITS = ("train", "train", "train", "valid", "test", "test")
LABELS = ("sad", "happy", "sad", "happy", "sad", "happy")


@pytest.fixture
def rows():
    """Six pictures by three people."""
    return [
        {
            "image": f"photos/{i}.png",
            "text": f"It's {i}, isn't it?",
            "label": LABELS[i],
            "split": split,
            "group": {"train": "anna", "valid": "bo", "test": "cy"}[split],
        }
        for i, split in enumerate(SPLITS)
    ]


def write(folder, rows, head=None, delimiter=",", name="labels.csv"):
    """The table, and a picture for each path below the folder."""
    for number, row in enumerate(rows):
        if row.get("image") and ".." not in row["image"] and row["image"][0] != "/":
            write_picture(folder / row["image"], gradient(8 + number))
    path = folder / name
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(
            file, head or HEAD, delimiter=delimiter, extrasaction="ignore", restval=""
        )
        table.writeheader()
        table.writerows(rows)
    return path


def by_guid(folder, rows, kind="jpg"):
    """The same samples named by `guid`, their pictures in the folder `images`."""
    rows = [{**row, "guid": str(7 + i)} for i, row in enumerate(rows)]
    for row in rows:
        del row["image"]
        write_picture(folder / f"images/{row['guid']}.{kind}")
    return rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_all_columns(tmp_path, rows, delimiter):
    rows[0]["text"] = "Grüß dich,\nAnna"
    path = write(tmp_path, rows, delimiter=delimiter)
    corpus = read(path, strict=True)
    assert corpus.provenance["format"] == "pictures"
    assert corpus.classes == ("happy", "sad")
    assert (corpus.target, corpus.group_kind) == ("emotion", "group")
    assert corpus.train.ids == ("photos/0.png", "photos/1.png", "photos/2.png")
    np.testing.assert_array_equal(corpus.train.labels, [1, 0, 1])
    assert corpus.train.words[0] == "Grüß dich,\nAnna"
    assert corpus.test.groups == ("cy", "cy")
    assert corpus.input_dims == {"pixels": 3}
    assert corpus.provenance["warnings"] == []
    names = [file["name"] for file in corpus.provenance["files"]]
    assert names == ["labels.csv", *(f"{i}.png" for i in range(6))]


@pytest.mark.parametrize("column", ["guid", "id"])
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_pictures_of_a_folder_by_name(tmp_path, rows, column, kind):
    rows = by_guid(tmp_path, rows, kind)
    rows = [{**row, column: row["guid"]} for row in rows]
    write(tmp_path, rows, [column, "split", "label", "text"])
    corpus = read(tmp_path, strict=True)
    assert corpus.name == tmp_path.name
    assert corpus.test.ids == ("11", "12")
    assert corpus.test.groups == tuple(f"images/{name}.{kind}" for name in (11, 12))
    assert corpus.group_kind == "picture"
    assert (corpus.train.lengths == 64 * 64).all()
    names = [file["name"] for file in corpus.provenance["files"]]
    assert f"images/7.{kind}" in names


def test_regression(tmp_path, rows):
    for row, label in zip(rows, (-1, 0.5, 2, 1e0, "-2", " 3 "), strict=True):
        row["label"] = label
    corpus = read(write(tmp_path, rows), "regression")
    assert (corpus.classes, corpus.target) == (None, "sentiment")
    assert corpus.label_range == (-2.0, 3.0)


def test_picture_with_two_texts_is_one_group(tmp_path, rows):
    rows.append({**rows[1], "text": "or else"})
    corpus = read(write(tmp_path, rows, ["image", "text", "label", "split"]))
    assert corpus.train.ids[-1] == "photos/1.png (line 8)"
    assert corpus.train.groups[-1] == "photos/1.png"
    starts = corpus.train.sequences["pixels"].starts
    assert starts[1] == starts[3]
    assert corpus.provenance["warnings"] == []
    rows[-1]["split"] = "test"
    group, features = read(
        write(tmp_path, rows, ["image", "text", "label", "split"])
    ).provenance["warnings"]
    assert group.startswith("1 picture is in both train and test")
    assert "those of photos/1.png of train" in features


def test_picture_is_one_however_it_is_named(tmp_path, rows):
    named = by_guid(tmp_path, rows[:5])
    named.append({**named[1], "text": "or else", "split": "test"})
    named.append({**named[1], "guid": "./8.jpg", "text": "and so"})
    corpus = read(write(tmp_path, named, ["guid", "text", "label", "split"]))
    assert corpus.train.groups == tuple(f"images/{i}.jpg" for i in (7, 8, 9, 8))
    assert corpus.test.ids[-1] == "8 (line 7)"
    assert corpus.test.groups[-1] == "images/8.jpg"
    assert "1 picture is in both train and test" in corpus.provenance["warnings"][0]


def test_name_of_two_pictures_is_refused(tmp_path, rows):
    named = by_guid(tmp_path, rows)
    write_picture(tmp_path / "images/9.png")
    path = write(tmp_path, named, ["guid", "text", "label", "split"])
    with pytest.raises(DataError, match="line 4 names '9', of which images has sev"):
        read(path)
    named[2]["guid"] = "9.png"
    corpus = read(write(tmp_path, named, ["guid", "text", "label", "split"]))
    assert corpus.train.groups[2] == "images/9.png"


def test_words_without_a_picture(tmp_path, rows):
    rows[1]["image"] = ""
    corpus = read(write(tmp_path, rows), strict=True)
    assert corpus.train.ids[1] == "line 3"
    assert corpus.train.lengths.tolist() == [4096, 0, 4096]
    assert corpus.provenance["warnings"] == ["1 of 3 samples of train lack pixels."]


def test_rows_that_lack_something_are_left_out(tmp_path, rows):
    rows[2]["label"] = " "
    rows.append({**rows[0], "label": "happy", "split": "test"})
    rows.append({**rows[0], "image": "", "text": ""})
    path = write(tmp_path, rows)
    corpus = read(path)
    assert len(corpus.train) == 2
    assert corpus.provenance["dropped"] == {
        "without a label": 1,
        "named a second time, with another label": 1,
        "without a picture and text": 1,
    }
    text = " ".join(corpus.provenance["warnings"])
    assert "without a label: 1, namely line 4" in text
    assert "named a second time, with another label: 1, namely line 8" in text
    with pytest.raises(DataError, match=r"labels\.csv: line 4 has no label"):
        read(path, strict=True)


def test_broken_pictures_are_left_out(tmp_path, rows):
    path = write(tmp_path, by_guid(tmp_path, rows), ["guid", *HEAD[1:]])
    (tmp_path / "images/7.jpg").write_bytes(b"")
    (tmp_path / "images/12.jpg").unlink()
    corpus = read(path)
    assert corpus.provenance["dropped"] == {"broken": 2}
    unread = {"name": "12.jpg", "sha256": "unreadable"}
    assert unread in corpus.provenance["files"]
    with pytest.raises(DataError, match=r"7\.jpg: it is empty"):
        read(path, strict=True)


def many(groups):
    return [
        {"image": f"{i}.png", "label": LABELS[i // 10], "group": f"s{i % groups}"}
        for i in range(40)
    ]


@pytest.mark.parametrize(
    ("groups", "head", "kind"),
    [(10, ["image", "label", "group"], "group"), (1, ["image", "label"], "picture")],
)
def test_without_splits_the_groups_are_cut(tmp_path, groups, head, kind):
    path = write(tmp_path, many(groups), head)
    corpus = read(path)
    assert [len(split) for split in corpus.splits.values()] == [24, 8, 8]
    found = [set(split.groups) for split in corpus.splits.values()]
    assert len(set.union(*found)) == sum(map(len, found))
    (warning,) = corpus.provenance["warnings"]
    assert warning.endswith(f" {kind}s were cut by a seed.")
    assert read(path).test.ids == corpus.test.ids


def test_too_few_groups_are_not_kept_apart(tmp_path):
    corpus = read(write(tmp_path, many(2), ["image", "label", "group"]))
    assert [len(split) for split in corpus.splits.values()] == [24, 8, 8]
    assert "there are no three groups" in corpus.provenance["warnings"][0]


@pytest.mark.parametrize(
    "path", ["../a.png", "photos/../../a.png", "/etc/a.png", "C:\\a.png", "..\\a.png"]
)
def test_path_outside_the_folder_is_refused(tmp_path, rows, path):
    named = by_guid(tmp_path, rows)
    named[1]["guid"] = path
    rows[1]["image"] = path
    for table, head in ((rows, HEAD), (named, ["guid", *HEAD[1:]])):
        file = write(tmp_path, table, head)
        with pytest.raises(DataError, match="line 3 names .* outside the folder"):
            read(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,label,label\na.png,x,y\n", "it has two columns label"),
        ("image,label\n", "no row has a label and a picture or text"),
        ("image,label,text\na.png,sad,one,two\n", "line 2 has 4 cells, the head 3"),
        ("image,label\na.png,sad\nb.png,sad\n", "all its labels are 'sad'"),
        ("image,label,split\na.png,x,best\nb.png,y,test\n", "split of line 2 is 'best"),
        (
            "image,label\na.png,x\nb.png,y\nc.png,y\n",
            "3 of 3 pictures cannot be read",
        ),
    ],
)
def test_table_that_cannot_be_used_is_refused(tmp_path, text, message):
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=rf"labels\.csv: .*{message}"):
        read(tmp_path)


@pytest.mark.parametrize("head", ["guid,label,text", "guid,text"])
def test_table_without_pictures_is_of_another_format(tmp_path, head):
    (tmp_path / "labels.csv").write_text(f"{head}\n1,2,3\n")
    with pytest.raises(DataError, match=r"it lacks .* or image.* \(pictures\)"):
        read(tmp_path)


def test_real_folder(real_data):
    path = real_data / "tweets"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    start = time.process_time()
    corpus = read(path, strict=True)
    assert time.process_time() - start < 60
    assert corpus.classes == ("negative", "neutral", "positive")
    assert [len(split) for split in corpus.splits.values()] == [2762, 386, 421]
    assert corpus.provenance["dropped"] == {}
    counts = np.bincount(corpus.test.labels.astype(int))
    np.testing.assert_array_equal(counts, [128, 48, 245])

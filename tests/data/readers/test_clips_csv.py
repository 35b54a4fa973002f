import csv

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_clips import write_clip

HEAD = ["path", "text", "label", "speaker", "split"]
SPLITS = ("train", "train", "train", "valid", "test", "test")
LABELS = ("sad", "happy", "sad", "happy", "sad", "happy")


@pytest.fixture
def rows():
    """Six clips by three speakers."""
    return [
        {
            "path": f"clips/{i}.wav",
            "text": f"It's {i}, isn't it?",
            "label": LABELS[i],
            "speaker": {"train": "anna", "valid": "bo", "test": "cy"}[split],
            "split": split,
        }
        for i, split in enumerate(SPLITS)
    ]


def write(folder, rows, head=None, delimiter=",", encoding="utf-8", name="labels.csv"):
    """The table, and a recording for each path below the folder."""
    head = HEAD if head is None else head
    for row in rows:
        if row["path"] and ".." not in row["path"] and row["path"][0] != "/":
            write_clip(folder / row["path"].replace("\\", "/"))
    path = folder / name
    with open(path, "w", newline="", encoding=encoding) as file:
        table = csv.DictWriter(
            file, head, delimiter=delimiter, extrasaction="ignore", restval=""
        )
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_all_columns(tmp_path, rows, delimiter, encoding):
    rows[0]["text"] = "Grüß dich,\nAnna"
    path = write(tmp_path, rows, delimiter=delimiter, encoding=encoding)
    corpus = read(path)
    assert corpus.classes == ("happy", "sad")
    assert (corpus.target, corpus.group_kind) == ("emotion", "speaker")
    assert corpus.train.ids == ("clips/0.wav", "clips/1.wav", "clips/2.wav")
    np.testing.assert_array_equal(corpus.train.labels, [1, 0, 1])
    assert corpus.train.words[0] == "Grüß dich,\nAnna"
    assert corpus.test.groups == ("cy", "cy")
    assert corpus.provenance["warnings"] == []
    names = [file["name"] for file in corpus.provenance["files"]]
    assert names == ["labels.csv", *(f"{i}.wav" for i in range(6))]


def test_folder_of_the_csv(tmp_path, rows):
    write(tmp_path, rows)
    corpus = read(tmp_path)
    assert corpus.name == tmp_path.name
    files = corpus.provenance["files"]
    assert [file["name"] for file in files][:2] == ["labels.csv", "clips/0.wav"]
    assert all(len(file["sha256"]) == 64 for file in files)


def test_other_name_and_order_and_further_columns(tmp_path, rows):
    head = ["Label", "notes", "PATH"]
    rows = [{**row, "Label": row["label"], "PATH": row["path"]} for row in rows]
    assert len(read(write(tmp_path, rows, head, name="mine.csv")).train) == 2


def test_regression(tmp_path, rows):
    for row, label in zip(rows, (-1, 0.5, 2, 1e0, "-2", " 3 "), strict=True):
        row["label"] = label
    corpus = read(write(tmp_path, rows), "regression")
    assert corpus.classes is None
    assert (corpus.target, corpus.label_range) == ("sentiment", (-2.0, 3.0))
    np.testing.assert_array_equal(corpus.train.labels, [-1, 0.5, 2])


def test_numbers_as_classes_stand_in_their_order(tmp_path, rows):
    for row, label in zip(rows, ("10", "2", "10", "2", "1", "2"), strict=True):
        row["label"] = label
    assert read(write(tmp_path, rows)).classes == ("1", "2", "10")


def test_names_of_splits_that_people_use(tmp_path, rows):
    for row in rows:
        row["split"] = {"train": "Training", "valid": "dev", "test": "TEST"}[
            row["split"]
        ]
    assert len(read(write(tmp_path, rows)).valid) == 1


def many(speakers):
    """Forty clips by some speakers."""
    return [
        {"path": f"{i}.wav", "label": LABELS[i // 10], "speaker": f"s{i % speakers}"}
        for i in range(40)
    ]


def test_without_splits_the_speakers_are_cut(tmp_path):
    path = write(tmp_path, many(10), ["path", "label", "speaker"])
    corpus = read(path)
    groups = [set(split.groups) for split in corpus.splits.values()]
    assert [len(each) for each in groups] == [6, 2, 2]
    assert len(set.union(*groups)) == 10
    (warning,) = corpus.provenance["warnings"]
    assert "10 speakers were cut by a seed" in warning
    assert read(path).test.ids == corpus.test.ids
    assert corpus.train.words[0] == ""
    assert len(read(write(tmp_path, many(3), ["path", "label", "speaker"])).test) >= 13


@pytest.mark.parametrize("speakers", [0, 2])
def test_without_speakers_the_clips_are_cut(tmp_path, speakers):
    head = ["path", "label", "speaker"][: 2 + bool(speakers)]
    corpus = read(write(tmp_path, many(speakers or 1), head))
    assert [len(split) for split in corpus.splits.values()] == [24, 8, 8]
    assert corpus.group_kind == ("speaker" if speakers else "clip")
    warnings = corpus.provenance["warnings"]
    assert "a voice that is in two splits makes results too good" in warnings[0]
    shared = "2 speakers are in both train and test"
    assert any(shared in text for text in warnings) == bool(speakers)


def test_clips_without_a_speaker_count_as_one(tmp_path):
    rows = many(10)
    for row in rows[::2]:
        row["speaker"] = ""
    corpus = read(write(tmp_path, rows, ["path", "label", "speaker"]))
    assert (
        "20 clips have no speaker: they count as one."
        in (corpus.provenance["warnings"])
    )
    homes = [name for name, row in corpus.splits.items() if "unknown" in row.groups]
    assert len(homes) == 1


def test_speaker_in_two_splits_is_a_warning(tmp_path, rows):
    rows[4]["speaker"] = "anna"
    (warning,) = read(write(tmp_path, rows)).provenance["warnings"]
    assert warning.startswith("1 speaker is in both train and test (such as anna)")


def test_class_that_train_lacks_is_a_warning(tmp_path, rows):
    rows[4]["label"] = "Sad"
    warnings = read(write(tmp_path, rows)).provenance["warnings"]
    assert warnings == [
        "some classes differ in upper and lower case alone: Sad, happy, sad.",
        "no sample of train is 'Sad': the class cannot be learnt.",
    ]


def test_rows_that_lack_something_are_left_out(tmp_path, rows):
    rows[2]["label"] = " "
    rows.append({**rows[0], "label": "happy", "split": "test"})
    rows.append({**rows[0], "path": ""})
    path = write(tmp_path, rows)
    path.write_text(path.read_text() + "\n\n")
    corpus = read(path)
    assert len(corpus.train) == 2
    assert corpus.provenance["dropped"] == {
        "without a label": 1,
        "named a second time": 1,
        "without a path": 1,
    }
    text = " ".join(corpus.provenance["warnings"])
    assert "without a label: 1, namely line 4" in text
    assert "clips/0.wav (line 8)" in text
    with pytest.raises(DataError, match=r"labels\.csv: line 4 has no label"):
        read(path, strict=True)


def test_broken_clips_are_left_out(tmp_path, rows):
    path = write(tmp_path, rows)
    (tmp_path / "clips/1.wav").write_bytes(b"")
    (tmp_path / "clips/5.wav").unlink()
    corpus = read(path)
    assert corpus.provenance["dropped"] == {"broken": 2}
    assert corpus.provenance["files"][-1] == {"name": "5.wav", "sha256": "unreadable"}
    with pytest.raises(DataError, match=r"1\.wav: it is empty"):
        read(path, strict=True)


@pytest.mark.parametrize(
    "path",
    [
        "../a.wav",
        "clips/../../a.wav",
        "/etc/a.wav",
        "C:\\a.wav",
        "..\\a.wav",
        "\\a.wav",
    ],
)
def test_path_outside_the_folder_is_refused(tmp_path, rows, path):
    file = write(tmp_path, rows)
    rows[1]["path"] = path
    file.write_text("path,label\n" + "\n".join(f"{r['path']},sad" for r in rows))
    with pytest.raises(
        DataError, match="line 3 names .* outside the folder of the csv"
    ):
        read(file)


def test_whole_path_inside_the_folder_is_read(tmp_path, rows):
    relative = read(write(tmp_path, rows))
    for row in rows[::2]:
        row["path"] = str(tmp_path / row["path"])
    corpus = read(write(tmp_path, rows))
    assert corpus.train.ids == relative.train.ids
    assert corpus.provenance["files"][1:] == relative.provenance["files"][1:]


def test_path_of_windows_is_read(tmp_path, rows):
    for row in rows:
        row["path"] = row["path"].replace("/", "\\")
    assert read(write(tmp_path, rows)).train.ids[0] == "clips/0.wav"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "path,text\na.wav,hi\n",
            r"it has no column label\. Its columns are path, text",
        ),
        ("path\na.wav\n", "it has no column label"),
        ("path,label,label\na.wav,x,y\n", "it has two columns label"),
        ("path,label\n", "no row has a path and a label"),
        ("path,label,text\na.wav,sad,one,two\n", "line 2 has 4 cells, the head 3"),
        ('path,label\na.wav,"sad\n', "it is no proper csv"),
        ("path,label\na.wav,sad\nb.wav,sad\n", "all its labels are 'sad'"),
        (
            "path,label\na.wav,1.5\nb.wav,2\n",
            'labels are numbers, such as 1.5.*"regres',
        ),
        (
            "path,label,split\na.wav,x,train\nb.wav,y,best\n",
            "split of line 3 is 'best'",
        ),
        ("path,label,split\na.wav,x,train\nb.wav,y,\n", "split of line 3 is ''"),
        ("path,label,split\na.wav,x,train\nb.wav,y,test\n", "for the split 'valid'"),
        ("path,label\na.wav,x\nb.wav,y\nc.wav,y\n", "3 of 3 clips cannot be read"),
    ],
)
def test_table_that_cannot_be_used_is_refused(tmp_path, text, message):
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=rf"labels\.csv: .*{message}"):
        read(tmp_path)


@pytest.mark.parametrize("label", ["happy", "inf", "1,5"])
def test_score_that_is_no_number_is_refused(tmp_path, rows, label):
    for row in rows:
        row["label"] = "1"
    rows[2]["label"] = label
    with pytest.raises(DataError, match=f"the label of line 4 is '{label}', no number"):
        read(write(tmp_path, rows), "regression")
    rows[2]["label"] = "1.0"
    with pytest.raises(DataError, match="all its labels are 1"):
        read(write(tmp_path, rows), "regression")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Gr\u00fc\u00df dich"),
        ("cp1252", "I don\u2019t know\u2026"),
        ("gb18030", "\u6211\u5f88\u9ad8\u5174"),
        ("cp1251", "\u042f \u043e\u0447\u0435\u043d\u044c \u0440\u0430\u0434"),
        ("utf-16", "Gr\u00fc\u00df dich"),
        ("utf-16-le", "Gr\u00fc\u00df dich"),
        ("utf-8-sig", "Gr\u00fc\u00df dich"),
    ],
)
def test_encodings_of_a_table(tmp_path, rows, encoding, text):
    rows[0]["text"] = text
    corpus = read(write(tmp_path, rows, encoding=encoding))
    words = [each for split in corpus.splits.values() for each in split.words]
    assert text in words
    name = encoding.removesuffix("-sig")
    assert corpus.provenance["encodings"] == {name: 1}
    told = [each for each in corpus.provenance["warnings"] if "UTF-8" in each]
    assert len(told) == (name != "utf-8")


@pytest.mark.parametrize("name", ["labels.CSV", "labels.tsv", "Labels.Tsv"])
@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_endings_and_separators_of_a_table(tmp_path, rows, name, mark):
    file = write(tmp_path, rows)
    whole = read(file)
    text = file.read_text().splitlines()
    cells = list(csv.reader(text))
    lines = [mark.join(f'"{cell}"' for cell in line) for line in cells]
    file.rename(tmp_path / name).write_text("\n".join(lines), encoding="utf-16")
    again = read(tmp_path / name)
    assert [split.words for split in again.splits.values()] == [
        split.words for split in whole.splits.values()
    ]


@pytest.mark.parametrize("label", ["NaN", " n/a ", "<NA>", "#N/A", "NULL", "None"])
def test_every_spelling_of_no_value(tmp_path, rows, label):
    rows[0] |= {"label": label}
    rows[1] |= {"text": label}
    corpus = read(write(tmp_path, rows))
    ((kind, count),) = corpus.provenance["dropped"].items()
    assert (kind.split(" (")[0], count) == ("without a label", 1)
    assert "" in [each for split in corpus.splits.values() for each in split.words]


def test_numbers_are_classes_in_their_order(tmp_path, rows):
    for number, row in enumerate(rows):
        row["label"] = ["2", "10", "2.0"][number % 3]
    corpus = read(write(tmp_path, rows))
    assert corpus.classes == ("2", "10")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "of no format that mmzoo reads"),
        (
            "guid,split,label,text\n1,train,positive,hi\n",
            r"lacks the columns path \(clips\)",
        ),
        ("\0\1\2", "of no format that mmzoo reads"),
    ],
)
def test_table_without_paths_is_of_another_format(tmp_path, text, message):
    (tmp_path / "labels.csv").write_text(text)
    for path in (tmp_path, tmp_path / "labels.csv"):
        with pytest.raises(DataError, match=message):
            read(path)


def test_the_built_in_split_is_cut_by_class(tmp_path, rows):
    many = [
        {"path": f"clips/{i}.wav", "label": "rare" if i % 6 == 0 else "often"}
        for i in range(18)
    ]
    corpus = read(write(tmp_path, many, head=["path", "label"]))
    for split in corpus.splits.values():
        assert set(split.labels) == {0, 1}
    assert not [
        each for each in corpus.provenance["warnings"] if "tell nothing" in each
    ]


def test_a_class_that_validation_or_test_lacks_is_said(tmp_path, rows):
    many = [
        {"path": f"clips/{i}.wav", "label": "rare" if i == 0 else "often"}
        for i in range(12)
    ]
    corpus = read(write(tmp_path, many, head=["path", "label"]))
    told = [each for each in corpus.provenance["warnings"] if "is 'rare'" in each]
    lacking = [name for name, split in corpus.splits.items() if 1 not in split.labels]
    assert len(told) == len(lacking) == 2

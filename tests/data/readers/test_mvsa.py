import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_pictures import gradient, write_picture

CLASSES = ("negative", "neutral", "positive")


def write(folder, lines, head="ID\ttext,image"):
    """The labels, and text and picture of each tweet."""
    folder.mkdir(exist_ok=True)
    rows = [f"{number}\t{told}" for number, told in lines.items()]
    (folder / "labelResultAll.txt").write_text("\n".join([head, *rows]) + "\n")
    for number in lines:
        write_picture(folder / f"data/{number}.jpg", gradient(8 + number))
        (folder / f"data/{number}.txt").write_text(f"tweet {number} \r\n")
    return folder


@pytest.fixture
def single():
    """Thirty tweets whose text and picture agree."""
    return {number: ",".join([CLASSES[number % 3]] * 2) for number in range(1, 31)}


def labels(corpus):
    """The class of each tweet."""
    return {
        int(name): CLASSES[int(label)]
        for split in corpus.splits.values()
        for name, label in zip(split.ids, split.labels, strict=True)
    }


def test_single(tmp_path, single):
    corpus = read(write(tmp_path, single), strict=True)
    assert corpus.name == "MVSA-Single"
    assert corpus.classes == CLASSES
    assert (corpus.target, corpus.group_kind) == ("emotion", "tweet")
    assert corpus.input_dims == {"pixels": 3}
    assert [len(split) for split in corpus.splits.values()] == [24, 3, 3]
    assert labels(corpus) == {n: CLASSES[n % 3] for n in range(1, 31)}
    assert corpus.train.words == tuple(f"tweet {name}" for name in corpus.train.ids)
    assert corpus.provenance["split"] == "random, 8:1:1"
    assert corpus.provenance["seed"] == 0
    warning, *lacking = corpus.provenance["warnings"]
    assert all(told.startswith("no sample of ") for told in lacking)
    told = "there are no official splits: 30 tweets were cut 8:1:1 by a seed."
    assert warning == told
    (files,) = corpus.provenance["files"]
    assert files["name"] == f"61 files of {tmp_path.name}"
    assert read(tmp_path).test.ids == corpus.test.ids


def test_rule_of_text_and_picture(tmp_path, single):
    single |= {
        31: "positive,neutral",
        32: "neutral,negative",
        33: "positive,negative",
        34: "negative,positive",
    }
    corpus = read(write(tmp_path, single))
    found = labels(corpus)
    assert (found[31], found[32]) == ("positive", "negative")
    assert len(found) == 32
    assert corpus.provenance["dropped"] == {
        "with a text and a picture that contradict each other": 2
    }
    assert "left out: with a text and a picture that contradict" in corpus.summary()


def test_majority_of_three_annotators(tmp_path, single):
    multiple = {number: "\t".join([told] * 3) for number, told in single.items()}
    multiple |= {
        31: "positive,neutral\tpositive,positive\tnegative,neutral",
        32: "positive,neutral\tneutral,positive\tnegative,positive",
        33: "positive,negative\tpositive,negative\tneutral,neutral",
        34: "neutral,neutral\tneutral,positive\tnegative,negative",
    }
    head = "ID\ttext,image\ttext,image\ttext,image"
    corpus = read(write(tmp_path, multiple, head))
    assert corpus.name == "MVSA-Multiple"
    assert labels(corpus)[31] == "positive"
    assert len(labels(corpus)) == 31
    assert corpus.provenance["dropped"] == {
        "without a majority of the annotators": 2,
        "with a text and a picture that contradict each other": 1,
    }


def test_text_in_another_encoding(tmp_path, single):
    write(tmp_path, single)
    (tmp_path / "data/1.txt").write_bytes("très".encode("latin-1"))
    (tmp_path / "data/2.txt").write_text("très 😀", encoding="utf-8")
    words = {}
    for split in read(tmp_path).splits.values():
        words |= dict(zip(split.ids, split.words, strict=True))
    assert (words["1"], words["2"]) == ("très", "très 😀")


def test_tweets_that_lack_a_file_are_left_out(tmp_path, single):
    write(tmp_path, single)
    (tmp_path / "data/4.jpg").write_bytes(b"GIF")
    (tmp_path / "data/5.txt").unlink()
    corpus = read(tmp_path)
    assert corpus.provenance["dropped"] == {"without a text": 1, "broken": 1}
    assert not {4, 5} & set(labels(corpus))
    with pytest.raises(DataError, match=r"5\.txt: there is no such file"):
        read(tmp_path, strict=True)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("7\tpositive", "line 2 is '7\\\\tpositive'"),
        ("7\tgood,bad", "line 2 is"),
        ("../7\tpositive,positive", "line 2 is"),
        ("7\t" + "\t".join(["neutral,neutral"] * 2), "line 2 is"),
        (
            "7\tneutral,neutral\n7\tpositive,neutral",
            "2 of 2 lines cannot be used: lines 2 and 3 label tweet 7 differently",
        ),
        (
            "7\tneutral,neutral\n8\t" + "\t".join(["neutral,neutral"] * 3),
            "lines have 1 and 3 pairs",
        ),
        ("", "its lines have no pairs"),
        ("7\tneutral,neutral", "no picture is there for the split"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(tmp_path, line, message):
    write(tmp_path, {7: "", 8: ""})
    (tmp_path / "labelResultAll.txt").write_text(f"ID\ttext,image\n{line}\n")
    with pytest.raises(DataError, match=message):
        read(tmp_path)


def test_splits_hold_every_tweet_once(tmp_path, single):
    corpus = read(write(tmp_path, single))
    ids = np.concatenate([split.ids for split in corpus.splits.values()])
    assert sorted(map(int, ids)) == list(range(1, 31))


def test_texts_of_one_folder_are_decoded_together(tmp_path, single):
    write(tmp_path, single)
    texts = {1: "RT I don\u2019t\u2026", 2: "caf\u00e9", 3: "\u6211\u5f88\u9ad8\u5174"}
    for number, text in texts.items():
        (tmp_path / f"data/{number}.txt").write_bytes(text.encode("gb18030"))
    (tmp_path / "data/4.txt").write_bytes(b"cut \x80")
    corpus = read(tmp_path)
    words = {
        int(name): text
        for split in corpus.splits.values()
        for name, text in zip(split.ids, split.words, strict=True)
    }
    assert {number: words[number] for number in texts} == texts
    assert corpus.provenance["encodings"] == {"ascii": 26, "gb18030": 4}
    assert words[4] == "cut \ufffd"
    told = corpus.summary()
    assert "not all texts are UTF-8" in told and "ascii 26, gb18030 4" in told
    assert "1 texts have bytes that could not be decoded" in told


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (None, {31: "positive", 32: "negative"}),
        ("text", {31: "positive", 32: "neutral", 33: "positive"}),
        ("image", {31: "neutral", 32: "negative", 33: "negative"}),
        (2, {31: "neutral", 32: "negative", 33: "negative"}),
    ],
)
def test_label_of_text_or_picture_alone(tmp_path, single, label, expected):
    single |= {31: "positive,neutral", 32: "neutral,negative", 33: "positive,negative"}
    corpus = read(write(tmp_path, single), label=label)
    found = labels(corpus)
    assert {n: told for n, told in found.items() if n > 30} == expected
    assert len(corpus.provenance["other_labels"]) == 2


def write_lists(folder, **ids):
    """A published list of each split."""
    for name, numbers in ids.items():
        file = folder / "splits" / "paper" / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(map(str, numbers)) + "\n")


def test_published_lists_are_protocols(tmp_path, single):
    write(tmp_path, single)
    lists = {"train": range(1, 19), "valid": [*range(19, 25), 99], "test": [25, 26, 27]}
    write_lists(tmp_path, **lists)
    corpus = read(tmp_path, "paper")
    assert corpus.provenance["other_protocols"] == ["random"]
    assert corpus.test.ids == ("25", "26", "27")
    assert [len(split) for split in corpus.splits.values()] == [18, 6, 3]
    assert corpus.provenance["dropped"] == {
        "in no list of the splits": 3,
        "in a list of the splits, but not in the data": 1,
    }
    assert "splits/paper" in corpus.provenance["split"]
    assert read(tmp_path).provenance["protocol"] == "random"
    rows = read(tmp_path, "paper", answering=True)
    assert rows.splits["unnamed"].ids == ("28", "29", "30")
    with pytest.raises(DataError, match=r"no protocol 'papr' .*'random', 'paper'"):
        read(tmp_path, "papr")


def test_ids_that_stand_twice_are_counted(tmp_path, single):
    write(tmp_path, single)
    write_lists(tmp_path, train=[*range(1, 28), 2], valid=[28], test=[29, 1])
    corpus = read(tmp_path, "paper")
    assert corpus.test.ids == ("1", "29") and "1" not in corpus.train.ids
    assert corpus.provenance["warnings"][:2] == [
        "1 ids stand several times in one list of paper (such as 2): each counts once.",
        "1 ids stand in two lists of paper (such as 1): each counts for the last of "
        "train, valid and test.",
    ]
    with pytest.raises(DataError, match="1 ids stand several times in one list"):
        read(tmp_path, "paper", strict=True)


def write_folds(folder):
    """Three folds whose tests share no tweet, under a name of their own."""
    for number in range(3):
        ids = np.roll(np.arange(1, 31), 10 * number).tolist()
        parts = {"test": ids[:10], "valid": ids[10:15], "train": ids[15:]}
        for name, numbers in parts.items():
            file = folder / f"ours_{number + 1:02}" / f"{name}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(map(str, numbers)))
    return folder


def test_folds_are_one_cross_validation(tmp_path, single):
    lists = write_folds(tmp_path / "lists")
    tweets = write(tmp_path / "tweets", single)
    corpus = read(tweets, splits=lists)
    assert corpus.provenance["protocol"] == "ours"
    others = ["ours_01", "ours_02", "ours_03", "random"]
    assert corpus.provenance["other_protocols"] == others
    told = "lists of lists/ours_01 to ours_03, the 3 folds of one cross-validation"
    assert corpus.provenance["split"] == told
    folds = corpus.own_folds()
    for number, fold in enumerate(folds):
        alone = read(tweets, f"ours_{number + 1:02}", splits=lists)
        for name, split in alone.splits.items():
            assert set(fold.splits[name].ids) == set(split.ids)
        assert alone.given_folds == ()
    assert sorted(int(id) for fold in folds for id in fold.test.ids) == list(
        range(1, 31)
    )
    corpus.save(tmp_path / "a.h5")
    assert read(tmp_path / "a.h5").given_folds == corpus.given_folds
    first = read(tweets, splits=lists / "ours_01")
    assert first.provenance["protocol"] == "ours_01"


def test_tweets_that_several_folds_test_are_counted(tmp_path, single):
    lists = write_folds(write(tmp_path, single) / "splits")
    (lists / "ours_02/test.txt").write_text("1\n2")
    told = read(tmp_path, "ours").provenance["warnings"]
    assert any(each.startswith("2 tweets are tested by several") for each in told)


def test_lists_beside_the_data_are_named(tmp_path, single, monkeypatch):
    write_folds(write(tmp_path / "tweets", single) / "splits")
    monkeypatch.chdir(tmp_path)
    assert len(read(tmp_path / "tweets", splits="ours").given_folds) == 3
    first = read(tmp_path / "tweets", splits="ours_01")
    assert first.provenance["protocol"] == "ours_01"
    with pytest.raises(DataError, match="another: neither it nor a folder in it"):
        read(tmp_path / "tweets", splits="another")
    # A folder where one is goes before a name.
    write_folds(tmp_path / "ours")
    (tmp_path / "ours/ours_03/test.txt").unlink()
    assert read(tmp_path / "tweets", splits="ours").given_folds == ()


def test_a_folder_without_lists_is_refused(tmp_path, single):
    write(tmp_path, single)
    with pytest.raises(DataError, match=r"data: neither it nor a folder in it has tra"):
        read(tmp_path, splits=tmp_path / "data")
    read(tmp_path).save(tmp_path / "a.h5")
    with pytest.raises(DataError, match="of a format that takes no lists of splits"):
        read(tmp_path / "a.h5", splits=tmp_path)


def test_incomplete_lists_are_no_protocol(tmp_path, single):
    write(tmp_path, single)
    write_lists(tmp_path, train=range(1, 28), valid=[28])
    with pytest.raises(DataError, match="no protocol 'paper'"):
        read(tmp_path, "paper")


def test_cut_that_leaves_a_class_out_says_so(tmp_path, single):
    rare = {n: told.replace("neutral", "positive") for n, told in single.items()}
    rare[1] = "neutral,neutral"
    warnings = read(write(tmp_path, rare)).provenance["warnings"]
    assert any("is 'neutral': results on it tell nothing" in told for told in warnings)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("7\tgood,bad", "in a label line that cannot be understood: 1, namely line 8"),
        (
            "7\t" + "\t".join(["neutral,neutral"] * 3),
            "another number of pairs than most: 1, namely line 8 has 3 pairs",
        ),
        (
            "7\tneutral,neutral\n7\tpositive,positive",
            "labelled twice, differently: 1, namely lines 8 and 9",
        ),
    ],
)
def test_bad_line_is_counted_and_left_out(tmp_path, single, line, told):
    file = write(tmp_path, single) / "labelResultAll.txt"
    lines = file.read_text().splitlines()
    assert lines[7].startswith("7\t")
    file.write_text("\n".join([*lines[:7], line, *lines[8:]]))
    corpus = read(tmp_path)
    assert set(labels(corpus)) == set(range(1, 31)) - {7}
    assert any(told in warning for warning in corpus.provenance["warnings"])
    with pytest.raises(DataError, match="lines cannot be used: line"):
        read(tmp_path, strict=True)


@pytest.mark.slow
def test_published_lists_of_the_real_tweets(real_data):
    corpus = read(real_data / "mvsa_single", "clmlf")
    sizes = [len(split) for split in corpus.splits.values()]
    assert sizes == [3611, 450, 450]


@pytest.mark.slow
def test_no_word_of_the_real_texts_is_garbled(real_data):
    corpus = read(real_data / "mvsa_single")
    assert corpus.provenance["encodings"] == {
        "ascii": 3736,
        "gb18030": 1131,
        "utf-8": 2,
    }
    text = " ".join(word for split in corpus.splits.values() for word in split.words)
    for garbled in ("\ufffd", "\u00a1\u00ad", "\u00a1\u00af", "\u00a8\u00a6", "\u00c3"):
        assert garbled not in text
    assert text.count("\u2026") > 800

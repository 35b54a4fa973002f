import dataclasses

import numpy as np
import pytest

from mmzoo.data import DataError, read
from mmzoo.data.cleaning import clean
from mmzoo.data.readers.file_table import Entry
from mmzoo.data.readers.picture_table import PictureTable
from tests.data.small_pictures import gradient, plain, write_picture

SPLITS = ("train", "train", "valid", "test")


def small_table(folder, **settings):
    """Four readable pictures of two classes."""
    entries = []
    for number, split in enumerate(SPLITS):
        path = write_picture(folder / f"{number}.png", gradient(8, 5 + number))
        entries.append(
            Entry(path, f"p{number}", number % 2, f"g{number}", split, "word")
        )
    rule = "Two train, one validates, one tests"
    settings = {"classes": ("sad", "happy"), "side": 8, **settings}
    return PictureTable("small", folder, entries, (0, 1), rule, **settings)


def add(table, name, content=None, split="train"):
    """One more sample; its picture of bytes or pixels."""
    path = table.place / f"{name}.png"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        write_picture(path, content)
    table.entries.append(Entry(path, name, 1, "g0", split))


def test_corpus_of_pictures(tmp_path):
    corpus = small_table(tmp_path).corpus(strict=True)
    assert (corpus.target, corpus.classes) == ("emotion", ("sad", "happy"))
    assert corpus.input_dims == {"pixels": 3}
    assert corpus.train.ids == ("p0", "p1")
    assert corpus.train.words == ("word", "word")
    np.testing.assert_array_equal(corpus.train.lengths, [64, 64])
    pixels, present = corpus.train.sequences["pixels"][1]
    assert pixels.dtype == np.float32
    assert present.sum() == 48
    np.testing.assert_array_equal(pixels[present], gradient(8, 6).reshape(-1, 3))
    assert corpus.provenance["side"] == 8
    assert corpus.provenance["pictures"] == {"PNG RGB": 4}
    assert corpus.provenance["warnings"] == []


def test_splits_share_one_array_and_texts_one_picture(tmp_path):
    table = small_table(tmp_path)
    first = table.entries[0]
    table.entries.append(Entry(first.path, "again", 1, "g0", "train", "other"))
    corpus = table.corpus()
    rows = corpus.train.sequences["pixels"]
    assert rows.starts.tolist() == [0, 64, 0]
    assert rows.frames is corpus.test.sequences["pixels"].frames
    assert rows.frames.shape == (4 * 64, 3)
    np.testing.assert_array_equal(rows[0][0], rows[2][0])


def test_read_back_from_a_file_of_its_own(tmp_path):
    corpus = clean(small_table(tmp_path).corpus(), tmp_path)
    corpus.save(tmp_path / "corpus.h5")
    again = read(tmp_path / "corpus.h5")
    for name, split in corpus.splits.items():
        for kept, found in zip(
            split.sequences["pixels"],
            again.splits[name].sequences["pixels"],
            strict=True,
        ):
            np.testing.assert_array_equal(kept[0], found[0])
            np.testing.assert_array_equal(kept[1], found[1])


def test_summary_counts_pictures_and_not_their_bars(tmp_path):
    summary = clean(small_table(tmp_path).corpus(), tmp_path).summary()
    assert "samples  pictures  pixels of each" in summary
    assert summary.endswith("nothing was cleaned")


def test_sample_without_a_picture_has_an_empty_sequence(tmp_path):
    table = small_table(tmp_path)
    table.entries.append(Entry(None, "bare", 1, "g", "train", "words alone"))
    corpus = clean(table.corpus(strict=True), tmp_path)
    assert corpus.train.lengths.tolist() == [64, 64, 0]
    assert corpus.provenance["warnings"] == ["1 of 3 samples of train lack pixels."]


def test_without_any_picture_the_words_are_read(tmp_path):
    table = small_table(tmp_path)
    table.entries = [
        dataclasses.replace(each, path=None, words=each.id) for each in table.entries
    ]
    corpus = clean(table.corpus(strict=True), tmp_path)
    assert corpus.modalities == []
    assert corpus.train.words == ("p0", "p1")
    assert corpus.train.lengths.tolist() == [0, 0]
    assert corpus.provenance["pictures"] == "none"
    assert corpus.provenance["warnings"] == [
        "there are no pictures: only the words were read."
    ]
    assert corpus.summary().splitlines()[2] == "split  samples  pictures"
    assert len(corpus.k_fold(4)[0].test) == 1
    corpus.save(tmp_path / "corpus.h5")
    assert read(tmp_path / "corpus.h5").test.words == ("p3",)


def test_broken_pictures_are_left_out_and_named(tmp_path):
    table = small_table(tmp_path)
    add(table, "empty", b"")
    add(table, "cut", (tmp_path / "0.png").read_bytes()[:60], split="test")
    add(table, "gone")
    corpus = clean(table.corpus(), tmp_path)
    assert corpus.train.ids == ("p0", "p1")
    assert corpus.provenance["dropped"] == {"broken": 3}
    cleaned = corpus.provenance["cleaned"]
    assert cleaned["train"]["pixels"]["dropped"] == 2
    assert cleaned["test"]["pixels"]["dropped"] == 1
    (warning,) = corpus.provenance["warnings"]
    assert warning.startswith(
        "left out, 3 of 7 pictures that cannot be read: empty (it"
    )
    assert "gone (there is no such file)" in warning
    with pytest.raises(DataError, match=r"empty\.png: it is empty"):
        table.corpus(strict=True)


def test_mostly_broken_is_refused(tmp_path):
    table = small_table(tmp_path)
    for number in range(5):
        add(table, f"broken{number}", b"text")
    # Those that have no file do not speak for those that have one.
    for number in range(9):
        table.entries.append(Entry(None, f"bare{number}", 1, "g", "train", "word"))
    message = r"5 of 9 pictures cannot be read; the first is .*broken0\.png: it cannot"
    with pytest.raises(DataError, match=message):
        table.corpus()


def test_split_without_a_picture_is_refused(tmp_path):
    table = small_table(tmp_path)
    (tmp_path / "3.png").write_bytes(b"")
    with pytest.raises(DataError, match="no picture is there for the split 'test'"):
        table.corpus()


def test_plain_picture_is_read_and_named(tmp_path):
    table = small_table(tmp_path)
    add(table, "plain", plain())
    corpus = table.corpus(strict=True)
    assert len(corpus.train) == 3
    assert corpus.provenance["warnings"] == [
        "of one colour throughout: 1, namely plain.png."
    ]

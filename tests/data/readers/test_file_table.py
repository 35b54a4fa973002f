"""What is the same for all tables of files, tried on numbers in text files."""

import collections

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.file_table import Entry, FileTable, some

SPLITS = ("train", "train", "valid", "test")


class NumberTable(FileTable):
    """Files of one number a line."""

    modality = "numbers"
    noun = "list"
    opened = collections.Counter()

    def _open(self, path, strict):
        self.opened[path.name] += 1
        try:
            return np.array(path.read_text().split(), "float32"), path.name
        except (OSError, ValueError) as error:
            raise DataError(path, "no numbers", "Write some") from error

    def _packed(self, contents):
        places, start = {}, 0
        for path, values in contents.items():
            places[path] = (start, len(values))
            start += len(values)
        return np.concatenate(list(contents.values()))[:, None], None, places

    def _counted(self, found):
        return {"nan": len(found)}

    def _told(self, found):
        return {"names": sorted(found.values())}

    def _remarks(self, entries, contents):
        return [f"{len(entries)} of {len(contents)}"]


@pytest.fixture
def table(tmp_path):
    """Four lists of 1 to 4 numbers."""
    NumberTable.opened.clear()
    entries = []
    for number, split in enumerate(SPLITS):
        path = tmp_path / f"{number}.txt"
        path.write_text(" ".join([str(number)] * (number + 1)))
        entries.append(Entry(path, f"e{number}", number % 2, f"g{number}", split, "w"))
    return NumberTable("small", tmp_path, entries, (0, 1), "Write splits")


def test_corpus(table):
    corpus = table.corpus()
    assert corpus.input_dims == {"numbers": 1}
    assert (corpus.target, corpus.group_kind) == ("emotion", "file")
    np.testing.assert_array_equal(corpus.train.lengths, [1, 2])
    np.testing.assert_array_equal(corpus.test.sequences["numbers"][0][0], [[3]] * 4)
    assert corpus.train.words == ("w", "w")
    provenance = corpus.provenance
    assert provenance["names"] == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert provenance["warnings"] == ["4 of 4"]
    assert provenance["cleaned"]["train"]["numbers"] == {"nan": 2, "dropped": 0}


def test_file_of_several_samples_is_opened_once(table):
    for number in range(3):
        first = table.entries[0]
        table.entries.append(Entry(first.path, f"more{number}", 1, "g", "train"))
    corpus = table.corpus()
    assert set(NumberTable.opened.values()) == {1}
    rows = corpus.train.sequences["numbers"]
    assert rows.starts.tolist() == [0, 1, 0, 0, 0]
    assert len(rows.frames) == 10
    assert corpus.provenance["cleaned"]["train"]["numbers"]["nan"] == 2


def test_samples_of_a_broken_file_are_left_out(table):
    table.entries[0].path.write_text("none")
    table.entries.append(Entry(table.entries[0].path, "more", 1, "g", "train"))
    corpus = table.corpus()
    assert corpus.train.ids == ("e1",)
    assert corpus.provenance["dropped"] == {"broken": 2}
    assert corpus.provenance["cleaned"]["train"]["numbers"]["dropped"] == 2
    assert corpus.provenance["warnings"][0] == (
        "left out, 2 of 5 lists that cannot be read: e0 (no numbers), more (no "
        "numbers)."
    )
    with pytest.raises(DataError, match=r"0\.txt: no numbers"):
        table.corpus(strict=True)


def test_samples_without_a_file_have_words(table):
    table.entries.append(Entry(None, "bare", 1, "g", "train", "words"))
    corpus = table.corpus(strict=True)
    assert corpus.train.lengths.tolist() == [1, 2, 0]
    table.entries = [
        Entry(None, each.id, each.label, each.group, each.split, "words")
        for each in table.entries
    ]
    corpus = table.corpus(strict=True)
    assert corpus.modalities == []
    assert corpus.test.words == ("words",)


def test_mostly_broken_or_an_empty_split_is_refused(table):
    table.leave_out("without a name", "x")
    table.entries[3].path.unlink()
    message = r"no list is there for the split 'test' \(left out: without a name 1\)"
    with pytest.raises(DataError, match=message):
        table.corpus()
    for each in table.entries[:2]:
        each.path.unlink()
    with pytest.raises(DataError, match="3 of 4 lists cannot be read; the first is"):
        table.corpus()


def test_some_names_the_first_ten():
    assert some(["a", "b"]) == "a, b"
    assert some(list("abcdefghijk")) == "a, b, c, d, e, f, g, h, i, j and 1 more"

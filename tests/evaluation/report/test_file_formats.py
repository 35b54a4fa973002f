import csv
import io
import json

import numpy as np
import pytest

from mmzoo.evaluation.report import file_formats


def test_plain():
    value = {
        1: np.float32(0.5),
        "a": (np.int64(2), {3}, np.array([1.0, np.nan])),
        "b": float("-inf"),
        "c": [None, True, "x", np.dtype("int8")],
    }
    expected = {
        "1": 0.5,
        "a": [2, [3], [1.0, "nan"]],
        "b": "-inf",
        "c": [None, True, "x", "int8"],
    }
    assert file_formats.plain(value) == expected
    assert json.loads(file_formats.json_text(file_formats.plain(value))) == expected


def test_json_is_strict():
    with pytest.raises(ValueError, match="not JSON compliant"):
        file_formats.json_text({"a": float("nan")})


def read(written):
    return list(csv.reader(io.StringIO(written, newline="")))


SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\u207c")
# What a spreadsheet may skip before a formula.
BEFORE = (
    "",
    " ",
    "\t",
    "\r",
    "\n",
    "\xa0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\x00",
    "\u202e",
)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", BEFORE)
def test_formulas_are_disarmed(before, sign):
    for text in (f"{before}{sign}1+1", f"{before} {before}{sign}SUM(A1)"):
        (cell,) = read(file_formats.csv_text(["id"], [[text]]))[1]
        assert cell == f"'{file_formats.visible(text)}"


@pytest.mark.parametrize("text", ["\tx", "\rx", "'quoted", "-mJ2ud6"])
def test_texts_that_a_spreadsheet_changes_are_quoted(text):
    (cell,) = read(file_formats.csv_text(["id"], [[text]]))[1]
    assert cell == f"'{text}"


HIDDEN = [*map(chr, (*range(32), *range(127, 160)))]
HIDDEN += [*map(chr, range(0x200B, 0x2010)), *map(chr, range(0x2028, 0x202F))]
HIDDEN += [
    *map(chr, range(0x2066, 0x2070)),
    "\u2060",
    "\ufeff",
    "\xad",
    "\u061c",
    "\u3164",
    "\ud800",
]
HIDDEN += ["\U000e0041"]


@pytest.mark.parametrize("character", sorted(set(HIDDEN) - set("\t\n\r")), ids=ascii)
def test_nothing_hides_in_a_cell(character):
    (header,), (cell,) = read(
        file_formats.csv_text([f"a{character}b"], [[f"a{character}b"]])
    )
    assert character not in cell + header
    assert cell == header == f"a{character.encode('unicode_escape').decode()}b"
    assert (f"a{character}b").isprintable() is False or character in "\u3164"


def test_numbers_stay_numbers():
    values = [-1.5, -2, np.float32(-0.5), np.int64(-3), float("nan"), True, None]
    written = file_formats.csv_text(["n"] * 7, [values])
    assert written.splitlines()[1] == '-1.5,-2,-0.5,-3,nan,True,""'


@pytest.mark.parametrize(
    "text", ["é", "e\u0301", "日本", "नमस्ते", "don’t", "a b", "👍🏽"]
)
def test_texts_stay_as_they_are(text):
    assert read(file_formats.csv_text(["id"], [[text]]))[1] == [text]


def test_csv_keeps_other_cells():
    written = file_formats.csv_text(["a", "=b"], [['x,"y"\nz', -1.5], ["", 3]])
    found = list(csv.reader(io.StringIO(written, newline="")))
    assert found == [["a", "'=b"], ['x,"y"\nz', "-1.5"], ["", "3"]]


@pytest.mark.parametrize("odd", ["=1+1", "b\nc", "b\n=1", "\u202eb", "", "'b", None])
def test_an_odd_cell_is_treated_so_in_any_company(odd):
    # A column of harmless cells is written without a look at each.
    alone = file_formats.csv_text(["id"], [[odd]]).splitlines()[1:]
    column = file_formats.csv_text(["id"], [["a"], [odd], ["d 2"]]).splitlines()[1:]
    assert column == ['"a"', *alone, '"d 2"']

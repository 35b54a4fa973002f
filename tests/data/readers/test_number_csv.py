import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.number_csv import head_of, rows_of


@pytest.fixture
def table(tmp_path):
    def write(*lines):
        file = tmp_path / "a.csv"
        file.write_bytes("\n".join(lines).encode("cp1252"))
        return file

    return write


def test_head_has_no_blanks_and_no_quotes(table):
    file = table("\u00ef\u00bb\u00bf'frame', \"x\" ,AU01_r\r", "1,2,3")
    assert head_of(file, ",") == ("frame", "x", "AU01_r")


def test_texts_and_numbers_are_told_apart(table):
    file = table("name;time;a;b", "'caf\u00e9';0.0;1;2e3", "'b';0.1;-inf;nan", "")
    texts, numbers = rows_of(file, ";", leading=2)
    assert texts == [("caf\u00e9", "0.0"), ("b", "0.1")]
    np.testing.assert_array_equal(numbers, [[1, 2000], [-np.inf, np.nan]])


def test_windows_writes_nan_in_its_own_way(table):
    _, numbers = rows_of(table("a,b", "-nan(ind),1.#QNAN", "1,-1.#IND"), ",")
    np.testing.assert_array_equal(numbers, [[np.nan, np.nan], [1, np.nan]])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("a,b",), "a head and no row"),
        (("a,b", "1,2", "3"), "no table of numbers .*number of columns changed"),
        (("a,b", "1,2,3"), "its rows have 3 cells, its head 2"),
        (("a,b", "1,x"), "could not convert string 'x'"),
        (("a,b", "1,"), "could not convert string ''"),
    ],
)
def test_damage_is_one_error(table, lines, message):
    file = table(*lines)
    with pytest.raises(DataError, match=f"a.csv: .*{message}"):
        rows_of(file, ",")


def test_a_row_of_texts_alone_is_cut_short(table):
    with pytest.raises(DataError, match="row 2 is cut short"):
        rows_of(table("n;t;a", "'x';0;1", "'y';"), ";", leading=2)

import math

import pytest

from mmzoo.data.cells import name_of, natural_order, number_of, value_of


@pytest.mark.parametrize(
    "cell", ["", "NA", "nan", "#N/A", "N/A", "<NA>", "NULL", "NaT"]
)
@pytest.mark.parametrize("change", [str.lower, str.upper, "  {}\t".format])
def test_no_value_however_it_is_spelt(cell, change):
    assert value_of(change(cell)) == ""


@pytest.mark.parametrize("cell", ["Nancy", "not", "n a", "0", "none of it"])
def test_what_is_a_value(cell):
    assert value_of(f"\u00a0{cell} ") == cell


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0.0", 0),
        ("-1.50", -1.5),
        ("\u22122", -2),
        ("1e3", 1000),
        (".5", 0.5),
        (" 7 ", 7),
    ],
)
def test_numbers(cell, number):
    assert number_of(cell) == number


@pytest.mark.parametrize("cell", ["", "inf", "nan", "1_0", "1,5", "0x1", "two", "1 2"])
def test_what_is_no_number(cell):
    assert math.isnan(number_of(cell))
    assert name_of(cell) == cell


def test_one_name_for_a_number():
    assert {name_of(each) for each in ("0", "0.0", "-0", "0.", "00", "0e0")} == {"0"}
    assert name_of("1.5") == "1.5" and name_of("s01") == "s01"


def test_numbers_in_names_count_as_numbers():
    names = ["10", "2", "1.5", "b2", "b10", "a", "b1x"]
    assert sorted(reversed(names), key=natural_order) == [
        "1.5",
        "2",
        "10",
        "a",
        "b1x",
        "b2",
        "b10",
    ]

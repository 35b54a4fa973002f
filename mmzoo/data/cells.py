"""Cells of tables: what is no value, which numbers they are, and their order."""

import math
import re

# As pandas, R, databases and spreadsheets write that there is no value, in any case.
ABSENT = set(
    "|#n/a|#n/a n/a|#na|-1.#ind|-1.#qnan|-nan|1.#ind|1.#qnan|<na>|n/a|na|null|nan|none"
    "|nat|<null>|(null)|\\n|#null!|#value!|#ref!|#div/0!|#name?|#num!|#getting_data"
    "|#spill!|#calc!|#error!".split("|")
)
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
SIGNS = str.maketrans({"\u2212": "-", "\uff0d": "-", "\uff0b": "+", "\uff0e": "."})


def value_of(cell: str) -> str:
    """A cell without the blanks around it; empty where it says that it has no value."""
    cell = cell.strip(" \t\r\n\u00a0\u3000\ufeff")
    return "" if cell.casefold() in ABSENT else cell


def number_of(cell: str) -> float:
    """The number that a cell is, or NaN."""
    cell = cell.strip().translate(SIGNS)
    return float(cell) if NUMBER.fullmatch(cell) else math.nan


def name_of(cell: str) -> str:
    """The one spelling of a name: of a whole number the shortest, so `0.0` is `0`."""
    number = number_of(cell)
    whole = math.isfinite(number) and number == int(number) and abs(number) < 2**53
    return str(int(number)) if whole else cell


def natural_order(name: str) -> tuple:
    """What to sort names by: the numbers in them count as numbers, `2` before `10`."""
    number = number_of(name)
    if math.isfinite(number):
        return (0, number, [], name)
    parts = re.split(r"(\d+)", name)
    pieces = [(int(part), "") if i % 2 else (-1, part) for i, part in enumerate(parts)]
    return (1, 0.0, pieces, name)

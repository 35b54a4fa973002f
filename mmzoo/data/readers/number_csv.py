"""Tables of numbers as programs write them: a head, then one row a frame."""

import re
from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.reading import decode, open_regular, read_regular

SUFFIX = ".csv"
# Bytes in which a head ends; that of ComParE has 6,373 names.
MOST_OF_HEAD = 2**19
# As compilers of Windows write NaN.
ODD_NAN = re.compile(rb"-?(nan\(\w+\)|1\.#(IND|QNAN|INF)\d*)", re.IGNORECASE)
REMEDY = "Extract its features again, or leave it out"


def head_of(file: Path, mark: str) -> tuple[str, ...]:
    """The columns that the first line of a table names.

    Args:
        file: The table.
        mark: What separates the columns.

    Returns:
        The names, without blanks and quotes around them.
    """
    with open_regular(file) as content:
        line = content.readline(MOST_OF_HEAD)
    return _cells(line, mark)


def _cells(line: bytes, mark: str) -> tuple[str, ...]:
    text = line.decode("utf-8-sig", "replace")
    return tuple(cell.strip(" \t\r\n\"'") for cell in text.split(mark))


def rows_of(file: Path, mark: str, leading: int = 0):
    """The rows of a table.

    Args:
        file: The table.
        mark: What separates the columns.
        leading: How many columns before the numbers are texts.

    Returns:
        The texts, one tuple a row, and the numbers `(rows, columns)`, float64.

    Raises:
        DataError: If it has no rows, a row has more or fewer cells than others, or a
            cell is no number.
    """
    content = read_regular(file)
    # Looking for a sign costs a hundredth of looking for the pattern.
    if b"(" in content or b"#" in content:
        content = ODD_NAN.sub(b"nan", content)
    lines = [line for line in content.splitlines()[1:] if line.strip()]
    if not lines:
        raise DataError(file, "it has a head and no row", REMEDY)
    width, cut = len(head_of(file, mark)), mark.encode()
    cells = [line.split(cut, leading) for line in lines]
    short = next((n for n, row in enumerate(cells) if len(row) <= leading), None)
    if short is not None:
        raise DataError(file, f"row {short + 1} is cut short", REMEDY)
    numbers = _numbers([row[-1] for row in cells], mark, file)
    if numbers.shape[1] != width - leading:
        fault = f"its rows have {numbers.shape[1] + leading} cells, its head {width}"
        raise DataError(file, fault, REMEDY)
    return _texts([row[:-1] for row in cells], leading), numbers


def _numbers(lines: list[bytes], mark: str, file: Path) -> np.ndarray:
    try:
        lines = [line.decode("ascii") for line in lines]
        return np.loadtxt(lines, "float64", comments=None, delimiter=mark, ndmin=2)
    except ValueError as error:
        fault = f"its rows are no table of numbers ({str(error).split(';')[0]})"
        raise DataError(file, fault, REMEDY) from error


def _texts(rows: list[list[bytes]], leading: int) -> list[tuple[str, ...]]:
    """The cells of texts, whose bytes tell their encoding together."""
    if not leading:
        return [()] * len(rows)
    known = sorted({cell for row in rows for cell in row})
    texts = decode(b"\n".join(known))[0].split("\n")
    told = {
        cell: text.strip(" \t\r\"'") for cell, text in zip(known, texts, strict=True)
    }
    return [tuple(told[cell] for cell in row) for row in rows]

import csv
import io
import json

import numpy as np
import pytest

from mmzoo.evaluation import _files


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
    assert _files.plain(value) == expected
    assert json.loads(_files.json_text(_files.plain(value))) == expected


def test_json_is_strict():
    with pytest.raises(ValueError, match="not JSON compliant"):
        _files.json_text({"a": float("nan")})


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-mJ2ud6", "@SUM(A1)", "\tx", "\rx", "'quoted"]
)
def test_formulas_are_disarmed(text):
    written = _files.csv_text(["id"], [[text]])
    (cell,) = list(csv.reader(io.StringIO(written, newline="")))[1]
    assert cell == f"'{text}"


def test_csv_keeps_other_cells():
    written = _files.csv_text(["a", "=b"], [['x,"y"\nz', -1.5], ["", 3]])
    found = list(csv.reader(io.StringIO(written, newline="")))
    assert found == [["a", "'=b"], ['x,"y"\nz', "-1.5"], ["", "3"]]

import numpy as np
import pytest

from mmzoo.data import DataError, Sequences
from mmzoo.data.joining import join_by_id

ROWS = Sequences.from_list([np.full((2, 1), 1.0), np.full((1, 1), 2.0)])


def test_rows_follow_the_samples():
    joined = join_by_id(ROWS, ("b", "a"), ("a", "absent", "b"), "text")
    assert joined.frames is ROWS.frames
    np.testing.assert_array_equal(joined.lengths, [1, 0, 2])
    np.testing.assert_array_equal(joined[0][0], [[2.0]])
    np.testing.assert_array_equal(joined[2][0], [[1.0], [1.0]])


def test_no_common_id_is_refused():
    with pytest.raises(DataError, match="text of train: it shares no id .*'b'.*'x'"):
        join_by_id(ROWS, ("b", "a"), ("x", "y"), "text of train")


@pytest.mark.parametrize("row_ids", [("a", "a"), ("a",)])
def test_ids_that_do_not_tell_rows_apart_are_refused(row_ids):
    with pytest.raises(DataError, match="one id of its own"):
        join_by_id(ROWS, row_ids, ("a",), "text")

import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.csd_tally import Tally


def test_what_is_left_out_has_a_row_and_a_count():
    tally = Tally()
    tally.leave_out("without a label", "a[0]", "a")
    tally.refuse(DataError("a.csd", "no shape", "Write it again"), "bad", "b", "b")
    assert tally.dropped == {"without a label": 1, "bad": 1}
    assert [each["reason"] for each in tally.left_out] == [
        "without a label",
        "no shape",
    ]
    tally.count("imputed", "audio", 0)
    assert not tally.counts
    with pytest.raises(DataError, match="no shape"):
        Tally(strict=True).refuse(DataError("a.csd", "no shape", "x"), "bad", "b", "b")

import pytest

from mmzoo.data import DataError


def test_message_names_place_fault_and_remedy():
    with pytest.raises(ValueError, match=r"^a\.h5: it is empty\. Write it again$"):
        raise DataError("a.h5", "it is empty", "Write it again")

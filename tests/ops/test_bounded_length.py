import numpy as np
import pytest
from keras import ops

from mmzoo.ops import bounded_length
from tests.checks import arrays


@pytest.mark.parametrize(("length", "found"), [(3, 5), (6, 6), (9, 7)])
def test_a_number_stays_one_and_a_tensor_too(length, found):
    assert bounded_length(length, 5, 7) is found
    tensor = bounded_length(ops.convert_to_tensor(np.array([length], "int32")), 5, 7)
    assert arrays(tensor).tolist() == [found] and "int32" in str(tensor.dtype)
    assert bounded_length(length, 4) == max(length, 4)

import numpy as np
from keras import ops

from mmzoo.ops import directions
from tests.checks import arrays, assert_close, gradient


def test_vectors_of_length_one_and_zeros_with_a_gradient():
    vectors = np.array([[3.0, -4.0], [0.0, 0.0]], "float32")
    expected = np.array([[0.6, -0.8], [0.0, 0.0]], "float32")
    assert_close(directions(vectors), expected)
    slope = gradient(lambda rows: ops.sum(directions(rows)), vectors)
    assert np.isfinite(slope).all()
    narrow = directions(ops.cast(vectors, "float16"))
    assert_close(arrays(narrow), expected)

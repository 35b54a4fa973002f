import types

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.data.clip_rows import clip_rows

MODEL = types.SimpleNamespace(front_ends={}, input_dims={"text": 2})


def test_frames():
    clips = [np.ones((3, 2)), None, np.zeros((2, 2)), [[1, 2], [np.inf, 0]]]
    key, rows, told = clip_rows(MODEL, "text", clips)
    assert key == "text"
    assert [mask.tolist() for _, mask in rows] == [
        [True] * 3,
        [],
        [False] * 2,
        [True] * 2,
    ]
    assert rows[3][0].tolist() == [[1, 2], [0, 0]]
    assert told[0] == []
    assert told[1] == ["the clip has no text"]
    assert "zero in every step" in told[2][0]
    assert told[3] == ["1 values of the text are not finite and count as 0"]


@pytest.mark.parametrize(
    ("clip", "message"),
    [
        (np.ones((3, 2), complex), "its values are complex128"),
        (np.ones((3, 2), bool), "its values are bool"),
        (np.array([["a", "b"]]), "its values are <U1"),
        (np.full((3, 2), "2020-01-01", "datetime64[D]"), "its values are datetime64"),
        (np.zeros((0, 2)), "it has no steps"),
        (np.full((3, 2), 1e300), "none of its values is finite"),
    ],
)
def test_what_is_no_frame_is_refused(clip, message):
    with pytest.raises(DataError, match=f"`text`: {message}"):
        clip_rows(MODEL, "text", [clip])

from functools import partial

import numpy as np
import pytest

from mmzoo.layers import FrameStatistics
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)


def look(layer, batch):
    return layer(batch["text"], mask=batch["text_mask"])


@pytest.fixture
def shown(batch):
    """Posteriors of five classes."""
    powers = np.exp(batch["text"])
    frames = powers / powers.sum(axis=-1, keepdims=True)
    return {"text": frames, "text_mask": batch["text_mask"]}


def test_checks(shown, tmp_path):
    layer = check_layer(
        FrameStatistics, shown["text"], mask=shown["text_mask"], tmp_path=tmp_path
    )
    check_masking(partial(look, layer), shown)
    check_batching(partial(look, layer), shown)


def test_matches_reference(shown):
    found = arrays(look(FrameStatistics(threshold=0.3), shown))
    for row, length, frames in zip(found, [6, 4, 1], shown["text"], strict=True):
        kept = frames[:length]
        expected = [kept.max(0), kept.min(0), kept.mean(0), (kept > 0.3).mean(0)]
        assert_close(row, np.concatenate(expected).astype("float32"))


def test_nothing_observed_gives_zeros(shown):
    found = FrameStatistics()(shown["text"], mask=np.zeros((3, 6), bool))
    assert np.all(arrays(found) == 0)


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_errors(threshold):
    with pytest.raises(ValueError, match=f"between 0 and 1, not {threshold}"):
        FrameStatistics(threshold)

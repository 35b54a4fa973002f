import numpy as np
import pytest

from mmzoo.layers import LSTMSystem
from tests import reference
from tests.checks import arrays, assert_close, check_layer

UNITS = [4, 3, 2]


@pytest.fixture
def frames(batch):
    return [batch[name] for name in ("audio", "text", "video")]


@pytest.fixture
def masks(batch):
    """Lengths 6, 4 and 1; the second modality has a gap, the third misses a sample."""
    masks = [batch["audio_mask"].copy() for _ in range(3)]
    masks[1][0, 2:4] = False
    masks[2][1] = False
    return masks


def weights_of(layer, *names):
    """Arrays of the weights whose paths end in the names, in their order."""
    by_path = {weight.path: arrays(weight) for weight in layer.weights}
    found = [[v for path, v in by_path.items() if path.endswith(n)] for n in names]
    return [values[0] for values in found]


def test_checks_of_the_system(frames, masks, tmp_path):
    def make(**kwargs):
        return LSTMSystem(UNITS, **kwargs)

    check_layer(make, frames, mask=masks, tmp_path=tmp_path)


def test_system_is_an_lstm_a_modality(frames, masks):
    layer = LSTMSystem(UNITS)
    hidden, cells = arrays(layer(frames, mask=masks))
    assert hidden.shape == cells.shape == (3, 6, 9)
    start = 0
    for index, (each, mask, units) in enumerate(zip(frames, masks, UNITS, strict=True)):
        kernel, bias, recurrent = weights_of(
            layer,
            f"projection_{index}/kernel",
            f"projection_{index}/bias",
            f"recurrent_kernel_{index}",
        )
        assert np.array_equal(bias, [0] * units + [1] * units + [0] * 2 * units)
        for row in range(3):
            # The steps that were observed, as if there were no others.
            kept = np.flatnonzero(mask[row])
            found = hidden[row, :, start : start + units]
            if not len(kept):
                assert not found.any() and not cells[row, :, start:][:, :units].any()
                continue
            expected = reference.lstm(each[row, kept], kernel, recurrent, bias)
            assert_close(found[kept], expected.astype("float32"))
            assert_close(found[-1], expected[-1].astype("float32"))
        start += units

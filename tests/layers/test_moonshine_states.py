import numpy as np
import pytest

from mmzoo.layers import MoonshineStates
from tests.checks import arrays, assert_close, compiled
from tests.layers.small_speech import small_moonshine

# Numbers of all backends: test_pretrained_speech.py.
pytestmark = pytest.mark.one_backend


def heard(backbone, samples):
    """What KerasHub makes of a clip by itself."""
    read = compiled(lambda given: backbone(given))
    given = {
        "encoder_input_values": arrays(samples),
        "encoder_padding_mask": np.ones(samples.shape[:2], bool),
        "decoder_token_ids": np.zeros((1, 1), "int32"),
        "decoder_padding_mask": np.ones((1, 1), bool),
    }
    return arrays(read(given)["encoder_sequence_output"])


@pytest.mark.parametrize("do_normalize", [False, True])
def test_states_are_those_of_the_backbone_on_each_clip(do_normalize, rng):
    backbone, converter = small_moonshine(do_normalize=do_normalize)
    layer = MoonshineStates.from_backbone(backbone, converter)
    samples = rng.normal(0.1, 0.1, (2, 8000)).astype("float32")
    samples[1, 3000:] = 0.0
    read = compiled(lambda *given: layer(*given))
    states = arrays(read(samples, np.array([8000, 3000], "int32")))
    for row, length in zip((0, 1), (8000, 3000), strict=True):
        expected = heard(backbone, converter(samples[row : row + 1, :length]))
        steps = layer.steps(length)
        assert expected.shape[1] == steps
        assert_close(states[row : row + 1, :steps], expected, 1e-4)


def test_only_what_hears_is_kept():
    layer = MoonshineStates.from_backbone(*small_moonshine())
    assert len(layer.weights) == 5 + 2 + 1 + 10 + 1


def test_a_state_for_what_the_convolutions_reach():
    layer = MoonshineStates.from_backbone(*small_moonshine())
    lengths = (0, 1, 895, 1278, 1279, 16000)
    assert [layer.steps(length) for length in lengths] == [0, 1, 1, 1, 2, 40]
    tensor = layer.steps(np.array(lengths, "int32"))
    assert arrays(tensor).tolist() == [0, 1, 1, 1, 2, 40]
    assert layer.read_at_once(5) == 895
    assert layer.read_at_once(10**7) == layer.longest == 64 * 16000


def test_parts_that_are_too_short():
    with pytest.raises(ValueError, match="`longest` is at least 895 samples, not 9"):
        MoonshineStates.from_backbone(*small_moonshine(), longest=9)

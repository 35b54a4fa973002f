import pytest

from mmzoo.layers import ContextDecoder, SequenceDecoder
from mmzoo.layers.recurrent_decoder import RecurrentDecoder

SHARED = {
    "output_dim": 3,
    "units": 4,
    "num_layers": 2,
    "cell": "gru",
    "attention": "aligned",
    "window": 1,
    "dropout": 0.5,
}
SHAPES = {
    ContextDecoder: [(None, None, 5)],
    SequenceDecoder: [(None, None, 3), (None, None, 5)],
}


@pytest.mark.parametrize("kind", SHAPES)
def test_decoders_have_one_config_and_one_stack(kind):
    layer = kind(**SHARED)
    assert isinstance(layer, RecurrentDecoder)
    assert SHARED.items() <= layer.get_config().items()
    layer.build(*SHAPES[kind])
    paths = [weight.path.partition("/")[2] for weight in layer.weights]
    cell = ["kernel", "recurrent_kernel", "bias"]
    expected = [f"decoder_{n}/gru_cell/{name}" for n in (0, 1) for name in cell]
    expected += ["attention/offset_bias", "attention/key/kernel"]
    expected += [f"{part}/{w}" for part in ("combine", "output") for w in cell[::2]]
    assert [path for path in paths if path in expected] == expected
    assert layer.combine.kernel.shape == (4 + 5, 4)


def test_without_attention_the_recurrence_is_the_output():
    for kind in SHAPES:
        layer = kind(3, 4, attention=kind.without_attention)
        assert layer.attention_layer is None and layer.combine is None

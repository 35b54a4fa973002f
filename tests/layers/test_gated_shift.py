import keras
import numpy as np
import pytest

from mmzoo.layers import GatedShift
from tests import reference
from tests.checks import arrays, assert_close, assert_finite, check_layer

GATES = ["vector", "scalar", "none"]


@pytest.fixture
def others(batch):
    return [batch["audio"], batch["video"]]


@pytest.fixture
def masks(batch):
    """Lengths 6, 4 and 1; the second modality has a gap, and misses a sample."""
    masks = [batch["audio_mask"].copy() for _ in range(2)]
    masks[1][0, 2:4] = False
    masks[1][1] = False
    return masks


def shifted(state, frames, observed, layer):
    """The equations of one step."""
    weights = {
        "/".join(weight.path.split("/")[-2:]): arrays(weight)
        for weight in layer.weights
    }

    def dense(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    total = np.zeros_like(state)
    for index, (x, there) in enumerate(zip(frames, observed, strict=True)):
        if there:
            gate = 1.0
            if layer.gate != "none":
                gate = dense(f"gate_{index}", np.concatenate([x, state]))
                scalar = layer.gate == "scalar"
                gate = reference.sigmoid(gate) if scalar else np.maximum(gate, 0)
            total = total + gate * dense(f"shift_{index}", x)
    if not total.any():
        return state
    length, limit = np.linalg.norm(total), layer.beta * np.linalg.norm(state)
    return state + min(limit / length, 1.0) * total


@pytest.mark.parametrize("gate", ["vector", "scalar"])
def test_checks(gate, batch, others, masks, tmp_path):
    def make(**kwargs):
        return GatedShift(0.5, gate, **kwargs)

    check_layer(make, batch["text"], others, mask=masks, tmp_path=tmp_path)


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("beta", [0.3, 4.0])
def test_follows_its_equations(gate, beta, batch, others, masks):
    layer = GatedShift(beta, gate)
    layer.build(batch["text"].shape, [each.shape for each in others])
    layer.set_weights([each + 0.1 for each in layer.get_weights()])
    found = arrays(layer(batch["text"], others, mask=masks))
    for place in np.ndindex(3, 6):
        frames, observed = [x[place] for x in others], [m[place] for m in masks]
        expected = shifted(batch["text"][place], frames, observed, layer)
        assert_close(found[place], expected.astype("float32"))


@pytest.mark.parametrize("gate", GATES)
def test_a_shift_is_never_longer_than_its_limit(gate, rng):
    text, audio = (rng.normal(size=(2, 50, n)).astype("float32") for n in (5, 3))
    text[0] *= np.logspace(-6, 6, 50)[:, None]
    layer = GatedShift(0.4, gate)
    shift = arrays(layer(text, [1e3 * audio])) - text
    limit = 0.4 * np.linalg.norm(text, axis=-1)
    length = np.linalg.norm(shift, axis=-1)
    # A difference of float32 has the digits of its terms.
    assert np.all(length <= limit * (1 + 1e-5))
    # Some gates are shut.
    assert np.mean(length > 0.99 * limit) > 0.3


def test_what_is_not_observed_shifts_nothing(batch, others, masks):
    layer, text = GatedShift(), batch["text"]
    layer.build(text.shape, [each.shape for each in others])
    layer.set_weights([each + 0.1 for each in layer.get_weights()])
    nothing = [np.zeros_like(each) for each in masks]
    assert np.array_equal(arrays(layer(text, others, mask=nothing)), text)
    spoiled = [
        np.where(observed[..., None], frames, np.float32(np.nan))
        for frames, observed in zip(others, masks, strict=True)
    ]
    expected = layer(text, others, mask=masks)
    assert_close(layer(text, spoiled, mask=masks), expected)
    # Without a state there is no length that a shift might have.
    assert not arrays(layer(np.zeros_like(text), others)).any()


def test_without_a_limit_on_its_length_it_is_a_sum(batch, others):
    layer = GatedShift(1e9, "none")
    found = layer(batch["text"], others)
    sums = sum(arrays(d(x)) for d, x in zip(layer.shifts, others, strict=True))
    assert_close(found, batch["text"] + sums)
    layer.beta = 0.0
    assert np.array_equal(arrays(layer(batch["text"], others)), batch["text"])


# The registry's tests train models with it on each backend.
@pytest.mark.one_backend
@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("beta", [0.1, 10.0])
def test_every_weight_learns_within_the_limit_and_at_it(gate, beta, rng):
    text, audio, video = (
        rng.normal(size=(8, 6, n)).astype("float32") for n in (5, 3, 2)
    )
    mask = rng.random((8, 6)) > 0.2
    given = [keras.Input(x.shape[1:]) for x in (text, audio, video, mask)]
    moved = GatedShift(beta, gate)(given[0], given[1:3], mask=[given[3], None])
    model = keras.Model(given, moved)
    model.compile(keras.optimizers.SGD(1.0), "mse")
    before = model.get_weights()
    # States of 0 and steps without anything have finite gradients too.
    text[0], audio[1], video[1] = 0.0, 0.0, 0.0
    model.train_on_batch([text, audio, video, mask], text * 2.0 + 1.0)
    assert_finite(model.get_weights())
    for weight, old in zip(model.weights, before, strict=True):
        assert not np.array_equal(arrays(weight), old), weight.path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beta": -0.1}, "`beta` is at least 0, not -0.1"),
        ({"gate": "tensor"}, r"`gate` is one of \['vector', .*\], not 'tensor'"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        GatedShift(**options)

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.layers import LogSpectrogram, SpectrogramCNN
from mmzoo.ops.deltas import with_deltas
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
    compiled,
)
from tests.layers.test_local_response_normalization import of_as_many
from tests.reference import convolution, maximum

TINY = {"channels": 16, "width": 0.1}
VARIANTS = [
    {"network": network, "normalization": normalization}
    for network in ("alexnet", "small")
    for normalization in ("full", "batch", "none", "all_channels")
]
LENGTHS = np.array([75, 38, 5])


@pytest.fixture
def clips(rng):
    """Three spectrograms of 75, 38 and 5 frames, 19 bins."""
    mask = np.arange(75) < LENGTHS[:, None]
    frames = rng.normal(size=(3, 75, 19)) * mask[..., None]
    return {"x": frames.astype("float32"), "x_mask": mask}


def read(layer):
    return lambda batch: layer(batch["x"], mask=batch["x_mask"])


def moved(layer):
    """The layer with statistics and scales as after training."""
    draw = np.random.default_rng(1)
    for weight in layer.weights:
        if "normalization" in weight.path:
            weight.assign(draw.uniform(0.5, 1.5, weight.shape))
        elif "bias" in weight.path:
            weight.assign(draw.normal(size=weight.shape))
    return layer


def responses(image):
    """Response normalisation with the values of AlexNet."""
    squares = np.pad(image**2, [(0, 0), (0, 0), (2, 2)])
    channels = image.shape[-1]
    total = sum(squares[..., shift : shift + channels] for shift in range(5))
    return image / (2 + 1e-4 * total) ** 0.75


def reference(frames, layer):
    """Regions (L, features) of one spectrogram without padding."""
    weights = {each.path.split("/", 1)[-1]: arrays(each) for each in layer.weights}
    image = frames[..., None]
    if layer.deltas != "none":
        image = arrays(with_deltas(frames[None], along=layer.deltas))[0]
    for index, (_, _, stride, pooled) in enumerate(layer.stages):
        kernel = weights[f"convolution_{index}/kernel"]
        bias = weights.get(f"convolution_{index}/bias", 0)
        image = convolution(image, kernel, bias, stride)
        if layer.normalization == "batch":
            names = ("moving_mean", "moving_variance", "gamma", "beta")
            mean, variance, gamma, beta = (
                weights[f"batch_normalization_{index}/{name}"] for name in names
            )
            image = (image - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        if layer.normalization == "all_channels" and index < 2:
            image = of_as_many(image[None], 1e-4)[0]
        image = np.maximum(image, 0)
        if layer.normalization == "full" and index < 2:
            image = responses(image)
        image = maximum(image) if pooled else image
    if not layer.flatten_frequency:
        return image.reshape(-1, image.shape[-1])
    flat = image.reshape(len(image), -1) @ weights["projection/kernel"]
    return np.maximum(flat + weights["projection/bias"], 0)


@pytest.mark.parametrize("settings", [VARIANTS[0], VARIANTS[5]])
def test_checks(settings, clips, tmp_path):
    make = partial(SpectrogramCNN, **TINY, **settings)
    layer = check_layer(make, clips["x"], mask=clips["x_mask"], tmp_path=tmp_path)
    check_masking(read(moved(layer)), clips)
    check_batching(read(layer), clips)


@pytest.mark.parametrize(
    "settings",
    [
        *VARIANTS,
        {"network": "alexnet", "flatten_frequency": True},
        {"network": "small", "flatten_frequency": False},
        {"network": "small", "deltas": "time"},
        {"network": "alexnet", "deltas": "frequency"},
    ],
)
def test_matches_reference(settings, clips):
    layer = SpectrogramCNN(**TINY, **settings)
    layer.build((None, None, 19))
    moved(layer)
    regions, mask = arrays(compiled(read(layer))(clips))
    times, rows = layer.grid(75, 19)
    assert regions.shape == (3, times * rows, layer.output_dim)
    for row, length in enumerate(LENGTHS):
        expected = reference(clips["x"][row, :length], layer)
        assert_close(regions[row, : len(expected)], expected, 1e-4)
        assert np.all(regions[row, len(expected) :] == 0)
        assert mask[row].sum() == len(expected)


@pytest.mark.parametrize("network", ["alexnet", "small"])
@pytest.mark.parametrize("deltas", ["none", "time", "frequency"])
def test_padding_changes_nothing(network, deltas, clips):
    layer = SpectrogramCNN(network, **TINY, normalization="batch", deltas=deltas)
    layer.build((None, None, 19))
    call = compiled(read(moved(layer)))
    expected, expected_mask = arrays(call(clips))
    cells = expected.shape[1]
    for more in (1, 3, 30):
        longer = {
            "x": np.pad(clips["x"], [(0, 0), (0, more), (0, 0)], constant_values=9.0),
            "x_mask": np.pad(clips["x_mask"], [(0, 0), (0, more)]),
        }
        regions, mask = arrays(call(longer))
        assert_close(regions[:, :cells], expected)
        assert np.all(regions[:, cells:] == 0)
        assert np.array_equal(mask[:, :cells], expected_mask)
        assert not mask[:, cells:].any()


@pytest.mark.slow
def test_batch_statistics_do_not_count_padding(clips):
    alone, among = SpectrogramCNN(**TINY), SpectrogramCNN(**TINY)
    for layer in (alone, among):
        layer.build((None, None, 19))
    among.set_weights(arrays(alone.weights))
    alone(clips["x"][1:2, :38], training=True)
    mask = clips["x_mask"][1:2]
    garbage = np.where(mask[..., None], clips["x"][1:2], np.float32(np.nan))
    among(garbage, mask=mask, training=True)
    assert_close(arrays(among.weights), arrays(alone.weights), 1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_nothing_observed_stays_finite(training, clips):
    layer = SpectrogramCNN(**TINY)
    nothing = np.zeros((3, 75), bool)
    regions, mask = arrays(layer(clips["x"], mask=nothing, training=training))
    assert np.all(regions == 0) and not mask.any()
    assert_finite(arrays(layer.weights))


def test_a_file_of_an_earlier_version_says_whether_there_are_deltas():
    for given, deltas in {True: "time", False: "none"}.items():
        config = {**SpectrogramCNN(deltas=deltas).get_config(), "deltas": given}
        assert SpectrogramCNN.from_config(config).deltas == deltas


def test_mask_with_a_hole(clips):
    mask = np.zeros((3, 75), bool)
    mask[:, 20:30] = mask[:, 70] = True
    layer = SpectrogramCNN(**TINY)
    layer.build((None, None, 19))
    _, region_mask = arrays(compiled(read(layer))({**clips, "x_mask": mask}))
    assert np.flatnonzero(region_mask[0]).tolist() == [2, 3, 8]


def test_no_mask_observes_everything(clips):
    layer = SpectrogramCNN(**TINY)
    layer.build((None, None, 19))
    everything = {"x": clips["x"], "x_mask": np.ones((3, 75), bool)}
    assert_close(compiled(layer)(clips["x"]), compiled(read(layer))(everything))


def test_any_length_on_tensorflow(clips):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("JAX compiles one length at a time")
    frames, mask = keras.Input((None, 19)), keras.Input((None,), dtype="bool")
    layer = SpectrogramCNN("alexnet", **TINY)
    outputs = layer(frames, mask=mask)
    assert outputs[0].shape == (None, None, 16)
    model = keras.Model([frames, mask], outputs)
    inputs = [clips["x"], clips["x_mask"]]
    assert_close(model.predict(inputs, verbose=0), read(layer)(clips))


@pytest.mark.slow
@pytest.mark.parametrize("settings", VARIANTS)
def test_learns_which_bin_is_loud(settings, rng):
    frames = rng.normal(size=(16, 40, 16)).astype("float32")
    labels = np.arange(16) % 2
    frames[labels == 0, :, :8] += 2.0
    frames[labels == 1, :, 8:] += 2.0
    layer = SpectrogramCNN(**TINY, **settings, dropout=0.1)
    given = keras.Input((40, 16))
    hidden = keras.layers.GlobalAveragePooling1D()(layer(given)[0])
    model = keras.Model(given, keras.layers.Dense(2)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss)
    before = arrays(layer.trainable_weights)
    first = model.train_on_batch(frames, labels)
    for old, new in zip(before, layer.trainable_weights, strict=True):
        assert not np.array_equal(old, arrays(new)), new.path
    for _ in range(20):
        model.reset_metrics()
        last = model.train_on_batch(frames, labels)
    assert last < 0.7 * first


def test_waveform_to_regions(rng, tmp_path):
    spectrogram = LogSpectrogram(num_bins=12, sample_rate=1000, time_dim=30)
    wave = rng.normal(size=(2, 400)).astype("float32")
    mask = np.arange(400) < np.array([400, 150])[:, None]

    def make(**named):
        return SpectrogramCNN(**TINY, spectrogram=spectrogram, **named)

    layer = check_layer(make, wave, mask=mask, tmp_path=tmp_path)
    call = compiled(read(layer))
    frames, frame_mask = arrays(
        compiled(read(spectrogram))({"x": wave, "x_mask": mask})
    )
    expected = call({"x": frames, "x_mask": frame_mask})
    assert_close(call({"x": wave, "x_mask": mask}), expected, 1e-4)
    assert_close(call({"x": wave[..., None], "x_mask": mask}), expected, 1e-4)
    copy = SpectrogramCNN.from_config(layer.get_config())
    assert copy.spectrogram.get_config() == spectrogram.get_config()
    assert copy.spectrogram is not spectrogram


@pytest.mark.parametrize(
    ("settings", "stride", "grid", "output_dim"),
    [
        ({}, 8, (94, 1), 256),
        ({"flatten_frequency": False}, 8, (94, 8), 128),
        ({"network": "alexnet"}, 32, (24, 2), 256),
        ({"network": "alexnet", "flatten_frequency": True}, 32, (24, 1), 256),
        ({"network": "alexnet", "channels": 20}, 32, (24, 2), 20),
    ],
)
def test_grid(settings, stride, grid, output_dim):
    layer = SpectrogramCNN(**settings)
    assert layer.time_stride == stride
    assert layer.grid(750, 64) == grid
    assert layer.output_dim == output_dim
    declared, mask = layer(keras.Input((750, 64)))
    assert declared.shape == (None, grid[0] * grid[1], output_dim)
    assert mask.shape == (None, grid[0] * grid[1])


@pytest.mark.parametrize(
    ("settings", "channels"),
    [
        ({}, [32, 64, 128]),
        ({"width": 0.5}, [16, 32, 64]),
        ({"network": "alexnet"}, [96, 256, 384, 384, 256]),
        ({"network": "alexnet", "width": 0.25}, [24, 64, 96, 96, 256]),
        ({"network": "alexnet", "width": 0.01}, [8, 8, 8, 8, 256]),
    ],
)
def test_width(settings, channels):
    layer = SpectrogramCNN(**settings)
    assert [each.filters for each in layer.convolutions] == channels


def test_dropout_is_for_training(clips):
    layer = SpectrogramCNN(**TINY, normalization="none", dropout=0.5)
    whole, _ = arrays(layer(clips["x"]))
    dropped, _ = arrays(layer(clips["x"], training=True))
    kept = dropped != 0
    assert_close(dropped[kept], 2 * whole[kept])
    assert 0.4 < np.mean(kept[whole > 0]) < 0.6


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"network": "vgg"}, r"`network` is one of \['alexnet', 'small'\], not 'vgg'"),
        ({"normalization": "half"}, "`normalization` is one of .* not 'half'"),
        ({"channels": 0}, "`channels` is above 0, not 0"),
        ({"width": -1.0}, "`width` is above 0, not -1.0"),
    ],
)
def test_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        SpectrogramCNN(**settings)


@pytest.mark.parametrize(
    ("spectrogram", "shape", "message"),
    [
        (None, (2, 50), "a waveform.*spectrogram=LogSpectrogram"),
        (None, (2, 5, 8, 1), r"`inputs` has shape \(2, 5, 8, 1\)"),
        (LogSpectrogram(num_bins=12), (2, 50, 8), "8 bins, but `spectrogram` gives 12"),
    ],
)
def test_input_errors(spectrogram, shape, message):
    layer = SpectrogramCNN(**TINY, spectrogram=spectrogram)
    with pytest.raises(ValueError, match=message):
        layer(ops.zeros(shape))

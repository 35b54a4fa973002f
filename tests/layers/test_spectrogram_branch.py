from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import SpectrogramBranch
from mmzoo.layers.spectrogram_branch import OF_ONE_LENGTH, POOLINGS
from tests.checks import (
    arrays,
    as_after_training,
    assert_close,
    check_batching,
    check_config,
    check_layer,
    check_masking,
    weights_by_path,
)
from tests.reference import dense, lstm, normalized, statistics

SMALL = {"channels": 8, "width": 1.0, "time_dim": 24}


@pytest.fixture
def clips(rng):
    mask = np.arange(20) < np.array([20, 11, 3])[:, None]
    frames = rng.normal(size=(3, 20, 16)).astype("float32") * mask[..., None]
    return {"audio": frames, "audio_mask": mask}


def read(layer, clips):
    return layer(clips["audio"], mask=clips["audio_mask"])


@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_and_garbage_change_nothing(pooling, clips):
    layer = SpectrogramBranch(**SMALL, pooling=pooling)
    layer.build((None, None, 16))
    check_masking(partial(read, layer), clips)
    check_batching(partial(read, layer), clips)
    check_config(layer)
    width = 16 if pooling == "deviation" else 8
    assert arrays(read(layer, clips)).shape == (3, width) == (3, layer.output_dim)


@pytest.mark.parametrize("pooling", ["attention", "deviation"])
def test_checks(pooling, clips, tmp_path):
    make = partial(SpectrogramBranch, **SMALL, pooling=pooling, seed=1)
    check_layer(make, clips["audio"], mask=clips["audio_mask"], tmp_path=tmp_path)


TINY = {"channels": 8, "width": 0.01, "augment": False}


@pytest.mark.parametrize("network", ["x_vector", "ecapa", "resnet18"])
def test_other_networks(network, clips, tmp_path):
    make = partial(SpectrogramBranch, network, **TINY)
    layer = check_layer(
        make, clips["audio"], mask=clips["audio_mask"], tmp_path=tmp_path
    )
    check_masking(partial(read, as_after_training(layer)), clips)
    check_batching(partial(read, layer), clips)


def test_an_lstm_reads_what_is_made_of_samples(rng):
    frames = rng.normal(size=(2, 4, 640)).astype("float32")
    mask = np.array([[True] * 4, [True, True, False, False]])
    layer = SpectrogramBranch("raw", channels=8, width=0.25)
    layer.build((None, None, 640))
    assert layer.augmentation is None
    steps, _ = arrays(layer.cnn(layer.standardization(frames), mask))
    own = [arrays(weight) for weight in layer.lstm.weights]
    given = arrays(layer(frames, mask=mask))
    for clip, length in enumerate([4, 2]):
        states = lstm(steps[clip, :length].astype("float64"), *own)
        assert_close(given[clip], states[-1].astype("float32"), 1e-4)


def test_an_x_vector_is_an_embedding_of_statistics(clips):
    layer = SpectrogramBranch("x_vector", **TINY)
    layer.build((None, None, 16))
    given = arrays(read(as_after_training(layer), clips))
    frames = layer.standardization(clips["audio"])
    steps = arrays(layer.cnn(frames, clips["audio_mask"])[0])
    weights = weights_by_path(layer)
    for row, length in enumerate([20, 11, 3]):
        found = statistics(steps[row, :length])
        found = normalized(found, weights, "normalized_statistics")
        expected = dense(found, weights, "embedding").astype("float32")
        assert_close(given[row], expected, 1e-4)


def test_weights_of_each_feature_are_averaged(clips):
    layer = SpectrogramBranch("ecapa", **TINY)
    _, weights = arrays(
        layer(clips["audio"], mask=clips["audio_mask"], return_attention=True)
    )
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)
    assert np.all(weights[1, 11:] == 0)
    assert layer.over_time(weights[1], 20, 16).shape == (20,)


@pytest.mark.parametrize(
    ("network", "channels", "bins", "millions"),
    [("x_vector", 512, 24, 4.2), ("ecapa", 192, 80, 6.2)],
)
def test_as_many_weights_as_in_the_papers(network, channels, bins, millions):
    layer = SpectrogramBranch(network, channels)
    layer.build((None, None, bins))
    assert round(layer.count_params() / 1e6, 1) == millions


@pytest.mark.parametrize("network", ["small", "alexnet"])
def test_an_lstm_reads_the_regions_time_by_time(network, clips):
    clips["audio"] = np.tile(clips["audio"], 3)
    layer = SpectrogramBranch(network, **{**SMALL, "width": 0.1}, pooling="lstm")
    layer.build((None, None, 48))
    given = arrays(read(layer, clips))
    frames = layer.standardization(clips["audio"], mask=clips["audio_mask"])
    regions, mask = arrays(layer.cnn(frames, clips["audio_mask"]))
    rows = layer.cnn.grid(20, 48)[1]
    assert (rows > 1) == (network == "alexnet")
    for clip in range(3):
        heard = regions[clip][mask[clip]].reshape(-1, rows * regions.shape[-1])
        own = [arrays(weight) for weight in layer.lstm.weights]
        states = lstm(heard.astype("float64"), *own)
        assert_close(given[clip], states[-1].astype("float32"), 1e-4)


def test_an_lstm_learns_the_order_of_far_sounds_as_a_mean_cannot():
    # The small CNN sees 23 frames at once, and the sounds are further apart.
    frames = np.zeros((2, 96, 8), "float32")
    for row, (first, second) in enumerate([(1, 6), (6, 1)]):
        frames[row, 16:24, first] = frames[row, 72:80, second] = 3.0
    apart = {}
    for pooling in ("lstm", "mean"):
        layer = SpectrogramBranch(channels=8, pooling=pooling, augment=False, seed=0)
        model = keras.Sequential([layer, keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(0.03), "mse")
        for _ in range(40):
            model.train_on_batch(frames, np.array([[0.0], [1.0]]))
        apart[pooling] = float(np.ptp(arrays(model(frames))))
    assert apart["lstm"] > 0.8 and apart["mean"] < 0.1


def test_a_clip_without_sound_enters_no_statistics(clips):
    alone, among = (SpectrogramBranch("x_vector", **TINY) for _ in range(2))
    for layer in (alone, among):
        layer.build((None, None, 16))
    among.set_weights(alone.get_weights())
    silent = clips["audio_mask"] & np.array([[True], [True], [False]])
    alone(clips["audio"][:2], mask=silent[:2], training=True)
    among(clips["audio"], mask=silent, training=True)
    assert_close(among.weights, alone.weights)


def test_attention_over_frames(clips):
    layer = SpectrogramBranch(**SMALL)
    _, weights = arrays(
        layer(clips["audio"], mask=clips["audio_mask"], return_attention=True)
    )
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)
    over_time = layer.over_time(weights[1], 20, 16)
    assert over_time.shape == (20,)
    stride = layer.cnn.time_stride
    np.testing.assert_allclose(over_time[::stride], weights[1][: -(-20 // stride)])
    assert np.all(over_time[-(-11 // stride) * stride :] == 0)
    none = SpectrogramBranch(**SMALL, pooling="mean")
    assert none(clips["audio"], return_attention=True)[1] is None


def test_augmentation_acts_in_training_only(clips):
    layer = SpectrogramBranch(**SMALL, pooling="mean", seed=1)
    calm = arrays(read(layer, clips))
    assert_close(read(layer, clips), calm)
    noisy = layer(clips["audio"], mask=clips["audio_mask"], training=True)
    assert np.abs(arrays(noisy) - calm).max() > 0
    plain = SpectrogramBranch(**SMALL, augment=False)
    assert plain.augmentation is None


def test_adapt_standardises_each_bin(clips):
    layer = SpectrogramBranch(**SMALL)
    layer.adapt(clips["audio"][clips["audio_mask"]] * 3 + 50)
    assert abs(float(arrays(layer.standardization.mean).mean()) - 50) < 1


@pytest.mark.parametrize("pooling", OF_ONE_LENGTH)
def test_clips_of_one_length_are_cut(pooling, clips):
    layer = SpectrogramBranch(**{**SMALL, "time_dim": 8}, pooling=pooling)
    short = {key: each[:, :8] for key, each in clips.items()}
    assert_close(read(layer, clips), read(layer, short))


def test_mixed_regions_weigh_places_beyond_the_end(clips):
    mixed, plain = (
        SpectrogramBranch(**{**SMALL, "time_dim": 32}, pooling=pooling)
        for pooling in ("mixed_regions", "attention")
    )
    given = clips["audio"], clips["audio_mask"]
    _, weights = arrays(mixed(given[0], mask=given[1], return_attention=True))
    assert weights.shape == (3, 4)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)
    # The last clip has 3 frames, in one region.
    assert np.all(weights[2, 1:] > 0.1)
    assert np.all(arrays(plain(*given, return_attention=True))[1][2, 1:] == 0)
    assert mixed.over_time(weights[0], 20, 16).shape == (20,)
    cut_away = mixed.over_time(weights[0], 40, 16)[32:]
    assert cut_away.tolist() == [0.0] * 8


def test_mixed_regions_answer_otherwise_to_a_later_sound(rng):
    frames = np.zeros((2, 96, 8), "float32")
    sound = rng.normal(size=(16, 8))
    # The same sound in silence, and five regions later.
    frames[0, 32:48] = frames[1, 72:88] = sound
    changes = {}
    for pooling in ("mixed_regions", "attention"):
        layer = SpectrogramBranch(channels=8, pooling=pooling, time_dim=96)
        early, late = arrays(layer(frames))
        changes[pooling] = np.abs(late - early).max() / np.abs(early).max()
    assert changes["attention"] < 1e-5 and changes["mixed_regions"] > 0.1


def test_deviation_under_the_same_attention(clips):
    layer = SpectrogramBranch(**SMALL, pooling="deviation", augment=False)
    mask = clips["audio_mask"]
    pooled, weights = arrays(layer(clips["audio"], mask=mask, return_attention=True))
    frames = layer.standardization(clips["audio"], mask=mask)
    regions = arrays(layer.cnn(frames, mask))[0]
    mean = np.einsum("bl,blc->bc", weights, regions)
    variance = np.einsum("bl,blc->bc", weights, (regions - mean[:, None]) ** 2)
    expected = np.concatenate([mean, np.sqrt(variance)], axis=1)
    np.testing.assert_allclose(pooled, expected, atol=2e-3)


def test_a_wave_is_not_cut_off():
    assert SpectrogramBranch("raw").standardization.clip is None
    assert SpectrogramBranch().standardization.clip == 5.0


def test_the_small_network_reads_deltas_and_alexnet_does_not():
    assert SpectrogramBranch().cnn.deltas == "time"
    assert SpectrogramBranch("alexnet").cnn.deltas == "none"
    assert SpectrogramBranch("alexnet", deltas="frequency").cnn.deltas == "frequency"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pooling": "max"}, "`pooling` is one of .* not 'max'"),
        ({"network": "vgg"}, "`network` is one of .* not 'vgg'"),
        (
            {"network": "ecapa", "normalization": "full"},
            "`normalization` is one of .* not 'full'",
        ),
        ({"network": "ecapa", "deltas": "time"}, "`deltas` is one of .* not 'time'"),
        ({"deltas": True}, "`deltas` is one of .* not True"),
    ],
)
def test_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        SpectrogramBranch(**settings)

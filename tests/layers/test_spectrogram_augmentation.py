from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import SpectrogramAugmentation
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
    compiled,
)

NOTHING = {
    "num_time_masks": 0,
    "num_frequency_masks": 0,
    "max_gain": 0.0,
    "max_shift": 0,
}
LENGTHS = np.array([50, 20, 4])


@pytest.fixture
def clips(rng):
    """Three clips of 50, 20 and 4 frames, 12 bins, none of the values 0."""
    mask = np.arange(50) < LENGTHS[:, None]
    frames = np.abs(rng.normal(size=(3, 50, 12))) + 1.0
    return {"x": (frames * mask[..., None]).astype("float32"), "x_mask": mask}


def augmented(clips, draws=1, **settings):
    """Frames and masks of several draws, one behind the other in the batch."""
    frames = np.concatenate([clips["x"]] * draws)
    mask = np.concatenate([clips["x_mask"]] * draws)
    layer = SpectrogramAugmentation(**{**NOTHING, **settings})
    return arrays(layer(frames, mask=mask, training=True))


def runs(hidden):
    """Lengths of the runs of True in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hidden, [0]])))
    return (edges[1::2] - edges[::2]).tolist()


def test_checks(clips, tmp_path):
    make = partial(SpectrogramAugmentation, max_gain=1.0, max_shift=5, seed=1)
    layer = check_layer(make, clips["x"], mask=clips["x_mask"], tmp_path=tmp_path)

    def augment(batch):
        return layer(batch["x"], mask=batch["x_mask"])

    check_masking(augment, clips)
    check_batching(augment, clips)


def test_identity_outside_training(clips):
    layer = SpectrogramAugmentation(max_gain=1.0, max_shift=5)
    outputs = layer(clips["x"], mask=clips["x_mask"], training=False)
    assert_close(outputs, (clips["x"], clips["x_mask"]), 0)
    frames, mask = arrays(layer(clips["x"]))
    assert_close(frames, clips["x"], 0)
    assert mask.shape == (3, 50) and mask.all()


def test_time_masks(clips):
    settings = {"num_time_masks": 1, "max_time_width": 7, "seed": 0}
    frames, mask = augmented(clips, draws=400, **settings)
    assert np.all(mask == np.tile(clips["x_mask"], (400, 1)))
    hidden = np.all(frames == 0, axis=-1) & mask
    assert np.all(hidden == (np.any(frames == 0, axis=-1) & mask))
    kept = np.where(hidden[..., None], 0, np.tile(clips["x"], (400, 1, 1)))
    assert_close(frames, kept, 0)
    for row, widest in enumerate([7, 4, 0]):
        widths = [runs(each) for each in hidden[row::3]]
        assert max(len(each) for each in widths) <= 1
        assert {sum(each) for each in widths} == set(range(widest + 1))
        if widest:
            # Any real frame can be hidden, the last one too.
            assert np.all(np.any(hidden[row::3], axis=0) == clips["x_mask"][row])


def test_frequency_masks(clips):
    settings = {"num_frequency_masks": 2, "max_frequency_width": 3, "seed": 0}
    frames, mask = augmented(clips, draws=100, **settings)
    hidden = np.all(frames == 0, axis=1)
    assert np.all((frames == 0) == (hidden[:, None] | ~mask[..., None]))
    widths = [runs(each) for each in hidden]
    assert max(len(each) for each in widths) == 2
    assert max(sum(each) for each in widths) == 6
    assert min(sum(each) for each in widths) == 0
    assert hidden.any(axis=0).all()


def test_band_wider_than_the_bins(clips):
    settings = {"num_frequency_masks": 1, "max_frequency_width": 99}
    frames, _ = augmented(clips, draws=30, **settings)
    assert_finite(frames)
    assert max(np.all(frames == 0, axis=1).sum(axis=-1)) > 6


def test_gain(clips):
    frames, mask = augmented(clips, draws=100, max_gain=0.5, seed=0)
    gain = (frames - np.tile(clips["x"], (100, 1, 1)))[mask]
    assert_finite(gain)
    assert 0.4 < gain.max() < 0.5 + 1e-5 and -0.5 - 1e-5 < gain.min() < -0.4
    assert np.all(frames[~mask] == 0)
    first = gain[: LENGTHS[0]]
    assert_close(first, np.full_like(first, first[0, 0]), 1e-5)


def test_shift_moves_frames_and_mask(clips):
    frames, mask = augmented(clips, draws=100, max_shift=3, seed=0)
    assert np.all(frames[~mask] == 0)
    found = set()
    for row in range(len(frames)):
        clip, length = clips["x"][row % 3], LENGTHS[row % 3]
        shift = next(
            shift
            for shift in range(-3, 4)
            if np.array_equal(frames[row], rolled(clip, shift))
        )
        expected = rolled(clips["x_mask"][row % 3], shift)
        assert np.array_equal(mask[row], expected)
        found.add((length, shift))
    everywhere = range(-3, 4)
    assert found == {(50, s) for s in everywhere} | {(20, s) for s in everywhere} | {
        (4, 0)
    }


def rolled(row, shift):
    """The row moved to the right, with zeros where nothing comes in."""
    index = np.arange(len(row)) - shift
    inside = (index >= 0) & (index < len(row))
    moved = row[np.clip(index, 0, len(row) - 1)]
    return moved * inside.reshape([-1] + [1] * (row.ndim - 1)).astype(row.dtype)


def test_same_seed_same_draws(clips):
    first = augmented(clips, num_time_masks=2, max_shift=3, max_gain=1.0, seed=5)
    again = augmented(clips, num_time_masks=2, max_shift=3, max_gain=1.0, seed=5)
    other = augmented(clips, num_time_masks=2, max_shift=3, max_gain=1.0, seed=6)
    assert_close(again, first, 0)
    assert not np.array_equal(first[0], other[0])


def test_each_step_and_each_clip_draws_anew(clips):
    layer = SpectrogramAugmentation(max_gain=1.0, seed=0)
    same = np.concatenate([clips["x"][:1]] * 2)
    first = arrays(layer(same, training=True))[0]
    second = arrays(layer(same, training=True))[0]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])
    assert len(layer.non_trainable_variables) == 1


def test_trains_inside_a_compiled_model(clips):
    frames = keras.Input((None, 12)) if _any_length() else keras.Input((50, 12))
    mask = keras.Input(frames.shape[1:2], dtype="bool")
    layer = SpectrogramAugmentation(max_gain=1.0, max_shift=3, seed=0)
    outputs = keras.layers.Dense(1)(layer(frames, mask=mask)[0])
    model = keras.Model([frames, mask], outputs)
    model.compile(loss="mse", optimizer="sgd")
    targets = np.zeros((3, 50, 1), "float32")
    assert np.isfinite(model.train_on_batch([clips["x"], clips["x_mask"]], targets))


def _any_length():
    return keras.backend.backend() == "tensorflow"


def test_nothing_observed_stays_finite(clips):
    layer = SpectrogramAugmentation(max_gain=1.0, max_shift=9)
    frames, mask = arrays(
        layer(clips["x"], mask=np.zeros((3, 50), bool), training=True)
    )
    assert np.all(frames == 0) and not mask.any()


def test_garbage_in_training(clips):
    spoilt = np.where(clips["x_mask"][..., None], clips["x"], np.float32(np.nan))
    settings = {"num_time_masks": 2, "max_gain": 1.0, "max_shift": 3, "seed": 0}
    dirty = augmented({**clips, "x": spoilt}, **settings)
    assert_close(dirty, augmented(clips, **settings), 0)


def test_no_draws_no_change(clips):
    layer = SpectrogramAugmentation(**NOTHING)
    call = compiled(lambda x, mask: layer(x, mask=mask, training=True))
    assert_close(call(clips["x"], clips["x_mask"])[0], clips["x"], 0)


@pytest.mark.parametrize("name", ["num_time_masks", "max_gain", "max_shift"])
def test_errors(name):
    with pytest.raises(ValueError, match=f"`{name}` is at least 0, not -1"):
        SpectrogramAugmentation(**{name: -1})


def test_stretch_resamples_evenly(rng):
    ramp = np.zeros((40, 100, 3), "float32")
    ramp[:, :50] = np.arange(1.0, 51.0)[:, None]
    mask = np.broadcast_to(np.arange(100) < 50, (40, 100))
    layer = SpectrogramAugmentation(**NOTHING, max_stretch=0.5, seed=0)
    frames, kept = arrays(layer(ramp, mask=mask, training=True))
    lengths = kept.sum(axis=1)
    assert 24 <= lengths.min() < 35 and 65 < lengths.max() <= 75
    for row, length in zip(frames[..., 0], lengths, strict=True):
        steps = np.diff(row[:length])
        # A ramp stays a ramp, steeper where it is shorter.
        np.testing.assert_allclose(steps, steps[0], rtol=1e-3, atol=1e-3)
        assert steps[0] * length == pytest.approx(50, abs=2)
        assert np.all(row[length:] == 0)


def test_frequencies_move_and_the_mean_moves_in(clips):
    frames, mask = augmented(clips, draws=20, max_frequency_shift=3, seed=0)
    assert np.array_equal(mask, np.concatenate([clips["x_mask"]] * 20))
    seen = set()
    for moved, one in zip(frames, np.concatenate([clips["x"]] * 20), strict=True):
        (shift,) = (
            s
            for s in range(-3, 4)
            if np.allclose(np.pad(one, [(0, 0), (3, 3)])[:, 3 - s : 15 - s], moved)
        )
        seen.add(shift)
    assert seen == set(range(-3, 4))


def test_stretch_is_a_share():
    with pytest.raises(ValueError, match="`max_stretch` is a share below 1, not 1.5"):
        SpectrogramAugmentation(max_stretch=1.5)

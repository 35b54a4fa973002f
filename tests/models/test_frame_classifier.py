import numpy as np
import pytest

import mmzoo
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_masking,
    check_saving,
    check_training,
    compiled,
)
from tests.models.small_models import DIMS, adapted
from tests.selection import once

# One pixel, of as many numbers as a step of text has.
SMALL = {"channels": 5, "width": 0.1, "feature_dim": 8, "units": 4, "dropout": 0.0}
SMALL |= {"window": 3, "window_step": 2}
NETWORKS = ["cnn_lstm", "cnn_3d", "cnn_mean"]


def small(input_dims=None, **options):
    """A network on one modality."""
    input_dims = input_dims or {"text": DIMS["text"]}
    return adapted(mmzoo.build_frame_classifier(input_dims, **{**SMALL, **options}))


@pytest.mark.one_backend
def test_cnn_lstm_answers_from_the_last_state(batch):
    model = small()
    frames, mask = model.modality_concat(batch)
    _, last = model.recurrence(model.encoder(frames, mask=mask), mask=mask)
    assert_close(model(batch), {"sentiment": model.answer_head(last)})


@pytest.mark.one_backend
def test_3d_cnn_answers_from_the_mean_of_the_windows(batch):
    model = small(network="cnn_3d", classes=["sad", "glad"])
    frames, mask = model.modality_concat(batch)
    vectors, counts = arrays(model.encoder(frames, mask=mask))
    # Of 6, 4 and 1 frames, in windows of 3 that begin at 0, 2 and 4.
    assert counts.tolist() == [
        [True, True, True],
        [True, True, False],
        [True, False, False],
    ]
    means = np.stack([v[c].mean(axis=0) for v, c in zip(vectors, counts, strict=True)])
    assert_close(model(batch), {"emotion": model.answer_head(means)})


@pytest.mark.parametrize("network", ["cnn_3d", *once("cnn_mean")])
def test_the_other_networks_are_exact_trained_and_saved(
    network, batch, targets, tmp_path
):
    model = small(network=network)
    call = compiled(model)
    check_masking(call, batch)
    check_batching(call, batch)
    check_saving(model, batch, tmp_path)
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
@pytest.mark.parametrize("network", NETWORKS)
def test_a_frozen_network_keeps_its_weights_and_statistics(network, batch, targets):
    model = small(network=network, train_network=False)
    before = arrays(model.encoder.weights)
    model.compile("adam")
    model.train_on_batch(batch, targets)
    assert_close(arrays(model.encoder.weights), before, 0)
    assert not model.encoder.trainable_weights


def moving_spots(rng, count, steps=8, side=8):
    """A bright spot that goes to the right (1) or to the left (0) in some noise."""
    labels, rows = rng.integers(0, 2, count), rng.integers(0, side, count)
    frames = rng.normal(0, 0.1, (count, steps, side, side))
    for each in range(count):
        path = np.arange(steps) % side
        path = path if labels[each] else path[::-1]
        frames[each, np.arange(steps), rows[each], path] += 4.0
    return {"frames": frames.reshape(count, steps, -1).astype("float32")}, labels


def error(network, rng):
    """How often it is wrong of unseen clips."""
    batch, labels = moving_spots(rng, 64)
    unseen, true = moving_spots(rng, 64)
    options = {"classes": ["left", "right"], **SMALL, "network": network}
    options |= {"channels": 1, "width": 0.25, "units": 8, "window": 4}
    model = mmzoo.build_frame_classifier({"frames": 64}, **options)
    model.compile("adam")
    model.optimizer.learning_rate = 0.02
    for _ in range(20):
        model.train_on_batch(batch, labels.astype("int32"))
    said = arrays(model.predict_on_batch(unseen)["emotion"]).argmax(-1)
    return np.mean(said != true)


@pytest.mark.one_backend
def test_both_find_the_direction_and_a_mean_of_frames_does_not(rng):
    errors = {network: error(network, rng) for network in NETWORKS}
    assert errors["cnn_lstm"] < 0.1 and errors["cnn_3d"] < 0.1
    assert errors["cnn_mean"] > 0.3


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"network": "cnn"}, r"`network` is one of .*, not 'cnn'"),
        ({"input_dims": DIMS}, r"names \['audio', 'text', 'video'\].*: name one"),
        ({"channels": 3}, r"5 features is no square of pixels with `channels=3`"),
        ({"channels": 0}, r"no square of pixels with `channels=0`"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for FrameClassifier"),
        ({"network": "cnn_3d", "window": 0}, "`window` is at least 1, not 0"),
        ({"network": "cnn_3d", "window_step": 4}, "from 1 to `window=3`.*, not 4"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

import keras
import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# A gate that is drawn is often not the probable one, so that each step teaches. Of a
# few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {"units": 4, "gate_dim": 16, "initial_rate": 0.6, "dropout": 0.0, "seed": 1}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_gated_embedding_network(**options))


def half_open(batch):
    """A network about half of whose gates are on, whatever it began with."""
    model = small()
    for name, rates in arrays(model.attend(batch)).items():
        middle = np.quantile(rates[batch[f"{name}_mask"]], 0.45)
        bias = model.gates[name].logit.bias
        bias.assign(arrays(bias) - np.log(middle / (1 - middle)))
    return model


@pytest.mark.one_backend
def test_answers_from_the_frames_that_gates_leave(batch):
    batch["video_mask"][0, 1] = False
    model = half_open(batch)
    said = arrays(model(batch))
    frames = {}
    for name in DIMS:
        standardised, mask = arrays(model.modality_concat(batch, modalities=[name]))
        frames[name] = standardised
        if name == "text":
            continue
        gates, _, rates = model.gates[name](standardised, mask=mask)
        assert np.array_equal(said[f"{name}_gate"], arrays(gates))
        assert_close(model.attend(batch)[name], rates)
        frames[name] = standardised * arrays(gates)[..., None]
    assert sorted(model.attend(batch)) == ["audio", "video"]
    joined = np.concatenate([frames[name] for name in sorted(DIMS)], axis=-1)
    expected = model.head(joined, mask=batch["text_mask"])
    assert_close(said["sentiment"], expected)
    assert_close(said["baseline"], expected)
    opened = [said[f"{name}_gate"][batch[f"{name}_mask"]] for name in model.gates]
    assert all(0 < each.mean() < 1 for each in opened)


def test_answers_draw_nothing(batch):
    model = small()
    first, again = (model.predict(batch, verbose=0) for _ in range(2))
    for name, each in first.items():
        assert np.array_equal(each, again[name]), name
    drawn = [arrays(model(batch, training=True)) for _ in range(2)]
    assert not np.array_equal(drawn[0]["audio_gate"], drawn[1]["audio_gate"])
    # Gates that are not drawn make the baseline.
    for each in drawn:
        assert_close(each["baseline"], first["sentiment"])
        assert np.abs(each["sentiment"] - each["baseline"]).max() > 1e-4
    gates = [drawn[0][f"{name}_gate"] for name in ("audio", "video")]
    assert not np.array_equal(*gates), "two modalities draw the same"


def test_the_reward_is_the_negative_error_of_each_sample(batch):
    model = small()
    said = arrays(model(batch, training=True))
    # The first has no label.
    y = {"sentiment": np.zeros(3, "float32"), "sentiment_mask": np.arange(3) > 0}
    weights = np.array([1.0, 2.0, 0.5], "float32")
    terms = arrays(model.loss_terms(batch, y, said, weights))
    assert set(terms) == {"sentiment_mae", "policy_loss"}
    better = np.abs(said["baseline"]) - np.abs(said["sentiment"])
    expected = (-better * said["log_probability"] * weights)[1:].sum()
    assert_close(terms["policy_loss"], (0.1, np.float32(expected), np.float32(2.0)))


def moved(model, batch, targets, steps=3):
    """Which weights a training moves."""
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    before = {weight.path: arrays(weight) for weight in model.weights}
    for _ in range(steps):
        model.train_on_batch(batch, targets)
    return {
        weight.path
        for weight in model.weights
        if not np.array_equal(arrays(weight), before[weight.path])
    }


def test_gates_learn_by_their_reward_alone(batch, targets):
    def of_gates(model):
        return [path for path in moved(model, batch, targets) if "_gate/" in path]

    # Two gates with two layers each.
    assert len(of_gates(small())) == 8
    still = small(policy_weight=0.0)
    assert not of_gates(still) and "policy_loss" not in still.loss_trackers
    assert not any("_gate/" in weight.path for weight in still.trainable_weights)
    # What answers whatever it reads, as the baseline does, rewards no draw.
    deaf = small()
    deaf.head.answer_head.answer.kernel.assign(np.zeros((4, 1)))
    deaf.head.trainable = False
    assert not of_gates(deaf)


# On each backend tests/models/test_registry.py trains the model, on scores.
@pytest.mark.one_backend
@pytest.mark.parametrize("target", ["emotion", "emotions"])
def test_learns_classes(target, batch):
    model = small(classes=["low", "middle", "high"], target=target)
    assert model(batch)[target].shape == (3, 3)
    found = np.array([0, 1, 2], "int32")
    if target == "emotions":
        found = np.array([[1, 0, 1], [0, 1, 1], [0, 0, 1]], "int32")
    targets = {target: found, f"{target}_mask": np.ones(found.shape, bool)}
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
def test_emotions_reward_the_mean_over_those_that_have_a_label(batch):
    model = small(classes=["low", "high"], target="emotions", policy_weight=1.0)
    said = arrays(model(batch, training=True))
    y = {"emotions": np.array([[1, 0], [0, 1], [1, 1]])}
    y["emotions_mask"] = np.array([[True, True], [True, False], [False, False]])
    _, total, count = arrays(model.loss_terms(batch, y, said)["policy_loss"])

    def cost(row, logits):
        each = np.log1p(np.exp(np.where(y["emotions"][row] == 1, -1, 1) * logits))
        return each[y["emotions_mask"][row]].mean()

    expected = [
        (cost(row, said["emotions"][row]) - cost(row, said["baseline"][row]))
        * said["log_probability"][row]
        for row in (0, 1)
    ]
    assert_close(total, np.float32(sum(expected)))
    assert count == 2


def noisy(rng, rows):
    """The sum of an audio feature, of which half the steps hold noise in its place."""
    noise = rng.random((rows, 4)) < 0.5
    # (rows, 4, 6)
    audio = np.pad(rng.uniform(-1, 1, (rows, 4, 1)), [(0, 0), (0, 0), (0, 5)])
    scores = np.where(noise, 0.0, audio[..., 0]).sum(axis=1)
    audio = np.where(noise[..., None], rng.normal(0, 2, audio.shape), audio)
    batch = {"audio": audio.astype("float32"), "text": np.zeros((rows, 4, 1))}
    return batch, scores.astype("float32"), noise


def trained_on_noise(name, rng, **options):
    """A model of two units, and its error on samples that it has not seen."""
    dims = {"audio": 6, "text": 1}
    model = mmzoo.create_model(name, dims, units=2, dropout=0.0, **options)
    model.compile("adam")
    model.optimizer.learning_rate = 0.03
    for _ in range(160):
        x, y, _ = noisy(rng, 256)
        model.train_on_batch(x, y)
    x, y, _ = noisy(np.random.default_rng(7), 256)
    return model, np.abs(arrays(model(x)["sentiment"]) - y).mean()


@pytest.mark.one_backend
def test_gates_switch_off_noise_that_an_lstm_reads(rng):
    options = {"gate_dim": 16, "initial_rate": 0.7, "policy_weight": 1.0, "seed": 1}
    model, error = trained_on_noise("gated_embedding_network", rng, **options)
    _, plain = trained_on_noise("lstm_baseline", rng, pooling_attention=True)
    assert error < 0.7 * plain
    x, _, noise = noisy(np.random.default_rng(7), 256)
    rates = arrays(model.attend(x)["audio"])
    # Both began at about 0.7.
    assert rates[noise].mean() < 0.5 and rates[~noise].mean() > 0.9


def test_text_alone_has_no_gates(batch, targets):
    model = small({"text": 5})
    assert not model.gates and model.attend(batch) == {}
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small(initial_rate=0.999)
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


@pytest.mark.one_backend
def test_missing_modality_is_as_one_that_is_off(batch):
    model = small()
    batch["audio_mask"] = np.zeros_like(batch["audio_mask"])
    found = arrays(model(batch))
    assert not found["audio_gate"].any()
    model.gates["audio"].logit.bias.assign([-100.0])
    batch["audio_mask"] = batch["text_mask"]
    assert_close(model(batch)["sentiment"], found["sentiment"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"policy_weight": -0.1}, "`policy_weight` is at least 0, not -0.1"),
        ({"initial_rate": 2.0}, "`initial_rate` is a probability .* not 2.0"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for GatedEmbeddingNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

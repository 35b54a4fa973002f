import numpy as np
import pytest

import mmzoo
from mmzoo.ops import mmd_to_normal
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {
    "units": 3,
    "memory_dim": 4,
    "hidden_dim": 16,
    "latent_dim": 4,
    "factor_dim": 16,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A model of all modalities, or of some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multimodal_factorization_model(**options))


def terms_of(model, batch, said, sample_weight=None):
    y = {"sentiment": np.zeros(3, "float32"), "sentiment_mask": np.ones(3, bool)}
    return arrays(model.loss_terms(batch, y, said, sample_weight))


@pytest.fixture
def outputs(batch):
    """A model, a batch whose first sample has no video, and what is said of it."""
    batch["video_mask"][0] = False
    model = small(mmd_weight=3.0)
    return model, batch, arrays(model(batch))


def test_losses_follow_their_equations(outputs):
    model, batch, said = outputs
    latents, guesses = said["latents"].reshape(3, 4, 4), said["guesses"]
    guesses, there = guesses.reshape(3, 3, 2, 4), said["present"] > 0
    assert there.tolist() == [[True, True, False], [True] * 3, [True] * 3]
    terms = terms_of(model, batch, said)
    # The joint vector of the first sample lacks a modality.
    apart = [mmd_to_normal(latents[1:, 0])]
    errors = [np.square(guesses[1:, :, 0] - latents[1:, :1]).mean(-1).ravel()]
    for index, name in enumerate(DIMS):
        rows = there[:, index]
        own = latents[rows, index + 1]
        apart.append(mmd_to_normal(own))
        errors.append(np.square(guesses[rows, index, 1] - own).mean(-1))
        frames, mask = arrays(model.modality_concat(batch, modalities=[name]))
        error = np.square(frames - said[f"{name}_reconstruction"]).mean(-1)[mask]
        weight, total, count = terms[f"{name}_reconstruction_loss"]
        assert weight == 0.5
        assert_close(np.float32(total / count), error.mean())
    weight, total, count = terms["mmd_loss"]
    assert (weight, count) == (3.0, 3)
    assert_close(total / count, np.sum(arrays(apart)))
    _, total, count = terms["surrogate_loss"]
    assert_close(total / count, np.concatenate(errors).mean())


def test_weights_count_samples_as_often_as_they_say(outputs):
    model, batch, said = outputs
    plain = terms_of(model, batch, said)
    doubled = terms_of(model, batch, said, np.full(3, 2.0, "float32"))
    for name, (_, total, count) in plain.items():
        assert_close(doubled[name][1:], (np.float32(2 * total), count))
    # A weight an answer is a weight a sample.
    assert_close(terms_of(model, batch, said, np.full((3, 1), 2.0, "float32")), doubled)


def test_answer_and_frames_are_made_of_their_factors(batch):
    model = small()
    said = arrays(model(batch))
    latents = said["latents"].reshape(3, 4, 4)
    factor = arrays(model.joint_factor(latents[:, 0]))
    assert factor.min() >= 0
    assert_close(said["sentiment"], model.answer_head(factor))
    for index, name in enumerate(DIMS):
        own = arrays(model.own_factors[name](latents[:, index + 1]))
        both = np.concatenate([factor, own], axis=-1)
        frames = model.decoders[name](both, num_steps=6)
        assert_close(said[f"{name}_reconstruction"], frames)


# On each backend tests/models/test_registry.py trains the model, on scores.
@pytest.mark.one_backend
def test_learns_classes(batch):
    model = small(classes=["low", "middle", "high"])
    assert model(batch)["emotion"].shape == (3, 3)
    targets = {
        "emotion": np.array([0, 1, 2], "int32"),
        "emotion_mask": np.ones(3, bool),
    }
    check_training(model, batch, targets, below=0.6, steps=40)


@pytest.mark.one_backend
def test_learns_to_do_without_a_modality_as_its_encoder_alone_does_not():
    # The label is that of the audio, and the text tells which audio it is.
    labels = np.array([2.0, -1.0, 1.0, -2.0], "float32")
    audio = labels[:, None, None] * np.array([[1.0], [-1.0], [0.5]], "float32")
    text = np.repeat(0.5 * np.eye(4, dtype="float32")[:, None], 3, axis=1)
    batch = {"audio": audio, "text": text}
    lost = {**batch, "audio_mask": np.zeros((4, 3), bool)}
    sizes = {"units": 8, "memory_dim": 8, "hidden_dim": 16, "dropout": 0.0}
    further = {"latent_dim": 8, "factor_dim": 16, "mmd_weight": 0.1}
    errors = {}
    for name, options in (
        ("memory_fusion_network", sizes),
        ("multimodal_factorization_model", sizes | further),
    ):
        model = mmzoo.create_model(name, {"audio": 1, "text": 4}, **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.01
        for _ in range(120):
            model.train_on_batch(batch, labels)
        answers = [arrays(model(each)["sentiment"]) for each in (batch, lost)]
        errors[name] = [np.abs(each - labels).mean() for each in answers]
    assert max(errors["multimodal_factorization_model"]) < 0.15
    whole, without = errors["memory_fusion_network"]
    assert whole < 0.15 and without > 0.3
    rebuilt = arrays(model.reconstruct(lost)["audio"])
    assert np.square(rebuilt - audio).mean() < 0.1 * np.square(audio).mean()


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_two_predictions_agree_to_the_bit(batch):
    model = small(dropout=0.5)
    first, again = arrays(model(batch)), arrays(model(batch))
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_missing_modality_may_hold_anything_and_is_rebuilt(batch):
    model = small()
    batch["text_mask"] = np.zeros_like(batch["text_mask"])
    before = arrays(model(batch))
    assert not before["present"][:, 1].any()
    batch["text"] = np.full_like(batch["text"], np.nan)
    assert_close(model(batch), before)
    rebuilt = arrays(model.reconstruct(batch))
    assert {name: each.shape[-1] for name, each in rebuilt.items()} == DIMS
    # In the units of its files, which the statistics of `adapted` tell.
    standard = before["text_reconstruction"]
    inverse = model.normalizations["text"].inverse(standard)
    assert_close(rebuilt["text"], inverse)


def test_losses_without_weight_are_not_there(batch, targets):
    model = small(
        mmd_weight=0.0, reconstruction_weight={"audio": 1.0, "text": 0.0, "video": 0.1}
    )
    model.compile("adam")
    logs = model.train_on_batch(batch, targets, return_dict=True)
    further = {"audio_reconstruction_loss", "video_reconstruction_loss"}
    assert set(logs) == {"loss", "sentiment_mae", "surrogate_loss", *further}
    learnt = {weight.path for weight in model.trainable_weights}
    assert not any("text_decoder" in path for path in learnt)
    assert any("audio_decoder" in path for path in learnt)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mmd_weight": -1.0}, r"weight of `mmd_loss` is at least 0, not -1.0"),
        ({"reconstruction_weight": {"text": 1.0}}, r"`reconstruction_weight` are of"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for MultimodalFactorization"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

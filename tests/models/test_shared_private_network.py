import itertools

import numpy as np
import pytest
from keras import ops

import mmzoo
from mmzoo.ops import central_moment_discrepancy, orthogonality
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {"units": 3, "hidden_dim": 8, "feed_forward_dim": 16}
SMALL |= {"encoder_dropout": 0.0, "dropout": 0.0}
FURTHER = ("similarity_loss", "difference_loss", "reconstruction_loss")


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_shared_private_network(**options))


def views_of(outputs):
    """Each of the views `(batch, modalities, hidden_dim)`, and who has them."""
    found = {name: arrays(each) for name, each in outputs.items()}
    apart = [
        found[name].reshape(3, -1, SMALL["hidden_dim"])
        for name in ("vectors", "shared", "private", "reconstructed")
    ]
    return *apart, found["present"] > 0


@pytest.fixture
def outputs(batch):
    """What a model says where the first sample has no video, and it itself."""
    batch["video_mask"][0] = False
    model = small()
    return model, batch, model(batch)


def terms_of(outputs, sample_weight=None):
    model, batch, said = outputs
    rows = len(said["sentiment"])
    y = {"sentiment": np.zeros(rows, "float32"), "sentiment_mask": np.ones(rows, bool)}
    return arrays(model.loss_terms(batch, y, said, sample_weight))


def test_losses_follow_their_equations(outputs):
    vectors, shared, private, rebuilt, there = views_of(outputs[2])
    assert there.tolist() == [[True, True, False], [True] * 3, [True] * 3]
    pairs = list(itertools.combinations(range(3), 2))
    apart = [
        central_moment_discrepancy(shared[there[:, i], i], shared[there[:, j], j])
        for i, j in pairs
    ]
    alike = [
        orthogonality(shared[there[:, i], i], private[there[:, i], i]) for i in range(3)
    ]
    for i, j in pairs:
        both = there[:, i] & there[:, j]
        alike.append(orthogonality(private[both, i], private[both, j]))
    error = np.square(vectors - rebuilt).mean(axis=-1)[there].mean()
    expected = {
        "similarity_loss": (1.0, np.mean(arrays(apart))),
        "difference_loss": (0.3, np.sum(arrays(alike))),
        "reconstruction_loss": (1.0, error),
    }
    terms = terms_of(outputs)
    assert set(terms) == {*expected, "sentiment_mae"}
    for name, (weight, mean) in expected.items():
        assert terms[name][0] == weight
        assert_close(np.float32(terms[name][1] / terms[name][2]), np.float32(mean))


def in_rows(said, rows):
    """The outputs of some samples; a row of -1 is one without anything."""
    kept = np.maximum(rows, 0)
    there = np.array(rows)[:, None] >= 0
    return {
        name: ops.where(there, arrays(each)[kept], 0.0)
        for name, each in said.items()
        if name != "sentiment"
    } | {"sentiment": ops.zeros(len(rows))}


def test_weights_count_samples_as_often_as_they_say(outputs):
    plain, doubled = terms_of(outputs), terms_of(outputs, np.full(3, 2.0, "float32"))
    for name, (_, total, count) in plain.items():
        assert_close(doubled[name][1:], (np.float32(2 * total), count))
    # A weight an answer is a weight a sample.
    assert_close(terms_of(outputs, np.full((3, 1), 2.0, "float32")), doubled)
    # As if the second sample were not there.
    model, batch, said = outputs
    without = terms_of((model, batch, in_rows(said, [0, 2])))
    first_and_last = terms_of(outputs, np.array([1.0, 0.0, 1.0], "float32"))
    for name in FURTHER:
        assert_close(first_and_last[name][1], without[name][1])


def test_sample_without_anything_counts_in_no_loss(outputs):
    model, batch, said = outputs
    more = terms_of((model, batch, in_rows(said, [0, -1, 1, 2])))
    for name in FURTHER:
        assert_close(more[name], terms_of(outputs)[name])


# On each backend tests/models/test_registry.py trains the model, on scores.
@pytest.mark.one_backend
def test_learns_classes(batch):
    model = small(classes=["low", "middle", "high"])
    assert model(batch)["emotion"].shape == (3, 3)
    targets = {
        "emotion": np.array([0, 1, 2], "int32"),
        "emotion_mask": np.ones(3, bool),
    }
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
def test_learns_the_order_of_steps_as_means_cannot():
    rises = np.array([[-1, 1], [1, -1]], "float32")[..., None]
    batch = {"audio": rises, "video": -rises}
    dims, labels = {"audio": 1, "video": 1}, np.array([0, 1], "int32")
    errors = {}
    for name, options in (
        ("shared_private_network", SMALL),
        ("late_fusion_network", {"encoder": "mean", "dropout": 0.0}),
    ):
        model = mmzoo.create_model(name, dims, classes=["rises", "falls"], **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.02
        for _ in range(25):
            model.train_on_batch(batch, labels)
        errors[name] = np.mean(arrays(model(batch)["emotion"]).argmax(-1) != labels)
    assert errors == {"shared_private_network": 0.0, "late_fusion_network": 0.5}


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_missing_modality_may_hold_anything(batch):
    model = small()
    batch["text_mask"] = np.zeros_like(batch["text_mask"])
    before = arrays(model(batch))
    assert not views_of(before)[1][:, 1].any()
    batch["text"] = np.full_like(batch["text"], np.nan)
    assert_close(model(batch), before)


def test_losses_without_weight_are_not_there(batch, targets):
    model = small(similarity_weight=0.0, reconstruction_weight=0.0)
    model.compile("adam")
    logs = model.train_on_batch(batch, targets, return_dict=True)
    assert {"difference_loss", "sentiment_mae"} <= set(logs)
    assert not {"similarity_loss", "reconstruction_loss"} & set(logs)
    learnt = {weight.path for weight in model.trainable_weights}
    assert not any("reconstruction_" in path for path in learnt)


def test_one_modality_has_nothing_to_be_like(batch):
    model = small({"text": 5})
    y = {"sentiment": np.zeros(3, "float32"), "sentiment_mask": np.ones(3, bool)}
    terms = model.loss_terms(batch, y, model(batch))
    assert set(terms) == {"sentiment_mae", "difference_loss", "reconstruction_loss"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_heads": 3}, r"`num_heads=3` does not divide .* `hidden_dim=8`"),
        ({"similarity_weight": -1.0}, r"`similarity_weight` is at least 0, not -1.0"),
        ({"difference_weight": -0.1}, r"`difference_weight` is at least 0, not -0.1"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for SharedPrivateNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

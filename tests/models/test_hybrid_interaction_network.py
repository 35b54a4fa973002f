import itertools

import numpy as np
import pytest

import mmzoo
from mmzoo.ops import contrastive_loss
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 3, "vector_dim": 6, "hidden_dim": 16, "dropout": 0.0}
# A cosine by a small temperature has few digits under a narrow policy.
SMALL |= {"temperature": 1.0}
FURTHER = ("intra_modal", "inter_modal", "interactive", "prediction")


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_hybrid_interaction_network(**options))


@pytest.fixture
def outputs(batch):
    """What a model says where the first sample has no video, and it itself."""
    batch["video_mask"][0] = False
    model = small()
    return model, batch, model(batch)


def terms_of(outputs, sample_weight=None, told=(True, True, True)):
    model, batch, said = outputs
    y = {"sentiment": np.array([1.5, 0.5, -2.0], "float32")}
    y["sentiment_mask"] = np.array(told)
    return arrays(model.loss_terms(batch, y, said, sample_weight))


def apart(said, name):
    """Vectors `(batch, count, vector_dim)` that stand side by side."""
    return arrays(said[name]).reshape(3, -1, SMALL["vector_dim"])


def test_pairs_are_made_of_both(outputs):
    model, batch, said = outputs
    vectors = apart(said, "vectors")
    assert not vectors[0, 2].any() and vectors[1:].all()
    for place, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
        layer = model.pair_layers[place]
        both = np.concatenate([vectors[:, i], vectors[:, j]], axis=1)
        expected = np.tanh(both @ arrays(layer.kernel) + arrays(layer.bias))
        assert_close(apart(said, "pairs")[:, place], expected)
    assert_close(model.answer_head(said["pairs"]), said["sentiment"])


def test_losses_follow_their_equations(outputs):
    said = outputs[2]
    vectors, pairs = apart(said, "vectors"), apart(said, "pairs")
    there = arrays(said["present"]) > 0
    assert there.tolist() == [[True, True, False], [True] * 3, [True] * 3]
    signs, couples = np.array([1, 1, -1]), [(0, 1), (0, 2), (1, 2)]
    both = [there[:, i] & there[:, j] for i, j in couples]
    expected = {
        "intra_modal": [
            contrastive_loss(vectors[:, i], None, signs, there[:, i], temperature=1.0)
            for i in range(3)
        ],
        "inter_modal": [
            contrastive_loss(vectors[:, a], vectors[:, b], None, rows, temperature=1.0)
            for (i, j), rows in zip(couples, both, strict=True)
            for a, b in ((i, j), (j, i))
        ],
        "interactive": [
            contrastive_loss(
                pairs[:, i], pairs[:, j], signs, both[i] & both[j], temperature=1.0
            )
            for i, j in itertools.permutations(range(3), 2)
        ],
        "prediction": [],
    }
    for place, wanted in enumerate((1, 2)):
        told, true = apart(said, "predicted")[:, place], vectors[:, wanted]
        lengths = np.linalg.norm(told, axis=1) * np.linalg.norm(true, axis=1)
        errors = 1.0 - (told * true).sum(axis=1) / np.where(lengths, lengths, 1.0)
        rows = there[:, 0] & there[:, wanted]
        expected["prediction"].append((errors[rows].sum(), np.float32(rows.sum())))
    terms = terms_of(outputs)
    assert set(terms) == {"sentiment_mae", *(f"{name}_loss" for name in FURTHER)}
    for name, found in expected.items():
        weight, *term = terms[f"{name}_loss"]
        assert weight == 0.1
        wanted = np.sum(arrays(found), axis=0).astype("float32")
        assert_close(np.array(term, "float32"), wanted)


def test_weights_and_labels_that_are_not_there(outputs):
    plain, doubled = terms_of(outputs), terms_of(outputs, np.full(3, 2.0, "float32"))
    for name, (_, total, count) in plain.items():
        assert_close(doubled[name][1:], (np.float32(2 * total), count))
    # Without the second label no two are alike, and samples still find themselves.
    fewer = terms_of(outputs, told=(True, False, True))
    assert fewer["intra_modal_loss"][2] == 0.0
    assert_close(fewer["inter_modal_loss"], plain["inter_modal_loss"])


@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
def test_learns_scores_and_classes(classes, batch):
    model = small(classes=classes, units=4, vector_dim=8)
    target = "emotion" if classes else "sentiment"
    labels = np.array([0, 1, 1], "int32") if classes else np.array([1.5, -2.0, 0.5])
    y = {target: labels.astype("int32" if classes else "float32")}
    check_training(model, batch, y | {f"{target}_mask": np.ones(3, bool)}, below=0.6)


@pytest.mark.one_backend
def test_pairs_tell_what_averaged_answers_do_not():
    # The label is whether the signs of two modalities agree.
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], "float32")
    batch = {"audio": signs[:, :1, None], "video": signs[:, 1:, None]}
    labels = (signs[:, 0] * signs[:, 1] > 0).astype("int32")
    dims, errors = {"audio": 1, "video": 1}, {}
    weights = {f"{name}_weight": 0.0 for name in FURTHER}
    for name, options in (
        ("hybrid_interaction_network", {**SMALL, **weights}),
        ("late_fusion_network", {"fusion": "average", "dropout": 0.0}),
    ):
        model = mmzoo.create_model(name, dims, classes=["differ", "agree"], **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.03
        for _ in range(60):
            model.train_on_batch(batch, labels)
        errors[name] = np.mean(arrays(model(batch)["emotion"]).argmax(-1) != labels)
    assert errors["hybrid_interaction_network"] == 0.0
    assert errors["late_fusion_network"] >= 0.25


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
        turned = {**batch, name: batch[name][:, [1, 0, 2, 3, 4, 5]]}
        assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_losses_without_weight_are_not_there(batch):
    model = small(interactive_weight=0.0, leader="face")
    assert not model.predictions and "predicted" not in model(batch)
    assert set(terms_of((model, batch, model(batch)))) == {
        *("sentiment_mae", "intra_modal_loss", "inter_modal_loss")
    }
    two = small({"audio": 3, "text": 5})
    assert "interactive" not in two.further_weights and len(two.predictions) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_dims": {"text": 5}}, r"names \['text'\]: this model reads pairs"),
        ({"temperature": 0.0}, r"`temperature` is above 0, not 0.0"),
        ({"intra_modal_weight": -1.0}, r"`intra_modal_weight` is at least 0, not -1.0"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for HybridInteractionNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

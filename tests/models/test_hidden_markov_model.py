import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# What is trained on likelihoods leaves classes alone that no sample has.
SMALL = {"states": 2, "discriminative": True}
NAMES = ["low", "middle", "high"]


def small(input_dims=None, **options):
    """A model on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_hidden_markov_model(**options))


def joint_of(model, batch):
    """`log p(x | y) + log p(y)`, from the parts."""
    each = [model.modality_concat(batch, modalities=[name]) for name in DIMS]
    frames, masks = zip(*each, strict=True)
    prior = arrays(model.class_prior.prior)
    prior = prior - np.log(np.exp(prior).sum())
    return arrays(model.hmm(list(frames), mask=list(masks))) + prior


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_answers_follow_bayes(batch):
    model = small(classes=NAMES)
    model.class_prior.prior.assign([0.5, -1.0, 2.0])
    expected = joint_of(model, batch)
    assert_close(model(batch)["emotion"], expected)
    assert_close(model(batch)["log_likelihoods"], expected)
    assert_close(model(batch)["observed"], np.array([6, 4, 1], "float32"))


def test_scores_are_the_mean_of_the_centres(batch):
    model = small(centres=[2.0, -1.0])
    assert model.centres == [-1.0, 2.0] and small().centres == list(range(-3, 4))
    expected = softmax(joint_of(model, batch)) @ np.array([-1.0, 2.0], "float32")
    assert_close(model(batch)["sentiment"], expected)


@pytest.mark.parametrize("classes", [None, NAMES])
def test_the_loss_is_the_likelihood_a_step(classes, batch):
    model = small(classes=classes, discriminative=False, centres=[-2, 0, 2])
    target = "emotion" if classes else "sentiment"
    y = np.array([2, 0, 1], "int32") if classes else np.array([1.4, -2.9, np.nan])
    told = np.array([True, True, False])
    said = model(batch)
    weights = np.array([1.0, 3.0, 5.0], "float32")
    terms = model.loss_terms(batch, {target: y, f"{target}_mask": told}, said, weights)
    assert {name: term[0] for name, term in terms.items()} == {
        **dict.fromkeys(model._own_logs(), 0.0),
        "likelihood_loss": 1.0,
    }
    joint = joint_of(model, batch)
    total = -joint[0, 2] - 3.0 * joint[1, 0]
    assert_close(
        arrays(terms["likelihood_loss"][1:]), (total, np.float32(10)), tolerance=1e-4
    )


@pytest.mark.one_backend
@pytest.mark.parametrize("discriminative", [False, True])
def test_learns_classes(discriminative, batch):
    model = small(classes=NAMES, discriminative=discriminative)
    # Of classes that are as frequent the prior stays as it is.
    y = {"emotion": np.array([0, 1, 1], "int32"), "emotion_mask": np.ones(3, bool)}
    check_training(model, batch, y, below=0.6 if discriminative else 0.9)


@pytest.mark.one_backend
@pytest.mark.parametrize("discriminative", [False, True])
def test_learns_the_order_of_steps_as_means_cannot(discriminative):
    rises = np.array([[-1, 1], [1, -1]], "float32")[..., None]
    batch = {"audio": rises, "video": -rises}
    dims, labels = {"audio": 1, "video": 1}, np.array([0, 1], "int32")
    own = {"states": 2, "discriminative": discriminative}
    errors = {}
    for name, options in (
        ("hidden_markov_model", own),
        ("late_fusion_network", {"encoder": "mean", "dropout": 0.0}),
    ):
        model = mmzoo.create_model(name, dims, classes=["rises", "falls"], **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.05
        for _ in range(40):
            model.train_on_batch(batch, labels)
        errors[name] = np.mean(arrays(model(batch)["emotion"]).argmax(-1) != labels)
    assert errors == {"hidden_markov_model": 0.0, "late_fusion_network": 0.5}


def test_every_modality_matters_until_it_is_missing(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
        changed[f"{name}_mask"] = np.zeros((3, 6), bool)
        missing = {**changed, name: np.full_like(batch[name], np.nan)}
        assert_close(model(missing), model(changed))


def test_without_anything_the_prior_answers(batch):
    model = small(classes=NAMES)
    model.class_prior.prior.assign(np.log([0.5, 0.3, 0.2]))
    batch |= {f"{name}_mask": np.zeros((3, 6), bool) for name in DIMS}
    expected = np.array([[0.5, 0.3, 0.2]] * 3, "float32")
    assert_close(softmax(arrays(model(batch)["emotion"])), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"centres": [1.0]}, r"`centres` are two scores or more, not \[1.0\]"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for HiddenMarkovModel"),
        (
            {"classes": NAMES, "target": "emotions"},
            "any number of classes, of which a hidden Markov model has one",
        ),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

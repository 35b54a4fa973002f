import keras
import numpy as np
import pytest
from keras import ops

import mmzoo
from mmzoo.models import AnswerAverage
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted
from tests.selection import once

FUSIONS = ["concat", *once("average", "weighted")]
# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {"units": 3, "vector_dim": 8, "hidden_dim": 16, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_late_fusion_network(**options))


def vectors_of(model, batch):
    return [
        arrays(embedding(*model.modality_concat(batch, modalities=[name])))
        for name, embedding in model.embeddings.items()
    ]


def test_average_of_scores_and_of_probabilities(rng):
    answers = rng.normal(size=(4, 3, 2)).astype("float32")
    assert_close(AnswerAverage()(answers), answers.mean(axis=1))
    chances = np.exp(answers) / np.exp(answers).sum(axis=-1, keepdims=True)
    found = arrays(AnswerAverage(probabilities=True)(answers))
    assert_close(np.exp(found), chances.mean(axis=1))


def test_average_leaves_out_what_is_not_there(rng):
    answers = rng.normal(size=(3, 3, 1)).astype("float32")
    mask = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0]], bool)
    layer = AnswerAverage(weighted=True)
    layer.build(answers.shape)
    layer.preferences.assign(np.log([1.0, 3.0, 5.0]))
    found = arrays(layer(answers, mask=mask))[:, 0]
    rows = answers[..., 0]
    expected = [rows[0, 0] / 4 + 3 * rows[0, 1] / 4, rows[1, 2]]
    expected.append((rows[2] * [1, 3, 5]).sum() / 9)
    assert_close(found, np.array(expected, "float32"))


def test_concatenation_is_two_dense_layers_on_the_vectors(batch):
    model = small()
    head = model.answer_heads["joined"]
    kernels = [
        arrays(weight) for weight in (*head.hidden.weights, *head.answer.weights)
    ]
    joined = np.concatenate(vectors_of(model, batch), axis=-1)
    hidden = np.maximum(joined @ kernels[0] + kernels[1], 0)
    expected = (hidden @ kernels[2] + kernels[3])[:, 0]
    assert_close(model(batch)["sentiment"], expected)


def test_averaged_answers_are_those_of_models_on_one_modality(batch):
    model = small(fusion="average")
    alone = []
    for vector, head in zip(
        vectors_of(model, batch), model.answer_heads.values(), strict=True
    ):
        alone.append(arrays(head(vector))[:, 0])
    assert_close(model(batch)["sentiment"], np.mean(alone, axis=0))


@pytest.mark.parametrize(("encoder", "matters"), [("lstm", True), ("mean", False)])
def test_order_of_audio_matters_to_an_lstm_only(encoder, matters, batch):
    model = small(encoder=encoder)
    turned = {**batch, "audio": batch["audio"][:, [1, 0, 2, 3, 4, 5]]}
    change = (
        arrays(model(turned)["sentiment"])[0] - arrays(model(batch)["sentiment"])[0]
    )
    assert (abs(change) > 1e-6) == matters


@pytest.mark.parametrize("fusion", FUSIONS)
def test_missing_modality_may_hold_anything(fusion, batch):
    model = small(fusion=fusion)
    batch["text_mask"] = np.zeros_like(batch["text_mask"])
    before = arrays(model(batch)["sentiment"])
    batch["text"] = np.full_like(batch["text"], np.nan)
    assert_close(model(batch)["sentiment"], before)


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_learns_scores_and_classes(fusion, classes, batch):
    model = small(fusion=fusion, classes=classes)
    target = "emotion" if classes else "sentiment"
    labels = np.array([0, 1, 2], "int32") if classes else np.array([1.5, -2.0, 0.5])
    assert model(batch)[target].shape == ((3, 3) if classes else (3,))
    targets = {target: labels, f"{target}_mask": np.ones(3, bool)}
    check_training(model, batch, targets, below=0.6)


def test_averaged_answers_cannot_tell_whether_two_signs_agree():
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], "float32")
    batch = {"audio": signs[:, :1, None], "video": signs[:, 1:, None]}
    dims, options = {"audio": 1, "video": 1}, {**SMALL, "encoder": "mean"}
    model = mmzoo.build_late_fusion_network(dims, fusion="average", **options)
    found = arrays(model(batch)["sentiment"])
    # A sum of two functions: f(1) + g(1) + f(-1) + g(-1) either way.
    assert_close(found[0] + found[3], found[1] + found[2])


def test_probabilities_of_classes_sum_to_one(batch):
    model = small(fusion="weighted", classes=["no", "yes"])
    chances = keras.activations.softmax(model(batch)["emotion"])
    assert_close(ops.exp(model(batch)["emotion"]), chances)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoder": "gru"}, r"`encoder` is one of \['lstm', 'mean'\], not 'gru'"),
        ({"fusion": "vote"}, r"`fusion` is one of .*'weighted'\], not 'vote'"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for LateFusionNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

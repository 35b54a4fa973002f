import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import ImageEncoder, WordEmbedding
from tests.checks import arrays, assert_close
from tests.layers.test_text_cnn import strongest
from tests.models.small_models import DIMS, adapted

UP = np.array([1.0, -1.0])
SMALL = {"feature_dim": 16, "hidden_dim": 8, "dropout": 0.0}


def small(input_dims=None, **options):
    """A model on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_convolutional_fusion_network(**options))


def test_follows_its_equations(batch):
    model = small(classes=["low", "middle", "high"])
    said = arrays(model(batch))
    for row, length in enumerate([6, 4, 1]):
        vectors = []
        for name, branch in model.branches.items():
            frames = branch.normalization(batch[name], mask=batch[f"{name}_mask"])
            filters = branch.convolution.convolutions
            words = arrays(frames)[row, :length]
            found = [strongest(words, *arrays(each.weights)) for each in filters]
            kernel, bias = arrays(branch.reduction.weights)
            vectors.append(np.maximum(np.concatenate(found) @ kernel + bias, 0))
            kernel, bias = arrays(model.answer_heads[name].answer.weights)
            answer = (vectors[-1] @ kernel + bias).astype("float32")
            assert_close(said[f"emotion_{name}"][row], answer)
        fused = np.concatenate(vectors)
        hidden, answer = (
            arrays(each[0].weights)
            for each in (model.fusion_head.hidden, model.fusion_head.answers)
        )
        fused = np.maximum(fused @ hidden[0] + hidden[1], 0)
        assert_close(said["emotion"][row], (fused @ answer[0] + answer[1]))


@pytest.mark.one_backend
def test_pictures_are_averaged_and_words_are_not():
    ends = {"image": ImageEncoder(side=16, width=0.25), "text": WordEmbedding(["good"])}
    model = mmzoo.build_convolutional_fusion_network(ends, **SMALL)
    found = {name: branch.pooling for name, branch in model.branches.items()}
    assert found == {"image": "mean", "text": "convolution"}
    assert model.reads_to_answer == ["pixels", "tokens"]


@pytest.mark.one_backend
def test_learns_an_order_that_only_both_modalities_tell(rng):
    # Whether "up, down" stands in both or in one: neither tells it alone.
    signs = rng.choice([-1.0, 1.0], size=(64, 2))
    frames = np.zeros((64, 2, 6, 1), "float32")
    for row, places in enumerate(rng.integers(0, 5, (64, 2))):
        for which, place in enumerate(places):
            frames[row, which, place : place + 2, 0] = signs[row, which] * UP
    batch = {"audio": frames[:, 0], "text": frames[:, 1]}
    labels = signs.prod(axis=1)
    errors = {}
    sizes = {"feature_dim": 16, "hidden_dim": 16, "dropout": 0.0}
    mean = {"audio_encoder": "mean", "text_pooling": "mean", "dropout": 0.0}
    for name, options in {
        "convolutional_fusion_network": {**sizes, "end_to_end": True},
        "audio_text_classifier": {**mean, "channels": 8, "text_dim": 8},
    }.items():
        keras.utils.set_random_seed(0)
        model = mmzoo.create_model(name, {"audio": 1, "text": 1}, **options)
        model.compile(keras.optimizers.Adam(0.02))
        for _ in range(100):
            model.train_on_batch(batch, labels)
        found = arrays(model(batch)["sentiment"])
        errors[name] = np.abs(found - labels).mean()
    assert errors["convolutional_fusion_network"] < 0.5
    assert errors["audio_text_classifier"] > 0.8

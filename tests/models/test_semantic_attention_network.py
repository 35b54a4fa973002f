import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close
from tests.models.pointed_pictures import share_wrong
from tests.models.small_models import DIMS, adapted
from tests.models.test_co_memory_network import pair  # noqa: F401
from tests.reference import softmax

SMALL = {"units": 6}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_semantic_attention_network(**options))


def pictures(dims=None, **options):
    """A network on words, regions and, if asked for, the scene."""
    dims = dims or {"image": 3, "text": 5}
    return mmzoo.build_semantic_attention_network(dims, **{**SMALL, **options})


def test_follows_its_equations(pair, rng):  # noqa: F811
    model = pictures({"image": 3, "scene": 4, "text": 5})
    scene = rng.normal(size=(3, 1, 4)).astype("float32")
    found = arrays(model({**pair, "scene": scene})["sentiment"])
    vectors = []
    for name, frames in (("image", pair["image"]), ("scene", scene)):
        kernel, bias = arrays(model.embeddings[name].weights)
        mask = pair.get(f"{name}_mask", np.ones((3, 1), bool))
        means = [frames[row][mask[row]].mean(axis=0) for row in (0, 1)]
        vectors.append(np.maximum(np.stack(means) @ kernel + bias, 0.0))
    steering = np.concatenate(vectors, axis=1)
    steering = steering @ arrays(model.pooling.context_projection.kernel)
    words, mask = model.modality_concat(pair, modalities=["text"])
    states = arrays(model.embeddings["text"](words, mask=mask)[0])
    kernel, bias = arrays(model.pooling.projection.weights)
    score = arrays(model.pooling.score.kernel)[:, 0]
    for row, length in enumerate((6, 4)):
        own = states[row, :length]
        weights = softmax(np.tanh(own @ kernel + bias + steering[row]) @ score)
        joined = [vectors[0][row], vectors[1][row], weights @ own]
        answer = model.answer_head(np.concatenate(joined)[None].astype("float32"))
        assert_close(found[row : row + 1], arrays(answer))


def test_the_picture_steers_the_attention_over_words(pair):  # noqa: F811
    model = pictures()
    before = arrays(model.attend(pair)["text"])
    assert_close(before.sum(axis=1), np.ones(3, "float32"))
    after = arrays(model.attend({**pair, "image": pair["image"] + 1.0})["text"])
    assert np.abs(after - before)[:2].max() > 1e-5
    # The last sample has no picture.
    assert_close(after[2], before[2])


def test_a_missing_picture_is_a_vector_of_zeros(pair):  # noqa: F811
    vectors, present = arrays(pictures().vectors(pair))
    assert not vectors[0][2].any() and vectors[1][2].any()
    assert present[0].tolist() == [True, True, False]


@pytest.mark.parametrize("name", ["image", "text"])
def test_one_modality(name, pair):  # noqa: F811
    model = pictures({name: 3 if name == "image" else 5})
    assert arrays(model(pair)["sentiment"]).shape == (3,)
    assert set(model.attend(pair)) == {name} & {"text"}


@pytest.mark.one_backend
def test_a_picture_that_names_the_word_that_counts():
    # No rival stands beside: from some weights a concatenation learns it, too.
    name = "semantic_attention_network"
    assert share_wrong(name, 160, turned=True, units=32) < 0.05


def test_errors():
    with pytest.raises(ValueError, match=r"one of \['sequence'\] for SemanticAtt"):
        small(labels_per="step")

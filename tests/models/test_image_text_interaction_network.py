import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close
from tests.models.pointed_pictures import share_wrong
from tests.models.small_models import DIMS, adapted
from tests.models.test_co_memory_network import pair  # noqa: F401

SMALL = {"units": 4, "num_layers": 1, "heads": 2, "hidden_dim": 6, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_image_text_interaction_network(**options))


def pictures(dims=None, **options):
    """A network on words and regions."""
    dims = dims or {"image": 3, "text": 5}
    options = {**SMALL, **options}
    return mmzoo.build_image_text_interaction_network(dims, **options)


def states_by_hand(reader, frames, mask):
    states = arrays(reader(frames, mask=mask)[0])
    return states.reshape(*states.shape[:2], 2, -1).mean(axis=2)


def test_follows_its_equations(pair):  # noqa: F811
    model = pictures()
    frames, mask = arrays(model.modality_concat(pair, modalities=["image"]))
    words, said = arrays(model.modality_concat(pair, modalities=["text"]))
    kernel, bias = arrays(model.readers["image"].weights)
    regions = frames @ kernel + bias
    lengths = np.linalg.norm(regions, axis=-1, keepdims=True)
    # What is masked is zeros, which have no direction.
    regions = regions / np.maximum(lengths, 1e-6)
    states = states_by_hand(model.readers["text"], words, said)
    kept = model.attentions["image"]([regions, states], mask=[mask, said])
    vector = arrays(model.poolings["image"](kept, mask=mask))[:2]
    vector = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    assert_close(arrays(model.interact(pair)[0])[0][:2], vector)
    read = states_by_hand(model.embeddings["text"], words, said)
    contexts = {
        "image": np.stack([frames[0].mean(axis=0), frames[1, :4].mean(axis=0)]),
        "text": np.stack([read[0].mean(axis=0), read[1, :4].mean(axis=0)]),
    }
    answers = {}
    for name, branch in model.branches.items():
        kernel, bias = arrays(branch.weights)
        both = np.concatenate([vector, contexts[name]], axis=1)
        hidden = np.maximum(both @ kernel + bias, 0.0)
        answers[name] = arrays(model.answer_head(hidden))
    expected = 0.2 * answers["image"] + 0.8 * answers["text"]
    assert_close(arrays(model(pair)["sentiment"])[:2], expected)


def test_a_lone_context_answers_alone(pair):  # noqa: F811
    # The last sample has no picture: its answer knows no share.
    model, other = pictures(text_share=0.3), pictures(text_share=0.8)
    other.set_weights(model.get_weights())
    answers = [arrays(each(pair)["sentiment"]) for each in (model, other)]
    assert answers[0][2] == pytest.approx(answers[1][2], abs=1e-6)
    assert np.abs(answers[0] - answers[1])[:2].min() > 1e-4
    nothing = {**pair, "text_mask": np.zeros_like(pair["text_mask"])}
    assert arrays(model(nothing)["sentiment"])[2] == 0.0


@pytest.mark.parametrize("name", ["image", "text"])
def test_one_modality_has_no_interaction(name, pair):  # noqa: F811
    model = pictures({name: 3 if name == "image" else 5})
    assert list(model.branches) == [name] and not model.attentions
    assert model.attend(pair) == {}
    assert arrays(model(pair)["sentiment"]).shape == (3,)


def test_attention_over_regions_and_words(pair):  # noqa: F811
    found = arrays(pictures().attend(pair))
    assert_close(found["image"].sum(axis=1), np.array([1, 1, 0], "float32"))
    # Nobody looks at the words of the last sample.
    assert_close(found["text"].sum(axis=1), np.array([1, 1, 0], "float32"))
    assert not found["text"][~pair["text_mask"]].any()


def test_the_order_of_words_counts_and_that_of_regions_does_not(pair):  # noqa: F811
    model = pictures()
    before = arrays(model(pair)["sentiment"])
    turned = [2, 0, 1, 3, 4, 5]
    words = {**pair, "text": pair["text"][:, turned]}
    assert np.abs(arrays(model(words)["sentiment"]) - before)[:2].min() > 1e-7
    regions = {**pair, "image": pair["image"][:, turned]}
    assert_close(model(regions)["sentiment"][:2], before[:2])


@pytest.mark.one_backend
def test_a_word_that_names_the_region_that_counts():
    name, options = "image_text_interaction_network", {"units": 16, "num_layers": 1}
    assert share_wrong(name, dropout=0.0, **options) < 0.05


def test_errors():
    with pytest.raises(ValueError, match="`text_share` is from 0 to 1, not 1.5"):
        small(text_share=1.5)

import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close
from tests.models.pointed_pictures import share_wrong
from tests.models.small_models import DIMS, adapted

SMALL = {"hops": 2, "units": 2, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_co_memory_network(**options))


def pictures(**options):
    """A network on words and regions."""
    dims = {"image": 3, "text": 5}
    return mmzoo.build_co_memory_network(dims, **{**SMALL, **options})


@pytest.fixture
def pair(batch):
    """Words and regions; the last sample has no picture."""
    mask = batch["audio_mask"].copy()
    mask[2] = False
    text = {name: batch[name] for name in ("text", "text_mask")}
    return {"image": batch["audio"], "image_mask": mask, **text}


def test_queries_side_by_side_give_the_answer(pair):
    model = pictures()
    states, masks = model.memories(pair)
    frames, mask = model.modality_concat(pair, modalities=["image"])
    assert_close(states[0], model.embeddings["image"](frames))
    frames, mask = model.modality_concat(pair, modalities=["text"])
    assert_close(states[1], model.embeddings["text"](frames, mask=mask)[0])
    vectors, present = arrays(model.vectors(pair))
    assert_close(model.co_memory(states, mask=masks), vectors)
    assert arrays(present)[0].tolist() == [True, True, False]
    assert not vectors[0][2].any() and vectors[1][2].all()
    answer = model.answer_head(np.concatenate(vectors, axis=-1))
    assert_close(model(pair)["sentiment"], arrays(answer))


def test_the_order_of_words_counts_and_that_of_regions_does_not(pair):
    model = pictures()
    before = arrays(model(pair)["sentiment"])
    turned = [2, 0, 1, 3, 4, 5]
    words = {**pair, "text": pair["text"][:, turned]}
    assert np.abs(arrays(model(words)["sentiment"]) - before)[:2].min() > 1e-6
    regions = {**pair, "image": pair["image"][:, turned]}
    assert_close(model(regions)["sentiment"][:2], before[:2])


def test_attention_of_the_last_hop_over_words_and_regions(pair):
    model = pictures()
    found = arrays(model.attend(pair))
    assert set(found) == {"image", "text"}
    for name, each in found.items():
        there = pair[f"{name}_mask"].any(axis=1).astype("float32")
        assert_close(each.sum(axis=1), there)
        assert not each[~pair[f"{name}_mask"]].any()


def test_words_guide_all_others_and_are_guided_by_them():
    assert small().co_memory.read_guides == [[1], [0, 2], [1]]
    assert small({"audio": 3, "video": 2}).co_memory.read_guides == [[1], [0]]
    assert small({"text": 5}).co_memory.read_guides == [[0]]


@pytest.mark.one_backend
def test_a_word_that_names_the_region_that_counts():
    assert share_wrong("co_memory_network", hops=2, units=8, dropout=0.0) < 0.05
    wrong = share_wrong("image_text_classifier", fusion="concat", dropout=0.0)
    assert wrong > 0.15


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fusion": "sum"}, r"`fusion` is one of \['concat', 'stack'\], not 'sum'"),
        ({"hops": 0}, "`hops` is at least 1, not 0"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for CoMemoryNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.models.pointed_pictures import share_wrong
from tests.models.small_models import DIMS, adapted
from tests.models.test_co_memory_network import pair  # noqa: F401

SMALL = {"hops": 2, "units": 2, "hidden_dim": 8, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multi_view_attention_network(**options))


def pictures(dims=None, **options):
    """A network on words and regions, whose mean is the scene."""
    dims = dims or {"image": 3, "text": 5}
    return mmzoo.build_multi_view_attention_network(dims, **{**SMALL, **options})


def test_the_scene_is_the_whole_picture(pair):  # noqa: F811
    model = pictures()
    assert model.names == ["image", "text", "scene"]
    assert model.co_memory.read_guides == [[1], [0, 2], [1]]
    states, masks = arrays(model.memories(pair))
    frames = arrays(model.modality_concat(pair, modalities=["image"])[0])
    means = np.stack([frames[0].mean(axis=0), frames[1, :4].mean(axis=0)])
    assert_close(states[2][:2, 0], arrays(model.scene_reader(means)))
    assert arrays(masks[2]).tolist() == [[True], [True], [False]]


def test_features_of_a_scene_take_its_place(pair, rng):  # noqa: F811
    model = pictures({"image": 3, "scene": 4, "text": 5})
    assert model.names == ["image", "scene", "text"] and model.scene_reader is None
    scene = rng.normal(size=(3, 1, 4)).astype("float32")
    assert np.isfinite(arrays(model({**pair, "scene": scene})["sentiment"])).all()


def test_mean_and_maximum_of_what_is_there_give_the_answer(pair):  # noqa: F811
    model = pictures()
    vectors, present = arrays(model.vectors(pair))
    there = np.stack(present, axis=1)
    assert there.tolist() == [[True] * 3, [True] * 3, [False, True, False]]
    kernel, bias = arrays(model.stack_layer.weights)
    read = np.maximum(np.stack(vectors, axis=1) @ kernel + bias, 0.0)
    fused = [
        np.concatenate([rows[kept].mean(axis=0), rows[kept].max(axis=0)])
        for rows, kept in zip(read, there, strict=True)
    ]
    answer = model.answer_head(np.stack(fused))
    assert_close(model(pair)["sentiment"], arrays(answer))


def test_pictures_are_learnt_and_saved(pair, tmp_path):  # noqa: F811
    model = pictures(classes=["sad", "glad"])
    check_saving(model, pair, tmp_path)
    y = {"emotion": np.array([0, 1, 1], "int32"), "emotion_mask": np.ones(3, bool)}
    # Attention over the one step of the scene has nothing to learn.
    check_training(model, pair, y, below=0.6, still=("attention_2",))
    assert set(model.attend(pair)) == {"image", "text"}


@pytest.mark.one_backend
def test_a_word_that_names_the_region_that_counts():
    name, options = "multi_view_attention_network", {"hops": 2, "dropout": 0.0}
    assert share_wrong(name, 200, units=16, **options) < 0.05

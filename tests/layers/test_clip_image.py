import keras
import numpy as np
import pytest

from mmzoo.layers import CLIPImage
from tests.checks import arrays, assert_close, check_config
from tests.layers.small_clip import SIDE, WIDTH, save_clip

SCALE, OFFSET = 0.01, (-1.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    return folder, save_clip(folder, SCALE, OFFSET)


@pytest.fixture
def pixels(rng):
    return rng.uniform(0, 255, (3, SIDE * SIDE, 3)).astype("float32")


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_gives_the_embedding_of_the_whole_clip(saved, pixels):
    folder, clip = saved
    layer = CLIPImage.from_preset(folder, SIDE, name="pictures")
    vectors, seen = arrays(layer(pixels))
    images = (pixels * SCALE + OFFSET).reshape(3, SIDE, SIDE, 3).astype("float32")
    expected = unit(arrays(clip.get_vision_embeddings(images)))
    assert vectors.shape == (3, 1, WIDTH) and seen.all()
    assert_close(vectors[:, 0], expected)
    assert not layer.trainable_weights and layer.grid == (1, 1)
    check_config(layer)


def test_masked_pixels_and_missing_pictures(saved, pixels):
    layer = CLIPImage.from_preset(saved[0], SIDE)
    mask = np.ones((3, SIDE * SIDE), bool)
    mask[1, : 4 * SIDE], mask[2] = False, False
    vectors, seen = arrays(layer(pixels, mask=mask))
    assert seen[:, 0].tolist() == [True, True, False]
    assert np.all(vectors[2] == 0)
    spoiled = np.where(mask[..., None], pixels, np.nan)
    assert_close(layer(spoiled, mask=mask)[0], vectors)


def test_pictures_of_another_size_are_scaled(saved, pixels):
    folder, clip = saved
    layer = CLIPImage.from_preset(folder, SIDE // 2)
    # A picture of one colour is the same in every size.
    small = np.broadcast_to(pixels[:, :1], (3, (SIDE // 2) ** 2, 3))
    whole = np.broadcast_to(pixels[:, :1], pixels.shape)
    expected = arrays(CLIPImage.from_preset(folder, SIDE)(whole)[0])
    assert_close(layer(small)[0], expected)


def test_is_saved_and_learns_where_asked(saved, pixels, tmp_path):
    layer = CLIPImage.from_preset(saved[0], SIDE, trainable=True)
    assert len(layer.trainable_weights) == len(layer.projection.weights) + len(
        layer.encoder.trainable_weights
    )
    given = keras.Input((SIDE * SIDE, 3))
    keras.Model(given, layer(given)[0]).save(tmp_path / "layer.keras")
    loaded = keras.saving.load_model(tmp_path / "layer.keras")
    assert_close(loaded(pixels), layer(pixels)[0])

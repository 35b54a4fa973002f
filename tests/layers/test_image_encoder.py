from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import ImageAugmentation, ImageEncoder, SequenceBranch
from mmzoo.models import FusionModel
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_config,
    check_declared,
    check_layer,
    check_saving,
    compiled,
)
from tests.layers.small_image import save_backbone, small_backbone

TINY = {"side": 16, "width": 0.25}


@pytest.fixture
def pictures(rng):
    """Whole, with a bar of 9 of 16 rows below, missing."""
    pixels = rng.uniform(0, 255, (3, 256, 3)).astype("float32")
    rows = np.array([16, 7, 0])
    return {"x": pixels, "x_mask": np.arange(256) < 16 * rows[:, None]}


def encoder(network, **options):
    """An encoder with the tiny ResNet or the small network."""
    if network == "backbone":
        return ImageEncoder(small_backbone(), side=16, **options)
    return ImageEncoder(**TINY, **options)


def read(layer):
    return lambda batch: layer(batch["x"], mask=batch["x_mask"])


def test_checks(pictures, tmp_path):
    make = partial(ImageEncoder, **TINY, seed=1)
    layer = check_layer(make, pictures["x"], mask=pictures["x_mask"], tmp_path=tmp_path)
    check_batching(read(layer), pictures)
    assert layer.raw == "pixels" and layer.features == 16 and layer.grid == (2, 2)


@pytest.mark.parametrize("network", ["small", "backbone"])
def test_garbage_is_not_seen(network, pictures):
    layer = encoder(network)
    call = compiled(read(layer))
    cells, mask = arrays(call(pictures))
    assert mask.tolist() == [[True] * 4, [True, True, False, False], [False] * 4]
    assert np.all(cells[~mask] == 0)
    for value in (99.0, np.nan):
        kept = pictures["x_mask"]
        spoilt = np.where(kept[..., None], pictures["x"], np.float32(value))
        assert_close(call({"x": spoilt, "x_mask": kept}), (cells, mask))
    assert_close(
        arrays(call({key: each[1:2] for key, each in pictures.items()})[0][0]), cells[1]
    )


@pytest.mark.parametrize("network", ["small", "backbone"])
def test_masked_pixels_are_the_mean(network, pictures):
    layer = encoder(network, scaling=[[0.1, 0.1, 0.1], [-1.0, -2.0, -3.0]])
    kept = pictures["x_mask"]
    mean = np.array([10.0, 20.0, 30.0], "float32")
    filled = np.where(kept[..., None], pictures["x"], mean)
    cells, mask = arrays(layer(pictures["x"], mask=kept))
    whole = arrays(layer(filled)[0])
    if network == "backbone":
        assert_close(np.where(mask[..., None], whole, 0), cells, 1e-4)
    # The small network hides what is masked in its inner maps too.
    assert_close(whole[0], cells[0], 1e-4)


def test_backbone_reads_the_picture(pictures):
    backbone = small_backbone()
    layer = ImageEncoder(backbone, side=16)
    images = pictures["x"].reshape(3, 16, 16, 3) / 255
    images = (images - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    expected = arrays(backbone(images.astype("float32"))).reshape(3, 4, 8)
    assert_close(layer(pictures["x"])[0], expected, 1e-4)
    whole = pictures["x"].astype("uint8")
    assert_close(layer(whole), layer(whole.astype("float32")))


def test_backbone_is_saved_with_its_weights(pictures, tmp_path):
    layer = encoder("backbone", seed=1, trainable=False)
    check_config(layer)
    pixels, there = keras.Input((256, 3)), keras.Input((256,), dtype="bool")
    model = keras.Model([pixels, there], layer(pixels, mask=there))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    given = [pictures["x"], pictures["x_mask"]]
    expected = list(compiled(model)(given))
    assert_close(list(compiled(loaded)(given)), expected)
    (again,) = (each for each in loaded.layers if isinstance(each, ImageEncoder))
    assert again.grid == layer.grid and again.scaling == layer.scaling
    assert not again.trainable_weights


def test_a_backbone_of_another_policy(pictures):
    backbone = small_backbone(dtype="float32")
    layer = ImageEncoder(backbone, side=16, dtype="mixed_bfloat16", augment=False)
    pixels, there = keras.Input((256, 3)), keras.Input((256,), dtype="bool")
    check_declared(layer(pixels, mask=there), layer(pictures["x"], pictures["x_mask"]))


def test_augmentation_is_for_training(pictures):
    settings = {"flip": True, "max_shift": 4, "max_brightness": 0.1, "seed": 1}
    layer = ImageEncoder(**TINY, seed=1, trainable=False)
    pixels, kept = pictures["x"], pictures["x_mask"]
    cells, mask = arrays(layer(pixels, mask=kept, training=True))
    images, moved = ImageAugmentation(**settings)(
        pixels.reshape(3, 16, 16, 3), kept.reshape(3, 16, 16), training=True
    )
    images, moved = arrays(images).reshape(3, 256, 3), arrays(moved).reshape(3, 256)
    assert_close(layer(images, mask=moved), (cells, mask), 1e-4)
    plain = ImageEncoder(**TINY, augment=False, trainable=False)
    assert plain.augmentation is None
    assert_close(plain(pixels, training=True), plain(pixels))


@pytest.mark.parametrize("network", ["small", "backbone"])
def test_frozen_statistics_are_those_of_inference(network, pictures):
    given = {"inputs": pictures["x"], "mask": pictures["x_mask"]}
    layer = encoder(network, trainable=False, augment=False)
    calm, before = arrays(layer(**given)), arrays(layer.weights)
    assert not layer.trainable_weights
    assert_close(layer(**given, training=True), calm)
    assert_close(arrays(layer.weights), before, 0)
    layer.trainable = True
    assert layer.trainable_weights
    layer(**given, training=True)
    after = arrays(layer.non_trainable_weights)
    assert_finite(after)
    assert all(np.ptp(each) > 0 for each in after if each.dtype == "float32")


def test_from_preset(pictures, tmp_path):
    backbone = save_backbone(tmp_path)
    layer = ImageEncoder.from_preset(tmp_path, side=16)
    assert not layer.trainable_weights and layer.grid == (2, 2)
    images = pictures["x"].reshape(3, 16, 16, 3) * 0.01 + [-1.0, 0.0, 1.0]
    expected = arrays(backbone(images.astype("float32"))).reshape(3, 4, 8)
    assert_close(layer(pictures["x"])[0], expected, 1e-4)
    assert ImageEncoder.from_preset(tmp_path, 16, trainable=True).trainable_weights


def test_weights_of_a_file(pictures, tmp_path):
    trained = small_backbone()
    trained.save_weights(tmp_path / "trained.weights.h5")
    path = tmp_path / "trained.weights.h5"
    layer = ImageEncoder(small_backbone(), side=16, weights=path)
    expected = ImageEncoder(trained, side=16)(pictures["x"])
    assert_close(layer(pictures["x"]), expected)
    check_config(layer)
    with pytest.raises(ValueError, match='not for `network="small"`'):
        ImageEncoder(weights=path)


def test_batch_without_pictures():
    layer = ImageEncoder(**TINY)
    cells, mask = arrays(layer(np.zeros((2, 1, 3)), mask=np.zeros((2, 1), bool)))
    assert cells.shape == (2, 4, 16) and np.all(cells == 0) and not mask.any()


@pytest.mark.slow
def test_learns_inside_a_model(pictures, tmp_path):
    branch = SequenceBranch(4)
    ends = {"image": ImageEncoder(**TINY, seed=0)}
    model = FusionModel(ends, {"image": branch}, ["negative", "positive"])
    assert model.reads == ["pixels"]
    batch = {"pixels": pictures["x"], "pixels_mask": pictures["x_mask"]}
    targets = {"emotion": np.array([0, 1, 1]), "emotion_mask": np.ones(3, bool)}
    model.compile(keras.optimizers.Adam(0.02))
    before = arrays(model.trainable_weights)
    losses = [
        model.train_on_batch(batch, targets, return_dict=True)["loss"]
        for _ in range(20)
    ]
    # A running mean over the steps.
    assert losses[-1] < 0.9 * losses[0]
    for old, new in zip(before, model.trainable_weights, strict=True):
        assert not np.array_equal(old, arrays(new)), new.path
    check_saving(model, batch, tmp_path)
    weights = arrays(model.attend(batch)["image"])
    assert weights.shape == (3, 4) and np.all(weights[1, 2:] == 0)


@pytest.mark.slow
def test_resnet50():
    layer = ImageEncoder("resnet50", augment=False)
    assert layer.grid == (2, 2) and layer.features == 2048
    cells, mask = layer(keras.Input((4096, 3)))
    assert cells.shape == (None, 4, 2048) and mask.shape == (None, 4)
    assert layer.get_config()["network"] == "resnet50"


def test_learns_which_side_is_light(rng):
    pixels = rng.uniform(0, 100, (32, 16, 16, 3)).astype("float32")
    labels = np.arange(32) % 2
    pixels[labels == 0, :8] += 100
    pixels[labels == 1, 8:] += 100
    given = keras.Input((256, 3))
    cells, _ = ImageEncoder(**TINY, seed=0)(given)
    answer = keras.layers.Dense(2)(keras.layers.Flatten()(cells))
    model = keras.Model(given, answer)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    pixels = pixels.reshape(32, 256, 3)
    before = arrays(model.trainable_weights)
    first = model.train_on_batch(pixels, labels)
    for old, new in zip(before, model.trainable_weights, strict=True):
        assert not np.array_equal(old, arrays(new)), new.path
    for _ in range(20):
        model.reset_metrics()
        last = model.train_on_batch(pixels, labels)
    assert last < 0.5 * first


def test_errors(pictures):
    with pytest.raises(ValueError, match=r"`network` is one of .* not 'vgg'"):
        ImageEncoder("vgg")
    with pytest.raises(ValueError, match="multiples of 8"):
        ImageEncoder(side=12)
    with pytest.raises(ValueError, match="256 pixels, not 4096 as `side=64`"):
        ImageEncoder()(pictures["x"])

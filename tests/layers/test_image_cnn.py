from functools import partial

import numpy as np
import pytest

from mmzoo.layers import ImageCNN
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    compiled,
)

SMALL = {"width": 0.25}


@pytest.fixture
def pictures(rng):
    """Whole, with a bar of 6 rows below, without anything: 16 rows, 24 columns."""
    images = rng.normal(size=(3, 16, 24, 3)).astype("float32")
    mask = np.ones((3, 16, 24), bool)
    mask[1, 10:] = mask[2] = False
    return {"x": images, "x_mask": mask}


def read(layer):
    return lambda batch: layer(batch["x"], mask=batch["x_mask"])


@pytest.fixture
def layer():
    """Built, with statistics and scales as after training."""
    layer = ImageCNN(**SMALL)
    layer.build((None, 16, 24, 3))
    draw = np.random.default_rng(1)
    for weight in layer.weights:
        if "normalization" in weight.path:
            weight.assign(draw.uniform(0.5, 1.5, weight.shape))
    return layer


def convolution(image, kernel, stride):
    """A 3-3 convolution (rows, columns, channels) with a zero around, as loops."""
    wide = np.pad(image, [(1, 1), (1, 1), (0, 0)])
    rows, columns = (size // stride for size in image.shape[:2])
    output = np.zeros((rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = wide[top : top + 3, left : left + 3]
            output[row, column] = np.einsum("rci,rcio->o", window, kernel)
    return output


def halved(values):
    """Maxima of squares of 2 x 2."""
    rows, columns = (size // 2 for size in values.shape[:2])
    blocks = values.reshape(rows, 2, columns, 2, *values.shape[2:])
    return blocks.max(axis=(1, 3))


def reference(image, mask, layer):
    """Cells of one picture, with their mask."""
    weights = {each.path.split("/", 1)[-1]: arrays(each) for each in layer.weights}
    image = np.where(mask[..., None], image, 0)
    for index, stride in enumerate([2, 2, 1]):
        image = convolution(image, weights[f"convolution_{index}/kernel"], stride)
        names = ("moving_mean", "moving_variance", "gamma", "beta")
        mean, variance, gamma, beta = (
            weights[f"normalization_{index}/{name}"] for name in names
        )
        image = (image - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        mask = halved(mask) if stride == 2 else mask
        image = np.where(mask[..., None], np.maximum(image, 0), 0)
    return halved(image), halved(mask)


def test_checks(pictures, tmp_path):
    make = partial(ImageCNN, **SMALL)
    layer = check_layer(make, pictures["x"], mask=pictures["x_mask"], tmp_path=tmp_path)
    check_batching(read(layer), pictures)


def test_matches_reference(layer, pictures):
    cells, kept = arrays(compiled(read(layer))(pictures))
    assert cells.shape == (3, 2, 3, layer.features)
    for row in range(3):
        image, mask = pictures["x"][row], pictures["x_mask"][row]
        expected, expected_mask = reference(image, mask, layer)
        assert_close(cells[row], expected.astype("float32"), 1e-4)
        assert np.array_equal(kept[row], expected_mask)
    assert np.all(cells[2] == 0) and not kept[2].any()


def test_garbage_is_not_seen(layer, pictures):
    call = compiled(read(layer))
    expected = arrays(call(pictures))
    for value in (99.0, np.nan):
        mask = pictures["x_mask"]
        spoilt = np.where(mask[..., None], pictures["x"], np.float32(value))
        assert_close(call({"x": spoilt, "x_mask": mask}), expected)


def test_batch_statistics_do_not_count_masked_pixels(pictures):
    # A quarter of the picture, twice: alone, and at the top of a larger one. The bar is
    # as wide as the reach of the convolutions.
    images = pictures["x"][:, :8, :8]
    high = np.concatenate([images, np.full_like(images, np.nan)], axis=1)
    mask = np.zeros(high.shape[:3], bool)
    mask[:, :8] = True
    alone, among = ImageCNN(**SMALL), ImageCNN(**SMALL)
    for layer in (alone, among):
        layer.build((None, None, None, 3))
    among.set_weights(arrays(alone.weights))
    alone(images, training=True)
    among(high, mask=mask, training=True)
    assert_close(arrays(among.weights), arrays(alone.weights), 1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_nothing_observed_stays_finite(training, layer, pictures):
    nothing = np.zeros_like(pictures["x_mask"])
    cells, mask = arrays(layer(pictures["x"], mask=nothing, training=training))
    assert np.all(cells == 0) and not mask.any()
    assert_finite(arrays(layer.weights))


def test_width():
    widths = {width: ImageCNN(width).features for width in (0.01, 0.5, 1.0, 2.0)}
    assert widths == {0.01: 8, 0.5: 32, 1.0: 64, 2.0: 128}
    layer = ImageCNN()
    layer.build((None, 64, 64, 3))
    # Three convolutions without biases, four numbers a channel of normalisation.
    assert layer.count_params() == 9 * (3 * 16 + 16 * 32 + 32 * 64) + 4 * 112


def test_errors(pictures):
    with pytest.raises(ValueError, match="`width` is above 0, not -1"):
        ImageCNN(width=-1)
    with pytest.raises(ValueError, match=r"\(15, 24\), not multiples of 8"):
        ImageCNN()(pictures["x"][:, :15])

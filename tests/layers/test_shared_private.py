import numpy as np
import pytest

from mmzoo.layers import SharedPrivate
from tests import reference
from tests.checks import arrays, assert_close, check_layer


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(3, width)).astype("float32") for width in (5, 2)]


@pytest.fixture
def masks():
    return [np.array([True, False, True]), np.array([True, True, False])]


def test_checks(vectors, masks, tmp_path):
    def make(**kwargs):
        return SharedPrivate(4, **kwargs)

    check_layer(make, vectors, mask=masks, tmp_path=tmp_path)


def test_views_follow_their_equations(vectors):
    layer = SharedPrivate(6)
    found = arrays(layer(vectors))
    weights = {
        "/".join(weight.path.split("/")[-2:]): arrays(weight)
        for weight in layer.weights
    }

    def dense(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    for index, inputs in enumerate(vectors):
        hidden = np.maximum(dense(f"vector_{index}", inputs), 0)
        mean, variance = (f(hidden, axis=-1, keepdims=True) for f in (np.mean, np.var))
        vector = (hidden - mean) / np.sqrt(variance + 1e-5)
        shared = reference.sigmoid(dense("shared", vector))
        private = reference.sigmoid(dense(f"private_{index}", vector))
        rebuilt = dense(f"reconstruction_{index}", shared + private)
        for each, expected in zip(
            found, (vector, shared, private, rebuilt), strict=True
        ):
            assert_close(each[:, index], expected.astype("float32"))


def test_missing_modality_is_zeros_and_changes_no_other(vectors, masks):
    layer = SharedPrivate(6)
    whole = arrays(layer(vectors))
    for vector, there in zip(vectors, masks, strict=True):
        vector[~there] = np.nan
    # (batch, modalities, 1)
    shown = np.stack(masks, axis=1)[..., None]
    expected = [np.where(shown, each, 0.0).astype("float32") for each in whole]
    assert_close(list(layer(vectors, mask=masks)), expected)


def test_width_is_checked():
    with pytest.raises(ValueError, match="`output_dim` is at least 1, not 0"):
        SharedPrivate(0)

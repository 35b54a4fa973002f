import keras
import numpy as np
import pytest

from mmzoo.layers import TensorFusion
from tests.checks import arrays, assert_close, check_batching, check_layer


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(5, width)).astype("float32") for width in (4, 3, 2)]


@pytest.fixture
def mask():
    """All there; the second missing twice; all missing from the last."""
    first = np.array([True, True, True, True, False])
    return [first, np.array([True, True, False, False, False]), first]


def with_one(vector):
    return np.concatenate([vector, np.ones((len(vector), 1))], axis=1)


def test_checks(vectors, mask, tmp_path):
    check_layer(TensorFusion, vectors, mask=mask, tmp_path=tmp_path)
    layer = TensorFusion()
    both = {"a": vectors[0], "b": vectors[1]}
    check_batching(lambda batch: layer([batch["a"], batch["b"]]), both)


@pytest.mark.parametrize(
    ("count", "formula"), [(1, "bi->bi"), (2, "bi,bj->bij"), (3, "bi,bj,bk->bijk")]
)
def test_is_the_outer_product(count, formula, vectors):
    layer = TensorFusion()
    fused = layer(vectors[:count])
    expected = np.einsum(formula, *map(with_one, vectors[:count])).reshape(5, -1)
    assert_close(fused, expected.astype("float32"))
    assert layer.output_dim == expected.shape[1] == [5, 20, 60][count - 1]


def test_missing_modality_leaves_the_others(vectors, mask):
    spoiled = [
        np.where(there[:, None], vector, np.float32(np.nan))
        for vector, there in zip(vectors, mask, strict=True)
    ]
    fused = arrays(TensorFusion()(spoiled, mask=mask)).reshape(5, 5, 4, 3)
    others = np.einsum("bi,bk->bik", with_one(vectors[0]), with_one(vectors[2]))
    assert_close(fused[2:4, :, 3], others[2:4].astype("float32"))
    assert np.all(fused[2:4, :, :3] == 0)
    nothing = np.zeros((5, 4, 3), "float32")
    nothing[-1, -1, -1] = 1
    assert_close(fused[4], nothing)


def test_masks_may_be_left_out(vectors, mask):
    layer = TensorFusion()
    there = np.ones(5, bool)
    assert_close(
        layer(vectors, mask=[None, mask[1], None]),
        layer(vectors, mask=[there, mask[1], there]),
    )


def test_products_tell_what_sums_do_not(rng):
    # Whether two signs agree: no linear classifier sees it in the vectors themselves.
    vectors = [rng.choice([-1.0, 1.0], (64, 1)).astype("float32") for _ in range(2)]
    agree = (vectors[0] * vectors[1] > 0).astype("float32")
    given = [keras.Input((1,)), keras.Input((1,))]
    answer = keras.layers.Dense(1, "sigmoid")(TensorFusion()(given))
    model = keras.Model(given, answer)
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
    for _ in range(60):
        model.reset_metrics()
        loss = model.train_on_batch(vectors, agree)
    assert loss < 0.1


def test_sequences_are_refused(batch):
    with pytest.raises(ValueError, match=r"`inputs` are vectors, not \[\(3, 6, 5\)\]"):
        TensorFusion()([batch["text"]])

import numpy as np
import pytest

import mmzoo
from mmzoo.layers import TensorFusion
from mmzoo.models import LowRankFusion
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {"units": 3, "text_dim": 4, "mean_dim": 8, "rank": 3, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_low_rank_fusion_network(**options))


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(3, width)).astype("float32") for width in (2, 4, 3)]


def test_fusion_is_a_linear_layer_on_the_tensor_of_products(vectors):
    fusion = LowRankFusion(5, rank=3)
    found = arrays(fusion(vectors))
    *factors, weights, bias = (arrays(weight) for weight in fusion.weights)
    kernel = np.einsum("r,rio,rjo,rko->ijko", weights[0], *factors)
    tensor = arrays(TensorFusion()(vectors))
    assert_close(found, tensor @ kernel.reshape(-1, 5) + bias)


def test_fusion_shows_a_missing_modality_as_its_constant(vectors):
    fusion = LowRankFusion(5, rank=3)
    there = [np.array([True, False, True]), None, np.array([False, True, True])]
    whole = arrays(fusion(vectors))
    for vector, mask in zip(vectors, there, strict=True):
        if mask is not None:
            vector[~mask] = np.nan
    found = arrays(fusion(vectors, mask=there))
    zeroed = [np.nan_to_num(vector) for vector in vectors]
    assert_close(found, arrays(fusion(zeroed)))
    assert_close(found[2], whole[2])
    assert np.abs(found[:2] - whole[:2]).min() > 1e-4


def test_each_factor_begins_with_glorots_deviation():
    fusion = LowRankFusion(50, rank=8)
    fusion.build([(None, 199), (None, 99)])
    for factor, width in zip(fusion.factors, (200, 100), strict=True):
        expected = np.sqrt(2.0 / (width + 50))
        assert abs(arrays(factor).std() / expected - 1.0) < 0.02


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
def test_learns_scores_and_classes(classes, batch):
    model = small(classes=classes)
    target = "emotion" if classes else "sentiment"
    labels = np.array([0, 1, 2], "int32") if classes else np.array([1.5, -2.0, 0.5])
    assert model(batch)[target].shape == ((3, 3) if classes else (3,))
    targets = {target: labels, f"{target}_mask": np.ones(3, bool)}
    check_training(model, batch, targets, below=0.6)


@pytest.mark.one_backend
def test_products_tell_whether_two_signs_agree(rng):
    # No sum of a function of each modality can.
    signs = rng.choice([-1.0, 1.0], (64, 2)).astype("float32")
    batch = {"audio": signs[:, :1, None], "video": signs[:, 1:, None]}
    labels = (signs[:, 0] * signs[:, 1] > 0).astype("int32")
    model = mmzoo.build_low_rank_fusion_network(
        {"audio": 1, "video": 1}, classes=["differ", "agree"], mean_dim=8, dropout=0.0
    )
    model.compile("adam")
    model.optimizer.learning_rate = 0.03
    for _ in range(60):
        model.train_on_batch(batch, labels)
    assert np.mean(arrays(model(batch)["emotion"]).argmax(-1) == labels) == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rank": 0}, r"at least 1, not output_dim=1 and rank=0"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for LowRankFusionNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

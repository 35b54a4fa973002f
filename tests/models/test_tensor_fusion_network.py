import numpy as np
import pytest
from keras import ops

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

# Of a few ReLUs in a row all may be dead, by the luck of a seed.
SMALL = {"units": 3, "text_dim": 4, "mean_dim": 8, "hidden_dim": 16, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_tensor_fusion_network(**options))


@pytest.fixture
def unaligned(batch, rng):
    """The batch with twice as many steps of audio and one more of video."""
    steps = {"audio": 12, "video": 7}
    for name, count in steps.items():
        batch[name] = rng.normal(size=(3, count, DIMS[name])).astype("float32")
        batch[f"{name}_mask"] = np.arange(count) < np.array([count, 4, 1])[:, None]
    return batch


def test_numbers_of_products():
    options = {"units": 3, "text_dim": 64, "mean_dim": 32}
    models = [small(orders=[order], **options) for order in range(4)]
    # The constant, 32 + 64 + 32 features, the pairs and the triples of these.
    assert [len(model.kept) for model in models] == [1, 128, 5120, 65536]


def products(model, batch):
    """The entries that the perceptron reads, by the order of the model."""
    return arrays(ops.take(model.fuse(batch), model.kept, axis=-1))


def vectors_of(model, batch):
    return [
        arrays(embedding(*model.modality_concat(batch, modalities=[name])))
        for name, embedding in model.embeddings.items()
    ]


def test_order_one_is_the_concatenation(batch):
    model = small(orders=[1])
    side_by_side = np.concatenate(vectors_of(model, batch), axis=-1)
    # The tensor lists the last modality first.
    found = np.sort(products(model, batch), axis=-1)
    assert_close(found, np.sort(side_by_side, axis=-1))
    assert model.hidden.kernel.shape == (8 + 4 + 8, 16)


def test_highest_order_is_the_product_without_ones(batch):
    model = small(orders=[3])
    expected = np.einsum("bi,bj,bk->bijk", *vectors_of(model, batch))
    assert_close(products(model, batch), expected.reshape(3, -1))


def test_orders_together_are_the_whole_tensor(batch):
    model = small()
    assert model.orders == [0, 1, 2, 3]
    assert_close(products(model, batch), model.fuse(batch))
    counts = [len(small(orders=[order]).kept) for order in range(4)]
    assert counts == [1, 20, 128, 256] and sum(counts) == len(model.kept)


def test_one_modality_is_its_vector(batch):
    model = small({"text": 5}, orders=[1])
    assert_close(products(model, batch), vectors_of(model, batch)[0])


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("orders", [None, [1], [2, 3]])
def test_learns_scores_and_classes(classes, orders, unaligned):
    model = small(classes=classes, orders=orders)
    target = "emotion" if classes else "sentiment"
    labels = np.array([0, 1, 2], "int32") if classes else np.array([1.5, -2.0, 0.5])
    assert model(unaligned)[target].shape == ((3, 3) if classes else (3,))
    targets = {target: labels, f"{target}_mask": np.ones(3, bool)}
    check_training(model, unaligned, targets, below=0.6)


def test_order_matters_to_the_words_only(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])[0]
    for name, matters in {"text": True, "audio": False, "video": False}.items():
        turned = {**batch, name: batch[name][:, [1, 0, 2, 3, 4, 5]]}
        change = abs(arrays(model(turned)["sentiment"])[0] - before)
        assert (change > 1e-6) == matters, name


def test_missing_modality_leaves_the_products_of_the_others(batch):
    model = small()
    whole = arrays(model.fuse(batch)).reshape(3, 9, 5, 9)
    batch["text_mask"] = np.zeros_like(batch["text_mask"])
    batch["text"] = np.full_like(batch["text"], np.nan)
    found = arrays(model.fuse(batch)).reshape(3, 9, 5, 9)
    assert not found[:, :, :4].any()
    assert_close(found[:, :, 4], whole[:, :, 4])


@pytest.mark.one_backend
def test_products_tell_what_a_concatenation_does_not(rng):
    # The label is whether the signs of two modalities agree.
    signs = rng.choice([-1.0, 1.0], (64, 2)).astype("float32")
    batch = {"audio": signs[:, :1, None], "video": signs[:, 1:, None]}
    labels = (signs[:, 0] * signs[:, 1] > 0).astype("int32")
    model = mmzoo.build_tensor_fusion_network(
        {"audio": 1, "video": 1},
        classes=["differ", "agree"],
        orders=[2],
        mean_dim=8,
        hidden_dim=8,
        dropout=0.0,
    )
    model.compile("adam")
    model.optimizer.learning_rate = 0.03
    for _ in range(60):
        model.train_on_batch(batch, labels)
    assert np.mean(arrays(model(batch)["emotion"]).argmax(-1) == labels) == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"orders": [4]}, r"`orders` are of \[0, 1, 2, 3\] for .*, not \[4\]"),
        ({"orders": []}, r"`orders` are of \[0, 1, 2, 3\] for .*, not \[\]"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for TensorFusionNetwork"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import TransformerFusion
from tests.checks import (
    arrays,
    assert_close,
    assert_finite,
    check_batching,
    check_layer,
    check_masking,
    compiled,
)

TINY = {"num_heads": 2, "feed_forward_dim": 6, "hidden_dim": 4, "max_steps": 10}
TOKENS = {"form": "tokens", **TINY}


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(5, width)).astype("float32") for width in (5, 3)]


@pytest.fixture
def present():
    """Both; the second missing twice; nothing at all in the last."""
    first = np.array([True, True, True, True, False])
    return [first, np.array([True, True, False, False, False])]


@pytest.fixture
def mixed(batch):
    """A sequence and a vector, with their masks."""
    there = np.array([True, False, True])
    return [batch["text"], batch["audio"][:, 0]], [batch["text_mask"], there]


def read(layer, batch):
    names = ["text", "video"]
    inputs = [batch[name] for name in names]
    masks = [batch[f"{name}_mask"] for name in names]
    if layer.attention is None:
        return layer(inputs, mask=masks)
    fused, weights = layer(inputs, mask=masks, return_attention=True)
    return [fused, *weights]


def attend(layer, inputs, mask):
    """What the layer gives with attention, as arrays."""
    layer.build([each.shape for each in inputs])
    call = compiled(partial(layer, return_attention=True))
    return arrays(call(inputs, mask=mask))


def normalized(values, gamma, beta):
    values = values - values.mean(axis=-1, keepdims=True)
    return values / np.sqrt(values.var(axis=-1, keepdims=True) + 1e-5) * gamma + beta


def block(tokens, encoder):
    """A post-norm encoder block over the observed tokens of one sample."""
    weights = {
        each.path.split(f"{encoder.name}/")[-1]: arrays(each)
        for each in encoder.weights
    }
    part = {
        name: [
            weights[f"self_attention_layer/{name}/{each}"]
            for each in ("kernel", "bias")
        ]
        for name in ("query", "key", "value", "attention_output")
    }
    query, key, value = (
        np.einsum("tf,fhd->htd", tokens, part[name][0]) + part[name][1][:, None]
        for name in ("query", "key", "value")
    )
    scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1]))
    heads = scores / scores.sum(axis=-1, keepdims=True) @ value
    attended = np.einsum("htd,hdf->tf", heads, part["attention_output"][0])
    norms = ("self_attention_layer_norm", "feedforward_layer_norm")
    first, second = (
        [weights[f"{name}/{each}"] for each in ("gamma", "beta")] for name in norms
    )
    tokens = normalized(tokens + attended + part["attention_output"][1], *first)
    inner, outer = (
        [weights[f"feedforward_{name}_dense/{each}"] for each in ("kernel", "bias")]
        for name in ("intermediate", "output")
    )
    hidden = np.maximum(tokens @ inner[0] + inner[1], 0)
    return normalized(tokens + hidden @ outer[0] + outer[1], *second)


@pytest.mark.parametrize("num_layers", [1, 2])
def test_vector_checks(num_layers, vectors, present, tmp_path):
    make = partial(TransformerFusion, num_layers=num_layers, **TINY)
    layer = check_layer(make, vectors, mask=present, tmp_path=tmp_path)
    assert layer.output_dim == 8
    assert layer(vectors, return_attention=True)[1] is None


@pytest.mark.parametrize("pooling", ["attention", "mean"])
def test_token_checks(pooling, mixed, batch, tmp_path):
    make = partial(TransformerFusion, **TOKENS, pooling=pooling)
    inputs, mask = mixed
    check_layer(make, inputs, mask=mask, tmp_path=tmp_path)
    layer = make()
    layer.build([(None, None, 5), (None, None, 2)])
    both = {key: each for key, each in batch.items() if not key.startswith("audio")}
    check_masking(partial(read, layer), both)
    check_batching(partial(read, layer), both)


def test_vector_matches_reference(vectors, present):
    layer = TransformerFusion(num_layers=2, **TINY)
    layer.build([(None, 5), (None, 3)])
    fused = arrays(compiled(layer)(vectors, mask=present))
    pairs = zip(vectors, present, strict=True)
    shown = [np.where(there[:, None], vector, 0) for vector, there in pairs]
    for row in range(5):
        token = np.concatenate([each[row] for each in shown])[None]
        for encoder in layer.encoders:
            token = block(token, encoder)
        assert_close(fused[row], token[0].astype("float32"), 1e-4)


def test_tokens_match_reference(mixed):
    inputs, mask = mixed
    layer = TransformerFusion(**TOKENS, num_layers=2)
    fused, weights = attend(layer, inputs, mask)
    tokens, kept = arrays(layer.tokens(inputs, mask=mask))
    for row in range(3):
        seen = tokens[row][kept[row]]
        for encoder in layer.encoders:
            seen = block(seen, encoder)
        pooled, shares = arrays(
            layer.attention(seen[None].astype("float32"), return_attention=True)
        )
        assert_close(fused[row], pooled[0], 1e-4)
        found = np.concatenate([each[row] for each in weights])
        assert_close(found[kept[row]], shares[0], 1e-4)
        assert np.all(found[~kept[row]] == 0)


def test_mean_pooling(mixed):
    inputs, mask = mixed
    layer = TransformerFusion(**TOKENS, pooling="mean")
    fused, weights = layer(inputs, mask=mask, return_attention=True)
    assert weights is None
    tokens, kept = arrays(layer.tokens(inputs, mask=mask))
    seen = block(tokens[1][kept[1]], layer.encoders[0])
    assert_close(arrays(fused)[1], seen.mean(axis=0).astype("float32"), 1e-4)


@pytest.mark.parametrize("form", ["vector", "tokens"])
def test_samples_do_not_see_each_other(form, vectors, present):
    layer = TransformerFusion(**{**TINY, "form": form})
    layer.build([(None, 5), (None, 3)])

    def fuse(batch):
        return layer([batch["a"], batch["b"]], mask=[batch["a_mask"], batch["b_mask"]])

    names = dict(zip("ab", vectors, strict=True))
    masks = {f"{name}_mask": mask for name, mask in zip("ab", present, strict=True)}
    check_batching(fuse, {**names, **masks})


@pytest.mark.parametrize("form", ["vector", "tokens"])
def test_what_a_missing_modality_holds_is_not_seen(form, vectors, present):
    layer = TransformerFusion(**{**TINY, "form": form})
    expected = arrays(layer(vectors, mask=present))
    assert_finite(expected)
    for row_order in ([0, 1, 3, 2, 4], [0, 1, 4, 4, 2]):
        permuted = [vectors[0], vectors[1][row_order]]
        assert_close(layer(permuted, mask=present), expected)
    spoiled = [vectors[0], np.where(present[1][:, None], vectors[1], np.float32("nan"))]
    assert_close(layer(spoiled, mask=present), expected)


def test_order_of_steps_counts_but_not_under_the_mask(batch):
    layer = TransformerFusion(**TOKENS)
    text, mask = batch["text"], batch["text_mask"]
    expected = arrays(layer([text], mask=[mask]))
    turned = text.copy()
    turned[1, 4:] = text[0, [5, 4]]
    assert_close(layer([turned], mask=[mask]), expected)
    turned[1, :2] = text[1, [1, 0]]
    assert np.abs(arrays(layer([turned], mask=[mask]))[1] - expected[1]).max() > 1e-6


def test_nothing_observed_gives_zeros_and_finite_gradients(mixed):
    inputs, mask = mixed
    nothing = [np.zeros_like(each) for each in mask]
    layer = TransformerFusion(**TOKENS)
    fused, weights = attend(layer, inputs, nothing)
    assert np.all(fused == 0) and all(np.all(each == 0) for each in weights)
    given = [keras.Input(each.shape[1:]) for each in inputs]
    there = [keras.Input(each.shape[1:], dtype="bool") for each in mask]
    model = keras.Model([*given, *there], layer(given, mask=there))
    model.compile(keras.optimizers.SGD(1.0), "mse")
    for kept in (nothing, mask):
        model.train_on_batch([*inputs, *kept], np.ones((3, 4), "float32"))
        assert_finite(arrays(layer.weights))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["vector", "tokens"])
def test_learns(form, rng):
    vectors = [rng.normal(size=(32, 2)).astype("float32") for _ in range(2)]
    targets = vectors[0][:, :1] + np.sign(vectors[1][:, 1:])
    given = [keras.Input((2,)), keras.Input((2,))]
    fused = TransformerFusion(**{**TINY, "form": form}, dropout=0.1)(given)
    model = keras.Model(given, keras.layers.Dense(1)(fused))
    model.compile(keras.optimizers.Adam(0.02), "mse")
    first = model.train_on_batch(vectors, targets)
    for _ in range(60):
        model.reset_metrics()
        last = model.train_on_batch(vectors, targets)
    assert last < 0.5 * first


def test_dropout_acts_in_training(vectors):
    layer = TransformerFusion(**TINY, dropout=0.5)
    calm, stirred = arrays(layer(vectors)), arrays(layer(vectors, training=True))
    assert np.abs(calm - stirred).max() > 0


def test_paper_sizes():
    layer = TransformerFusion()
    layer.build([(None, 64), (None, 64)])
    # Attention, perceptron, two normalisations of 128 features.
    expected = 4 * (128 * 128 + 128) + 2 * 128 * 2048 + 2048 + 128 + 4 * 128
    assert layer.count_params() == expected == 593024


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"form": "matrix"}, "`form` is one of .* not 'matrix'"),
        ({"pooling": "max"}, "`pooling` is one of .* not 'max'"),
        ({"num_layers": 0}, "`num_layers` is at least 1, not 0"),
        ({"num_heads": 3}, "`num_heads=3` does not divide .* 10"),
        ({}, r"fuses vectors, not \[\(3, 6, 5\), \(3, 6, 5\)\]"),
        ({"form": "tokens", "max_steps": 5}, "6 steps, .* `max_steps=5`"),
    ],
)
def test_errors(settings, message, batch):
    vectors = "num_heads" in settings
    inputs = [batch["text"][:, 0] if vectors else batch["text"]] * 2
    with pytest.raises(ValueError, match=message):
        TransformerFusion(**settings)(inputs)

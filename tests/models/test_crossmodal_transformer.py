import math

import numpy as np
import pytest

import mmzoo
from mmzoo.models import CrossmodalEncoder
from mmzoo.ops.masking import last_observed
from tests import reference
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
    check_training,
)
from tests.models.small_models import DIMS, adapted

SMALL = {"hidden_dim": 4, "num_layers": 1, "num_heads": 2, "dropout": 0.0}


def small(input_dims=None, **options):
    """A transformer on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_crossmodal_transformer(**options))


@pytest.fixture
def unaligned(batch, rng):
    """The batch with twice as many steps of audio and one more of video."""
    steps = {"audio": 12, "video": 7}
    for name, count in steps.items():
        batch[name] = rng.normal(size=(3, count, DIMS[name])).astype("float32")
        batch[f"{name}_mask"] = np.arange(count) < np.array([count, 4, 1])[:, None]
    return batch


@pytest.fixture
def pair(rng):
    """A target of 6 steps and a source of 9, as wide, and their masks."""
    target = rng.normal(size=(3, 6, 4)).astype("float32")
    source = rng.normal(size=(3, 9, 4)).astype("float32")
    target_mask = np.arange(6) < np.array([6, 4, 1])[:, None]
    source_mask = np.arange(9) < np.array([9, 1, 0])[:, None]
    source_mask[0, 3] = False
    return target, source, target_mask, source_mask


def test_checks_of_the_encoder(pair, tmp_path):
    def make(**kwargs):
        return CrossmodalEncoder(2, 2, **kwargs)

    target, source, target_mask, source_mask = pair
    masks = {"target_mask": target_mask, "source_mask": source_mask}
    check_layer(make, target, source, **masks, tmp_path=tmp_path)


def test_encoder_honours_both_masks(pair):
    layer = CrossmodalEncoder(1, 2)
    # What is compiled makes no weights.
    layer.build((None, None, 4))
    keys = ("target", "source", "target_mask", "source_mask")
    batch = dict(zip(keys, pair, strict=True))
    check_masking(lambda each: layer(**each), batch)
    check_batching(lambda each: layer(**each), batch)
    alone = {key: batch[key] for key in ("target", "target_mask")}
    check_masking(lambda each: layer(**each), alone)


def normalised(x, name, weights):
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return centred / deviation * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def embedded(x):
    steps, features = x.shape
    positions = np.zeros_like(x)
    for step in range(steps):
        for index in range(features // 2):
            angle = step / 10000 ** (index / (features // 2))
            positions[step, index] = math.sin(angle)
            positions[step, index + features // 2] = math.cos(angle)
    return math.sqrt(features) * x + positions


def multi_head_attention(query, source, weights):
    """Steps (T, d) of one sample that attend to (S, d); the mean of the weights."""
    result, rows = np.zeros_like(query), np.zeros((len(query), len(source)))
    if not len(source):
        return result, rows
    kernels = [weights[f"attention/{n}/kernel"] for n in ("query", "key", "value")]
    heads = kernels[0].shape[1]
    for head in range(heads):
        q, k, v = (
            x @ w[:, head]
            for x, w in zip((query, source, source), kernels, strict=True)
        )
        for step in range(len(q)):
            row = reference.softmax(k @ q[step] / math.sqrt(q.shape[-1]))
            rows[step] += row / heads
            output = weights["attention/attention_output/kernel"][head]
            result[step] += (row @ v) @ output
    return result, rows


def crossmodal(target, source, layer):
    """The equations of one sample without padding; itself where `source` is `None`."""
    states, source = embedded(target), None if source is None else embedded(source)
    for block in layer.blocks:
        weights = {
            weight.path.partition(f"{block.name}/")[2]: arrays(weight)
            for weight in block.weights
        }
        query = normalised(states, "attention_norm", weights)
        keys = query
        if source is not None:
            keys = normalised(source, "attention_norm", weights)
        change, rows = multi_head_attention(query, keys, weights)
        states = states + change
        hidden = normalised(states, "perceptron_norm", weights)
        hidden = hidden @ weights["hidden/kernel"] + weights["hidden/bias"]
        states = states + np.maximum(hidden, 0) @ weights["output_layer/kernel"]
        states = states + weights["output_layer/bias"]
    ends = {weight.path.split("/")[-1]: arrays(weight) for weight in layer.weights[-2:]}
    named = {f"output_norm/{name}": value for name, value in ends.items()}
    return normalised(states, "output_norm", named), rows


@pytest.mark.parametrize("crossed", [True, False])
def test_encoder_follows_its_equations(crossed, pair, rng):
    target, source, target_mask, source_mask = pair
    # Steps at the end only, so that the positions of a sample are 0, 1, 2, ...
    source_mask[0, 3] = True
    layer = CrossmodalEncoder(2, 2)
    given = {"source": source, "source_mask": source_mask} if crossed else {}
    layer(target, **given)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    given |= {"target_mask": target_mask, "return_attention": True}
    states, weights = arrays(layer(target, **given))
    for row in range(3):
        steps = target_mask[row].sum()
        kept = source_mask[row].sum() if crossed else steps
        others = source[row, :kept] if crossed else None
        expected, rows = crossmodal(target[row, :steps], others, layer)
        assert_close(states[row, :steps], expected.astype("float32"), 1e-4)
        assert_close(weights[row, :steps, :kept], rows.astype("float32"))
        assert not states[row, steps:].any() and not weights[row, :, kept:].any()


def test_answers_from_the_last_observed_steps(unaligned):
    model = small()
    sequences, masks = model._project(unaligned)
    last = []
    for name in sorted(DIMS):
        states, _ = model._look_around(name, sequences, masks)
        states = model.memories[name](states, target_mask=masks[name])
        last.append(arrays(last_observed(states, masks[name])))
    vector = np.concatenate(last, axis=-1)
    assert vector.shape == (3, 3 * 2 * 4)
    vector = vector + arrays(model.residual(model.residual_hidden(vector)))
    assert_close(model(unaligned)["sentiment"], model.answer_head(vector))


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("names", [["audio", "text", "video"], ["text"]])
def test_learns_scores_and_classes(classes, names, unaligned):
    dims = {name: DIMS[name] for name in names}
    model = small(dims, classes=classes, kernel_size=3)
    target = "emotion" if classes else "sentiment"
    labels = np.array([0, 1, 2], "int32") if classes else np.array([1.5, -2.0, 0.5])
    assert model(unaligned)[target].shape == ((3, 3) if classes else (3,))
    targets = {target: labels, f"{target}_mask": np.ones(3, bool)}
    check_training(model, unaligned, targets, below=0.6, rate=0.01)


def test_masks_of_unaligned_modalities(unaligned):
    model = small(kernel_size=3)
    check_masking(model, unaligned)
    check_batching(model, unaligned)


def test_every_modality_and_the_order_of_steps_matter(unaligned):
    model = small()
    before = arrays(model(unaligned)["sentiment"])[0]
    for name in DIMS:
        moved = {**unaligned, name: unaligned[name] + 1.0}
        assert abs(arrays(model(moved)["sentiment"])[0] - before) > 1e-5
        order = np.arange(unaligned[name].shape[1])
        order[:2] = [1, 0]
        turned = {**unaligned, name: unaligned[name][:, order]}
        assert abs(arrays(model(turned)["sentiment"])[0] - before) > 1e-5


def test_missing_modality_adds_nothing(unaligned):
    model = small()
    unaligned["video_mask"] = np.zeros_like(unaligned["video_mask"])
    before = arrays(model(unaligned)["sentiment"])
    # What attends to the missing modality, and with which weights, does not matter.
    for weight in model.encoders["text_from_video"].weights:
        if "/attention/" in weight.path:
            weight.assign(weight + 1.0)
    assert_close(model(unaligned)["sentiment"], before)


def test_attention_is_on_observed_steps(unaligned):
    weights = arrays(small().attend(unaligned))
    assert sorted(weights) == sorted(DIMS)
    for name, each in weights.items():
        assert each.shape == unaligned[f"{name}_mask"].shape
        assert not each[~unaligned[f"{name}_mask"]].any()
        assert_close(each.sum(axis=1), np.ones(3, "float32"))
        assert np.ptp(each[0]) > 1e-6
    assert small({"text": 5}).attend(unaligned) == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_heads": 3}, "`num_heads=3` does not divide the width .* 4"),
        ({"num_layers": 0}, "`num_layers` is at least 1, not 0"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for CrossmodalTransformer"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.layers import LogSpectrogram, SequenceBranch, SpectrogramBranch
from mmzoo.models import FusionModel
from mmzoo.ops.precision import wide_dtype, widened
from tests.checks import (
    arrays,
    assert_close,
    assert_near,
    compiled,
    dtype_policy,
    policies,
)
from tests.layers.small_text import small_encoder
from tests.models.copies import copies
from tests.models.partly_frozen import fine_tuned, pictures, with_front_end, words
from tests.models.small_models import (
    SMALL,
    small_baseline,
    small_classifier,
    small_regressor,
    small_text_form,
    small_translator,
)
from tests.selection import FEW, few_everywhere

# How far the digits of each policy may lead from float32, in shares of the largest.
SHARES = {"mixed_bfloat16": 0.03, "mixed_float16": 0.005, "float64": 1e-4}
RAW = {"audio": "waveform", "text": "tokens", "image": "pixels"}


def hears():
    """A classifier of waveforms."""
    front_end = LogSpectrogram(num_bins=16, name="spectrogram")
    branch = SpectrogramBranch(channels=8, augment=False, name="audio_branch")
    return FusionModel({"audio": front_end}, {"audio": branch}, ["a", "b"], dropout=0.0)


def reads(front_end):
    """A classifier of words."""
    return with_front_end("text", front_end)


FORMS = {
    **SMALL,
    "codes": partial(small_translator, num_codes=3),
    "end to end": partial(fine_tuned, translation_weight=0.5),
    "a label a step": partial(
        small_baseline, pooling_attention=False, labels_per="step"
    ),
    "decisions": partial(small_classifier, fusion="learned"),
    "products": partial(small_classifier, fusion="tensor"),
    "transformer": partial(small_text_form, fusion="transformer"),
    "tokens": partial(small_text_form, fusion="tokens"),
    "waveforms": hears,
    "words": lambda: reads(words()),
    "a text encoder": lambda: reads(small_encoder()),
    "pictures": lambda: with_front_end("image", pictures(seed=1)),
}


# Between them they hold every kind of layer that normalises, sums or takes logarithms.
NUMERIC = [*FEW, "crossmodal_transformer", "memory_fusion_network"]
NUMERIC += ["a label a step", "products", "tokens", "waveforms", "pictures"]


def features(rng, rows, dims):
    """Ordinary frames, but that half precision has no digits for two columns."""
    frames = rng.normal(size=(*rows, dims))
    frames[..., 0] = 1e5 + 2e4 * frames[..., 0]
    frames[..., 1] = 300 + 0.01 * frames[..., 1]
    return frames.astype("float32")


def raw_input(name, rng):
    if name == "text":
        return rng.integers(2, 4, (3, 5)).astype("float32")
    if name == "image":
        return rng.uniform(0, 255, (3, 256, 3)).astype("float32")
    clips = rng.normal(size=(3, 4000)) * np.array([[1e-4], [0.1], [1.0]])
    return np.clip(clips, -1, 1).astype("float32")


def inputs_of(model, batch, rng):
    """A batch for the model, whose statistics it has then learnt."""
    if isinstance(model, FusionModel) and model.front_ends:
        ((name, _),) = model.front_ends.items()
        return {RAW[name]: raw_input(name, rng)}
    dims = model.input_dims
    model.adapt({name: features(rng, (200,), dims[name]) for name in dims})
    shape = batch["text_mask"].shape
    return {
        key: each if each.ndim == 2 else features(rng, shape, each.shape[-1])
        for key, each in batch.items()
    }


def labels_of(model):
    if getattr(model, "classes", None):
        return {"emotion": np.array([0, 1, 0]), "emotion_mask": np.ones(3, bool)}
    shape = (3, 6) if getattr(model, "labels_per", None) == "step" else (3,)
    labels = np.linspace(-3, 3, int(np.prod(shape))).reshape(shape).astype("float32")
    return {"sentiment": labels, "sentiment_mask": np.ones(shape, bool)}


def measured(model, x, y):
    """The answers, the loss and each of its terms."""
    answers = compiled(model)(x)
    # In training, some models remember a batch.
    loss = model.compute_loss(x, y, answers, training=False)
    terms = {n: tracker.result() for n, tracker in model.loss_trackers.items()}
    return answers, {"loss": loss, **terms}


def not_on_jax(name):
    """Policies that JAX has not, or has not for attention on a CPU."""
    attends = name in ("transformer", "tokens", "shared_private_network")
    return ["float64", "mixed_float16"] if attends else ["float64"]


def in_policy(policy, make, like):
    """The model under a policy, with the weights of another."""
    with dtype_policy(policy):
        model = make()
    model.set_weights(like.get_weights())
    return model


def regressor_of_two():
    """A narrow translator under a wide regressor."""
    return small_regressor(small_translator(dtype="mixed_float16"), dtype="float32")


def classifier_of_two():
    """Wide words and a wide branch in a narrow model."""
    front_end, branch = (
        words(dtype="float32"),
        SequenceBranch(4, dtype="float32", name="text_branch"),
    )
    parts = {"text": front_end}, {"text": branch}, ["a", "b"]
    return FusionModel(*parts, dtype="mixed_bfloat16")


@pytest.mark.parametrize("name", few_everywhere(FORMS, NUMERIC))
def test_a_policy_changes_answers_loss_and_metrics_little(name, batch, rng):
    wide = FORMS[name]()
    x = inputs_of(wide, batch, rng)
    head = getattr(wide, "head", None)
    y = labels_of(head if head and head.labels_per == "step" else wide)
    expected = measured(wide, x, y)
    for policy, share in SHARES.items():
        if keras.backend.backend() == "jax" and policy in not_on_jax(name):
            continue
        found = measured(in_policy(policy, FORMS[name], wide), x, y)
        for each in keras.tree.flatten(found):
            dtype = keras.backend.standardize_dtype(each.dtype)
            assert dtype in ("float32", "float64"), f"{policy} answers in {dtype}"
        assert_near(found, expected, share)


KEPT = {name: FORMS[name] for name in [*SMALL, "waveforms", "a text encoder"]}
KEPT |= {"pictures": FORMS["pictures"], "two policies": regressor_of_two}
KEPT |= {"two policies in one head": classifier_of_two}


@pytest.mark.parametrize("name", few_everywhere(KEPT, [*FEW, "two policies"]))
def test_a_policy_survives(name, batch, rng, tmp_path):
    ways = [("mixed_bfloat16", "float32"), ("float32", "mixed_float16")]
    # A part that is not told its policy shows in the first one, too.
    for policy, other in ways if name in [*FEW, "two policies"] else ways[:1]:
        with dtype_policy(policy):
            model = KEPT[name]()
        x = inputs_of(model, batch, rng)
        # One policy shows it: answers take compilation.
        answered = ("loaded", "copied") if policy == "mixed_bfloat16" else ()
        expected = arrays(model(x)) if answered else None
        with dtype_policy(other):
            found = copies(model, tmp_path)
        for way, copied in found.items():
            assert copied.dtype_policy == model.dtype_policy, way
            assert policies(copied) == policies(model), way
            if way in answered:
                assert_close(copied(x), expected)


def test_spectrograms_have_the_digits_of_float32(rng):
    expected = None
    for policy in ("float32", "mixed_bfloat16", "mixed_float16"):
        with dtype_policy(policy):
            model = hears()
        given = {"waveform": raw_input("audio", np.random.default_rng(0))}
        found = model.as_model(model.attend).predict(given, verbose=0)["audio_frames"]
        if expected is None:
            expected = found
            assert np.ptp(expected) > 60, "quiet and loud"
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_means_and_counts_go_beyond_half_precision(policy, rng):
    """700 labels, of which bfloat16 counts 704, and errors that float16 sums to inf."""
    x = {"text": features(rng, (700, 2), 5)}
    y = {"sentiment": rng.normal(300, 1, 700), "sentiment_mask": np.ones(700, bool)}
    logs = []
    wide = small_baseline({"text": 5}, clip=None)
    wide.adapt({"text": x["text"].reshape(-1, 5)})
    for model in (wide, in_policy(policy, partial(small_baseline, {"text": 5}), wide)):
        model.compile(optimizer=keras.optimizers.SGD(0.0))
        history = model.fit(x, y, batch_size=350, verbose=0).history
        logs.append([history["sentiment_mae"][0], history["loss"][0]])
    np.testing.assert_allclose(logs[1], logs[0], rtol=2e-3)


def test_float16_scales_its_loss_after_loading(batch, targets, tmp_path):
    with dtype_policy("mixed_float16"):
        model = SMALL["sentiment_regressor"]()
    model.compile(optimizer="adam")
    model.train_on_batch(batch, targets)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        assert isinstance(each.optimizer, keras.optimizers.LossScaleOptimizer)
        each.train_on_batch(batch, targets)
    assert_close(arrays(loaded.weights), arrays(model.weights))


def regressor(dtype=None):
    return small_regressor(small_translator(dtype=dtype), dtype=dtype)


@pytest.mark.parametrize("name", few_everywhere(SMALL))
def test_a_policy_of_one_model_reaches_all_its_parts(name):
    make = regressor if name == "sentiment_regressor" else SMALL[name]
    with dtype_policy("mixed_bfloat16"):
        expected = make()
    model = make(dtype="mixed_bfloat16")
    assert model.dtype_policy == expected.dtype_policy
    assert policies(model) == policies(expected)


def test_wide_dtypes():
    wide = {"float64": "float64", "bfloat16": "float32", "bool": "float32"}
    assert {each: wide_dtype(each) for each in wide} == wide
    found = widened(ops.ones(2, "float16")).dtype
    assert keras.backend.standardize_dtype(found) == "float32"


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", SMALL)
def test_weights_in_half_precision_are_refused(name, half):
    message = rf"'{half}' keeps weights in half precision.*'mixed_{half}'"
    with pytest.raises(ValueError, match=message), dtype_policy(half):
        SMALL[name]()


def test_half_precision_of_one_model_is_refused_too():
    with pytest.raises(ValueError, match="use 'mixed_float16'"):
        small_baseline(dtype="float16")

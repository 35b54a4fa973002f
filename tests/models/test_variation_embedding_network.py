import itertools

import keras
import numpy as np
import pytest

import mmzoo
from tests import reference
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 4, "hidden_dim": 3, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_variation_embedding_network(**options))


def weights_of(model):
    """Arrays by the last two parts of their paths."""
    return {
        "/".join(weight.path.split("/")[-2:]): arrays(weight)
        for weight in model.weights
    }


def answer(sample, model):
    """The equations of one sample, whose steps were all observed."""
    weights = weights_of(model)

    def dense(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    moved = []
    for step, word in enumerate(sample["text"]):
        shift = np.zeros_like(word)
        for index, name in enumerate(["audio", "video"]):
            heard = np.tanh(dense(f"{name}_reader", sample[name][step]))
            gate = reference.sigmoid(
                dense(f"gate_{index}", np.concatenate([heard, word]))
            )
            shift = shift + gate * dense(f"shift_{index}", heard)
        limit = model.beta * np.linalg.norm(word) / np.linalg.norm(shift)
        moved.append(word + min(limit, 1.0) * shift)
    cell = [
        next(v for k, v in weights.items() if "lstm" in k and k.endswith(f"/{end}"))
        for end in ("kernel", "recurrent_kernel", "bias")
    ]
    return dense("answer", reference.lstm(np.stack(moved), *cell)[-1])[0]


@pytest.mark.parametrize("beta", [0.2, 5.0])
def test_follows_its_equations(beta, batch):
    model = small(beta=beta)
    rows = {name: arrays(model.normalizations[name](batch[name])) for name in DIMS}
    found = arrays(model(batch)["sentiment"])
    # Lengths are 6, 4 and 1.
    for row, length in enumerate((6, 4, 1)):
        sample = {name: each[row, :length] for name, each in rows.items()}
        assert_close(found[row], np.float32(answer(sample, model)))


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_learns_scores_and_classes(classes, labels_per, batch):
    model = small(classes=classes, labels_per=labels_per)
    target = "emotion" if classes else "sentiment"
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = np.arange(mask.size).reshape(mask.shape) % 3
    labels = labels.astype("int32") if classes else labels - 1.2
    shape = model(batch)[target].shape
    assert shape == (mask.shape + (3,) if classes else mask.shape)
    targets = {target: labels, f"{target}_mask": mask}
    check_training(model, batch, targets, below=0.6, steps=40)


@pytest.mark.one_backend
@pytest.mark.parametrize("beta", [0.05, 50.0])
def test_every_weight_of_the_shift_learns(beta, batch, targets):
    model = small(beta=beta)
    model.compile(keras.optimizers.SGD(0.1))
    before = {weight.path: arrays(weight) for weight in model.trainable_weights}
    shifting = [path for path in before if "shift" in path or "reader" in path]
    # Two kernels and biases a modality in the shift, and those of its reader.
    assert len(shifting) == 12
    model.train_on_batch(batch, targets)
    for weight in model.trainable_weights:
        assert not np.array_equal(arrays(weight), before[weight.path]), weight.path


def turned_words():
    """Words of two steps, whose meaning the voice turns at each of them."""
    signs = list(itertools.product([-1.0, 1.0], repeat=2))
    rows = [(word, voice) for word in signs for voice in signs]
    # What the words of a sample mean together agrees.
    rows = [(w, v) for w, v in rows if w[0] * v[0] == w[1] * v[1]]
    words, voices = (
        np.array(each, "float32")[..., None] for each in zip(*rows, strict=True)
    )
    batch = {"text": words, "audio": voices}
    return batch, (words * voices)[:, 0, 0].clip(0).astype("int32")


@pytest.mark.one_backend
def test_learns_what_text_alone_and_late_fusion_do_not():
    batch, labels = turned_words()
    dims, errors = {"text": 1, "audio": 1}, {}
    options = {"units": 8, "dropout": 0.0}
    for name, read, more in (
        ("variation_embedding_network", dims, {"hidden_dim": 8}),
        ("lstm_baseline", {"text": 1}, {}),
        ("late_fusion_network", dims, {"fusion": "average"}),
    ):
        keras.utils.set_random_seed(0)
        model = mmzoo.create_model(
            name, read, classes=["bad", "good"], **options, **more
        )
        model.compile(keras.optimizers.Adam(0.03))
        for _ in range(80):
            model.train_on_batch(batch, labels)
        said = arrays(model(batch)["emotion"]).argmax(-1)
        errors[name] = np.mean(said != labels)
    assert errors["variation_embedding_network"] == 0.0, errors
    # Half of the labels is what words alone, and a quarter what sums can reach.
    assert errors["lstm_baseline"] == 0.5, errors
    assert errors["late_fusion_network"] >= 0.25, errors


def test_without_a_shift_it_is_an_lstm_on_words(batch):
    model = small(beta=0.0)
    words, mask = model.modality_concat(batch, modalities=["text"])
    assert_close(model(batch)["sentiment"], model.head(words, mask=mask))


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_missing_modality_leaves_words_as_they_are(batch):
    model = small()
    for name in ("audio", "video"):
        batch[f"{name}_mask"] = np.zeros_like(batch[f"{name}_mask"])
    words, _ = model.modality_concat(batch, modalities=["text"])
    shifted, _ = model.shifted_words(batch)
    assert np.array_equal(arrays(shifted), arrays(words))
    # Voices without words have nothing to shift.
    batch["audio_mask"], batch["text_mask"] = batch["text_mask"], batch["audio_mask"]
    assert not arrays(model.shifted_words(batch)[0]).any()


def test_unaligned_modalities_are_refused(batch):
    batch["video"], batch["video_mask"] = batch["video"][:, :4], batch["video_mask"]
    with pytest.raises(ValueError, match="the same steps, not .*align them first"):
        small()(batch)


@pytest.mark.parametrize("names", [["text"], ["audio", "video"]])
def test_words_and_something_else_are_needed(names):
    with pytest.raises(ValueError, match=f"names {' and '.join(names)}: this model"):
        small({name: DIMS[name] for name in names})

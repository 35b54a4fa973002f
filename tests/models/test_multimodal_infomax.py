import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.ops import info_nce
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 3, "text_dim": 8, "vector_dim": 8, "hidden_dim": 8, "dropout": 0.0}
NAMES = sorted(DIMS)
OFF = {"contrast_weight": 0.0, "information_weight": 0.0}
FURTHER = ("contrast_loss", "density_loss", "information_loss")


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_multimodal_infomax(**options))


def terms_of(model, batch, y, sample_weight=None):
    return arrays(model.loss_terms(batch, y, model(batch), sample_weight))


def means(terms):
    return {name: np.float32(t / n) for name, (_, t, n) in terms.items()}


def density(model, said, rows):
    """Mean log density of audio and video that the text tells, summed."""
    text = said["text_vector"][rows]
    found = 0.0
    for name in ("audio", "video"):
        mean, log_variance = arrays(model.told[name](text))
        errors = (said[f"{name}_vector"][rows] - mean) ** 2 / np.exp(log_variance)
        found += -0.5 * (errors + log_variance).sum(axis=1).mean()
    return found


def test_losses_follow_their_equations(batch, targets):
    model = small(contrast_weight=0.3, information_weight=0.2)
    said = arrays(model(batch))
    terms = terms_of(model, batch, targets)
    assert {name: terms[name][0] for name in FURTHER} == {
        "contrast_loss": 0.3,
        "density_loss": 1.0,
        "information_loss": 0.2,
    }
    found, rows = means(terms), slice(None)
    contrast = [info_nce(said[f"{n}_vector"], said[f"{n}_predicted"]) for n in NAMES]
    assert_close(found["contrast_loss"], np.float32(sum(arrays(contrast))))
    assert_close(found["density_loss"], np.float32(-density(model, said, rows)))
    assert_close(found["information_loss"], found["density_loss"])
    # The memory is full after a batch, and then entropy counts.
    model.compile(keras.optimizers.SGD(0.0))
    model.train_on_batch(batch, targets)
    signs = np.array([[1, 0], [0, 1], [1, 0]], "float32")
    entropies = [
        model.entropies[name](said[f"{name}_vector"], signs)
        for name in ("audio", "video")
    ]
    found = means(terms_of(model, batch, targets))
    expected = found["density_loss"] - np.float32(sum(arrays(entropies)))
    assert abs(expected - found["density_loss"]) > 0.1
    assert_close(found["information_loss"], expected, 1e-4)
    # An evaluation remembers nothing.
    before = arrays(model.entropies["audio"].memory)
    model.test_on_batch({**batch, "audio": batch["audio"] + 1.0}, targets)
    assert_close(model.entropies["audio"].memory, before, 0)


def test_a_missing_modality_counts_in_no_loss(batch, targets):
    model = small()
    batch["video_mask"][0] = False
    said = arrays(model(batch))
    rows = {"audio": [0, 1, 2], "text": [0, 1, 2], "video": [1, 2]}
    found = means(terms_of(model, batch, targets))
    contrast = [
        info_nce(said[f"{n}_vector"][rows[n]], said[f"{n}_predicted"][rows[n]])
        for n in NAMES
    ]
    assert_close(found["contrast_loss"], np.float32(sum(arrays(contrast))))
    batch["video"][0] = np.nan
    assert_close(model(batch), said)
    assert_close(means(terms_of(model, batch, targets)), found)


def test_weights_of_0_and_rows_without_anything_count_in_no_loss(batch, targets):
    model = small()
    model.compile(keras.optimizers.SGD(0.0))
    model.train_on_batch(batch, targets)
    whole = terms_of(model, batch, targets)
    doubled = terms_of(model, batch, targets, np.full(3, 2.0, "float32"))
    for name in ("contrast_loss", "density_loss"):
        assert_close(doubled[name][1], 2 * whole[name][1])
    some = np.array([1.0, 1.0, 0.0], "float32")
    weighted = terms_of(model, batch, targets, some)
    assert_close(terms_of(model, batch, targets, some[:, None]), weighted)
    # As if it filled the batch up.
    filled = {key: each.copy() for key, each in batch.items()}
    for name in NAMES:
        filled[f"{name}_mask"][2] = False
    targets["sentiment_mask"][2] = False
    without = terms_of(model, filled, targets)
    for name in FURTHER:
        assert_close(weighted[name][1], without[name][1], 1e-4)
        assert without[name][2] == 2.0


# On each backend tests/models/test_registry.py trains the model, on scores.
@pytest.mark.one_backend
def test_learns_classes(batch):
    model = small(classes=["low", "middle", "high"])
    assert model(batch)["emotion"].shape == (3, 3)
    assert model.entropies["audio"].classes == 3
    y = {"emotion": np.array([0, 1, 2], "int32"), "emotion_mask": np.ones(3, bool)}
    check_training(model, batch, y, below=0.6)
    several = small(classes=["sad", "glad"], target="emotions")
    mask = np.array([[True, True], [True, False], [True, True]])
    labels = np.array([[1, 0], [0, np.nan], [1, 1]], "float32")
    several.compile("sgd")
    y = {"emotions": labels, "emotions_mask": mask}
    assert np.isfinite(several.train_on_batch(batch, y)).all()
    counts = arrays(several.entropies["audio"].memory[0])
    np.testing.assert_array_equal(counts, [[2.0, 1.0]])


def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in NAMES:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_losses_without_weight_are_not_there(batch, targets):
    model = small(**OFF)
    assert set(terms_of(model, batch, targets)) == {"sentiment_mae"}
    learnt = {weight.path for weight in model.trainable_weights}
    assert not any("predicted" in path or "told" in path for path in learnt)
    assert not model.entropies


def test_without_text_the_first_modality_predicts():
    model = small({"audio": 3, "video": 2})
    assert model.predicting == "audio" and list(model.told) == ["video"]
    alone = small({"video": 2})
    assert set(alone.loss_trackers) == {"sentiment_mae", "contrast_loss"}


@pytest.mark.parametrize("name", ["contrast_weight", "information_weight"])
def test_errors(name):
    with pytest.raises(ValueError, match=f"`{name}` is at least 0, not -1.0"):
        small(**{name: -1.0})


def agreeing(rng, samples=256, labelled=12):
    """Two modalities that share one thing among seven others, and few labels of it."""
    shared = rng.normal(size=samples).astype("float32")
    x = {n: rng.normal(size=(samples, 8)).astype("float32") for n in ("audio", "text")}
    for frames in x.values():
        frames[:, 0] = shared
    x = {name: np.repeat(frames[:, None], 2, axis=1) for name, frames in x.items()}
    return x, {"sentiment": shared, "sentiment_mask": np.arange(samples) < labelled}


@pytest.mark.one_backend
def test_learns_from_what_modalities_share_where_labels_are_few():
    rng = np.random.default_rng(1)
    (x, y), (unseen, truth) = agreeing(rng), agreeing(rng)
    found = []
    for weight in (1.0, 0.0):
        keras.utils.set_random_seed(1)
        widths = {"units": 8, "text_dim": 4, "vector_dim": 4, "hidden_dim": 8}
        model = mmzoo.build_multimodal_infomax(
            {"audio": 8, "text": 8},
            dropout=0.0,
            contrast_weight=weight,
            information_weight=weight,
            **widths,
        )
        model.compile(keras.optimizers.Adam(0.02))
        model.fit(x, y, epochs=25, batch_size=64, verbose=0)
        said = model.predict(unseen, verbose=0)["sentiment"]
        found.append(np.abs(said - truth["sentiment"]).mean())
    sharing, alone = found
    assert sharing < 0.9 * alone, found

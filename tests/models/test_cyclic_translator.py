import keras
import numpy as np
import pytest

import mmzoo
from tests import reference
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_training,
    garbage,
    padded,
)
from tests.layers.test_context_decoder import decoded, weights_of
from tests.models.small_models import DIMS, adapted

CHAIN = ["text", "audio", "video"]
SMALL = {"units": 4}
OFF = {"translation_weight": 0.0, "cycle_weight": 0.0}


def small(chain=None, **options):
    """Text into audio and back, and what that learnt into video."""
    options = {**SMALL, **options}
    return adapted(mmzoo.build_cyclic_translator(DIMS, chain or CHAIN, **options))


@pytest.fixture
def longer(batch, rng):
    """The batch with audio of 9 steps, of which the last sample has none."""
    batch["audio"] = rng.normal(size=(3, 9, 3)).astype("float32")
    batch["audio_mask"] = np.arange(9) < np.array([9, 2, 0])[:, None]
    return batch


def encoded(encoder, frames):
    """States (T, 2 units) of one sequence, read both ways."""
    ways = [
        weights_of(each[0])
        for each in (encoder.forward_layers, encoder.backward_layers)
    ]
    return reference.encoder(frames, [ways], "lstm")[0]


def wide(frames, width):
    return np.pad(frames, [(0, 0), (0, width - frames.shape[1])])


@pytest.mark.parametrize("shared", [True, False])
def test_translates_there_and_back_as_the_equations_say(shared, longer):
    model = small(shared_cycle=shared)
    outputs = arrays(model(longer))
    source, target = arrays((model.source_frames(longer)[0], model.goal(longer, 0)[0]))
    row, steps, target_steps = 1, 4, 2
    first = encoded(model.encoders[0], wide(source[row, :steps], 5))
    found = decoded(model.decoders[0], first, target_steps)[:, :3]
    np.testing.assert_allclose(
        outputs["audio_translation"][row, :target_steps], found, atol=1e-5
    )
    encoder, decoder = (
        (model.encoders[0], model.decoders[0])
        if shared
        else (model.back_encoder, model.back_decoder)
    )
    again = encoded(encoder, wide(found, 5 if shared else 3))
    again = decoded(decoder, again, steps)
    np.testing.assert_allclose(outputs["text_cycle"][row, :steps], again, atol=1e-5)
    second = encoded(model.encoders[1], first)
    video = decoded(model.decoders[1], second, steps)
    np.testing.assert_allclose(
        outputs["video_translation"][row, :steps], video, atol=1e-5
    )
    joint = model.encode(longer)
    np.testing.assert_allclose(arrays(joint)[row, :steps], second, atol=1e-5)
    answer = model.head(joint, mask=longer["text_mask"])
    assert_close(outputs["sentiment"], arrays(answer))


def test_weighs_four_errors(longer, targets):
    weights = {"translation_weight": 0.3, "cycle_weight": 0.7}
    model = small(**weights)
    model.compile(optimizer="sgd")
    logs = model.evaluate(longer, targets, verbose=0, return_dict=True)
    outputs = arrays(model(longer))
    named = {
        "sentiment_mae": np.abs(outputs["sentiment"] - targets["sentiment"]).mean()
    }
    for level, name in enumerate(model.output_names_by_level):
        goal, mask = arrays(model.goal(longer, level))
        named[f"{name}_loss"] = np.square(outputs[name] - goal)[mask].mean()
    frames, mask = arrays(model.source_frames(longer))
    # The last sample has no audio to come back from.
    mask[2] = False
    squares = np.square(outputs["text_cycle"] - frames)[mask]
    named["text_cycle_loss"] = squares.mean()
    total = sum(
        value * {"s": 1.0, "t": 0.7}.get(name[0], 0.3) for name, value in named.items()
    )
    assert logs == pytest.approx({"loss": total, **named}, rel=1e-4)


def test_the_way_back_teaches_the_way_there(batch, targets):
    """Through the predicted target, with no error of its own."""
    model = small(shared_cycle=False, translation_weight=0.0, attention="global")
    assert set(model.loss_trackers) == {"sentiment_mae", "text_cycle_loss"}
    learning = model.decoders[0].weights
    before = arrays(learning)
    check_training(model, batch, targets, below=0.8)
    for old, new in zip(before, arrays(learning), strict=True):
        assert not np.array_equal(old, new)
    assert not model.decoders[1].trainable_weights


def test_without_weights_the_targets_are_not_read(batch, targets):
    model = small(**OFF)
    assert model.reads == model.source == ["text"] and not model.translating_part()
    assert list(model(batch)) == ["sentiment"]
    assert not any(each.trainable_weights for each in model.decoders)
    trained = small()
    assert trained.reads == ["audio", "text", "video"]
    assert [w.path for w in model.weights] == [w.path for w in trained.weights]
    assert list(model.loss_trackers) == ["sentiment_mae"]


def test_answers_from_the_source_alone(batch):
    model = small()
    source = {key: batch[key] for key in ("text", "text_mask")}
    alone = model.predict(source, verbose=0)
    among = model.predict(batch | {"audio": batch["audio"] + 9.0}, verbose=0)
    assert list(alone) == ["sentiment"]
    np.testing.assert_array_equal(alone["sentiment"], among["sentiment"])
    found = model.translate(source, return_attention=True)
    assert found["video"].shape == (3, 6, 2) and found["attention"].shape == (3, 6, 6)
    # In the units of the files, and what is learnt is what is translated.
    scaled = model.modality_concat.split(model(batch)["video_translation"], ["video"])
    kept = batch["text_mask"]
    assert_close(found["video"][kept], arrays(scaled["video"])[kept])
    assert model.translate(source, max_length=3)["video"].shape == (3, 3, 2)


def test_sequences_of_other_lengths(longer):
    model = small(["text+video", "audio"], shared_cycle=False)
    assert model.joined_steps == [["text", "video"], ["audio"]]
    outputs = model(longer)
    assert outputs["audio_translation"].shape == (3, 9, 3)
    assert outputs["text+video_cycle"].shape == (3, 6, 7)
    check_batching(lambda batch: model(batch)["sentiment"], longer)
    aligned = small(attention="aligned")
    assert aligned.joined_steps == [["audio", "text", "video"]]


def test_masked_steps_change_no_error(longer, targets):
    model = small()
    model.compile(optimizer="sgd")

    logs = model.evaluate(longer, targets, verbose=0, return_dict=True)
    for changed in (garbage(longer, np.nan), padded(longer, 3)):
        again = model.evaluate(changed, targets, verbose=0, return_dict=True)
        assert again == pytest.approx(logs, rel=1e-4)


def test_an_answer_a_step(batch):
    model = small(labels_per="step", classes=["sad", "glad"])
    assert model(batch)["emotion"].shape == (3, 6, 2)
    assert not model.get_config()["pooling_attention"]
    assert small().get_config()["pooling_attention"]


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        (["text"], "`chain` is a source and at least one target"),
        (["text", "audio", "audio"], "`chain` names a target twice"),
        (["text", "smell"], r"names \['smell'\], but `input_dims` has"),
    ],
)
def test_errors(chain, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.build_cyclic_translator(DIMS, chain)


def few_labels(rng, samples=256, labelled=8):
    """A target that is what the source hides, and few labels to say what that means."""
    text = rng.normal(size=(samples, 2, 10))
    hidden = 1.5 * text[:, :, :2].sum(axis=2).mean(axis=1)
    audio = np.broadcast_to(hidden[:, None, None], (samples, 2, 2))
    x = {"text": text.astype("float32"), "audio": audio.astype("float32")}
    known = np.arange(samples) < labelled
    return x, {"sentiment": hidden.astype("float32"), "sentiment_mask": known}


@pytest.mark.one_backend
def test_learns_classes_that_the_source_alone_tells(rng):
    (x, _), (unseen, _) = few_labels(rng), few_labels(rng)
    label, truth = (each["audio"][:, 0, 0] > 0.7 for each in (x, unseen))
    keras.utils.set_random_seed(1)
    dims, options = {"text": 10, "audio": 2}, {"units": 8, "bidirectional": False}
    model = mmzoo.build_cyclic_translator(
        dims, ["text", "audio"], classes=["low", "high"], **options
    )
    model.adapt({name: each.reshape(-1, dims[name]) for name, each in x.items()})
    model.compile(keras.optimizers.Adam(0.02))
    y = {"emotion": label.astype("int32")}
    model.fit(x, y, epochs=20, batch_size=64, verbose=0)
    alone = model.predict({"text": unseen["text"]}, verbose=0)["emotion"]
    majority = max(truth.mean(), 1 - truth.mean())
    assert np.mean(alone.argmax(axis=1) == truth) > majority + 0.1
    for garbage_of in (np.full_like(unseen["audio"], np.nan), 1e6 * unseen["audio"]):
        among = model.predict({**unseen, "audio": garbage_of}, verbose=0)
        np.testing.assert_array_equal(among["emotion"], alone)


@pytest.mark.one_backend
def test_translating_teaches_what_few_labels_do_not():
    rng = np.random.default_rng(1)
    (x, y), (unseen, truth) = few_labels(rng), few_labels(rng)
    found = []
    for weights in ({"translation_weight": 1.0, "cycle_weight": 1.0}, OFF):
        keras.utils.set_random_seed(1)
        options = {"units": 8, "bidirectional": False, **weights}
        dims = {"text": 10, "audio": 2}
        model = mmzoo.build_cyclic_translator(dims, ["text", "audio"], **options)
        model.adapt({name: each.reshape(-1, dims[name]) for name, each in x.items()})
        model.compile(keras.optimizers.Adam(0.02))
        batch = {name: x[name] for name in model.reads}
        model.fit(batch, y, epochs=80, batch_size=256, verbose=0)
        said = model.predict({"text": unseen["text"]}, verbose=0)["sentiment"]
        found.append(np.abs(said - truth["sentiment"]).mean())
    translating, alone = found
    assert translating < 0.8 * alone, found

import numpy as np
import pytest

from mmzoo.models.seq2seq_translator import REPRESENTATION
from tests.checks import (
    arrays,
    assert_close,
    check_config,
    check_saving,
    check_training,
)
from tests.models.small_models import (
    small_hierarchy,
    small_regressor,
    small_translator,
)


def source_of(batch):
    return {key: batch[key] for key in ("text", "text_mask")}


def end_to_end(**options):
    options = {"train_translator": True, "translation_weight": 0.5, **options}
    return small_regressor(small_translator(cell="gru"), **options)


def test_frozen_reads_the_source_only(batch):
    model = small_regressor()
    assert model.reads == model.source == ["text"]
    assert list(model(batch)) == ["sentiment"]
    assert_close(model(source_of(batch)), model(batch))
    assert all("head" in weight.path for weight in model.trainable_weights)
    assert list(model.loss_trackers) == ["sentiment_mae"]


def test_representation_equals_encoding(batch):
    model = small_regressor(pooling_attention=True)
    states, _ = model.encode(batch)
    encoded = {
        REPRESENTATION: arrays(states),
        f"{REPRESENTATION}_mask": batch["text_mask"],
    }
    assert_close(model(encoded), model(batch))
    assert_close(model.head(states, mask=batch["text_mask"]), model(batch)["sentiment"])


def test_frozen_trains_on_the_representation(batch, targets):
    model = small_regressor()
    before = arrays(model.translator.weights)
    encoded = {
        REPRESENTATION: arrays(model.encode(batch)[0]),
        f"{REPRESENTATION}_mask": batch["text_mask"],
    }
    check_training(model, encoded, targets, below=0.7)
    assert_close(arrays(model.translator.weights), before, 0)


def test_fine_tuning_moves_the_encoders(batch, targets):
    model = small_regressor(small_hierarchy(), train_translator=True)
    assert model.reads == ["text"]
    model.compile(optimizer="adam")
    stack = model.translator.stack
    encoders = [each.encoder for each in stack.translators]
    before = arrays([encoder.weights for encoder in encoders])
    # The decoders take no part, so they get no gradient.
    decoders = arrays([each.decoder.weights for each in stack.translators])
    model.train_on_batch(batch, targets)
    for old, encoder in zip(before, encoders, strict=True):
        assert not np.array_equal(old[0], arrays(encoder.weights[0]))
    assert_close([each.decoder.weights for each in stack.translators], decoders, 0)


def test_end_to_end(batch, targets, tmp_path):
    model = end_to_end()
    assert model.reads == ["audio", "text", "video"] and model.source == ["text"]
    outputs = model(batch)
    assert set(outputs) == {"sentiment", "audio+video_translation"}
    # At prediction there are no targets.
    assert_close(model(source_of(batch)), {"sentiment": outputs["sentiment"]})
    check_training(model, batch, targets, below=0.7)
    check_config(model)
    check_saving(model, batch, tmp_path)


def test_end_to_end_weighs_its_losses(batch, targets):
    model = end_to_end()
    model.compile(optimizer="sgd")
    logs = model.evaluate(batch, targets, verbose=0, return_dict=True)
    outputs = arrays(model(batch))
    sentiment = np.abs(outputs["sentiment"] - targets["sentiment"]).mean()
    target, mask = arrays(model.translator.goal(batch))
    squares = (outputs["audio+video_translation"] - target)[mask] ** 2
    assert logs["sentiment_mae"] == pytest.approx(sentiment, rel=1e-4)
    named = logs["audio+video_translation_loss"]
    assert named == pytest.approx(squares.mean(), rel=1e-4)
    assert logs["loss"] == pytest.approx(sentiment + 0.5 * squares.mean(), rel=1e-4)


def test_prediction_without_targets(batch):
    model = end_to_end()
    predicted = model.predict(source_of(batch), verbose=0)
    assert list(predicted) == ["sentiment"] and predicted["sentiment"].shape == (3,)


def test_frozen_translator_feels_no_dropout(batch):
    model = small_regressor(small_translator(dropout=0.5))
    states = model(batch, training=True)
    assert_close(model(batch), states)


def test_translates_as_its_translator(batch):
    model = small_regressor()
    translation = model.translate(source_of(batch), max_length=3)
    assert translation["audio"].shape == (3, 3, 3)
    assert_close(model.encode(batch), model.translator.encode(batch))
    assert model.input_dims == model.translator.input_dims


def test_labels_per_step(batch):
    assert small_regressor(labels_per="step")(batch)["sentiment"].shape == (3, 6)


def test_weight_without_training_is_refused():
    with pytest.raises(ValueError, match="`translation_weight=1.0` trains"):
        small_regressor(translation_weight=1.0)

"""The loss of an epoch does not depend on how its entries fell into batches."""

import keras
import numpy as np
import pytest

from mmzoo.models.exact_loss import ExactLoss
from tests.models.small_models import (
    SMALL,
    WITHOUT_COMPANY,
    small_baseline,
    small_hierarchy,
)
from tests.selection import few_everywhere

# Masks that are as unequal between batches of two as they can be.
LABELLED = np.array([True, True, False, True, False])
# They draw latent vectors, or gates, in training.
DRAWING = ("gated_embedding_network", "variational_translator")


def uneven(rng):
    """Five samples of unequal lengths, of which three are labelled."""
    lengths = np.array([6, 6, 1, 2, 1])
    mask = np.arange(6) < lengths[:, None]
    widths = {"audio": 3, "text": 5, "video": 2}
    batch = {
        name: rng.normal(size=(5, 6, width)).astype("float32")
        for name, width in widths.items()
    }
    batch |= {f"{name}_mask": mask for name in widths}
    scores = np.array([3.0, -3.0, 1.0, 0.5, 2.0], "float32")
    return batch, {"sentiment": scores, "sentiment_mask": LABELLED}


def logs_of(model, batch, labels, batch_size, **options):
    """Logs of a fit that moves nothing, and of the validation in it."""
    if not model.compiled:
        model.compile(keras.optimizers.SGD(0.0))
    given = (batch, labels) if model.answers else (batch, None)
    validation = batch if labels is None or not model.answers else given
    history = model.fit(
        *given,
        batch_size=batch_size,
        validation_data=validation,
        validation_batch_size=batch_size,
        shuffle=False,
        verbose=0,
        **options,
    ).history
    return {name: values[0] for name, values in history.items()}


def test_each_term_is_divided_by_its_own_count():
    loss = ExactLoss(["near", "far"])
    loss.update_state({"near": (1.0, 6.0, 3.0), "far": (0.5, 8.0, 2.0)}, 0.5, 3)
    loss.update_state({"near": (1.0, 4.0, 1.0)}, 1.5, 1)
    assert float(loss.result()) == pytest.approx(10 / 4 + 0.5 * 8 / 2 + (1.5 + 1.5) / 4)
    loss.reset_state()
    assert float(loss.result()) == 0.0


@pytest.mark.parametrize("name", few_everywhere(SMALL))
def test_the_loss_is_that_of_one_batch(name, rng):
    model = SMALL[name](**WITHOUT_COMPANY.get(name, {}))
    batch, labels = uneven(rng)
    # Batches of one size: each other one is compiled anew.
    even = ({key: each[:4] for key, each in part.items()} for part in (batch, labels))
    batch, labels = even
    whole = logs_of(model, batch, labels, batch_size=4)
    parts = logs_of(model, batch, labels, batch_size=2)
    if name in DRAWING:
        # Each batch has draws of its own.
        whole, parts = (
            {name: each for name, each in logs.items() if name.startswith("val_")}
            for logs in (whole, parts)
        )
    assert parts == pytest.approx(whole, rel=1e-4)


@pytest.mark.parametrize("prefix", ["", "val_"])
def test_the_loss_is_the_sum_of_the_terms_that_are_logged(prefix, rng):
    model = small_hierarchy()
    logs = logs_of(model, *uneven(rng), batch_size=2)
    terms = [logs[prefix + name] for name in model.loss_trackers]
    assert logs[f"{prefix}loss"] == pytest.approx(sum(terms), rel=1e-5)
    assert set(logs) == {
        start + name
        for start in ("", "val_")
        for name in ["loss", *model.loss_trackers]
    }


def test_regularisers_add_what_they_are(rng):
    model = small_baseline()
    batch, labels = uneven(rng)
    plain = logs_of(model, batch, labels, batch_size=2)["loss"]
    model.head.trainable_weights[0].regularizer = keras.regularizers.L2(0.1)
    # What was compiled before knows no penalty.
    model.compile(keras.optimizers.SGD(0.0))
    kernel = keras.ops.convert_to_numpy(model.head.trainable_weights[0])
    logs = logs_of(model, batch, labels, batch_size=2)
    penalty = 0.1 * np.sum(kernel**2)
    assert logs["loss"] == pytest.approx(plain + penalty, rel=1e-5)
    assert logs["val_loss"] == pytest.approx(plain + penalty, rel=1e-5)


def test_sample_weights_weigh_the_loss_alone(rng):
    model, (batch, labels) = small_baseline(), uneven(rng)
    weights = np.array([1.0, 0.0, 5.0, 3.0, 7.0], "float32")
    errors = np.abs(model.predict(batch, verbose=0)["sentiment"] - labels["sentiment"])
    logs = logs_of(model, batch, labels, 2, sample_weight=weights)
    weighted = np.sum((errors * weights)[LABELLED]) / LABELLED.sum()
    assert logs["loss"] == pytest.approx(weighted, rel=1e-4)
    assert logs["sentiment_mae"] == pytest.approx(errors[LABELLED].mean(), rel=1e-4)


def test_evaluate_lists_the_loss_once(rng):
    model, (batch, labels) = small_baseline(), uneven(rng)
    model.compile("sgd")
    found = model.evaluate(batch, labels, batch_size=2, verbose=0)
    assert found == pytest.approx([found[1]] * 2)

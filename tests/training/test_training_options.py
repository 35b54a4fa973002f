import dataclasses

import keras
import numpy as np
import pytest

from mmzoo.training import TrainingOptions
from tests.checks import arrays
from tests.data.small_corpus import small_corpus, small_emotions, small_labels


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "`epochs` is at least 1, not 0"),
        ({"least_batch": 0}, "`least_batch` is at least 1, not 0"),
        ({"learning_rate": 0}, "`learning_rate` is above 0, not 0"),
        ({"clip_norm": float("nan")}, "`clip_norm` is above 0, not nan"),
        ({"label_smoothing": 1.0}, "`label_smoothing` is at least 0 and below 1"),
        ({"weight_decay": -0.1}, "`weight_decay` is at least 0 and below 1, not -0.1"),
        ({"mixup": -1}, "`mixup` is at least 0, not -1"),
        ({"average_weights": -0.1}, "`average_weights` is at least 0 and below 1"),
        ({"schedule": "linear"}, "`schedule` is one of .* not 'linear'"),
        ({"class_weight": "balance"}, "`class_weight` is 'balanced', None or a dict"),
    ],
)
def test_errors_come_before_training(options, message):
    with pytest.raises(ValueError, match=message):
        TrainingOptions(**options)


@pytest.mark.parametrize(("count", "size"), [(3, 3), (24, 4), (120, 10), (4000, 32)])
def test_a_small_corpus_has_small_batches(count, size):
    assert TrainingOptions().batch_size_for(count) == size


def test_the_rate_is_constant_or_falls_to_zero():
    assert TrainingOptions().learning_rate_for(7) == 2e-3
    falling = TrainingOptions(schedule="cosine", epochs=3).learning_rate_for(5)
    assert isinstance(falling, keras.optimizers.schedules.CosineDecay)
    rates = [float(falling(step)) for step in (0, 7, 15)]
    assert rates[0] == pytest.approx(2e-3) and rates[2] == pytest.approx(0, abs=1e-9)
    assert rates[0] > rates[1] > rates[2]


def test_weights_decay_by_the_rate_where_no_gradient_is():
    for decay, kept in {0.0: 1.0, 0.1: 1 - 2e-3 * 0.1}.items():
        weight = keras.Variable(np.full(3, 5.0, "float32"))
        optimizer = TrainingOptions(weight_decay=decay).optimizer_for(4)
        optimizer.apply([np.zeros(3, "float32")], [weight])
        np.testing.assert_allclose(arrays(weight), 5.0 * kept, rtol=1e-6)


def test_balanced_weights_let_each_class_count_alike(rng):
    corpus = small_emotions(rng)
    labels = corpus.train.labels.astype(int)
    found = TrainingOptions().class_weight_for(corpus)
    totals = [found[each] * (labels == each).sum() for each in np.unique(labels)]
    np.testing.assert_allclose(totals, totals[0])
    np.testing.assert_allclose(np.mean([found[each] for each in labels]), 1.0)


def test_balanced_weights_of_emotions_are_those_without_by_those_with(rng):
    corpus = small_labels(rng, mood=np.zeros).with_label(["happy", "mood"])
    # Happy are five of seven; of a mood that nobody is in, nothing can be weighed.
    assert TrainingOptions().class_weight_for(corpus) == {0: 2 / 5}
    named = TrainingOptions(class_weight={"mood": 3.0})
    assert named.class_weight_for(corpus) == {1: 3.0}


def test_class_weights_by_name_and_none(rng):
    corpus = small_emotions(rng)
    first = corpus.classes[0]
    named = TrainingOptions(class_weight={first: 2.0})
    assert named.class_weight_for(corpus) == {0: 2.0}
    assert TrainingOptions(class_weight=None).class_weight_for(corpus) is None
    assert TrainingOptions().class_weight_for(small_corpus(rng)) is None
    stray = dataclasses.replace(named, class_weight={"bored": 1.0})
    with pytest.raises(ValueError, match=r"names \['bored'\]; the classes are"):
        stray.class_weight_for(corpus)


def test_labels_that_are_no_single_class_are_not_smoothed(rng):
    options = TrainingOptions(label_smoothing=0.1)
    options.check_labels(small_emotions(rng))
    several = small_labels(rng, mood=np.zeros).with_label(["happy", "mood"])
    refused = {"no classes": small_corpus(rng), "several classes a sample": several}
    for labels, corpus in refused.items():
        with pytest.raises(ValueError, match=f"`label_smoothing=0.1` .* are {labels}"):
            options.check_labels(corpus)
        TrainingOptions().check_labels(corpus)

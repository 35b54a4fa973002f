import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.training import TrainingOptions, TrainingRun
from tests.checks import arrays, assert_close, check_training
from tests.data.small_corpus import small_corpus
from tests.models.small_models import DIMS, adapted
from tests.reference import sigmoid, softmax

SMALL = {"feature_dim": 16, "dropout": 0.0}
CLASSES = ["low", "middle", "high"]


def small(input_dims=None, **options):
    """A model on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_stacked_decision_network(**options))


def spread_weights(model, rng):
    """The model with a regression that is no mean."""
    for weight in model.fusion_head.answers[0].weights:
        weight.assign(rng.normal(size=weight.shape))
    return model


def regression(model, decisions):
    """The answer of a sample from the decision of each modality."""
    kernel, bias = arrays(model.fusion_head.answers[0].weights)
    return 20.0 * np.concatenate(decisions) @ kernel + bias


@pytest.mark.parametrize(
    ("target", "classes", "decide"),
    [
        ("sentiment", None, np.atleast_1d),
        ("emotion", CLASSES, lambda x: softmax(x) - 1 / 3),
        ("emotions", CLASSES, lambda x: sigmoid(x) - 1 / 2),
    ],
)
def test_regresses_on_decisions(target, classes, decide, batch, rng):
    model = spread_weights(small(classes=classes, target=target), rng)
    batch["audio_mask"][1] = False
    said = arrays(model(batch))
    for row in range(3):
        each = [decide(said[f"{target}_{name}"][row]) for name in DIMS]
        if row == 1:
            # Nothing is known from what is not there.
            each[list(DIMS).index("audio")] *= 0
        found = regression(model, each).astype("float32")
        assert_close(said[target][row], found if classes else found[0], 1e-4)


def test_begins_as_the_mean_of_the_decisions(batch):
    for classes in (None, CLASSES):
        model = small(classes=classes)
        name = "emotion" if classes else "sentiment"
        said = arrays(model(batch))
        answers = [said[f"{name}_{modality}"] for modality in DIMS]
        if classes:
            answers = [np.stack([softmax(row) for row in each]) for each in answers]
            assert_close(np.diff(said[name]), np.diff(np.mean(answers, axis=0)))
        else:
            assert_close(said[name], np.mean(answers, axis=0))


@pytest.mark.one_backend
@pytest.mark.parametrize("level", ["text", "fusion"])
def test_each_level_learns(level, batch):
    model = small(classes=CLASSES)
    model.train_level(level)
    labels = {"emotion": np.array([0, 2, 1], "int32")}
    labels["emotion_mask"] = np.ones(3, bool)
    check_training(model, batch, labels, below=0.6, rate=0.02)


def taught(model, corpus, folder):
    """Ids of the training samples of each phase."""
    found = {}

    class Watched(TrainingRun):
        def fit(self, name, model, corpus, *arguments):
            found[name] = set(corpus.train.ids), set(corpus.train.groups)
            super().fit(name, model, corpus, *arguments)

    run = Watched(corpus, TrainingOptions(epochs=1, least_batch=1), 0, folder, str)
    model.train_phases(run)
    return found


@pytest.mark.one_backend
def test_the_regression_sees_groups_that_the_networks_never_saw(rng, tmp_path):
    corpus = small_corpus(rng)
    found = taught(small(held_out=0.4), corpus, tmp_path / "held")
    ids, groups = zip(*(found[name] for name in (*DIMS, "fusion")), strict=True)
    assert ids[0] == ids[1] == ids[2] and groups[0].isdisjoint(groups[3])
    assert ids[0] | ids[3] == set(corpus.train.ids) and len(groups[3]) == 2
    (same,) = {tuple(sorted(each[0])) for each in taught_by_all(corpus, tmp_path)}
    assert set(same) == set(corpus.train.ids)


def taught_by_all(corpus, folder):
    return taught(small(held_out=0), corpus, folder / "all").values()


@pytest.mark.one_backend
def test_trusts_the_modality_that_tells_as_a_mean_does_not(rng):
    # The text tells the class, audio is sure of what it learnt by heart.
    labels = rng.integers(0, 2, 96)
    text = (2.0 * labels - 1)[:, None, None] + 0.5 * rng.normal(size=(96, 3, 1))
    batch = {"text": text, "audio": rng.normal(size=(96, 3, 6))}
    batch = {name: frames.astype("float32") for name, frames in batch.items()}
    parts = [{n: x[rows] for n, x in batch.items()} for rows in np.split(ROWS, 3)]
    classes = np.split(labels, 3)
    keras.utils.set_random_seed(0)
    model = mmzoo.build_stacked_decision_network(
        {"audio": 6, "text": 1}, classes=["sad", "glad"], **SMALL
    )
    mistakes = []
    for level, part in (("audio", 0), ("text", 0), ("fusion", 1)):
        model.train_level(level)
        model.compile(keras.optimizers.Adam(0.01))
        for _ in range(40 if level == "fusion" else 60):
            model.train_on_batch(parts[part], classes[part])
        if level == "text":
            model.train_level(None)
            mistakes.append(wrong(model, parts[2], classes[2]))
    mistakes.append(wrong(model, parts[2], classes[2]))
    assert mistakes[1] < min(0.1, mistakes[0])


ROWS = np.arange(96)


def wrong(model, batch, labels):
    return np.mean(arrays(model(batch)["emotion"]).argmax(axis=1) != labels)


def test_a_share_is_below_one():
    with pytest.raises(ValueError, match="`held_out` is a share from 0 .* not 1"):
        small(held_out=1)

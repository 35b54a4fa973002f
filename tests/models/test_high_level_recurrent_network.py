import numpy as np
import pytest

import mmzoo
from mmzoo.ops import hidden_label_log_likelihoods
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 3, "num_layers": 1, "hidden_dim": 8, "dropout": 0.0}
NAMES = ["low", "middle", "high"]


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_high_level_recurrent_network(**options))


def frames_of(model, batch):
    """Logits of the frames' labels, from the parts, and the frames' mask."""
    frames, mask = model.modality_concat(batch)
    states, _ = model.encoder(frames, mask=mask)
    kernel, bias = arrays(model.frame_labels.weights)
    return arrays(states) @ kernel + bias, arrays(mask)


def test_answers_from_statistics_of_the_frames_posteriors(batch):
    model = small(classes=NAMES, threshold=0.25, null_prior=0.3)
    logits, mask = frames_of(model, batch)
    powers = np.exp(logits)
    chances = (powers / powers.sum(-1, keepdims=True))[..., :-1]
    shown = []
    for frames, kept in zip(chances, mask, strict=True):
        seen = frames[kept]
        found = [seen.max(0), seen.min(0), seen.mean(0), (seen > 0.25).mean(0)]
        shown.append(np.concatenate(found))
    said = model(batch)
    assert_close(said["emotion"], arrays(model.answer_head(np.stack(shown))))
    expected = arrays(hidden_label_log_likelihoods(logits, 0.3, mask))
    assert_close(said["log_likelihoods"], expected)
    assert_close(said["observed"], np.array([6, 4, 1], "float32"))


@pytest.mark.parametrize("classes", [None, NAMES])
def test_the_frames_loss_is_the_likelihood_of_the_class(classes, batch):
    model = small(classes=classes, frame_weight=0.5, centres=[2, 0, -2])
    target = "emotion" if classes else "sentiment"
    y = np.array([2, 0, 1], "int32") if classes else np.array([1.4, -2.9, np.nan])
    told, weights = np.array([True, True, False]), np.array([1, 3, 5], "float32")
    said = model(batch)
    terms = model.loss_terms(batch, {target: y, f"{target}_mask": told}, said, weights)
    found = arrays(said["log_likelihoods"])
    total = -found[0, 2] - 3 * found[1, 0]
    assert terms["frame_loss"][0] == 0.5
    assert_close(arrays(terms["frame_loss"][1:]), (total, np.float32(2)))
    # Without a frame there is no label to be hidden.
    batch |= {f"{name}_mask": np.zeros((3, 6), bool) for name in DIMS}
    terms = model.loss_terms(batch, {target: y, f"{target}_mask": told}, model(batch))
    assert_close(arrays(terms["frame_loss"][1:]), (np.float32(0), np.float32(0)))


def test_the_last_states_answer_alone(batch):
    model = small(pooling="last")
    frames, mask = model.modality_concat(batch)
    _, last = model.encoder(frames, mask=mask)
    said = model(batch)
    assert set(said) == {"sentiment"} and "frame_loss" not in model.loss_trackers
    assert_close(said["sentiment"], arrays(model.answer_head(last)))
    assert small(frame_weight=0.0).loss_trackers.keys() == {"sentiment_mae"}


@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, NAMES])
def test_learns_scores_and_classes(classes, batch):
    model = small(classes=classes)
    target = "emotion" if classes else "sentiment"
    labels = np.array([0, 1, 1], "int32") if classes else np.array([1.5, -2.0, 0.5])
    y = {target: labels.astype("int32" if classes else "float32")}
    check_training(model, batch, y | {f"{target}_mask": np.ones(3, bool)}, below=0.8)


def few_telling_frames(rng, count, steps=100):
    """Noise, and somewhere in its middle eight frames that show the label."""
    labels = rng.integers(0, 2, count)
    frames = rng.normal(0, 1, (count, steps, 2))
    for row, label in enumerate(labels):
        first = rng.integers(steps // 3, 2 * steps // 3 - 8)
        frames[row, first : first + 8, label] += 3.0
    return {"audio": frames.astype("float32")}, labels.astype("int32")


@pytest.mark.one_backend
def test_finds_the_few_frames_that_tell(rng):
    batch, labels = few_telling_frames(rng, 64)
    unseen, true = few_telling_frames(rng, 64)
    errors = {}
    for pooling in ("frame_statistics", "last"):
        options = {"classes": ["sad", "happy"], "pooling": pooling, **SMALL, "units": 4}
        model = mmzoo.build_high_level_recurrent_network({"audio": 2}, **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.03
        for _ in range(40):
            model.train_on_batch(batch, labels)
        said = arrays(model.predict_on_batch(unseen)["emotion"]).argmax(-1)
        errors[pooling] = np.mean(said != true)
    assert errors["frame_statistics"] < 0.1 and errors["last"] > 0.2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "first"}, r"`pooling` is one of .*, not 'first'"),
        ({"frame_weight": -1.0}, r"`frame_weight` is at least 0, not -1.0"),
        ({"null_prior": 1.0}, r"`null_prior` is between 0 and 1, not 1.0"),
        ({"centres": [1.0]}, r"`centres` are two scores or more, not \[1.0\]"),
        ({"labels_per": "step"}, r"one of \['sequence'\] for HighLevelRecurrent"),
        ({"classes": NAMES, "target": "emotions"}, 'take `pooling="last"`'),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)

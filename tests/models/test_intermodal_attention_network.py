import itertools

import keras
import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 4, "feature_dim": 3, "dropout": 0.0}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_intermodal_attention_network(**options))


@pytest.mark.parametrize("labels_per", ["step", "sequence"])
def test_answers_from_all_pairs_and_all_modalities(labels_per, batch):
    model = small(labels_per=labels_per)
    features = {}
    for name in DIMS:
        frames, mask = model.modality_concat(batch, modalities=[name])
        features[name], _ = model.contexts[name](frames, mask=mask)
    mask = batch["text_mask"]
    attended = [
        model.attention([features[x], features[y]], mask=[mask, mask])
        for x, y in itertools.combinations(DIMS, 2)
    ]
    parts = arrays([*attended, *features.values()])
    joined = np.concatenate(parts, axis=-1)
    assert joined.shape == (3, 6, 3 * 6 + 3 * 3)
    if labels_per == "sequence":
        rows = zip(joined, [6, 4, 1], strict=True)
        joined = np.stack([row[:length].mean(axis=0) for row, length in rows])
    assert_close(model(batch)["sentiment"], model.answer_head(joined))


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("classes", "labels_per"), [(None, "step"), (["low", "middle", "high"], "sequence")]
)
def test_learns_scores_and_classes(classes, labels_per, batch):
    model = small(classes=classes, labels_per=labels_per)
    target = "emotion" if classes else "sentiment"
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = np.arange(mask.size).reshape(mask.shape) % 3
    labels = labels.astype("int32") if classes else labels - 1.2
    answer = model(batch)[target]
    assert answer.shape == (mask.shape + (3,) if classes else mask.shape)
    targets = {target: labels, f"{target}_mask": mask}
    check_training(model, batch, targets, below=0.6)


def dialogues(rng, rows=64, names=4):
    """In text each utterance asks for a name; in audio each tells a name's mood.

    An utterance's label is the mood of the name that it asks for.
    """
    eye = np.eye(names, dtype="float32")
    asked, told = (
        np.stack([rng.permutation(names) for _ in range(rows)]) for _ in range(2)
    )
    moods = rng.integers(0, 2, size=(rows, names))
    mood = np.take_along_axis(moods, told, axis=1)[..., None]
    audio = np.concatenate([eye[told], 2.0 * mood - 1.0], axis=-1)
    labels = np.take_along_axis(moods, asked, axis=1).astype("int32")
    return {"text": eye[asked], "audio": audio.astype("float32")}, labels


@pytest.mark.one_backend
def test_finds_the_utterance_that_tells_as_features_alone_do_not(rng):
    batch, labels = dialogues(rng)
    options = {"units": 16, "feature_dim": 16, "dropout": 0.0, "labels_per": "step"}
    dims, mistakes = {"text": 4, "audio": 5}, {}
    for attends in (True, False):
        keras.utils.set_random_seed(0)
        model = mmzoo.build_intermodal_attention_network(
            dims, classes=["low", "high"], pairwise_attention=attends, **options
        )
        model.compile(keras.optimizers.Adam(0.02))
        for _ in range(90):
            model.train_on_batch(*dialogues(rng))
        answers = arrays(model(batch)["emotion"]).argmax(axis=-1)
        mistakes[attends] = np.mean(answers != labels)
    assert mistakes[True] < 0.05 and mistakes[False] > 0.2, mistakes


@pytest.mark.one_backend
def test_every_modality_and_the_order_of_steps_matter(batch):
    model = small()
    before = arrays(model(batch)["sentiment"])
    for name in DIMS:
        changed = {**batch, name: batch[name] + 1.0}
        assert np.abs(arrays(model(changed)["sentiment"]) - before).min() > 1e-6
    turned = {**batch, "text": batch["text"][:, [1, 0, 2, 3, 4, 5]]}
    assert abs(arrays(model(turned)["sentiment"])[0] - before[0]) > 1e-6


def test_attention_sums_to_one_over_the_utterances_and_differs(batch):
    weights = arrays(small().attend(batch))
    assert sorted(weights) == sorted(DIMS)
    for name, each in weights.items():
        assert_close(each.sum(axis=1), np.ones(3, "float32"))
        assert not each[~batch[f"{name}_mask"]].any()
        assert np.ptp(each[0]) > 1e-4
    assert np.abs(weights["text"][0] - weights["audio"][0]).max() > 1e-4


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("dims", "options"), [(None, {"pairwise_attention": False}), ({"text": 5}, {})]
)
def test_without_pairs_features_alone_answer(dims, options, batch):
    model = small(dims, labels_per="step", **options)
    parts = []
    for name in model.source:
        frames, mask = model.modality_concat(batch, modalities=[name])
        parts.append(arrays(model.contexts[name](frames, mask=mask)[0]))
    expected = model.answer_head(np.concatenate(parts, axis=-1))
    assert_close(model(batch)["sentiment"], expected)
    assert model.attend(batch) == {}


@pytest.mark.one_backend
def test_scale_reaches_the_attention(batch):
    plain, sharp = small(), small(attention_scale=9.0)
    sharp.set_weights(plain.get_weights())
    found = [arrays(each.attend(batch))["text"][0] for each in (plain, sharp)]
    assert np.ptp(found[1]) > np.ptp(found[0])


@pytest.mark.one_backend
def test_an_utterance_without_a_modality_may_hold_anything(batch):
    model = small(labels_per="step")
    batch["video_mask"][0, 2] = batch["video_mask"][1] = False
    before = arrays(model(batch)["sentiment"]), arrays(model.attend(batch))
    assert not before[1]["video"][1].any()
    batch["video"][0, 2] = batch["video"][1] = np.nan
    after = arrays(model(batch)["sentiment"]), arrays(model.attend(batch))
    assert_close(after, before)

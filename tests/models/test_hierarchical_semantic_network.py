import keras
import numpy as np
import pytest

import mmzoo
from tests import reference
from tests.checks import arrays, assert_close
from tests.models.small_models import DIMS, adapted

SMALL = {"units": 4, "context_dim": 3, "dropout": 0.0}


def small(input_dims=None, **options):
    """A model on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_hierarchical_semantic_network(**options))


def context(model, batch, name, row):
    """The mean of the observed steps behind a dense layer, zeros where none is."""
    frames, mask = arrays(model.modality_concat(batch, modalities=[name]))
    kernel, bias = arrays(model.embeddings[name].weights)
    there = frames[row][mask[row]]
    return np.tanh(there.mean(axis=0) @ kernel + bias) if len(there) else 0 * bias


def test_follows_its_equations(batch):
    model = small()
    batch["audio_mask"][1] = False
    said, looks = arrays(model(batch)["sentiment"]), arrays(model.attend(batch)["text"])
    frames, _ = arrays(model.modality_concat(batch, modalities=["text"]))
    states = arrays(model.embeddings["text"](frames, mask=batch["text_mask"])[0])
    layer = model.attention
    (own, bias), (other,), (score,) = (
        arrays(each.weights)
        for each in (layer.projection, layer.context_projection, layer.score)
    )
    for row, length in enumerate([6, 4, 1]):
        words = states[row, :length]
        seen = [context(model, batch, name, row) for name in ("audio", "video")]
        seen = np.concatenate(seen)
        scores = np.tanh(words @ own + seen @ other + bias) @ score[:, 0]
        weights = reference.softmax(scores)
        assert_close(looks[row, :length], weights.astype("float32"))
        joined = np.concatenate([weights @ words, seen])
        kernel, last = arrays(model.answer_head.answer.weights)
        assert_close(said[row], (joined @ kernel[:, 0] + last[0]).astype("float32"))


@pytest.mark.one_backend
def test_another_picture_looks_at_other_words(batch):
    model = small()
    before = arrays(model.attend(batch)["text"])
    after = arrays(model.attend({**batch, "audio": -batch["audio"]})["text"])
    assert np.abs(after - before)[:2].max() > 1e-4
    # Of one word there is nothing to choose.
    assert_close(before[2], after[2])


@pytest.mark.one_backend
def test_words_alone_and_no_words(batch):
    alone = small({"text": DIMS["text"]})
    assert alone.attention.context_projection is None
    assert arrays(alone(batch)["sentiment"]).shape == (3,)
    without = small({"audio": DIMS["audio"], "video": DIMS["video"]})
    assert without.read == "audio" and list(without.attend(batch)) == ["audio"]


@pytest.mark.one_backend
def test_a_caption_is_a_context():
    dims = {"caption": 5, "text": 5, "image": 3}
    model = mmzoo.build_hierarchical_semantic_network(dims, **SMALL)
    assert model.read == "text"
    assert model.attention.context_projection.kernel.shape[0] == 6


@pytest.mark.one_backend
def test_learns_which_word_a_picture_points_to(rng):
    # Two words have a kind and a sign each; the picture tells the kind that counts.
    kinds = np.stack([rng.permutation(2) for _ in range(96)])
    signs, asked = rng.choice([-1.0, 1.0], (96, 2)), rng.integers(0, 2, 96)
    text = np.concatenate([np.eye(2)[kinds], signs[:, :, None]], axis=2)
    batch = {"text": text, "audio": (2.0 * asked - 1)[:, None, None]}
    batch = {name: frames.astype("float32") for name, frames in batch.items()}
    labels = np.where(kinds == asked[:, None], signs, 0).sum(axis=1)
    errors = {}
    mean = {"audio_encoder": "mean", "channels": 16, "text_dim": 16, "dropout": 0.0}
    for name, options in {
        "hierarchical_semantic_network": {**SMALL, "units": 8},
        "audio_text_classifier": mean,
    }.items():
        keras.utils.set_random_seed(0)
        model = mmzoo.create_model(name, {"audio": 1, "text": 3}, **options)
        model.compile(keras.optimizers.Adam(0.03))
        for _ in range(120):
            model.train_on_batch(batch, labels)
        found = arrays(model(batch)["sentiment"])
        errors[name] = np.abs(found - labels).mean()
    assert errors["hierarchical_semantic_network"] < 0.3
    assert errors["audio_text_classifier"] > 0.45


def test_vectors_of_each_modality(batch):
    model = small()
    batch["audio_mask"][0] = False
    vectors, present = model.vectors(batch)
    assert len(vectors) == len(present) == len(DIMS)
    assert not arrays(present)[1][0] and np.all(arrays(vectors[1])[0] == 0)

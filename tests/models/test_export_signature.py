import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.layers import ImageEncoder, LogSpectrogram, WordEmbedding
from mmzoo.models.export_signature import export_signature
from tests.checks import arrays, assert_close
from tests.models.small_models import SMALL, small_classifier


def raw_clips():
    """A model that contains its preprocessing of sound and words."""
    ends = {"audio": LogSpectrogram(num_bins=8), "text": WordEmbedding(["good"], 4)}
    return mmzoo.build_audio_text_classifier(
        ends, classes=["sad", "glad"], channels=4, text_dim=4
    )


def raw_pictures():
    """The same for pictures."""
    words = WordEmbedding(["good"], 4)
    ends = {"image": ImageEncoder(side=16, width=0.25), "text": words}
    sizes = {"image_dim": 4, "text_dim": 4, "feed_forward_dim": 4}
    return mmzoo.build_image_text_classifier(ends, classes=["sad", "glad"], **sizes)


FORMS = {**SMALL, "raw clips": raw_clips, "raw pictures": raw_pictures}


def drawn(signature, rng):
    """A batch of three samples that fits."""
    batch = {}
    for name, spec in signature.items():
        timesteps = spec.shape[1] or (4000 if "waveform" in name else 5)
        shape = (3, timesteps, *spec.shape[2:])
        if spec.dtype == "bool":
            batch[name] = np.arange(timesteps) < np.array([[timesteps], [3], [1]])
        elif spec.dtype == "int32":
            batch[name] = rng.integers(1, 3, shape).astype("int32")
        else:
            batch[name] = rng.normal(size=shape).astype("float32")
    return batch


@pytest.mark.parametrize("name", FORMS)
def test_the_signature_is_what_a_prediction_takes(name, rng):
    model = FORMS[name]()
    signature = export_signature(model)
    answers = model(drawn(signature, rng))
    assert all(np.isfinite(arrays(each)).all() for each in answers.values())
    raw = {end.raw for end in model.front_ends.values()}
    named = {key for key in signature if not key.endswith("_mask")}
    assert raw <= named <= {*raw, *model.input_dims}


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="SavedModel is TensorFlow's format"
)
@pytest.mark.parametrize("name", FORMS)
def test_a_saved_model_answers_the_same_without_keras(name, rng, tmp_path):
    import tensorflow as tf

    model = FORMS[name]()
    model.export(tmp_path / "exported", verbose=False)
    batch = drawn(export_signature(model), rng)
    loaded = tf.saved_model.load(tmp_path / "exported")
    answers = loaded.serve(batch)
    expected = model.predict(batch, verbose=0)
    assert set(answers) == set(expected)
    for key, value in expected.items():
        assert_close(answers[key], value, 1e-4)


def test_a_signature_of_ones_own_is_kept(monkeypatch, tmp_path):
    given = {}
    monkeypatch.setattr(
        keras.Model, "export", lambda self, path, **all: given.update(all)
    )
    small_classifier().export(tmp_path, format="onnx", input_signature=["own"])
    assert given == {"format": "onnx", "input_signature": ["own"]}

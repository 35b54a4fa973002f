import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.models.export_signature import export_signature
from tests.checks import arrays
from tests.models.exported_models import FORMS, drawn
from tests.models.small_models import small_baseline, small_classifier

# What a model takes is the same on every backend.
pytestmark = pytest.mark.one_backend


@pytest.mark.parametrize("name", FORMS)
def test_the_signature_is_what_a_prediction_takes(name, rng):
    model = FORMS[name]()
    signature = export_signature(model)
    answers = model(drawn(signature, rng))
    assert all(np.isfinite(arrays(each)).all() for each in answers.values())
    raw = {end.raw for end in model.front_ends.values()}
    named = {key for key in signature if not key.endswith("_mask")}
    assert raw <= named <= {*raw, *model.input_dims}


def test_sizes_are_fixed_where_they_are_given():
    signature = export_signature(FORMS["raw pictures"](), 2, timesteps=7)
    shapes = {name: tuple(spec.shape) for name, spec in signature.items()}
    assert shapes["tokens"] == (2, 7, 1) and shapes["tokens_mask"] == (2, 7)
    assert shapes["pixels"] == (2, 256, 3) and shapes["pixels_mask"] == (2, 256)


def test_each_input_may_have_steps_of_its_own():
    steps = {"waveform": 4000, "tokens": 7}
    signature = export_signature(FORMS["raw clips"](), timesteps=steps)
    assert tuple(signature["waveform"].shape) == (None, 4000, 1)
    assert tuple(signature["tokens_mask"].shape) == (None, 7)


def test_steps_of_an_input_that_is_none_are_refused():
    with pytest.raises(ValueError, match=r"\['text'\].*\['audio', 'text', 'video'\]"):
        export_signature(small_baseline(), timesteps={"text": 4})


def test_a_signature_of_ones_own_is_kept(monkeypatch, tmp_path):
    given = {}
    monkeypatch.setattr(
        keras.Model, "export", lambda self, path, **all: given.update(all)
    )
    small_classifier().export(tmp_path, format="openvino", input_signature=["own"])
    assert given == {"format": "openvino", "input_signature": ["own"]}


def test_a_translator_takes_its_targets_too():
    model = mmzoo.build_seq2seq_translator({"a": 3, "b": 2}, "a", "b", units=2)
    assert set(export_signature(model)) == {"a", "a_mask", "b", "b_mask"}

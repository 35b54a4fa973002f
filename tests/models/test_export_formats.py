"""Exported models answer without mmzoo as they do with it, or are refused."""

import importlib.util

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.models import export_formats
from mmzoo.models.export_signature import export_signature
from tests.checks import arrays, assert_close
from tests.models.exported_models import FORMS, STEPS, drawn
from tests.models.small_models import DIMS, adapted, small_baseline, small_classifier
from tests.selection import FEW

BACKEND = keras.backend.backend()
# What the writers of other formats warn of is not mmzoo's.
pytestmark = pytest.mark.filterwarnings("ignore")


def reversed_names():
    """A model whose answers do not come in alphabetical order."""
    chain = ["text", "video", "audio"]
    options = {"units": 4, "cell": "gru"}
    return adapted(
        mmzoo.create_model("hierarchical_translator", DIMS, chain, **options)
    )


MODELS = {**FORMS, "reversed names": reversed_names}
# TensorFlow's writer of ONNX cannot follow the states of their loops.
SCANNED = ["memory_fusion_network"]
# One writer serves all models. On PyTorch it writes the program that the other format
# holds, which takes seconds, so that each model is written in one of the two.
ONNX = ["lstm_baseline", "raw clips", "reversed names", *SCANNED]
PROGRAMS = [name for name in MODELS if name not in ONNX[1:]]
# What is particular to a model is its capture; PyTorch's files take twice as long.
FILED = [*FEW, "raw pictures"]


def signature_of(model):
    """The widest signature that the backend can write."""
    if BACKEND == "tensorflow":
        return export_signature(model)
    open_steps = export_signature(model)
    names = [name for name in open_steps if not name.endswith("_mask")]
    steps = {name: STEPS.get(name, 5) for name in names}
    return export_signature(model, 3 if BACKEND == "torch" else None, steps)


def needs(*packages):
    """Skip where one of the packages is absent."""
    for package in packages:
        pytest.importorskip(package, reason=f"{package} is not installed: mmzoo[onnx]")


def written(model, path, format):
    """A batch, and what the model makes of it, once it is exported."""
    signature = signature_of(model)
    model.export(path, format=format, input_signature=[signature], verbose=False)
    batch = drawn(signature, np.random.default_rng(0))
    return batch, answered(model, batch)


def answered(model, batch):
    """What the model makes of a batch, without a compilation of its own."""
    return arrays(model(batch))


def parts_of(batch):
    """The batch, and where sizes are open a shorter and smaller one."""
    yield batch
    if BACKEND == "tensorflow":
        whole = ("pixels", "waveform")
        cut = {
            key: value[:1] if key.startswith(whole) else value[:1, :4]
            for key, value in batch.items()
        }
        yield cut


@pytest.mark.skipif(BACKEND == "torch", reason="PyTorch writes no SavedModel")
@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_answers_the_same(name, tmp_path):
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is blocked here")
    model = MODELS[name]()
    batch, _ = written(model, tmp_path / "exported", "tf_saved_model")
    loaded = tf.saved_model.load(tmp_path / "exported")
    for part in parts_of(batch):
        answers, expected = loaded.serve(part), answered(model, part)
        assert set(answers) == set(expected)
        for key, value in expected.items():
            assert_close(answers[key], value, 1e-4)


@pytest.mark.skipif(BACKEND == "jax", reason="JAX writes no ONNX")
@pytest.mark.parametrize("name", ONNX)
def test_onnx_answers_the_same(name, tmp_path):
    needs("onnxruntime", *export_formats.ONNX_WRITERS[BACKEND])
    import onnxruntime

    if name == "raw clips" and BACKEND == "tensorflow":
        pytest.skip("refused: tensorflow's writer knows no Fourier transform")
    model, path = MODELS[name](), str(tmp_path / "model.onnx")
    if name in SCANNED and BACKEND == "tensorflow":
        with pytest.raises(ValueError, match="as tensorflow writes it.*tf_saved_model"):
            written(model, path, "onnx")
        assert not (tmp_path / "model.onnx").exists()
        return
    batch, _ = written(model, path, "onnx")
    session = onnxruntime.InferenceSession(path)
    names = [each.name for each in session.get_outputs()]
    for part in parts_of(batch):
        expected = answered(model, part)
        answers = dict(zip(names, session.run(None, part), strict=True))
        assert set(answers) == set(expected)
        for key, value in expected.items():
            assert_close(answers[key], value, 1e-4)


@pytest.mark.slow
@pytest.mark.skipif(BACKEND != "torch", reason="this is PyTorch's format")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_torch_program_answers_the_same(name, tmp_path, monkeypatch):
    import torch

    model, path, captured = MODELS[name](), str(tmp_path / "model.pt2"), []
    if name not in FILED:
        monkeypatch.setattr(torch.export, "save", lambda each, _: captured.append(each))
    batch, expected = written(model, path, "torch")
    (program,) = captured or [torch.export.load(path)]
    answers = program.module()(
        {key: torch.tensor(value) for key, value in batch.items()}
    )
    assert set(answers) == set(expected)
    for key, value in expected.items():
        assert_close(answers[key].detach(), value, 1e-4)


@pytest.mark.parametrize("format", export_formats.WRITERS)
def test_a_format_of_another_backend_is_refused(format, tmp_path):
    able = export_formats.WRITERS[format]
    if BACKEND in able:
        pytest.skip("this backend writes it")
    with pytest.raises(ValueError, match=f"{able[0]}.*KERAS_BACKEND={able[0]}"):
        small_classifier().export(tmp_path / "model", format=format)


@pytest.mark.skipif(BACKEND == "tensorflow", reason="TensorFlow writes any length")
def test_open_steps_are_refused_where_they_are_written_out(tmp_path):
    format = "torch" if BACKEND == "torch" else "tf_saved_model"
    with pytest.raises(ValueError, match="steps.*'text'.*export_signature"):
        small_baseline({"text": 5}).export(tmp_path / "model.pt2", format=format)


def absent(monkeypatch, *names):
    """Let these packages be installed, or not, whatever there is."""
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in names else name
    )


@pytest.mark.skipif(BACKEND == "jax", reason="JAX writes no ONNX")
def test_missing_packages_are_named_with_their_extra(monkeypatch, tmp_path):
    last = export_formats.ONNX_WRITERS[BACKEND][-1]
    absent(monkeypatch, last)
    with pytest.raises(ImportError, match=rf"{last}.*mmzoo\[onnx\]"):
        small_classifier().export(tmp_path / "model.onnx", format="onnx")


@pytest.mark.skipif(BACKEND == "jax", reason="JAX writes no ONNX")
def test_onnx_of_bfloat16_is_refused(monkeypatch, tmp_path):
    absent(monkeypatch)
    model = small_classifier(dtype="mixed_bfloat16")
    with pytest.raises(ValueError, match="mixed_bfloat16.*float32.*set_weights"):
        model.export(tmp_path / "model.onnx", format="onnx")


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others write it")
def test_onnx_of_recordings_is_refused_by_name(monkeypatch, tmp_path):
    absent(monkeypatch)
    with pytest.raises(ValueError, match="Fourier.*tf_saved_model.*torch"):
        FORMS["raw clips"]().export(tmp_path / "model.onnx", format="onnx")

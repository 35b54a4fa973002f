"""A model that one backend saved predicts the same under the two others."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tests.layers.small_text import save_encoder

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = [
    name
    for name in ("tensorflow", "jax", "torch")
    if importlib.util.find_spec(name) is not None
]
MODELS = ("baseline", "frames", "codes", "end_to_end")
SCRIPT = """
import pathlib, sys
import numpy as np
import mmzoo
from mmzoo.data import Batches
from mmzoo.models import Variant
from mmzoo.training import Options, train_variant

folder, mine, others = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
corpus = mmzoo.data.sample_corpus(sizes={"train": 12, "valid": 4, "test": 5})
x = Batches(corpus.test, batch_size=5)[0][0]
variants = {
    "baseline": ("audio+video", {"bidirectional": True, "cell": "gru"}),
    "frames": ("audio->video", {"pooling_attention": True}),
    "codes": ("video->audio", {"num_codes": 4, "attention": "global"}),
    "end_to_end": ("audio->video", {"training": "end-to-end", "num_layers": 2}),
}


def answers(model):
    found = {"sentiment": model.predict(x, verbose=0)["sentiment"]}
    if hasattr(model, "translator"):
        found |= model.translate(x, max_length=6)
    return {key: np.asarray(value) for key, value in found.items()}


if not others:
    for name, (variant, more) in variants.items():
        options = Options(units=4, epochs=2, batch_size=6, learning_rate=0.01, **more)
        checkpoints = folder / mine / name
        parsed = Variant.parse(variant)
        model, _ = train_variant(parsed, corpus, options, 0, checkpoints, report=str)
        model.save(folder / f"{name}_{mine}.keras")
        np.savez(folder / f"{name}_{mine}.npz", **answers(model))
for other in others:
    for name in variants:
        model = mmzoo.load(folder / f"{name}_{other}.keras")
        np.savez(folder / f"{name}_{other}_{mine}.npz", **answers(model))
"""


# Models that contain their preprocessing, on a sound file and words.
CLIPS = """
import dataclasses, json, pathlib, sys
import keras
import mmzoo
from mmzoo.data.sample_clips import sample_clips
from mmzoo.training import AudioTextOptions, FusionVariant

folder, mine, others = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
texts = {
    "words": {"text_encoder": "embedding"},
    "bert": {"text_encoder": str(folder / "bert"), "fusion": "attention"},
    "alexnet": {"audio_encoder": "alexnet", "width": 0.1, "fusion": "learned"},
}


def answers(model):
    said = mmzoo.predict(
        model, audio=[str(folder / "clip.wav")] * 2, text=["how wonderful", "film"]
    )
    return [list(each["probabilities"].values()) for each in said]


if not others:
    small = {"bins": 16, "channels": 8, "out_text_dim": 8, "epochs": 1}
    for name, chosen in texts.items():
        options = AudioTextOptions(**small, **chosen)
        corpus = sample_clips(clips_per_speaker=4)
        corpus = options.prepare(corpus, ["audio", "text"])
        (row,) = options.plan([FusionVariant(("audio", "text"))])
        model, _ = row.train(corpus, 0, folder / mine / name, str)
        model.save(folder / f"{name}_{mine}.keras")
        (folder / f"{name}_{mine}.json").write_text(json.dumps(answers(model)))
for other in others:
    for name in texts:
        model = mmzoo.load(folder / f"{name}_{other}.keras")
        path = folder / f"{name}_{other}_{mine}.json"
        path.write_text(json.dumps(answers(model)))
"""


# The same on a picture and words.
PICTURES = """
import json, pathlib, sys
import keras, numpy as np
import mmzoo
from mmzoo.data import Batches
from mmzoo.layers import ImageEncoder, WordEmbedding

folder, mine, others = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]


def answers(model):
    said = mmzoo.predict(model, image=[folder / "a.png", None], text=["sad day", "joy"])
    return [list(each["probabilities"].values()) for each in said]


if not others:
    corpus = mmzoo.data.sample_pictures(pictures_per_person=3, side=16)
    for fusion in ("transformer", "tokens", "tensor"):
        model = mmzoo.build_image_text_classifier(
            corpus.classes,
            ImageEncoder(side=16, width=0.25),
            WordEmbedding.from_texts(corpus.train.words),
            fusion,
            dim_feed_forward=16,
            image_out_dim=8,
            text_out_dim=8,
        )
        ids, mask = model.front_ends["text"].tokenize(list(corpus.train.words[:8]))
        x, y = Batches(corpus.train, batch_size=8)[0]
        x |= {"tokens": ids, "tokens_mask": mask}
        model.compile(optimizer=keras.optimizers.Adam(0.01))
        for _ in range(3):
            model.train_on_batch(x, y)
        model.save(folder / f"{fusion}_{mine}.keras")
        (folder / f"{fusion}_{mine}.json").write_text(json.dumps(answers(model)))
for other in others:
    for fusion in ("transformer", "tokens", "tensor"):
        model = mmzoo.load(folder / f"{fusion}_{other}.keras")
        path = folder / f"{fusion}_{other}_{mine}.json"
        path.write_text(json.dumps(answers(model)))
"""


def run(folder, backend, *others, script=SCRIPT):
    """Train and save under a backend, or load what the others saved."""
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), backend, *others],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{backend} on what {others} saved:\n{done.stderr}"


def arrays(path):
    with np.load(path) as saved:
        return dict(saved)


@pytest.mark.slow
@pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend only")
def test_saved_models_predict_the_same_everywhere(tmp_path):
    pairs = list(itertools.permutations(BACKENDS, 2))
    for backend in BACKENDS:
        run(tmp_path, backend)
    for backend in BACKENDS:
        run(tmp_path, backend, *(other for other in BACKENDS if other != backend))
    for name, (saver, loader) in itertools.product(MODELS, pairs):
        expected = arrays(tmp_path / f"{name}_{saver}.npz")
        found = arrays(tmp_path / f"{name}_{saver}_{loader}.npz")
        assert set(found) == set(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(
                found[key],
                value,
                atol=1e-4,
                err_msg=f"{key} of {name}: {saver} saved, {loader} loaded",
            )


@pytest.mark.slow
@pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend only")
def test_raw_clips_get_the_same_answer_everywhere(tmp_path, rng):
    import soundfile

    save_encoder(tmp_path / "bert")
    soundfile.write(tmp_path / "clip.wav", 0.1 * rng.normal(size=16000), 16000)
    compare(tmp_path, ("words", "bert", "alexnet"), CLIPS)


@pytest.mark.slow
@pytest.mark.skipif(len(BACKENDS) < 2, reason="one backend only")
def test_raw_pictures_get_the_same_answer_everywhere(tmp_path, rng):
    pixels = rng.integers(0, 255, (20, 30, 3)).astype("uint8")
    PIL.Image.fromarray(pixels).save(tmp_path / "a.png")
    compare(tmp_path, ("transformer", "tokens", "tensor"), PICTURES)


def compare(folder, names, script):
    """Save under each backend, answer under the others, and compare."""
    for backend in BACKENDS:
        run(folder, backend, script=script)
    for backend in BACKENDS:
        others = (other for other in BACKENDS if other != backend)
        run(folder, backend, *others, script=script)
    for name in names:
        for saver, loader in itertools.permutations(BACKENDS, 2):
            expected = json.loads((folder / f"{name}_{saver}.json").read_text())
            found = json.loads((folder / f"{name}_{saver}_{loader}.json").read_text())
            np.testing.assert_allclose(
                found, expected, atol=1e-4, err_msg=f"{name}: {saver}, {loader}"
            )

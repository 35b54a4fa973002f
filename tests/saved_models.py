"""Save small trained models under one backend, or load those of others.

Run as `python tests/saved_models.py FOLDER BACKEND [OTHER ...]`: without others it
trains and saves; with others it loads what they saved, and saves it as its own where
it has saved nothing yet. What each model answers stands in `<name>_<saver>_<BACKEND>`.
"""

import pathlib
import sys

import keras
import numpy as np

import mmzoo
from mmzoo.data import Batches
from mmzoo.data.sample_clips import sample_clips
from mmzoo.layers import ImageEncoder, WordEmbedding
from mmzoo.training import FrontEnds, TrainingOptions, Variant, plan
from mmzoo.training.plan import models_of
from tests.models.small_models import DIMS, SMALL

SEQUENCES = {
    "baseline": ("audio+video", {"bidirectional": True, "cell": "gru"}),
    "views": ("shared_private_network:audio+video", {"hidden_dim": 4}),
    "frames": ("audio->video", {"pooling_attention": True}),
    "codes": ("video->audio", {"num_codes": 4, "attention": "global"}),
    "end_to_end": ("audio->video", {"train_translator": True, "num_layers": 2}),
    "variational": ("variational_translator:audio->video", {"latent_dim": 3}),
    "cyclic": ("cyclic_translator:audio->video", {"attention": "aligned"}),
}
CLIPS = {
    "words": {"text_encoder": "embedding"},
    "bert": {"text_encoder": "bert", "fusion": "attention"},
    "alexnet": {"audio_encoder": "alexnet", "width": 0.1, "fusion": "learned"},
    "ecapa": {"audio_encoder": "ecapa", "width": 0.1, "channels": 8},
    "resnet18": {"audio_encoder": "resnet18", "width": 0.1},
}
PICTURES = ("transformer", "tokens", "tensor", "iaff")
LISTED = {"audio_text_classifier", "image_text_classifier"}
LISTED |= {
    model for row, _ in SEQUENCES.values() for model in models_of(Variant.parse(row))
}
# Every other model that is registered, small as tests/models has it.
OTHERS = tuple(name for name in mmzoo.list_models() if name not in LISTED)
MODELS = (*SEQUENCES, *CLIPS, *PICTURES, *OTHERS)


def train(name, folder, checkpoints):
    """One small model after a few steps."""
    if name in SEQUENCES:
        variant, more = SEQUENCES[name]
        options = TrainingOptions(epochs=2, batch_size=6, learning_rate=0.01)
        row, *_ = plan([Variant.parse(variant)], options, {"units": 4, **more})
        return row.train(corpus(), 0, checkpoints, str)[0]
    if name in CLIPS:
        return train_on_clips(folder, checkpoints, **CLIPS[name])
    if name in OTHERS:
        return train_small(name)
    return train_on_pictures(name)


def corpus():
    return mmzoo.data.sample_corpus(sizes={"train": 12, "valid": 4, "test": 5})


def train_on_clips(folder, checkpoints, text_encoder=None, **architecture):
    if text_encoder == "bert":
        text_encoder = str(folder / "bert")
    ends = FrontEnds(text_encoder, bins=16)
    clips = ends.prepare(sample_clips(clips_per_speaker=4), ["audio", "text"])
    variant = Variant.parse("audio_text_classifier:audio+text")
    small = {"channels": 8, "text_dim": 8, **architecture}
    (row,) = plan([variant], TrainingOptions(epochs=1, batch_size=16), small, ends)
    return row.train(clips, 0, checkpoints, str)[0]


def train_on_pictures(fusion):
    pictures = mmzoo.data.sample_pictures(pictures_per_person=3, side=16)
    model = mmzoo.build_image_text_classifier(
        {
            "image": ImageEncoder(side=16, width=0.25),
            "text": WordEmbedding.from_texts(pictures.train.words),
        },
        classes=pictures.classes,
        fusion=fusion,
        feed_forward_dim=16,
        image_dim=8,
        text_dim=8,
    )
    ids, mask = model.front_ends["text"].tokenize(list(pictures.train.words[:8]))
    x, y = Batches(pictures.train, batch_size=8)[0]
    x |= {"tokens": ids, "tokens_mask": mask}
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    for _ in range(3):
        model.train_on_batch(x, y)
    return model


def train_small(name):
    model = SMALL[name]()
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    for _ in range(3):
        model.train_on_batch(frames(), {"sentiment": np.ones(3, "float32")})
    return model


def frames():
    """Three sequences of all modalities, unequal in length."""
    rng = np.random.default_rng(5)
    mask = np.arange(6) < np.array([6, 4, 1])[:, None]
    x = {n: rng.normal(size=(3, 6, d)).astype("float32") for n, d in DIMS.items()}
    return x | {f"{name}_mask": mask for name in DIMS}


def answers(name, model, folder):
    """Everything that the model says, as arrays by name."""
    if name in SEQUENCES:
        x = Batches(corpus().test, batch_size=5)[0][0]
        found = {"sentiment": model.predict(x, verbose=0)["sentiment"]}
        translator = model.translating_part()
        if translator is not None:
            found |= translator.translate(x, max_length=6)
        if getattr(translator, "latent", None) is not None:
            drawn = translator.sample(2, num_steps=3).items()
            found |= {f"{key} sampled": value for key, value in drawn}
        return {key: np.asarray(value) for key, value in found.items()}
    if name in OTHERS:
        said = model.predict(frames(), verbose=0)
        return {key: np.asarray(value) for key, value in said.items()}
    if name in CLIPS:
        wav = str(folder / "clip.wav")
        clips = {"audio": [wav, wav], "text": ["how wonderful", "film"]}
    else:
        clips = {"image": [folder / "a.png", None], "text": ["sad day", "joy"]}
    said = mmzoo.predict(model, **clips)
    return {"chances": np.array([list(one["probabilities"].values()) for one in said])}


def main(folder, mine, *others):
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        # Tracing tiny models takes longer than running them.
        tensorflow.config.run_functions_eagerly(True)
    folder = pathlib.Path(folder)
    for name in MODELS:
        own = folder / f"{name}_{mine}.keras"
        for saver in others or [mine]:
            if others:
                model = mmzoo.load(folder / f"{name}_{saver}.keras")
            else:
                model = train(name, folder, folder / mine / name)
            if not own.exists():
                model.save(own)
            found = answers(name, model, folder)
            np.savez(folder / f"{name}_{saver}_{mine}.npz", **found)


if __name__ == "__main__":
    main(*sys.argv[1:])

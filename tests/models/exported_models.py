"""Models of every kind that is exported, and batches that fit their signatures."""

import numpy as np

import mmzoo
from mmzoo.layers import ImageEncoder, LogSpectrogram, WordEmbedding
from tests.models.small_models import SMALL

# Steps of a batch that is drawn, where the signature leaves them open.
STEPS = {"waveform": 4000}


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
        timesteps = spec.shape[1] or STEPS.get(name.removesuffix("_mask"), 5)
        shape = (3, timesteps, *spec.shape[2:])
        if spec.dtype == "bool":
            batch[name] = np.arange(timesteps) < np.array([[timesteps], [3], [1]])
        elif spec.dtype == "int32":
            batch[name] = rng.integers(1, 3, shape).astype("int32")
        else:
            batch[name] = rng.normal(size=shape).astype("float32")
    return batch

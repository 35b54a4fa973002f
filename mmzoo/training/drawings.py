"""A test sample and where a model looks at it, as a function of `plots` draws it."""

import numpy as np

from mmzoo.data import Batches
from mmzoo.data.image_file import PIXELS


def draw_spectrogram(model, split):
    """When in a recording the audio branch looks.

    Args:
        model: `FusionModel`.
        split: `Split` that holds what the model reads.

    Returns:
        Name of the plot and a dict of its arguments; `None` where nothing is attended
        to.
    """
    if "audio" not in model.front_ends:
        return None
    batch, found = _attended(model, split.select([0]))
    if "audio" not in found:
        return None
    length = int(batch["audio_mask"][0].sum())
    weights = model.branches["audio"].over_time(
        found["audio"][0], *batch["audio"].shape[1:]
    )
    return "attention_over_spectrogram", {
        "spectrogram": batch["audio"][0, :length],
        "weights": weights[:length],
        "seconds_per_frame": model.front_ends["audio"].seconds_per_frame,
    }


def draw_picture(model, split):
    """At which cells of a picture, and at which of its words, a model looks.

    Args:
        model: `FusionModel`.
        split: `Split`; only of one that holds pixels there is something to draw.

    Returns:
        As `draw_spectrogram`, of the first sample that has a picture and words.
    """
    if PIXELS not in split.sequences or "image" not in model.branches:
        return None
    lengths = [split.sequences[name].lengths for name in model.reads]
    chosen = np.flatnonzero(np.min(lengths, axis=0))[:1]
    if not len(chosen):
        return None
    sample = split.select(chosen)
    _, found = _attended(model, sample)
    if "image" not in found:
        return None
    pixels, present = sample.sequences[PIXELS][0]
    side = round(len(pixels) ** 0.5)
    # The bars that keep the aspect ratio are white.
    picture = np.where(present[:, None], pixels, 255.0).reshape(side, side, 3)
    rows, columns = model.front_ends["image"].grid
    # Cells that were computed before may end before the bar below a picture.
    weights = np.zeros(rows * columns, "float32")
    weights[: found["image"].shape[1]] = found["image"][0]
    drawn = {"picture": picture, "weights": weights.reshape(rows, columns)}
    return "attention_over_picture", drawn | _words(model, sample, found)


def _words(model, sample, found):
    """The words of a sample and their weights; empty without either."""
    front_end = model.front_ends.get("text")
    if front_end is None or "text" not in found or sample.words is None:
        return {}
    words = front_end.pieces(sample.words[0])
    return {"words": np.array(words), "word_weights": found["text"][0][: len(words)]}


def _attended(model, sample):
    """One sample as a batch, and what `FusionModel.attend` finds in it."""
    batch = Batches(sample, model.reads, 1)[0][0]
    return batch, model.as_model(model.attend).predict(batch, verbose=0)

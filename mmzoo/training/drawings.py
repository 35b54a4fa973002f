"""A test sample and where a model looks at it, for a function of `attention_plots`."""

import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.data.image_file import PIXELS
from mmzoo.layers.log_spectrogram import LogSpectrogram
from mmzoo.models.answer import said_of
from mmzoo.training.measure import LEGIBLE, predictions

# More letters than these are no longer read beside a picture.
MOST_LETTERS = 400
PICTURE = "attention_over_picture"


def draw(model, split):
    """The first of the drawings here that has something to show.

    Args:
        model: a model of mmzoo.
        split: `Split`.

    Returns:
        Name of a function of `attention_plots` and a dict of its arguments; `None`
        where the model attends to nothing that can be drawn.
    """
    drawn = (each(model, split) for each in DRAWINGS)
    return next((each for each in drawn if each is not None), None)


def looks(model, split):
    """All that can be drawn of each sample, whatever modalities it has.

    The samples are padded to one length, so that the model is compiled once.

    Args:
        model: a model of mmzoo.
        split: `Split` of a few samples, which holds what the model reads to answer;
            with the target of a translation, this is drawn, too.

    Returns:
        An iterator of one dict a sample, from the name of a function of
        `attention_plots` to a dict of its arguments; empty where nothing is attended to
        that can be drawn.
    """
    batches = Batches(split, model.reads_to_answer, 1, num_buckets=1)
    translated = _translations(model, split)
    for index in range(len(split)):
        sample, (batch, _) = split.select([index]), batches[index]
        found = _found(model, batch)
        drawn = {**next(translated), **_picture_of(model, sample, found)}
        drawn |= _spectrogram_of(model, batch, found)
        shown = {"audio": "attention_over_spectrogram", "image": PICTURE}
        rest = {n: each for n, each in found.items() if shown.get(n) not in drawn}
        words = _words(model, sample, rest)
        if words:
            del rest["text"]
        if words and PICTURE in drawn:
            drawn[PICTURE] |= words
        elif words:
            told = {"words": words["words"], "weights": words["word_weights"]}
            drawn["attention_over_words"] = told
        yield drawn | _steps_of(sample, batch, rest)


def _translations(model, split):
    """What is drawn of the translation of each sample, nothing without a target."""
    translator = model.translating_part()
    if translator is None or not set(translator.reads) <= set(split.sequences):
        yield from [{}] * len(split)
        return
    complete = _complete(split, translator.reads)
    batches = Batches(split, translator.reads, 1, num_buckets=1)
    for index, whole in enumerate(complete):
        sample = split.select([index])
        yield _translation_of(translator, sample, batches[index][0]) if whole else {}


def _draw_translation(model, split):
    """Where in the source each step of a free translation looks.

    Args:
        model: a model with a `translating_part`, such as `SentimentRegressor`.
        split: `Split` that holds the source and the target.

    Returns:
        Name of the plot and a dict of its arguments, of the sample whose length is
        closest to `LEGIBLE` steps; `None` where the model has no attention, or no
        sample has both ends.
    """
    translator = model.translating_part()
    if translator is None:
        return None
    sample = _most_legible(split, translator.reads)
    if sample is None:
        return None
    batch = Batches(sample, translator.reads, 1)[0][0]
    return _one(model, sample, _translation_of(translator, sample, batch))


def _one(model, sample, drawn):
    """The one drawing that there is, with a line about its sample; or `None`."""
    for plot, arguments in drawn.items():
        return plot, arguments | {"about": _about(model, sample)}
    return None


def _translation_of(translator, sample, batch):
    _, mask = translator.as_model(translator.target_frames).predict(batch, verbose=0)
    _, attention = translator.translate_standardised(batch, mask.shape[1])
    if attention is None:
        return {}
    first, last = translator.chain[0], translator.chain[-1]
    read = np.any([_mask_of(translator, batch, name)[0] for name in first], axis=0)
    weights = np.where(mask[0][:, None] & read, attention[0], np.nan)
    weights = weights[: _extent(mask[0]), : _extent(read)].astype("float32")
    words = np.array((sample.words or ("",))[0].split())
    drawn = {"weights": weights}
    drawn["source"] = "->".join("+".join(names) for names in translator.chain[:-1])
    drawn["target"] = "+".join(last)
    for end, names, count in zip(
        ("target_words", "source_words"), (last, first), weights.shape, strict=True
    ):
        # Words that were not aligned with the steps do not name them.
        if "text" in names and len(words) == count:
            drawn[end] = words
    return {"attention_map": drawn}


def _mask_of(model, batch, name):
    """The mask of a modality, or of what a front end that learns makes it of."""
    own = f"{name}_mask"
    return batch[own if own in batch else f"{model.front_ends[name].raw}_mask"]


def _draw_steps(model, split):
    """How heavily the steps of frames weigh, each modality by itself.

    Args:
        model: a model of mmzoo.
        split: `Split` that holds what the model reads.

    Returns:
        As `_draw_translation`; `None`, too, where `attend` tells nothing of steps.
    """
    sample = _most_legible(split, model.reads)
    if sample is None:
        return None
    return _one(model, sample, _steps_of(sample, *_attended(model, sample)))


def _steps_of(sample, batch, found):
    masks = {name: batch.get(f"{name}_mask") for name in found}
    # What a branch pools to regions, or its frames, has no weight a step.
    known = [n for n, m in masks.items() if m is not None and m.any()]
    names = [name for name in known if masks[name].shape == found[name].shape]
    if not names:
        return {}
    ends = {name: _extent(masks[name][0]) for name in names}
    weights = np.full((len(names), max(ends.values())), np.nan, "float32")
    for row, name in enumerate(names):
        observed = np.where(masks[name][0], found[name][0], np.nan)
        weights[row, : ends[name]] = observed[: ends[name]]
    drawn = {"weights": weights, "modalities": np.array(names)}
    words = np.array((sample.words or ("",))[0].split())
    # Words that were not aligned with the steps do not name them.
    if ends.get("text") == len(words):
        drawn["words"] = words
    return {"attention_over_steps": drawn}


def _draw_spectrogram(model, split):
    """When in a recording the audio branch looks.

    Args:
        model: a model of mmzoo.
        split: `Split` that holds what the model reads.

    Returns:
        Name of the plot and a dict of its arguments, of the first sample that is
        complete; `None` where nothing is attended to.
    """
    if not isinstance(model.front_ends.get("audio"), LogSpectrogram):
        return None
    sample = _first_complete(split, model.reads)
    if sample is None:
        return None
    return _one(model, sample, _spectrogram_of(model, *_attended(model, sample)))


def _spectrogram_of(model, batch, found):
    front_end = model.front_ends.get("audio")
    if not isinstance(front_end, LogSpectrogram) or "audio" not in found:
        return {}
    mask = batch["audio_mask"][0]
    if not mask.any():
        return {}
    weights = model.over_time("audio", found["audio"][0], batch["audio"].shape[1:])
    frames = np.where(mask[:, None], batch["audio"][0], np.nan)
    drawn = {
        "spectrogram": frames[: _extent(mask)],
        "weights": weights[: _extent(mask)],
        "seconds_per_frame": front_end.seconds_per_frame,
        "frequencies": front_end.frequencies,
        "trimmed": front_end.trim_decibels is not None,
    }
    return {"attention_over_spectrogram": drawn}


def _draw_picture(model, split):
    """At which cells of a picture, and at which of its words, a model looks.

    Args:
        model: a model of mmzoo.
        split: `Split`; only of one that holds pixels there is something to draw.

    Returns:
        As `_draw_spectrogram`.
    """
    if PIXELS not in split.sequences or "image" not in model.front_ends:
        return None
    sample = _first_complete(split, model.reads)
    if sample is None:
        return None
    _, found = _attended(model, sample)
    drawn = _picture_of(model, sample, found)
    if drawn:
        drawn[PICTURE] |= _words(model, sample, found)
    return _one(model, sample, drawn)


def _picture_of(model, sample, found):
    if PIXELS not in sample.sequences or "image" not in found:
        return {}
    pixels, present = sample.sequences[PIXELS][0]
    if not present.any():
        return {}
    side = round(len(pixels) ** 0.5)
    # The bars that keep the aspect ratio are no part of the picture.
    picture = np.where(present[:, None], pixels, np.nan).reshape(side, side, 3)
    rows, columns = model.front_ends["image"].grid
    # Cells that were computed before may end before the bar below a picture.
    weights = np.zeros(rows * columns, "float32")
    shown = found["image"][0][: len(weights)]
    weights[: len(shown)] = shown
    return {PICTURE: {"picture": picture, "weights": weights.reshape(rows, columns)}}


def _words(model, sample, found):
    """The words of a sample and their weights; empty without either."""
    front_end = model.front_ends.get("text")
    if front_end is None or "text" not in found or sample.words is None:
        return {}
    words = front_end.pieces(sample.words[0])[: found["text"].shape[1]]
    if not words:
        return {}
    return {"words": np.array(words), "word_weights": found["text"][0][: len(words)]}


def _complete(split, names):
    """Which samples have an observed step in each modality, `(num_samples,)`."""
    found = [split.sequences[name] for name in names]
    observed = [[rows[i][1].any() for rows in found] for i in range(len(split))]
    return np.all(observed, axis=1)


def _most_legible(split, names):
    """Of the complete samples the one closest to `LEGIBLE` steps, or `None`."""
    distance = np.abs(split.lengths - LEGIBLE).astype("float64")
    distance[~_complete(split, names)] = np.inf
    if not np.isfinite(distance).any():
        return None
    return split.select([int(np.argmin(distance))])


def _first_complete(split, names):
    """The first sample with all that a model reads, as a split, or `None`."""
    chosen = np.flatnonzero(_complete(split, names))[:1]
    return split.select(chosen) if len(chosen) else None


def _extent(mask):
    """Steps up to the last that was observed."""
    return int(np.flatnonzero(mask)[-1]) + 1


def _attended(model, sample):
    """One sample as a batch, and what its `attend` finds in it."""
    batch = Batches(sample, model.reads, 1)[0][0]
    return batch, _found(model, batch)


def _found(model, batch):
    found = model.as_model(model.attend).predict(batch, verbose=0)
    return {name: np.asarray(each, "float32") for name, each in found.items()}


def _about(model, sample):
    """The sample, its label, the model's answer and its words, in a line."""
    told = f"sample {sample.ids[0]}"
    if not isinstance(sample.labels, Sequences):
        answer = predictions(model, sample)[0]
        answer = said_of(answer, model.several) if model.classes else answer
        label, answer = (_named(x, model) for x in (sample.labels[0], answer))
        told += f": label {label}, the model says {answer}"
    words = " ".join((sample.words or ("",))[0].split())
    if len(words) > MOST_LETTERS:
        words = f"{words[:MOST_LETTERS]}…"
    return f"{told}. Words: {words}" if words else told


def _named(value, model):
    """A label or an answer for people."""
    classes = model.classes
    if model.several:
        names = [name for name, has in zip(classes, value, strict=True) if has == 1]
        return " and ".join(names) or "none"
    if not np.isfinite(value):
        return "unknown"
    return classes[int(value)] if classes else f"{float(value):.2f}"


DRAWINGS = (_draw_translation, _draw_spectrogram, _draw_picture, _draw_steps)

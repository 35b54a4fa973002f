"""Answers for clips: from sound files, words and arrays to what a model says."""

import pathlib

import keras
import numpy as np

from mmzoo.data.audio_file import read_audio
from mmzoo.data.image_file import read_image
from mmzoo.data.pipeline import TOKENS
from mmzoo.models.seq2seq_translator import Seq2SeqTranslator


def predict(model, **clips):
    """What a model says of one clip, or of several.

    One function for every model of the zoo. A model with front ends (the audio-text
    and the image-text classifier) answers from raw input; any other reads frames, as
    arrays.

    Args:
        model: a model of mmzoo, such as `mmzoo.load` gives it.
        **clips: for each modality of `model.source` one clip, or a list of them:
            `audio`: path of a sound file, or samples `(samples,)` at the model's rate;
            `text`: words; `image`: path of a picture; any modality that the model reads
            as frames: an array `(timesteps, features)`. `None` for a clip that lacks
            the modality.

    Returns:
        Dict: `"emotion"` (or another target) the name of the most probable class and
        `"probabilities"` by class; or `"sentiment"`, a float, or a list of them with
        one a step. A list of such dicts where lists were given.

    Raises:
        ValueError: naming the argument or the file, and what to do.

    Example:
    ```python
    model = mmzoo.build_lstm_baseline({"text": 300}, units=4)
    mmzoo.predict(model, text=np.ones((12, 300)))["sentiment"]  # a float
    ```
    """
    several = {isinstance(each, list | tuple) for each in clips.values()}
    _check(model, clips, several)
    if several != {True}:
        clips = {name: [clip] for name, clip in clips.items()}
    found = dict(_rows(model, name, rows) for name, rows in clips.items())
    inputs = {}
    for key, rows in found.items():
        # Frames of several modalities may be aligned: one that a clip lacks, too.
        frames = [rows for other, rows in found.items() if other in clips]
        together = frames if key in clips else [rows]
        longest = max(1, *(len(mask) for rows in together for _, mask in rows))
        if key == "waveform":
            # Whole seconds: each length is compiled anew.
            second = model.front_ends["audio"].sample_rate
            longest = -(-longest // second) * second
        dtype = "int32" if key == TOKENS else "float32"
        inputs[key], inputs[f"{key}_mask"] = _padded(rows, longest, dtype)
    outputs = model.predict(inputs, verbose=0, batch_size=32)
    steps = np.max(
        [inputs[key].sum(axis=1) for key in inputs if "_mask" in key], axis=0
    )
    answers = [_answer(model, outputs, i, steps[i]) for i in range(len(steps))]
    return answers if several == {True} else answers[0]


def _check(model, clips, several):
    if isinstance(model, Seq2SeqTranslator):
        raise ValueError(
            "The model translates and predicts nothing: call its `translate`, or build "
            "a sentiment regressor on it."
        )
    if sorted(clips) != sorted(model.source):
        raise ValueError(
            f"The model reads {' and '.join(model.source)}, but predict was given "
            f"{' and '.join(sorted(clips)) or 'nothing'}. Give exactly these; None for "
            "one that a clip lacks."
        )
    if len(several) > 1:
        raise ValueError("Give either one clip of every modality, or a list of each.")
    counts = {name: len(rows) for name, rows in clips.items() if several == {True}}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        raise ValueError(
            f"Give as many clips of each modality, at least one: {counts}."
        )


def _rows(model, name, clips):
    """Key of the batch, and a pair of `(steps, features)` and mask for each clip."""
    front_end = model.front_ends.get(name)
    if front_end is None:
        features = model.input_dims[name]
        return name, [_whole(_frames(clip, name, features)) for clip in clips]
    if front_end.raw == "tokens":
        ids, mask = front_end.tokenize([clip or "" for clip in clips])
        return "tokens", list(zip(ids[..., None], mask, strict=True))
    if front_end.raw == "pixels":
        return "pixels", [_pixels(clip, front_end.side) for clip in clips]
    rate = front_end.sample_rate
    return "waveform", [_whole(_samples(clip, rate)[:, None]) for clip in clips]


def _whole(frames):
    return frames, np.ones(len(frames), bool)


def _pixels(clip, side):
    if clip is None:
        return _whole(np.zeros((0, 3), "float32"))
    if isinstance(clip, str | pathlib.Path):
        return read_image(clip, side)[:2]
    raise ValueError(
        f"`image` is the path of a picture, or None, not {type(clip).__name__}: write "
        "the array to a file, such as by PIL.Image.fromarray(array).save(path)."
    )


def _samples(clip, sample_rate):
    if clip is None:
        return np.zeros(0, "float32")
    if isinstance(clip, str | pathlib.Path):
        return read_audio(clip, sample_rate)[0]
    samples = np.asarray(clip, "float32")
    if samples.ndim != 1:
        raise ValueError(
            f"`audio` has shape {samples.shape}: give a sound file, or samples "
            f"(samples,) at {sample_rate} Hz."
        )
    return samples


def _frames(clip, name, features):
    frames = np.zeros((0, features)) if clip is None else np.asarray(clip, "float32")
    if frames.ndim != 2 or frames.shape[1] != features:
        raise ValueError(
            f"`{name}` has shape {frames.shape}, but the model reads frames "
            f"(timesteps, {features}), extracted as for the data it was trained on."
        )
    return frames


def _padded(rows, longest, dtype):
    batch = np.zeros((len(rows), longest, rows[0][0].shape[1]), dtype)
    mask = np.zeros(batch.shape[:2], bool)
    for index, (row, observed) in enumerate(rows):
        batch[index, : len(row)], mask[index, : len(row)] = row, observed
    return batch, mask


def _answer(model, outputs, index, steps):
    target = getattr(model, "target", "sentiment")
    found = np.asarray(outputs[target][index], "float64")
    classes = getattr(model, "classes", None)
    if classes:
        named = dict(zip(classes, probabilities(found).tolist(), strict=True))
        return {target: max(named, key=named.get), "probabilities": named}
    return {target: found[:steps].tolist() if found.ndim else float(found)}


def probabilities(logits):
    """Softmax as an array.

    Args:
        logits: float array `(..., classes)`.

    Returns:
        float array of the same shape.
    """
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))

"""The clips that a person gives, as rows of a batch and sentences on what they lack."""

import pathlib

import numpy as np

from mmzoo.data.audio_file import AudioFile, read_audio
from mmzoo.data.clip_array import audio_from_array, image_from_array
from mmzoo.data.errors import DataError
from mmzoo.data.image_file import read_image
from mmzoo.data.token_rows import token_rows

# Less than a step of 16 bits from end to end is nothing to hear.
SILENCE = 2.0**-15
# Levels of 255 between the darkest and the lightest pixel.
PLAIN = 2.0


def clip_rows(model, name, clips):
    """Read one modality of some clips.

    Args:
        model: a model of mmzoo.
        name: the modality.
        clips: list of paths, arrays or texts, `None` where a clip lacks the modality.

    Returns:
        Tuple of the key in the batch, a pair of `(steps, features)` and mask for each
        clip, and a list of sentences for each clip.

    Raises:
        ValueError: naming the argument or the file, and what to do.
    """
    front_end = model.front_ends.get(name)
    raw = front_end.raw if front_end is not None else None
    if raw == "tokens":
        return "tokens", *_texts(front_end, name, clips)
    if raw == "pixels":
        read = [_picture(name, clip, front_end.side) for clip in clips]
    elif raw == "waveform":
        read = [_recording(name, clip, front_end.sample_rate) for clip in clips]
    else:
        read = [_frames(name, clip, model.input_dims[name]) for clip in clips]
    rows, told = zip(*read, strict=True)
    return raw or name, list(rows), list(told)


def _texts(front_end, name, clips):
    for clip in clips:
        if not isinstance(clip, str | None):
            fault = f"it is {type(clip).__name__}, no text"
            raise DataError(f"`{name}`", fault, "Give words as str, or None")
    rows = token_rows(front_end, [clip or "" for clip in clips])
    told = [
        [f"the clip has no {name}"] * bool(clip is None or not observed.any())
        for clip, (_, observed) in zip(clips, rows, strict=True)
    ]
    return rows, told


def _picture(name, clip, side):
    if clip is None:
        return _nothing(name, 3)
    if isinstance(clip, str | pathlib.Path):
        pixels, present = read_image(clip, side)[:2]
    else:
        pixels, present = image_from_array(clip, side, f"`{name}`")
    plain = np.ptp(pixels[present], axis=0).max() < PLAIN
    told = [f"the {name} is of one colour throughout"] * bool(plain)
    return (pixels, present), told


def _recording(name, clip, sample_rate):
    if clip is None:
        return _nothing(name, 1)
    if isinstance(clip, str | pathlib.Path):
        samples, found = read_audio(clip, sample_rate)
    else:
        samples, found = audio_from_array(clip, f"`{name}`")
    told = _cleaned(name, found)
    if np.ptp(samples) < SILENCE:
        told.append(f"the {name} is silent throughout")
    return _whole(samples[:, None]), told


def _cleaned(name, found: AudioFile):
    counts = {"NaN": found.nan, "infinite": found.inf}
    told = [
        f"{count} samples of the {name} are {kind} and count as 0"
        for kind, count in counts.items()
        if count
    ]
    if found.clipped:
        told.append(f"{found.clipped} samples of the {name} were clipped to [-1, 1]")
    return told


def _frames(name, clip, features):
    if clip is None:
        return _nothing(name, features)
    frames = np.asarray(clip)
    if frames.dtype.kind not in "fiu":
        fault = f"its values are {frames.dtype}, no real numbers"
        raise DataError(f"`{name}`", fault, "Give features as floats")
    if frames.ndim != 2 or frames.shape[1] != features:
        raise ValueError(
            f"`{name}` has shape {frames.shape}, but the model reads frames "
            f"(timesteps, {features}), extracted as for the data it was trained on."
        )
    with np.errstate(over="ignore"):
        frames = frames.astype("float32")
    lost = int((~np.isfinite(frames)).sum())
    if lost == frames.size:
        fault = "it has no steps" if not lost else "none of its values is finite"
        raise DataError(f"`{name}`", fault, "Give None for a clip that lacks it")
    told = [f"{lost} values of the {name} are not finite and count as 0"] * bool(lost)
    frames = np.nan_to_num(frames, nan=0.0, posinf=0.0, neginf=0.0)
    if frames.any():
        return _whole(frames), told
    told.append(f"the {name} is zero in every step, as where nothing was observed")
    return (frames, np.zeros(len(frames), bool)), told


def _nothing(name, features):
    return _whole(np.zeros((0, features), "float32")), [f"the clip has no {name}"]


def _whole(frames):
    return frames, np.ones(len(frames), bool)

"""Answers for clips: from sound files, words and arrays to what a model says."""

import itertools
import warnings

import keras
import numpy as np

from mmzoo.data.clip_rows import clip_rows
from mmzoo.data.common_steps import check_joined_steps
from mmzoo.data.errors import DataError
from mmzoo.data.pipeline import TOKENS
from mmzoo.data.sequences import Sequences
from mmzoo.data.speaker_normalization import (
    FEW_RECORDINGS,
    few_recordings,
    normalized_speakers,
)

# So many clips are read and answered at once.
CLIPS = 32
FEW = f"its speaker has fewer than {FEW_RECORDINGS} recordings to standardise by"


def predict(model, speakers=None, **clips):
    """What a model says of one clip, or of several.

    One function for every model of the zoo. A model with front ends (the audio-text
    and the image-text classifier) answers from raw input; any other reads frames, as
    arrays.

    Args:
        model: a model of mmzoo, such as `mmzoo.load` gives it.
        speakers: optional name of the speaker of each clip, or one name where all are
            of one. A model whose spectrograms are standardised by speaker needs it, and
            several clips of each; others take none.
        **clips: for each modality of `model.source` one clip, or a list of them:
            `audio`: path of a sound file, or samples `(samples,)` at the model's rate;
            `text`: words; `image`: path of a picture, or an array `(height, width, 3)`;
            any modality that the model reads as frames: an array `(timesteps,
            features)`. `None` for a clip that lacks the modality. An array is read as a
            file of its values is, so uint8 levels of colour are 0 to 255, floats 0 to
            1, and int16 samples are scaled.

    Returns:
        Dict: under the model's target, such as `"emotion"`, the name of the most
        probable class, and `"probabilities"` by class; or a float, under `"sentiment"`
        or another target. Under `"emotions"`, the list of the names that are more
        probable than not. Lists of these for a model that answers once a step. Under
        `"warnings"`, where there is any, sentences on what the clip lacks: a silent
        recording, a picture of one colour, values that were not finite.
        A list of such dicts where lists were given; for a clip in it that cannot be
        read, or has nothing in it, the target is `None`, `"error"` says why, and a
        warning counts them.

    Raises:
        ValueError: naming the argument or the file, and what to do; a clip of which
            nothing is observed in any modality gets no answer, nor does one whose
            modalities have other steps each, where the model joins them step by step
            (`model.joined_steps`).

    Example:
    ```python
    model = mmzoo.build_lstm_baseline({"text": 300}, units=4)
    mmzoo.predict(model, text=np.ones((12, 300)))["sentiment"]  # a float
    ```
    """
    return answer_clips(model, clips, _answers, speakers)


def answer_clips(model, clips, answer, speakers=None):
    """Answer one clip or several, as `predict` does, by a function of some clips.

    Args:
        model: a model of mmzoo.
        clips: dict from modality to one clip, or to a list of them.
        answer: function of the model, a dict from modality to a list, and the list of
            their speakers or `None`, which returns a list of dicts.
        speakers: optional name of the speaker of each clip, or of all.

    Returns:
        One dict, or a list of them.
    """
    several = {isinstance(each, list | tuple) for each in clips.values()}
    _check(model, clips, several)
    if several != {True}:
        clips = {name: [clip] for name, clip in clips.items()}
        return answer(model, clips, speakers_of(model, speakers, 1))[0]
    answers = list(each_clip(model, clips, answer, speakers))
    broken = sum("error" in answer for answer in answers)
    if broken == len(answers):
        # The first one says what is wrong.
        first = {name: rows[:1] for name, rows in clips.items()}
        return answer(model, first, None if speakers is None else ["its own"])
    if broken:
        told = f'{broken} of {len(answers)} clips have no answer, but an "error".'
        warnings.warn(told, stacklevel=3)
    return answers


def each_clip(model, clips, answer=None, speakers=None):
    """The answers to many clips one after the other, while they are computed.

    Args:
        model: a model of mmzoo.
        clips: dict from each modality that it reads to a list, as in `predict`.
        answer: optional function as in `answer_clips`. Defaults to that of `predict`.
        speakers: optional name of the speaker of each clip, or of all.

    Returns:
        An iterator of dicts as those of `predict`. Clips are read some at a time, so
        memory does not grow with them; where speakers count, all clips of one at a
        time, and no answer comes before the last.
    """
    answer, count = answer or _answers, len(next(iter(clips.values())))
    speakers = speakers_of(model, speakers, count)
    if speakers is None:
        for first in range(0, count, CLIPS):
            places = range(first, min(first + CLIPS, count))
            yield from _answered(model, clips, answer, places, None)
        return
    answers = [None] * count
    for name in dict.fromkeys(speakers):
        own = [place for place in range(count) if speakers[place] == name]
        found = _answered(model, clips, answer, own, name)
        for place, each in zip(own, found, strict=True):
            answers[place] = each
    yield from answers


def speakers_of(model, speakers, count):
    """The speaker of each clip, where a model standardises by speaker.

    Args:
        model: a model of mmzoo.
        speakers: a name, a list of names, or `None`.
        count: int. How many clips there are.

    Returns:
        List of names, or `None`.

    Raises:
        ValueError: they are missing, not as many as the clips, or nothing that the
            model takes notice of.
    """
    names = model.speaker_normalized
    if not names:
        if speakers is not None:
            raise ValueError(
                "`speakers` is for models that standardise by speaker, and this one "
                "does not: leave it out."
            )
        return None
    if speakers is None:
        raise ValueError(
            f"The model standardises {names[0]} by speaker: give `speakers`, the "
            "name of the speaker of each clip, or one name if all are of one."
        )
    if isinstance(speakers, str):
        return [speakers] * count
    given = [*np.atleast_1d(np.asarray(speakers, dtype=object))]
    if None in given:
        raise ValueError(
            f"`speakers` has None for clip {given.index(None)}: name the speaker of "
            "each clip, one of its own where it is unknown."
        )
    given = [*map(str, given)]
    if len(given) != count:
        raise ValueError(f"`speakers` has {len(given)} names for {count} clips.")
    return given


def _answered(model, clips, answer, places, speaker):
    """Answers to some clips together; one that has none gets its error alone."""

    def some(places):
        given = {name: [rows[p] for p in places] for name, rows in clips.items()}
        return given, None if speaker is None else [speaker] * len(places)

    try:
        return answer(model, *some(places))
    except DataError as error:
        faults = {place: fault_of(model, some([place])[0]) for place in places}
        if not any(faults.values()):
            # It is of all of them together.
            faults = dict.fromkeys(places, str(error))
    sound = [place for place, fault in faults.items() if fault is None]
    found = iter(answer(model, *some(sound)) if sound else ())
    return [
        next(found) if fault is None else {model.target: None, "error": fault}
        for fault in faults.values()
    ]


def fault_of(model, clip):
    """Why a clip cannot be answered.

    Args:
        model: a model of mmzoo.
        clip: dict from modality to a list with one clip.

    Returns:
        str, or `None` where it can.
    """
    try:
        read_clips(model, clip)
    except DataError as error:
        return str(error)
    return None


def read_clips(model, clips, speakers=None):
    """Read some clips, of which each has something.

    Args:
        model: a model of mmzoo.
        clips: dict from modality to a list.
        speakers: optional list of str, the speaker of each clip.

    Returns:
        Dict from modality to what `clip_rows` gives.

    Raises:
        DataError: a clip cannot be read, has nothing in it, or has other steps in each
            of the modalities that the model joins step by step.
    """
    read = {name: clip_rows(model, name, rows) for name, rows in clips.items()}
    _check_observed(read)
    _check_steps(model, clips, read)
    for name in model.speaker_normalized if speakers is not None else ():
        _, rows, told = read[name]
        heard = [mask.any() for _, mask in rows]
        if few_recordings(itertools.compress(speakers, heard)):
            for said in itertools.compress(told, heard):
                said.append(FEW)
    return read


def _answers(model, clips, speakers):
    read = read_clips(model, clips, speakers)
    if speakers is not None:
        _standardize(model, read, speakers)
    found = {key: rows for key, rows, _ in read.values()}
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
    outputs = model.predict(inputs, verbose=0, batch_size=CLIPS)
    steps = np.max(
        [inputs[key].sum(axis=1) for key in inputs if "_mask" in key], axis=0
    )
    answers = model.answer(outputs, steps)
    for index, answer in enumerate(answers):
        told = [text for *_, said in read.values() for text in said[index]]
        answer |= {"warnings": told} if told else {}
    return answers


def _standardize(model, read, speakers):
    """Put frames that are standardised by speaker in the place of recordings."""
    for name in model.speaker_normalized:
        _, rows, told = read[name]
        frames = [_frames(model.front_ends[name], *row) for row in rows]
        given = Sequences.from_list(*zip(*frames, strict=True))
        rows = [*normalized_speakers(given, speakers)]
        read[name] = name, rows, told


def _frames(front_end, samples, mask):
    """What a front end makes of one clip, without padding."""
    second = front_end.sample_rate
    longest = max(1, -(-len(mask) // second)) * second
    samples, mask = _padded([(samples, mask)], longest, "float32")
    made = front_end(samples, mask=mask)
    frames, mask = (np.asarray(keras.ops.convert_to_numpy(each))[0] for each in made)
    return frames[: mask.sum()], mask[: mask.sum()]


def _check(model, clips, several):
    if not model.answers:
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


def _check_observed(read):
    """Refuse a clip that has nothing: the answer would be that of no clip at all."""
    masks = [[mask.any() for _, mask in rows] for _, rows, _ in read.values()]
    empty = np.flatnonzero(~np.any(masks, axis=0))
    if len(empty):
        which = f"clip {empty[0]}" if len(masks[0]) > 1 else "the clip"
        lacking = " and no ".join(read)
        fault = f"{which} has no {lacking}, so there is nothing to answer"
        raise DataError("predict", fault, "Give at least one of them")


def _check_steps(model, clips, read):
    """Refuse clips whose steps the model joins, but which have others each."""
    lengths = {
        name: np.array([len(mask) * mask.any() for _, mask in read[name][1]])
        for name in clips
        if name not in model.front_ends or read[name][0] == TOKENS
    }
    check_joined_steps("predict", model.joined_steps, lengths)


def _padded(rows, longest, dtype):
    batch = np.zeros((len(rows), longest, rows[0][0].shape[1]), dtype)
    mask = np.zeros(batch.shape[:2], bool)
    for index, (row, observed) in enumerate(rows):
        batch[index, : len(row)], mask[index, : len(row)] = row, observed
    return batch, mask

"""Standardise frames by the speaker that they are of."""

import dataclasses
from collections import Counter

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.provenance import by_split, recorded
from mmzoo.data.sequences import Sequences

# Statistics of fewer recordings tell what was said rather than who speaks.
FEW_RECORDINGS = 10
# A feature that varies less, as a share of its mean, is constant.
CONSTANT = 1e-6


def normalized_speakers(rows: Sequences, speakers) -> Sequences:
    """Standardise each feature by the recordings of each speaker.

    The mean and the deviation are of all observed frames of a speaker, whatever they
    are labelled. So what tells speakers apart, the pitch and the colour of a voice and
    the distance to the microphone, is taken away, and what changes from one recording
    to the next stays. This is the speaker normalization of emotion recognition.

    Args:
        rows: Frames, a sequence a recording.
        speakers: Name of the speaker of each.

    Returns:
        The sequences, in standard deviations; 0 for a feature that is constant for a
        speaker, and for a step that was not observed.

    Raises:
        DataError: If there are not as many speakers as recordings, or a speaker has one
            step in all, which is its own mean.

    Example:
    ```python
    loud, quiet = np.full((3, 1), [[8.0], [9.0], [10.0]]), np.arange(3.0)[:, None]
    rows = mmzoo.data.Sequences.from_list([loud, quiet])
    found = normalized_speakers(rows, ["a", "b"])
    np.allclose(found[0][0], found[1][0])  # True
    ```

    Reference:
        - [Busso et al., 2013](https://doi.org/10.1109/T-AFFC.2013.26), who estimate
          the statistics from recordings that seem neutral; here all of a speaker count.
    """
    if len(speakers) != len(rows):
        fault = f"{len(speakers)} speakers were given for {len(rows)} recordings"
        raise DataError("`speakers`", fault, "Give the speaker of each")
    if not len(rows):
        return rows
    names = np.array([*map(str, speakers)])
    frames, present = [None] * len(rows), [None] * len(rows)
    for name in dict.fromkeys(names):
        own = np.flatnonzero(names == name)
        read = [rows[index] for index in own]
        mean, deviation = _statistics([values[seen] for values, seen in read], name)
        for index, (values, seen) in zip(own, read, strict=True):
            scaled = (values - mean) / np.where(deviation > 0, deviation, 1.0)
            shown = seen[:, None] & (deviation > 0)
            frames[index] = np.where(shown, scaled, 0.0).astype("float32")
            present[index] = seen
    return Sequences.from_list(frames, present)


def with_normalized_speakers(corpus: Corpus, name: str) -> Corpus:
    """The same corpus, one modality of which is standardised by speaker.

    Each split has statistics of its own, so that no sample of another one counts, where
    a speaker has recordings in several.

    Args:
        corpus: Any corpus whose groups are speakers.
        name: The modality.

    Returns:
        The corpus; `provenance["speaker_normalized"]` names the modality, and a warning
        says what this asks of whoever wants an answer.

    Raises:
        DataError: If the groups of the corpus are not speakers.
    """
    check_speakers(corpus)
    splits = {
        each: split.with_modality(
            name, normalized_speakers(split.sequences[name], split.groups)
        )
        for each, split in corpus.splits.items()
    }
    done = [*corpus.provenance.get("speaker_normalized", ()), name]
    corpus = dataclasses.replace(corpus, splits=splits)
    return recorded(corpus, _warnings(corpus, name), speaker_normalized=done)


def check_speakers(corpus: Corpus) -> None:
    """Refuse a corpus whose groups are not speakers.

    Args:
        corpus: Any corpus.

    Raises:
        DataError: Naming what the groups are, and what to do.
    """
    if corpus.group_kind != "speaker":
        raise DataError(
            corpus.name,
            f"it tells no speakers, but each {corpus.group_kind}",
            "Name the speaker of each recording, such as in a column speaker; or take "
            "a model without `speaker_normalization`",
        )


def speakers_heard(rows: Sequences, speakers) -> list[str]:
    """The speakers of the recordings that have anything.

    Args:
        rows: Frames, a sequence a recording.
        speakers: Name of the speaker of each.

    Returns:
        One name for each recording of which a step was observed.
    """
    pairs = zip(speakers, rows.observed, strict=True)
    return [name for name, heard in pairs if heard]


def _warnings(corpus, name):
    groups = {
        each: speakers_heard(split.sequences[name], split.groups)
        for each, split in corpus.splits.items()
    }
    counts = by_split({each: len(set(names)) for each, names in groups.items()})
    yield (
        f"The {name} is standardised by all recordings that a split has of a speaker "
        f"(speakers: {counts}), whose labels are not read: an answer needs several "
        "recordings of one speaker."
    )
    few = by_split({each: few_recordings(names) for each, names in groups.items()})
    if few:
        yield (
            f"Speakers with fewer than {FEW_RECORDINGS} recordings, whose statistics "
            f"say little: {few}."
        )


def few_recordings(speakers) -> int:
    """How many speakers have too few recordings for statistics of their own.

    Args:
        speakers: Name of the speaker of each recording.

    Returns:
        The number of those with fewer than `FEW_RECORDINGS`.
    """
    return sum(each < FEW_RECORDINGS for each in Counter(speakers).values())


def _statistics(parts, speaker):
    """Mean and deviation of each feature, 0 where it is constant."""
    values = np.concatenate(parts).astype("float64")
    if len(values) == 1:
        fault = f"{str(speaker)!r} has one recording of one step, which is its own mean"
        remedy = "Give several recordings of each speaker; to train, you can leave "
        remedy += "`speaker_normalization` out"
        raise DataError("speakers", fault, remedy)
    if not len(values):
        return np.zeros((2, values.shape[1]))
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    constant = deviation <= CONSTANT * np.abs(mean)
    return mean, np.where(constant, 0.0, deviation)

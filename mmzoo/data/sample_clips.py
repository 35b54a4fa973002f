"""The built-in sample of clips: generated voices, their words and emotions.

A clip is a row of syllables: a harmonic tone with vibrato under an envelope, and noise.
Twelve speakers have a pitch and a timbre of their own; no speaker is in two splits.
The emotion moves the pitch, the loudness and the rhythm of the syllables, each with a
deviation that lets emotions overlap. Half of the sentences carry a word of emotion,
now and then the wrong one. So the words tell a part, the voice tells more,
and both together tell most.
"""

import numpy as np

from mmzoo.data.audio_file import SAMPLE_RATE, WAVEFORM
from mmzoo.data.corpus import Corpus
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTION, SPLITS, Split

CLASSES = ("neutral", "happy", "sad", "angry")
SPEAKERS = {"train": 8, "valid": 2, "test": 2}
CLIPS_PER_SPEAKER = 40
SECONDS = (0.6, 1.2)
HARMONICS = 12
# Of each class: how far the pitch rises over the clip (octaves), vibrato (octaves),
# loudness (decibels), syllables a second, how steeply a syllable begins (0 to 1).
VOICES = {
    "neutral": (-0.1, 0.01, 0.0, 4.0, 0.4),
    "happy": (0.35, 0.05, 3.0, 5.5, 0.5),
    "sad": (-0.3, 0.02, -6.0, 2.8, 0.2),
    "angry": (-0.1, 0.03, 6.0, 5.5, 0.9),
}
DEVIATIONS = (0.16, 0.012, 2.5, 0.8, 0.2)
NOISE = 0.01
# Every second sentence of a speaker and emotion has a word of emotion; the share of
# those whose word is drawn from all emotions.
MISLEADING = 0.1
SUBJECTS = ("the train", "my sister", "the letter", "our neighbour", "the dog")
VERBS = ("came", "stayed", "went away", "was here", "returned")
TIMES = ("today", "last night", "on monday", "before lunch")
FEELINGS = {
    "neutral": ("as usual", "as planned"),
    "happy": ("how wonderful", "what a joy"),
    "sad": ("what a pity", "so lonely"),
    "angry": ("how dare they", "i hate this"),
}


def sample_clips(seed: int = 0, clips_per_speaker: int = CLIPS_PER_SPEAKER) -> Corpus:
    """Generate the sample of clips.

    Args:
        seed: Seed of everything that is drawn. Defaults to `0`.
        clips_per_speaker: Clips of each speaker, as many of each emotion as can be.
            Defaults to `40`.

    Returns:
        The corpus; the same seed gives the same corpus.
    """
    generator = np.random.default_rng(seed)
    speakers = _speakers(generator)
    splits, first = {}, 0
    for name in SPLITS:
        last = first + SPEAKERS[name]
        numbers = range(first, last)
        splits[name] = _split(speakers, numbers, clips_per_speaker, generator)
        first = last
    provenance = {
        "format": "sample-clips",
        "protocol": "generated",
        "files": [],
        "seed": seed,
        "sample_rate": SAMPLE_RATE,
    }
    label_range = (0, len(CLASSES) - 1)
    return Corpus(
        "sample-clips", splits, label_range, provenance, CLASSES, group_kind="speaker"
    )


def _speakers(generator) -> list[tuple[float, np.ndarray]]:
    """Base pitch and strength of the harmonics of each speaker."""
    count = sum(SPEAKERS.values())
    pitches = generator.permutation(np.geomspace(95.0, 240.0, count))
    falls = generator.uniform(0.6, 1.4, count)
    rank = np.arange(1, HARMONICS + 1)
    own = generator.lognormal(0.0, 0.4, (count, HARMONICS))
    return [
        (pitch, rank**-fall * row)
        for pitch, fall, row in zip(pitches, falls, own, strict=True)
    ]


def _split(speakers, numbers, clips_per_speaker: int, generator) -> Split:
    labels = [i % len(CLASSES) for _ in numbers for i in range(clips_per_speaker)]
    groups = [f"speaker{n + 1:02d}" for n in numbers for _ in range(clips_per_speaker)]
    waveforms = [
        _clip(*speakers[number], CLASSES[i % len(CLASSES)], generator)[:, None]
        for number in numbers
        for i in range(clips_per_speaker)
    ]
    return Split(
        {WAVEFORM: Sequences.from_list(waveforms)},
        labels,
        tuple(f"{group}_{i % clips_per_speaker:03d}" for i, group in enumerate(groups)),
        tuple(groups),
        words=tuple(
            _sentence(CLASSES[label], i // len(CLASSES) % 2 == 0, generator)
            for i, label in enumerate(labels)
        ),
        target=EMOTION,
    )


def _clip(pitch: float, timbre: np.ndarray, emotion: str, generator) -> np.ndarray:
    """One clip, `(samples,)`."""
    drawn = np.array(VOICES[emotion]) + np.array(DEVIATIONS) * generator.normal(size=5)
    rise, vibrato, decibels, rate, attack = drawn
    vibrato, attack = max(vibrato, 0.0), np.clip(attack, 0.05, 0.95)
    time = np.arange(int(SAMPLE_RATE * generator.uniform(*SECONDS))) / SAMPLE_RATE
    start, wave = generator.uniform(size=2)
    octaves = rise * (time / time[-1] - 0.5) + generator.normal(0.0, 0.06)
    octaves += vibrato * np.sin(2 * np.pi * (5.5 * time + wave))
    phase = 2 * np.pi * np.cumsum(pitch * 2.0**octaves) / SAMPLE_RATE
    # The harmonics are powers of one rotation: no sine has to be taken of each.
    turn = np.exp(1j * phase).astype("complex64")
    harmonic, tone = np.ones_like(turn), np.zeros(len(time), "float32")
    # A steep attack is a tense voice, with stronger high harmonics.
    tension = np.arange(HARMONICS) * (attack - 0.4) * 0.2
    for strength in timbre * np.exp(tension) / np.linalg.norm(timbre):
        harmonic = harmonic * turn
        tone += np.float32(strength) * harmonic.imag
    # Place within a syllable: up to its peak at `1 - attack`, and down again.
    place = (max(rate, 1.5) * time + start) % 1.0
    peak = 1.0 - attack
    envelope = np.minimum(place / peak, (1.0 - place) / (1.0 - peak)) ** 0.7
    loudness = 0.08 * 10 ** (decibels / 20)
    noise = NOISE * generator.standard_normal(len(time))
    return np.clip(loudness * envelope * tone + noise, -1.0, 1.0).astype("float32")


def _sentence(emotion: str, telling: bool, generator) -> str:
    words = [generator.choice(part) for part in (SUBJECTS, VERBS, TIMES)]
    if telling:
        misled = generator.random() < MISLEADING
        shown = generator.choice(CLASSES) if misled else emotion
        words.append(generator.choice(FEELINGS[shown]))
    return " ".join(words)

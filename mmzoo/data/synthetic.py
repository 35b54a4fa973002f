"""The built-in sample: a generated trimodal corpus with the shapes of CMU-MOSI.

A hidden process (`HiddenProcess`) drives all three modalities. It has five blocks:

* `topic`: what the utterance is about, in all modalities;
* `echoed`: sentiment in the words that voice and face echo, unsteadily;
* `verbal`: sentiment in the words alone;
* `nonverbal`: sentiment in voice and face alone;
* `irony`: whether the words mean their opposite, in voice and face alone.

The label (`sample_labels`) is a weighted sum of the middle three, with a little noise,
rounded to 0.2 and kept within [-3, 3]; but `verbal` counts with the opposite sign where
the utterance is ironic, and the last words of it count most. A frame also has nuisance
(a few strong directions), blur (a modality's own, added to a block before it is shown)
and noise, all drawn anew at every step.

So text tells most about the label, and the three together tell much more than text;
no linear model on means finds what irony and the last words do, and a network may;
each modality can partly be predicted from the others; the previous frame says little
about the next; and sentiment is a faint direction among 300 features of text, beside
strong nuisance: a random projection loses much of it, but a translation finds it.
"""

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.hidden_process import HiddenProcess
from mmzoo.data.sample_labels import LABEL_RANGE, sample_labels
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import SPLITS, Split

FEATURES = {"text": 300, "audio": 74, "video": 35}
SIZES = {"train": 1284, "valid": 229, "test": 686}
VIDEOS = {"train": 52, "valid": 10, "test": 31}
LONGEST = 50
# Corpora of another version have other numbers, whatever the seed.
VERSION = 2

# Blocks of the hidden process: number of quantities, and their persistence, the
# correlation of one step with the next.
BLOCKS = {
    "topic": (6, 0.6),
    "echoed": (1, 0.8),
    "verbal": (1, 0.8),
    "nonverbal": (1, 0.8),
    "irony": (1, 0.9),
}
# Share of each block, and of the nuisance, in the variance of a modality's frames;
# what the blur and these leave of 1 is noise.
SHARES = {
    "text": {"topic": 0.27, "echoed": 0.03, "verbal": 0.05, "nuisance": 0.4},
    "audio": {
        "topic": 0.25,
        "echoed": 0.03,
        "nonverbal": 0.05,
        "irony": 0.15,
        "nuisance": 0.2,
    },
    "video": {
        "topic": 0.25,
        "echoed": 0.03,
        "nonverbal": 0.03,
        "irony": 0.1,
        "nuisance": 0.1,
    },
}
NUISANCES = {"text": 6, "audio": 4, "video": 3}
# Deviation of the blur of a block, which has deviation 1 itself.
BLURS = {
    "text": {},
    "audio": {"echoed": 2.0, "nonverbal": 0.7},
    "video": {"echoed": 2.0, "nonverbal": 1.2, "irony": 0.7},
}
UNOBSERVED_VIDEO = 0.06


def sample_process(generator: np.random.Generator) -> HiddenProcess:
    """Draw the loadings; every feature has variance 1."""
    counts, persistences = zip(*BLOCKS.values(), strict=True)
    mixing = {name: _mixing(name, generator) for name in FEATURES}
    return HiddenProcess(
        np.repeat(persistences, counts),
        *({name: parts[i] for name, parts in mixing.items()} for i in range(3)),
    )


def _mixing(modality: str, generator: np.random.Generator):
    """Loadings, nuisance and noise of one modality."""
    shares, blurs = SHARES[modality], BLURS[modality]
    counts = [count for count, _ in BLOCKS.values()]
    share = np.repeat([shares.get(name, 0.0) for name in BLOCKS], counts)
    blur = np.repeat([blurs.get(name, 0.0) for name in BLOCKS], counts)
    size = np.sqrt(share / np.repeat(counts, counts))
    nuisances = NUISANCES[modality]
    loadings = generator.standard_normal((FEATURES[modality], len(size))) * size
    nuisance = generator.standard_normal((FEATURES[modality], nuisances))
    nuisance *= np.sqrt(shares["nuisance"] / nuisances)
    # Blur is nuisance in the direction of a block.
    nuisance = np.concatenate([nuisance, (loadings * blur)[:, blur > 0]], axis=1)
    noise = 1.0 - sum(shares.values()) - np.sum((size * blur) ** 2)
    variance = (loadings**2).sum(axis=1) + (nuisance**2).sum(axis=1) + noise
    scale = 1.0 / np.sqrt(variance)[:, None]
    return loadings * scale, nuisance * scale, np.sqrt(noise) * scale[:, 0]


def sample_corpus(seed: int = 0, sizes: dict[str, int] | None = None) -> Corpus:
    """Generate the sample.

    Args:
        seed: Seed of everything that is drawn. Defaults to `0`.
        sizes: Number of utterances of each split; those of MOSI where not given.

    Returns:
        The corpus; the same seed gives the same corpus.
    """
    generator = np.random.default_rng(seed)
    process = sample_process(generator)
    scales = {
        name: (
            generator.lognormal(0.0, 0.5, features),
            generator.standard_normal(features),
        )
        for name, features in FEATURES.items()
    }
    sizes = SIZES if sizes is None else sizes
    splits = {
        name: _split(name, sizes[name], process, scales, generator) for name in SPLITS
    }
    provenance = {
        "format": "sample",
        "protocol": "generated",
        "version": VERSION,
        "files": [],
        "seed": seed,
    }
    return Corpus("sample", splits, LABEL_RANGE, provenance)


def _split(name, size, process, scales, generator) -> Split:
    lengths = np.clip(generator.lognormal(np.log(10), 0.62, size), 1, LONGEST)
    lengths = lengths.round().astype("int64")
    starts = np.cumsum(lengths) - lengths
    hidden = process.sample_hidden(size, LONGEST, generator)
    labels = sample_labels(hidden, lengths, BLOCKS, generator.standard_normal(size))
    # (total_steps, hidden)
    hidden = hidden[np.arange(LONGEST) < lengths[:, None]]
    sequences = {}
    for modality, (scale, shift) in scales.items():
        frames = process.sample_frames(modality, hidden, generator) * scale + shift
        present = None
        if modality == "video":
            present = generator.random(len(frames)) >= UNOBSERVED_VIDEO
            frames[~present] = 0.0
        frames = frames.astype("float32")
        sequences[modality] = Sequences(frames, starts, lengths, present)
    videos = np.arange(size) * VIDEOS[name] // size
    groups = tuple(f"{name}{video:02d}" for video in videos)
    ids = tuple(f"{group}_{i:04d}" for i, group in enumerate(groups))
    return Split(sequences, labels, ids, groups)

"""The built-in sample: a generated trimodal corpus with the shapes of CMU-MOSI.

A hidden process drives all three modalities. In each utterance of `timesteps`
steps, every hidden quantity is a stationary Gaussian AR(1) sequence `z`, and the
frames of modality `m` are

    frame(m, t) = loadings(m) z(t) + nuisance(m) n(m, t) + noise(m, t)

with `n` and `noise` drawn anew at every step, every feature of variance 1 (then
scaled and shifted, as raw features are). The hidden quantities are

* `topic`: what the utterance is about, shown by all modalities;
* `verbal`: sentiment in the words, shown faintly by text, and by the face;
* `nonverbal`: sentiment beside the words, shown by voice and face, not by text.

The label is a weighted sum of the means over the utterance of `verbal` and
`nonverbal`, with a little noise, rounded to 0.2 and kept within [-3, 3].

So text tells most about the label and the three together tell more; each modality
can partly be predicted from the others, through `z`; the previous frame says
little about the next, because most of a frame is `nuisance` and `noise`; and a
translation into the video has to find `verbal` in the text, where few labels and
300 features hide it.
"""

import numpy as np

from mmzoo.data.corpus import SPLITS, Corpus, Split
from mmzoo.data.hidden_process import HiddenProcess
from mmzoo.data.sequences import Sequences

FEATURES = {"text": 300, "audio": 74, "video": 35}
SIZES = {"train": 1284, "valid": 229, "test": 686}
VIDEOS = {"train": 52, "valid": 10, "test": 31}
LABEL_RANGE = (-3.0, 3.0)
LONGEST = 50

# Blocks of the hidden process: number of quantities, and their persistence, the
# correlation of one step with the next.
BLOCKS = {
    "topic": (6, 0.6),
    "echoed": (1, 0.8),
    "verbal": (1, 0.8),
    "nonverbal": (1, 0.8),
}
# Share of each block, and of the nuisance, in the variance of a modality's frames;
# what is missing from 1 is noise.
SHARES = {
    "text": {"topic": 0.27, "echoed": 0.01, "verbal": 0.01, "nuisance": 0.45},
    "audio": {"topic": 0.3, "echoed": 0.01, "nonverbal": 0.04, "nuisance": 0.35},
    "video": {"topic": 0.3, "echoed": 0.06, "nonverbal": 0.04, "nuisance": 0.3},
}
NUISANCES = {"text": 6, "audio": 4, "video": 3}
# Deviation of what is mixed with a sentiment block before a modality shows it, anew at
# every step (that of the block is 1): voice and face are unsteady witnesses, so they
# tell less of the label than the words, but the words do foretell them.
BLUR = {
    "text": {},
    "audio": {"echoed": 2.0, "nonverbal": 1.0},
    "video": {"echoed": 2.0, "nonverbal": 1.0},
}
# What the label is made of. Its noise is that of the annotators.
LABEL_WEIGHTS = {"echoed": 0.5, "verbal": 0.65, "nonverbal": 0.45, "noise": 0.2}
LABEL_DEVIATION = 1.57
UNOBSERVED_VIDEO = 0.06


def _process(generator: np.random.Generator) -> HiddenProcess:
    """Draw the loadings; every feature has variance 1."""
    counts, persistences = zip(*BLOCKS.values(), strict=True)
    persistence = np.repeat(persistences, counts)
    loadings, nuisance, noise = {}, {}, {}
    for modality, features in FEATURES.items():
        shares = SHARES[modality]
        deviations = [np.sqrt(shares.get(name, 0.0) / BLOCKS[name][0]) for name in BLOCKS]
        shown = generator.standard_normal((features, len(persistence)))
        shown *= np.repeat(deviations, counts)
        blur = np.repeat([BLUR[modality].get(name, 0.0) for name in BLOCKS], counts)
        strayed = generator.standard_normal((features, NUISANCES[modality]))
        strayed *= np.sqrt(shares["nuisance"] / NUISANCES[modality])
        strayed = np.concatenate([strayed, (shown * blur)[:, blur > 0]], axis=1)
        rest = 1.0 - sum(shares.values()) - np.sum((np.repeat(deviations, counts) * blur) ** 2)
        variance = (shown**2).sum(axis=1) + (strayed**2).sum(axis=1) + rest
        scale = 1.0 / np.sqrt(variance)
        loadings[modality] = shown * scale[:, None]
        nuisance[modality] = strayed * scale[:, None]
        noise[modality] = np.sqrt(rest) * scale
    return HiddenProcess(persistence, loadings, nuisance, noise)


def sample_corpus(seed: int = 0, sizes: dict[str, int] | None = None) -> Corpus:
    """Generate the sample.

    Args:
        seed: Seed of everything that is drawn. Defaults to `0`.
        sizes: Number of utterances of each split; those of MOSI where not given.

    Returns:
        The corpus; the same seed gives the same corpus.
    """
    generator = np.random.default_rng(seed)
    process = _process(generator)
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
        "files": [],
        "seed": seed,
    }
    return Corpus("sample", splits, LABEL_RANGE, provenance)


def _split(name, size, process, scales, generator) -> Split:
    lengths = np.clip(generator.lognormal(np.log(10), 0.62, size), 1, LONGEST)
    lengths = lengths.round().astype("int64")
    starts = np.cumsum(lengths) - lengths
    hidden = process.sample_hidden(size, LONGEST, generator)
    labels = _labels(hidden, lengths, process, generator)
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


def _labels(hidden, lengths, process, generator) -> np.ndarray:
    inside = np.arange(LONGEST) < lengths[:, None]
    means = np.einsum("nth,nt->nh", hidden, inside) / lengths[:, None]
    first, values = 0, LABEL_WEIGHTS["noise"] * generator.standard_normal(len(lengths))
    for name, (count, rho) in BLOCKS.items():
        if name in LABEL_WEIGHTS:
            deviation = _deviation_of_mean(rho, lengths)
            values += LABEL_WEIGHTS[name] * means[:, first] / deviation
        first += count
    total = np.sqrt(sum(weight**2 for weight in LABEL_WEIGHTS.values()))
    labels = np.round(values / total * LABEL_DEVIATION * 5) / 5
    return np.clip(labels, *LABEL_RANGE).astype("float32")


def _deviation_of_mean(rho: float, lengths: np.ndarray) -> np.ndarray:
    """Deviation of the mean of an AR(1) sequence of variance 1, by length."""
    variances = np.array(
        [
            np.mean(rho ** np.abs(np.subtract.outer(range(n), range(n))))
            for n in range(1, LONGEST + 1)
        ]
    )
    return np.sqrt(variances)[lengths - 1]


def explainable_variance(
    source: list[str], target: list[str], seed: int = 0, split: str = "test"
) -> float:
    """Share of the target's variance that its source determines by construction.

    This is the bound for any translation of the sample, in closed form (see
    `HiddenProcess.explained`): the best prediction of every observed target frame
    from the whole source sequence, averaged over the sequences of a split.
    Frames are standardised, so that features count equally, as observed steps do.
    A modality on both sides is known altogether.

    Args:
        source: Modalities of the source.
        target: Modalities of the target.
        seed: Seed of the sample. Defaults to `0`.
        split: Split whose lengths and unobserved steps count. Defaults to `"test"`.

    Returns:
        Fraction of the variance, from 0 to 1.
    """
    process = _process(np.random.default_rng(seed))
    rows = sample_corpus(seed).splits[split].sequences
    explained = total = 0.0
    for i in range(len(rows["text"])):
        present = {name: rows[name][i][1] for name in FEATURES}
        for name in target:
            steps = present[name].sum() * FEATURES[name]
            total += steps
            if name in source:
                explained += steps
            else:
                shown = {key: present[key] for key in source}
                explained += process.explained(name, shown)[present[name]].sum()
    return float(explained / total)

"""From samples of computational sequences to a corpus: splits, names and remarks."""

from pathlib import Path

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.feature_names import KEY
from mmzoo.data.other_labels import carrying
from mmzoo.data.readers.csd_alignment import Track
from mmzoo.data.readers.csd_choice import Choice
from mmzoo.data.readers.csd_labels import CsdLabels
from mmzoo.data.readers.csd_samples import Sample
from mmzoo.data.readers.csd_tally import Tally
from mmzoo.data.readers.file_table import UNNAMED
from mmzoo.data.readers.labels_csv import cut_by_seed
from mmzoo.data.readers.standard_folds import standard_folds
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import SPLITS, Split

SAID = {
    "imputed": "words without frames, which are zeros that were not observed",
    "not finite, in no mean": "values that are not finite and take no part in means",
    "without length": "frames left out since their interval has no length",
}
IN_NO_FOLD = "its video is in no published split"


def csd_corpus(
    path: Path,
    choice: Choice,
    labels: CsdLabels,
    samples: list[Sample],
    told: dict,
    tally: Tally,
) -> Corpus:
    """Put a corpus together.

    Args:
        path: The file or folder.
        choice: The roots.
        labels: The label that was read.
        samples: The samples.
        told: What was done to align them.
        tally: What was left out.

    Returns:
        The corpus, its splits those that are published for the videos, or by a seed.
    """
    by_split, name, remarks = _by_split(samples, tally)
    told |= {kind: dict(counts) for kind, counts in tally.counts.items()}
    unusable = {root: len(keys) for root, keys in tally.unusable.items()}
    provenance = {
        **labels.provenance,
        **({"cut_by": "seed"} if name is None else {"folds_of": name}),
        "roots": choice.taken,
        "left_aside": choice.left_aside,
        "alignment": told,
        "dropped": dict(tally.dropped),
        KEY: {
            modality: root.dimensions
            for modality, root in choice.features.items()
            if root.dimensions
        },
        "warnings": [*remarks, *_warnings(choice, told, unusable, tally)],
    }
    if tally.answering:
        provenance["left_out"] = tally.left_out
    splits = {
        split: _split(rows, choice, labels.target) for split, rows in by_split.items()
    }
    name, meaning = name or path.resolve().stem, (labels.label_range, provenance)
    corpus = Corpus(name, splits, *meaning, labels.classes)

    def other(label):
        by_id, meaning = labels.other(label)
        found = {
            split: np.array([by_id[each] for each in rows.ids], "float32")
            for split, rows in splits.items()
        }
        return found, meaning

    return (
        carrying(corpus, labels.names, labels.chosen, other) if labels.names else corpus
    )


def _by_split(samples: list[Sample], tally: Tally):
    """Samples of each split, whose published folds they are, and what to warn of."""
    videos = [sample.segment.video for sample in samples]
    known, remarks = standard_folds(videos), []
    name, split_of = known or (None, {})
    splits = [split_of.get(video, UNNAMED) for video in videos]
    if name is None:
        splits = cut_by_seed(videos)
        remarks = [
            "no published split has these videos: they were cut by a seed, 60 % to "
            "train, 20 % to validate and 20 % to test."
        ]
    found = {split: [] for split in (*SPLITS, UNNAMED)}
    for sample, split in zip(samples, splits, strict=True):
        if split == UNNAMED and not tally.answering:
            tally.leave_out(IN_NO_FOLD, sample.segment.id, sample.segment.video)
        else:
            found[split].append(sample)
    kept = (*SPLITS, UNNAMED) if tally.answering else SPLITS
    rows = {each: found[each] for each in kept if found[each] or not tally.answering}
    return rows, name, remarks


def _warnings(choice: Choice, told: dict, unusable: dict, tally: Tally) -> list[str]:
    found = [
        f"{other} is left aside: {why}." for other, why in choice.left_aside.items()
    ]
    found += [f"left out, {kind}: {count}." for kind, count in tally.dropped.items()]
    found += [
        f"{count} entries of {root} cannot be used." for root, count in unusable.items()
    ]
    for kind, said in SAID.items():
        counts = told.get(kind, {})
        listed = ", ".join(f"{part} {count}" for part, count in counts.items())
        found += [f"{said}: {listed}."] if counts else []
    return found


def _split(samples: list[Sample], choice: Choice, target: str) -> Split:
    segments = [sample.segment for sample in samples]
    sequences = {
        name: _sequences([sample.tracks[name] for sample in samples], root.shape[1])
        for name, root in choice.features.items()
    }
    steps = tuple(sample.step_ids for sample in samples)
    return Split(
        sequences,
        np.array([segment.label for segment in segments], "float32"),
        tuple(segment.id for segment in segments),
        tuple(segment.video for segment in segments),
        None if None in steps or not steps else steps,
        tuple(sample.words for sample in samples) if choice.words else None,
        target,
    )


def _sequences(tracks: list[Track], features: int) -> Sequences:
    if not tracks:
        return Sequences.missing(0, features)
    frames = [track.frames for track in tracks]
    return Sequences.from_list(frames, [track.present for track in tracks])

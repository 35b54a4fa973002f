"""What is refused, what is cleaned, and the count of it: the same for all formats.

Values are neither scaled nor clipped here: the model carries its normalisation.
"""

import collections
import dataclasses
import itertools

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.filling import filled
from mmzoo.data.leaks import same_features
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTIONS, RECORDED, SPLITS, Split

# The largest feature: normalisation squares and adds, and float32 ends at 3e38.
MOST = 1e15
COUNTS = ("nan", "inf", "clipped", "dropped", "not_observed")


def clean(
    corpus: Corpus,
    path,
    strict: bool = False,
    modalities: list[str] | None = None,
    answering: bool = False,
) -> Corpus:
    """Check a corpus as it was read, and make its features finite.

    Features that are zero in every step of a sample are marked as not observed there.
    A feature that is NaN or infinite is read as the mean of its column over what
    training observed (as 0 where there is no training split), and is counted in
    `provenance["cleaned"]` by split and modality, added to what the reader has
    counted there. `adapt` and presence take it for what it is: not known.

    Args:
        corpus: What a reader returned.
        path: Where it came from, for the error.
        strict: Whether to refuse features that are not finite. Defaults to `False`.
        modalities: Modalities to keep; all where not given.
        answering: Whether the samples are to be answered, not trained on: splits may
            be empty, and labels that cannot be used become NaN. Defaults to `False`.

    Returns:
        The corpus with finite features, `cleaned` and `warnings`.

    Raises:
        DataError: If the corpus cannot be used.
    """
    if not answering:
        _check_filled(corpus, path)
    _check_splits(corpus, path)
    corpus = _keep(corpus, modalities, path)
    if not answering:
        check_labels(corpus, path)
    else:
        usable = {k: _with_usable_labels(s, corpus) for k, s in corpus.splits.items()}
        corpus = dataclasses.replace(corpus, splits=usable)
    return _counted_and_filled(corpus, path, strict, answering)


def looked_over(corpus: Corpus) -> Corpus:
    """A corpus with what a reader would have said of it and done to it.

    One that was built by hand may hold anything: what is not finite is counted and
    read as the mean of training, and samples that have a name, a group or all their
    features in common are warned of.

    Args:
        corpus: Any corpus; one that `clean` has seen is returned as it is.

    Returns:
        The corpus with `cleaned` and `warnings` in its provenance.

    Raises:
        DataError: If a feature is too large to compute with.
    """
    if "cleaned" in corpus.provenance:
        return corpus
    corpus = _counted_and_filled(corpus, corpus.name, strict=False, answering=True)
    cleaned = corpus.provenance["cleaned"]
    found = [
        f"{modality} of {name} has {counts['nan']} NaN and {counts['inf']} infinite "
        "values: they are read as the mean of their column in training."
        for name, by_modality in cleaned.items()
        for modality, counts in by_modality.items()
        if counts["nan"] + counts["inf"]
    ]
    warnings = [*corpus.provenance["warnings"], *found, *_twins(corpus)]
    provenance = {**corpus.provenance, "warnings": warnings}
    return dataclasses.replace(corpus, provenance=provenance)


def _counted_and_filled(corpus: Corpus, path, strict: bool, answering: bool) -> Corpus:
    """The corpus with finite features, their counts and the warnings."""
    told, cleaned = corpus.provenance.get("cleaned", {}), {}
    for name, split in corpus.splits.items():
        cleaned[name] = {}
        for modality in corpus.modalities:
            place, rows = f"{modality} of {name}", split.sequences[modality]
            found = _count_frames(rows, place, path, strict, answering)
            before = told.get(name, {}).get(modality, {})
            counts = {key: found[key] + before.get(key, 0) for key in COUNTS}
            cleaned[name][modality] = counts
    splits = {
        name: dataclasses.replace(
            split, sequences={key: split.sequences[key] for key in corpus.modalities}
        )
        for name, split in corpus.splits.items()
    }
    splits = _filled(_mark_absent(splits, cleaned), cleaned)
    corpus = dataclasses.replace(corpus, splits=splits)
    warnings = [*corpus.provenance.get("warnings", []), *_warnings(corpus)]
    provenance = {**corpus.provenance, "cleaned": cleaned, "warnings": warnings}
    return dataclasses.replace(corpus, provenance=provenance)


def _mark_absent(splits: dict[str, Split], cleaned: dict) -> dict[str, Split]:
    """Mark features that are zero throughout a sample as not observed there.

    Splits may share an array of frames, so they share what marks its steps.
    """
    present = {}
    for name, split in splits.items():
        for modality, rows in split.sequences.items():
            if modality in RECORDED:
                continue
            absent = np.flatnonzero(rows.observed & ~rows.nonzero)
            if not len(absent):
                continue
            if id(rows.frames) not in present:
                kept = True if rows.present is None else rows.present[:]
                present[id(rows.frames)] = np.full(rows.frames.shape[0], kept)
            for start, length in zip(
                rows.starts[absent], rows.lengths[absent], strict=True
            ):
                steps = present[id(rows.frames)][start : start + length]
                cleaned[name][modality]["not_observed"] += int(steps.sum())
                steps[:] = False

    def marked(rows):
        found = present.get(id(rows.frames))
        return rows if found is None else dataclasses.replace(rows, present=found)

    return {
        name: dataclasses.replace(
            split,
            sequences={key: marked(rows) for key, rows in split.sequences.items()},
        )
        for name, split in splits.items()
    }


def _check_filled(corpus: Corpus, path) -> None:
    """Refuse a split without samples."""
    for name in SPLITS:
        if name not in corpus.splits or not len(corpus.splits[name]):
            raise DataError(
                path,
                f"the split {name!r} is empty",
                "Each of train, valid and test needs samples",
            )


def _check_splits(corpus: Corpus, path) -> None:
    """Refuse modalities or targets that differ between the splits."""
    targets = {name: split.target for name, split in corpus.splits.items()}
    if len(set(targets.values())) > 1:
        fault = f"the targets of its splits are {targets}"
        raise DataError(path, fault, "Give every split the same target")
    reference, first = corpus.input_dims, next(iter(corpus.splits))
    for name, split in corpus.splits.items():
        found = {key: rows.features for key, rows in split.sequences.items()}
        if found != reference:
            raise DataError(
                path,
                f"features by modality are {found} in {name} and {reference} in "
                f"{first}",
                "Write the same modalities and widths in every split",
            )


def _keep(corpus: Corpus, modalities, path) -> Corpus:
    if modalities is None:
        return corpus
    missing = [name for name in modalities if name not in corpus.modalities]
    if missing or not modalities:
        raise DataError(
            path,
            f"modalities={list(modalities)} of a corpus with {corpus.modalities}",
            "Name some of these, or read it by another protocol",
        )
    return corpus.with_modalities(modalities)


def _with_usable_labels(split: Split, corpus: Corpus) -> Split:
    """The split with NaN for labels that are outside the range, or name no class."""
    steps = isinstance(split.labels, Sequences)
    labels = split.labels.frames if steps else split.labels
    low, high = corpus.label_range
    usable = (labels >= low) & (labels <= high)
    if corpus.classes is not None:
        usable &= labels == np.round(labels)
    labels = np.where(usable, labels, np.float32(np.nan))
    if steps:
        labels = dataclasses.replace(split.labels, frames=labels)
    return dataclasses.replace(split, labels=labels)


def check_labels(corpus: Corpus, path) -> None:
    """Refuse a label that is not finite, is outside the range, or names no class.

    Args:
        corpus: Any corpus.
        path: Where it came from, for the error.

    Raises:
        DataError: If a label is such.
    """
    for name, split in corpus.splits.items():
        _check_labels(split, name, corpus, path)


def _check_labels(split: Split, name: str, corpus: Corpus, path) -> None:
    labels = split.labels
    if isinstance(labels, Sequences):
        if np.any(labels.lengths != split.lengths):
            raise DataError(
                path,
                f"some samples of {name} have more or fewer labels than steps",
                "Give every step one label",
            )
        # Read past the cleaning of streamed frames, which would hide a NaN.
        labels = np.concatenate([rows for rows, _ in labels.blocks(raw=True)])[:, 0]
    if corpus.target == EMOTIONS:
        # What a sample does not say of a class is masked.
        labels = labels[~np.isnan(labels)]
    low, high = corpus.label_range
    outside = np.flatnonzero(~((labels >= low) & (labels <= high)))
    if len(outside):
        raise DataError(
            path,
            f"{len(outside)} labels of {name} are outside [{low:g}, {high:g}], "
            f"the first is {labels[outside[0]]:g}",
            "Correct or remove these samples",
        )
    between = labels[labels != np.round(labels)]
    if corpus.classes is not None and len(between):
        raise DataError(
            path,
            f"{len(between)} labels of {name} are no index of a class, "
            f"the first is {between[0]:g}",
            f"Labels are whole numbers from 0 to {high:g}",
        )


def _count_frames(rows: Sequences, place: str, path, strict: bool, answering: bool):
    """Count what is not finite in one modality of one split."""
    counts, observed, nonzero, most = dict.fromkeys(COUNTS, 0), 0, False, 0.0
    for frames, present in rows.blocks(raw=True):
        frames = frames[present]
        counts["nan"] += int(np.isnan(frames).sum())
        counts["inf"] += int(np.isinf(frames).sum())
        counts["not_observed"] += int((~present).sum())
        observed += len(frames)
        finite = np.nan_to_num(frames, posinf=0.0, neginf=0.0)
        nonzero = nonzero or bool(np.any(finite))
        most = max(most, float(np.abs(finite).max(initial=0.0)))
    if most > MOST:
        raise DataError(
            path,
            f"the {place} goes up to {most:g}; of more than {MOST:g} no square fits",
            "Scale its features, or leave the modality out (`modalities=`)",
        )
    if observed and not (nonzero or answering):
        raise DataError(
            path,
            f"the {place} is zero throughout",
            "Extract its features again, or leave the modality out (`modalities=`)",
        )
    if strict and counts["nan"] + counts["inf"]:
        raise DataError(
            path,
            f"the {place} has {counts['nan']} NaN and {counts['inf']} infinite values",
            "Correct them, or read without `strict` to have them set to the mean",
        )
    return counts


def _filled(splits: dict[str, Split], cleaned: dict) -> dict[str, Split]:
    """Let what is not finite be read as the mean of its column in training."""
    for modality in next(iter(splits.values())).sequences:
        counts = [cleaned[name][modality] for name in splits]
        if any(count["nan"] + count["inf"] for count in counts):
            splits = filled(splits, modality)
    return splits


def _repeated_ids(corpus: Corpus) -> list[str]:
    """A warning about names that stand for several samples."""
    ids = collections.Counter(
        id for split in corpus.splits.values() for id in split.ids
    )
    twice = [id for id, count in ids.items() if count > 1]
    if not twice:
        return []
    total, samples = len(twice), sum(ids[id] for id in twice)
    return [
        f"{samples} samples share {total} ids (such as {twice[0]}): rows of "
        "predictions cannot be told apart."
    ]


def _twins(corpus: Corpus) -> list[str]:
    """A warning about samples of two splits that have the very same features."""
    known, found = {}, []
    for name, marks in same_features(corpus).items():
        ids = corpus.splits[name].ids
        twins = [index for index, mark in enumerate(marks) if mark in known]
        if twins:
            other, first = known[marks[twins[0]]], ids[twins[0]]
            found.append(
                f"Samples of {name} with the very features of a sample of another "
                f"split: {len(twins)} (such as {first}, those of {other}): results are "
                "too good."
            )
        known |= {m: f"{ids[i]} of {name}" for i, m in enumerate(marks) if m}
    return found


def _warnings(corpus: Corpus) -> list[str]:
    found = _repeated_ids(corpus)
    groups = {name: set(split.groups) for name, split in corpus.splits.items()}
    for first, second in itertools.combinations(groups, 2):
        shared = sorted(groups[first] & groups[second])
        if shared:
            found.append(
                f"{_counted(len(shared), corpus.group_kind)} in both {first} and "
                f"{second} (such as {shared[0]}): results on {second} are too good."
            )
    for name, split in corpus.splits.items():
        for modality in corpus.modalities:
            missing = int((~split.observed(modality)).sum())
            if missing:
                total = len(corpus.splits[name])
                found.append(f"{missing} of {total} samples of {name} lack {modality}.")
    return found + unseen_classes(corpus)


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def unseen_classes(corpus: Corpus) -> list[str]:
    """A warning for each class that the training split does not show.

    Args:
        corpus: Any corpus.

    Returns:
        The warnings.
    """
    if corpus.classes is None or "train" not in corpus.splits:
        return []
    labels = corpus.train.labels
    if isinstance(labels, Sequences):
        labels = np.concatenate([rows for rows, _ in labels.blocks()])
    if corpus.target == EMOTIONS:
        seen = set(np.flatnonzero((labels == 1).any(axis=0)))
    else:
        seen = set(labels[np.isfinite(labels)].astype(int))
    return [
        f"no sample of train is {name!r}: the class cannot be learnt."
        for index, name in enumerate(corpus.classes)
        if index not in seen
    ]

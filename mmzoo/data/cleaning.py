"""From what a reader returned to a corpus that can be used: the same for all formats.

`refusals` says what is refused, `frame_tally` counts what the frames hold, `filling`
and `absence` mend it; `corpus_warnings`, `repeated_samples` and `suspects` tell of the
rest. Values are neither scaled nor clipped: the model carries its normalisation.
"""

import dataclasses

import numpy as np

from mmzoo.data.absence import with_absence_marked
from mmzoo.data.corpus import Corpus
from mmzoo.data.corpus_warnings import corpus_warnings
from mmzoo.data.filling import filled
from mmzoo.data.frame_tally import tally_of
from mmzoo.data.refusals import (
    refuse_empty_splits,
    refuse_frames,
    refuse_labels,
    refuse_unknown_modalities,
    refuse_unlike_splits,
)
from mmzoo.data.repeated_samples import repeated_samples
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import RECORDED, Split
from mmzoo.data.suspects import suspect_warnings, suspects

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
    `provenance["suspect"]` tells what looks wrong and is left as it is: steps of zeros,
    constant columns, and columns that seem to have been clipped.

    Args:
        corpus: What a reader returned.
        path: Where it came from, for the error.
        strict: Whether to refuse features that are not finite. Defaults to `False`.
        modalities: Modalities to keep; all where not given.
        answering: Whether the samples are to be answered, not trained on: splits may
            be empty, labels that cannot be used become NaN, and what only a training
            should know is not looked for. Defaults to `False`.

    Returns:
        The corpus with finite features, `cleaned`, `suspect` and `warnings`.

    Raises:
        DataError: If the corpus cannot be used.
    """
    if not answering:
        refuse_empty_splits(corpus, path)
    refuse_unlike_splits(corpus, path)
    if modalities is not None:
        refuse_unknown_modalities(corpus, modalities, path)
        corpus = corpus.with_modalities(modalities)
    if answering:
        usable = {k: _with_usable_labels(s, corpus) for k, s in corpus.splits.items()}
        corpus = dataclasses.replace(corpus, splits=usable)
    else:
        for name, split in corpus.splits.items():
            refuse_labels(split, name, corpus, path)
    return _counted_and_filled(corpus, path, strict, answering, not answering)


def looked_over(corpus: Corpus) -> Corpus:
    """A corpus with what a reader would have said of it and done to it.

    One that was built by hand may hold anything: what is not finite is counted and
    read as the mean of training, and what looks wrong or is there twice is warned of.

    Args:
        corpus: Any corpus; one that `clean` has seen is returned as it is.

    Returns:
        The corpus with `cleaned`, `suspect` and `warnings` in its provenance.

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
    warnings = [*corpus.provenance["warnings"], *found]
    provenance = {**corpus.provenance, "warnings": warnings}
    return dataclasses.replace(corpus, provenance=provenance)


def _counted_and_filled(
    corpus: Corpus, path, strict: bool, answering: bool, thorough: bool = True
) -> Corpus:
    """The corpus with finite features, their counts and the warnings."""
    corpus, tallies = corpus.with_modalities(corpus.modalities), {}
    for name, split in corpus.splits.items():
        tallies[name] = {}
        for modality, rows in split.sequences.items():
            tally = tally_of(rows, modality in RECORDED, thorough)
            refuse_frames(tally, f"{modality} of {name}", path, strict, answering)
            tallies[name][modality] = tally
    splits, marked = with_absence_marked(corpus.splits, tallies)
    cleaned = _counts(tallies, marked, corpus.provenance.get("cleaned", {}))
    corpus = dataclasses.replace(corpus, splits=_filled(splits, cleaned))
    found = [*corpus.provenance.get("warnings", []), *corpus_warnings(corpus)]
    if thorough:
        found += [*repeated_samples(corpus, tallies), *suspect_warnings(tallies)]
    # What was cut before it was looked over was warned of then.
    found = list(dict.fromkeys(found))
    told = {"cleaned": cleaned, "suspect": suspects(tallies), "warnings": found}
    return dataclasses.replace(corpus, provenance={**corpus.provenance, **told})


def _counts(tallies: dict, marked: dict, told: dict) -> dict:
    """Counts by split and modality, with those that the reader has told."""
    counts = {}
    for name, by_modality in tallies.items():
        counts[name] = {}
        for modality, tally in by_modality.items():
            before = told.get(name, {}).get(modality, {})
            found = {key: getattr(tally, key, 0) + before.get(key, 0) for key in COUNTS}
            found["not_observed"] += marked[name][modality]
            counts[name][modality] = found
    return counts


def _with_usable_labels(split: Split, corpus: Corpus) -> Split:
    """The split with NaN for labels that are outside the range, or name no class."""
    steps = isinstance(split.labels, Sequences)
    labels = split.labels.frames if steps else split.labels
    low, high = corpus.label_range
    usable = (labels >= low) & (labels <= high)
    if corpus.classes is not None:
        usable &= labels == np.round(labels)
    if usable.all():
        return split
    labels = np.where(usable, labels, np.float32(np.nan))
    if steps:
        labels = dataclasses.replace(split.labels, frames=labels)
    return dataclasses.replace(split, labels=labels)


def _filled(splits: dict[str, Split], cleaned: dict) -> dict[str, Split]:
    """Let what is not finite be read as the mean of its column in training."""
    for modality in next(iter(splits.values())).sequences:
        counts = [cleaned[name][modality] for name in splits]
        if any(count["nan"] + count["inf"] for count in counts):
            splits = filled(splits, modality)
    return splits

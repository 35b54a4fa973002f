"""The samples of several corpora in one."""

import collections
import dataclasses

from mmzoo.data.cleaning import looked_over
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.feature_names import KEY
from mmzoo.data.filling import refilled
from mmzoo.data.numbered_words import refuse_numbered_words
from mmzoo.data.provenance import SAME, added_up, recorded
from mmzoo.data.repeated_samples import shared_features
from mmzoo.data.split import SPLITS, Split

# What parts may differ in, beside what is compared for each split.
OWN = ("name", "splits", "provenance", "group_kind", "given_folds")
REMEDIES = {
    "features by modality": "Keep the modalities that all have (`with_modalities`); "
    "features of other widths are other features",
    "label": "Take the same label of all (`with_label`)",
    "target": "Read all with the same label (`label=`)",
    "labels_per": "Read all by protocols with a label a step, or all with one a "
    "sequence",
    "label_range": "Bring the labels to one scale",
    "classes": "Give all the same classes, in the same order",
    "made_by": "Join first, then make features of all (`FrontEnds.prepare`)",
    "speaker_normalized": "Join first, then standardise all (`FrontEnds.prepare`)",
    "sample_rate": "Read all recordings at one rate",
}


def joined_corpora(corpora: list[Corpus]) -> Corpus:
    """The corpus of `Corpus.concatenate`."""
    if not corpora:
        raise DataError("concatenate", "no corpus was given", "Give at least one")
    # What was built by hand is counted as what was read is, to be added up.
    corpora = [looked_over(corpus) for corpus in corpora]
    _refuse_differences(corpora)
    names = _names_of_columns(corpora)
    named = _with_names(corpora)
    clashing = {kind: _clashing(corpora, kind) for kind in ("ids", "groups")}
    parts = [_renamed(each, name, clashing) for name, each in named.items()]
    kinds = {corpus.group_kind for corpus in corpora}
    joined = dataclasses.replace(
        corpora[0],
        name=" + ".join(named),
        splits=refilled(_joined_splits(_with_same_texts(parts))),
        group_kind=kinds.pop() if len(kinds) == 1 else "group",
        provenance=added_up([corpus.provenance for corpus in corpora]) | names,
        given_folds=(),
    )
    told = [_told(name, corpus) for name, corpus in named.items()]
    return recorded(joined, _warnings(joined, named, clashing), parts=told)


def _told(name: str, part: Corpus) -> dict:
    """What is recorded of a part."""
    samples = {key: len(split) for key, split in part.splits.items()}
    return {"name": name, "samples": samples, "provenance": part.provenance}


def _refuse_differences(corpora: list[Corpus]) -> None:
    """Refuse parts that are not the same kind of data as the first split."""
    if len(corpora) > 1:
        for corpus in corpora:
            remedy = "Join first: `FrontEnds.prepare` numbers the words of all"
            refuse_numbered_words(corpus, remedy)
    kinds = [
        (f"{name} of {corpus.name}", _kind(corpus, split))
        for corpus in corpora
        for name, split in corpus.splits.items()
    ]
    (place, reference), *others = kinds
    for here, found in others:
        for key, value in found.items():
            if value != reference[key]:
                fault = f"{key} is {value} in {here}, {reference[key]} in {place}"
                remedy = REMEDIES.get(key, f"Give all the same {key}")
                raise DataError("concatenate", fault, remedy)


def _kind(corpus: Corpus, split: Split) -> dict:
    """What has to be the same in all parts."""
    widths = {name: rows.features for name, rows in sorted(split.sequences.items())}
    names = [each.name for each in dataclasses.fields(corpus) if each.name not in OWN]
    return {
        "features by modality": widths,
        "label": corpus.label if corpus.meanings else None,
        "target": split.target,
        "labels_per": corpus.labels_per,
        **{name: getattr(corpus, name) for name in names},
        **{key: corpus.provenance.get(key, default) for key, default in SAME.items()},
    }


def _names_of_columns(corpora: list[Corpus]) -> dict:
    """The names of columns that all parts know; other names are other columns."""
    known = {}
    for corpus in corpora:
        for modality, names in corpus.feature_names.items():
            first, place = known.setdefault(modality, (names, corpus.name))
            if first != names:
                fault = f"columns of {modality} are called otherwise in {corpus.name} "
                fault += f"than in {place}"
                remedy = "Bring them in one order (`select`), or name them alike"
                raise DataError("concatenate", fault, remedy)
    shared = {
        modality: list(names)
        for modality, (names, _) in known.items()
        if all(modality in corpus.feature_names for corpus in corpora)
    }
    return {KEY: shared} if shared else {}


def _with_names(corpora: list[Corpus]) -> dict[str, Corpus]:
    """The corpora by name; where two have one name, all are numbered."""
    named = {corpus.name: corpus for corpus in corpora}
    if len(named) == len(corpora):
        return named
    return {f"{each.name} {place}": each for place, each in enumerate(corpora, 1)}


def _clashing(corpora: list[Corpus], kind: str) -> set[str]:
    """Names of samples or groups that stand in several corpora."""
    count = collections.Counter()
    for corpus in corpora:
        parts = (getattr(split, kind) for split in corpus.splits.values())
        count.update(set().union(*parts))
    return {name for name, times in count.items() if times > 1}


def _renamed(corpus: Corpus, part: str, clashing: dict) -> dict[str, Split]:
    """The splits of a part, whose name stands before names that others have, too."""

    def own(split, kind):
        names = getattr(split, kind)
        return tuple(
            f"{part}/{name}" if name in clashing[kind] else name for name in names
        )

    return {
        name: dataclasses.replace(
            split, ids=own(split, "ids"), groups=own(split, "groups")
        )
        for name, split in corpus.splits.items()
    }


def _with_same_texts(parts: list[dict[str, Split]]) -> list[dict[str, Split]]:
    """The parts with words where any have them, and names of steps where all do."""
    every = [split for part in parts for split in part.values()]
    words = any(split.words is not None for split in every)
    steps = all(split.step_ids is not None for split in every)
    return [
        {
            name: dataclasses.replace(
                split,
                words=(split.words or ("",) * len(split)) if words else None,
                step_ids=split.step_ids if steps else None,
            )
            for name, split in part.items()
        }
        for part in parts
    ]


def _joined_splits(parts: list[dict[str, Split]]) -> dict[str, Split]:
    names = dict.fromkeys((*SPLITS, *(name for part in parts for name in part)))
    found = {name: [part[name] for part in parts if name in part] for name in names}
    return {name: Split.concatenate(each) for name, each in found.items() if each}


def _warnings(joined: Corpus, named: dict[str, Corpus], clashing: dict) -> list[str]:
    """What the parts were warned of, and what joining them did."""
    found = [
        f"{name}: {warning}"
        for name, corpus in named.items()
        for warning in corpus.provenance.get("warnings", ())
    ]
    found += [
        f"{len(names)} {kind} (such as {min(names)}) stand in several parts: they were "
        "taken for different ones, and got the name of their part."
        for kind, names in clashing.items()
        if names
    ]
    without = {what: _samples_without(named, what) for what in ("words", "step_ids")}
    total = sum(map(len, joined.splits.values()))
    if 0 < without["words"] < total:
        found.append(f"{without['words']} samples are of parts that have no words.")
    if 0 < without["step_ids"] < total:
        found.append(
            f"{total - without['step_ids']} samples lost the names of their steps, "
            "which not all parts have."
        )
    return [*found, *shared_features(joined)]


def _samples_without(named: dict[str, Corpus], what: str) -> int:
    """Samples of splits that have no words, or no names of steps."""
    every = [split for corpus in named.values() for split in corpus.splits.values()]
    return sum(len(split) for split in every if getattr(split, what) is None)

"""Some of the samples of a corpus: a share of its splits, or those that are named."""

import dataclasses

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.corpus import Corpus
from mmzoo.data.corpus_warnings import with_warnings_anew
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.numbered_words import refuse_numbered_words
from mmzoo.data.provenance import recorded
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split
from mmzoo.spelling import did_you_mean


def share_of_samples(
    corpus: Corpus, share: float, splits: tuple[str, ...], groups: bool, seed: int
) -> Corpus:
    """The corpus of `Corpus.subset(share)`."""
    if not 0 < share <= 1:
        remedy = "Give a share above 0 and up to 1, such as 0.1"
        raise DataError(corpus.name, f"subset(share={share})", remedy)
    splits = (splits,) if isinstance(splits, str) else tuple(splits)
    for name in splits:
        if name not in corpus.splits:
            guess = did_you_mean(name, corpus.splits)
            remedy = f"Name some of {', '.join(corpus.splits)}.{guess}"
            raise DataError(corpus.name, f"subset(splits={splits})", remedy)
    kept = {name: np.arange(len(split)) for name, split in corpus.splits.items()}
    for name in splits:
        kept[name] = chosen_share(corpus.splits[name], share, seed, groups)
    told = {"share": float(share), "splits": list(splits)}
    told |= {"groups": bool(groups), "seed": int(seed)}
    return _kept(corpus, kept, told)


def chosen_share(
    split: Split, share: float, seed: int, groups: bool = False
) -> np.ndarray:
    """The samples of a split that `Corpus.subset(share)` keeps."""
    # Whatever else is cut, a split has the same samples with the same seed.
    generator = np.random.default_rng(seed)
    choose = _groups_first if groups else _samples_first
    return choose(split, share, generator)


def named_samples(corpus: Corpus, ids) -> Corpus:
    """The corpus of `Corpus.subset(ids=ids)`."""
    ids = list(ids)
    _refuse_ids(corpus, ids)
    wanted = set(ids)
    kept = {
        name: np.flatnonzero([each in wanted for each in split.ids])
        for name, split in corpus.splits.items()
    }
    kept = {name: rows for name, rows in kept.items() if len(rows)}
    return _kept(corpus, kept, {"ids": len(ids)})


def _refuse_ids(corpus: Corpus, ids: list[str]) -> None:
    """Refuse names of no sample, and names that are given twice."""
    known = {name for split in corpus.splits.values() for name in split.ids}
    unknown = [name for name in ids if name not in known]
    different = len(set(ids))
    if ids and not unknown and different == len(ids):
        return
    fault = f"subset(ids=...) has {len(ids)} ids, {different} different"
    guess = ""
    if unknown:
        fault += f", and {len(unknown)} of no sample, such as {unknown[0]!r}"
        guess = did_you_mean(unknown[0], known)
    raise DataError(corpus.name, fault, f"Name each sample once.{guess}")


def _samples_first(split: Split, share: float, generator) -> np.ndarray:
    """A share of the samples that has the labels of the whole.

    The samples of each label are spread evenly over one row, of which a share is the
    beginning. Each label starts at random, so that none is always too late.
    """
    strata = _strata(split)
    place = np.empty(len(split))
    for stratum in np.unique(strata):
        rows = generator.permutation(np.flatnonzero(strata == stratum))
        place[rows] = (np.arange(len(rows)) + generator.random()) / len(rows)
    return np.sort(np.argsort(place, kind="stable")[: _count(share, len(split))])


def _strata(split: Split) -> np.ndarray:
    """A number for each sample, which those of one label share.

    It stands for the class, the score as a whole number, or all emotions together.
    """
    if isinstance(split.labels, Sequences):
        return np.zeros(len(split))
    labels = np.where(np.isfinite(split.labels), np.round(split.labels), np.inf)
    if labels.ndim == 1:
        return labels
    return np.unique(labels, axis=0, return_inverse=True)[1].reshape(-1)


def _groups_first(split: Split, share: float, generator) -> np.ndarray:
    """The samples of a share of the groups."""
    groups = sorted(set(split.groups), key=natural_order)
    order = generator.permutation(len(groups))[: _count(share, len(groups))]
    chosen = {groups[place] for place in order}
    return np.flatnonzero([group in chosen for group in split.groups])


def _count(share: float, total: int) -> int:
    return max(1, round(share * total))


def _kept(corpus: Corpus, rows: dict[str, np.ndarray], told: dict) -> Corpus:
    """The corpus with these rows of its splits, and a record of them."""
    splits = {name: corpus.splits[name].select(each) for name, each in rows.items()}
    if "train" in splits and len(splits["train"]) < len(corpus.train):
        remedy = "Cut first: `FrontEnds.prepare` numbers what is left"
        refuse_numbered_words(corpus, remedy)
        splits = refilled(splits)
    told["samples"] = {
        name: [len(split), len(rows.get(name, ()))]
        for name, split in corpus.splits.items()
    }
    smaller = with_warnings_anew(dataclasses.replace(corpus, splits=splits), corpus)
    suspect = corpus.provenance.get("suspect", {})
    left = {name: each for name, each in suspect.items() if name in splits}
    before = corpus.provenance.get("subset", ())
    looks = {"suspect": left} if suspect else {}
    return recorded(smaller, subset=[*before, told], **looks)

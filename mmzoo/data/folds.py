"""Cross-validation: the samples of a corpus cut into folds, by sample or by group."""

import dataclasses

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.corpus import Corpus
from mmzoo.data.corpus_warnings import with_warnings_anew
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.numbered_words import refuse_numbered_words
from mmzoo.data.provenance import recorded
from mmzoo.data.split import SPLITS, Split

# What cut the folds that data define.
PUBLISHED = "published lists"


def folds_by_sample(corpus: Corpus, k: int) -> list[Corpus]:
    """The corpora of `Corpus.k_fold`, in which single samples are cut."""
    pool = _pool(corpus)
    observed = [pool.observed(name) for name in pool.sequences]
    whole = np.all(observed, axis=0) if observed else np.ones(len(pool), bool)
    incomplete = int((~whole).sum())
    pool = pool.select(np.flatnonzero(whole))
    what = f"k_fold(k={k}) with {len(pool)} samples that have all modalities"
    _refuse_count(corpus, k, len(pool), what, "")
    folds = _rotated(np.arange(len(pool)) % k, k)
    return _cut(corpus, pool, folds, incomplete=incomplete)


def folds_by_group(corpus: Corpus, k: int) -> list[Corpus]:
    """The corpora of `Corpus.k_fold`, in which whole groups are cut."""
    pool = _pool(corpus)
    groups = sorted(set(pool.groups), key=natural_order)
    places = {name: place for place, name in enumerate(groups)}
    group_of = np.array([places[name] for name in pool.groups], int)
    what = f"k_fold(k={k}, groups=True) with {len(groups)} {corpus.group_kind}s"
    _refuse_count(corpus, k, len(groups), what, "; `groups=False` cuts by samples")
    parts = np.array_split(np.arange(len(groups)), k)
    part_of = np.repeat(np.arange(k), [len(part) for part in parts])
    folds = _rotated(part_of[group_of], k)
    return _cut(corpus, pool, folds, folds_by=corpus.group_kind)


def published_folds(corpus: Corpus) -> list[Corpus]:
    """The corpora of `Corpus.own_folds`."""
    if not corpus.given_folds:
        fault = "own_folds() of data that define no folds"
        raise DataError(corpus.name, fault, "Use `k_fold(k)`")
    pool = _pool(corpus)
    folds = [[fold.get(id, "") for id in pool.ids] for fold in corpus.given_folds]
    return _cut(corpus, pool, np.array(folds), folds_by=PUBLISHED)


def _refuse_count(corpus: Corpus, k: int, most: int, fault: str, instead: str) -> None:
    """Refuse fewer folds than three parts need, and more than there are parts."""
    if not 3 <= k <= most:
        fewer = f"It takes at least 3{instead}"
        remedy = f"Choose k from 3 to {most}" if most >= 3 else fewer
        raise DataError(corpus.name, fault, remedy)


def _pool(corpus: Corpus) -> Split:
    """All samples: train, valid, test, and those of which no split is known."""
    names = [name for name in (*SPLITS, "unnamed") if name in corpus.splits]
    return Split.concatenate([corpus.splits[name] for name in names])


def _rotated(part: np.ndarray, k: int) -> np.ndarray:
    """Each of `k` parts tests once, the next one validates: `(folds, samples)`."""
    fold = np.arange(k)[:, None]
    tested = np.where(part == fold, "test", "train")
    return np.where(part == (fold + 1) % k, "valid", tested)


def _cut(corpus: Corpus, pool: Split, folds: np.ndarray, **told) -> list[Corpus]:
    """A corpus for each row of `folds`, `(folds, samples)`, names of splits."""
    refuse_numbered_words(corpus, "Cut first: `FrontEnds.prepare_folds` does both")

    def fold(number):
        rows = {key: np.flatnonzero(folds[number] == key) for key in SPLITS}
        splits = refilled({key: pool.select(rows[key]) for key in SPLITS})
        name = f"{corpus.name} fold {number + 1} of {len(folds)}"
        made = dataclasses.replace(corpus, name=name, splits=splits, given_folds=())
        made = with_warnings_anew(made, corpus)
        return recorded(made, folds=len(folds), fold=number, **told)

    return [fold(number) for number in range(len(folds))]

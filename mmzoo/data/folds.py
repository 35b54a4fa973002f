"""Cross-validation: the samples of a corpus cut into folds, by sample or by group."""

import dataclasses

import numpy as np

from mmzoo.data.cells import natural_order
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.filling import refilled
from mmzoo.data.split import SPLITS, Split


def sample_folds(corpus: Corpus, k: int) -> list[Corpus]:
    """The corpora of `Corpus.folds`."""
    pool = Split.concatenate([corpus.splits[name] for name in SPLITS])
    observed = [pool.observed(name) for name in pool.sequences]
    if observed:
        pool = pool.select(np.flatnonzero(np.all(observed, axis=0)))
    if not 3 <= k <= len(pool):
        fault = f"folds(k={k}) with {len(pool)} samples that have all modalities"
        raise DataError(corpus.name, fault, f"Choose k from 3 to {len(pool)}")
    return _cut(corpus, pool, np.arange(len(pool)) % k, k)


def group_folds(corpus: Corpus, k: int) -> list[Corpus]:
    """The corpora of `Corpus.group_folds`."""
    pool = Split.concatenate([corpus.splits[name] for name in SPLITS])
    groups = sorted(set(pool.groups), key=natural_order)
    places = {name: place for place, name in enumerate(groups)}
    group_of = np.array([places[name] for name in pool.groups], int)
    if not 3 <= k <= len(groups):
        fault = f"group_folds(k={k}) with {len(groups)} {corpus.group_kind}s"
        if len(groups) < 3:
            remedy = "It takes at least 3; `folds` cuts by samples"
        else:
            remedy = f"Choose k from 3 to {len(groups)}"
        raise DataError(corpus.name, fault, remedy)
    parts = np.array_split(np.arange(len(groups)), k)
    part_of = np.repeat(np.arange(k), [len(part) for part in parts])
    return _cut(corpus, pool, part_of[group_of], k, folds_by=corpus.group_kind)


def _cut(corpus: Corpus, pool: Split, part: np.ndarray, k: int, **told) -> list[Corpus]:
    """A corpus for each part: it tests, the next one validates, the rest train."""
    if corpus.provenance.get("made_by", {}).get("text") == "WordEmbedding":
        # A fold's model would number other words than these tokens do.
        fault = "its words were numbered with another training split's vocabulary"
        remedy = "Cut first: `FrontEnds.prepare_folds` does both"
        raise DataError(corpus.name, fault, remedy)

    def fold(number):
        test, valid = part == number, part == (number + 1) % k
        rows = {"train": ~(test | valid), "valid": valid, "test": test}
        splits = {key: pool.select(np.flatnonzero(rows[key])) for key in SPLITS}
        return dataclasses.replace(
            corpus,
            name=f"{corpus.name} fold {number + 1} of {k}",
            splits=refilled(splits),
            provenance={**corpus.provenance, "folds": k, "fold": number, **told},
        )

    return [fold(number) for number in range(k)]

"""The rows of a corpus that a model is to answer, and why not the others."""

from dataclasses import dataclass

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.split import SPLITS, Split

ALL = "all"
CUT_BY_SEED = (
    "the data name no splits. A model that was trained on some of these rows scores "
    "too well: --split test takes those that a training leaves out"
)


@dataclass(frozen=True, eq=False)
class Answerable:
    """Rows to answer, in the order of the file where that is known.

    Args:
        split: The rows.
        name: Which they are: a split, or `"all"`.
        told: Sentence that says which were taken, and what there is beside them.
        left_out: For each row that should be there and is not, a dict with `id`,
            `group` and `reason`.

    Example:
    ```python
    corpus = mmzoo.data.read("sample", answering=True)
    rows = mmzoo.data.rows_to_answer(corpus, "test")
    rows.left_out  # ()
    ```
    """

    split: Split
    name: str
    told: str
    left_out: tuple[dict[str, str], ...] = ()


def rows_to_answer(corpus: Corpus, split: str | None = None) -> Answerable:
    """Choose the rows of a split, or all.

    Args:
        corpus: What `read` returned, `answering`.
        split: `"train"`, `"valid"`, `"test"` or `"all"`. Where not given, the split
            `"test"` of data that have one, and all rows of other data.

    Returns:
        The rows.

    Raises:
        DataError: If there is no such split.

    Example:
    ```python
    corpus = mmzoo.data.read("sample", answering=True)
    rows = mmzoo.data.rows_to_answer(corpus, "all")
    rows.name  # "all"
    ```
    """
    by_seed = corpus.provenance.get("cut_by") == "seed"
    named = split
    if split is None:
        named = "test" if "test" in corpus.splits and not by_seed else ALL
    if named != ALL and named not in corpus.splits:
        sizes = ", ".join(f"{key} ({len(rows)})" for key, rows in corpus.splits.items())
        fault = f"no row of it is in the split {named!r}, only in {sizes}"
        raise DataError(corpus.name, fault, "Name another split, or all")
    if named == ALL:
        rows = _in_order(corpus)
    else:
        rows = corpus.splits[named]
    left_out = corpus.provenance.get("left_out", ())
    # Of a row that was never understood nobody knows the split.
    wanted = ("", named) if named != ALL else ("", *SPLITS, "unnamed")
    chosen = [each for each in left_out if each.get("split", "") in wanted]
    told = _told(corpus, named, by_seed and split is None)
    return Answerable(rows, named, told, tuple(chosen))


def _in_order(corpus: Corpus) -> Split:
    """All rows, as they stand in the file."""
    rows = Split.concatenate(list(corpus.splits.values()))
    order = corpus.provenance.get("order")
    if order is None:
        return rows
    place = {name: number for number, name in enumerate(order)}
    return rows.select(np.argsort([place[each] for each in rows.ids], kind="stable"))


def _told(corpus: Corpus, named: str, by_seed: bool) -> str:
    total = sum(map(len, corpus.splits.values()))
    if named == ALL:
        why = f", since {CUT_BY_SEED}" if by_seed else ""
        return f"all {total} rows that can be read were taken{why}."
    others = [
        f"{key} ({len(rows)})" for key, rows in corpus.splits.items() if key != named
    ]
    told = f"{len(corpus.splits[named])} rows of {total} were taken, the split {named}"
    if not others:
        return f"{told}."
    return f"{told}; --split all takes {' and '.join(others)} too."

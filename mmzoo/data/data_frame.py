"""A corpus as a table with one row a sample, for pandas."""

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.facts import flat_labels
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import Split


def data_frame(corpus: Corpus):
    """The table of `Corpus.to_pandas`."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "`to_pandas` needs pandas: install it, `pip install 'mmzoo[pandas]'`."
        ) from error
    return pandas.DataFrame(_columns(corpus))


def _columns(corpus: Corpus) -> dict[str, list]:
    """The cells of each column, split after split."""
    parts = [
        {"split": [name] * len(split), **_cells(split, corpus)}
        for name, split in corpus.splits.items()
    ]
    if all(split.words is None for split in corpus.splits.values()):
        for part in parts:
            del part["words"]
    names = parts[0] if parts else ()
    return {name: [cell for part in parts for cell in part[name]] for name in names}


def _cells(split: Split, corpus: Corpus) -> dict[str, list]:
    labels = _labels(split)
    cells = {"id": list(split.ids), "group": list(split.groups), "label": labels}
    if corpus.classes is not None:
        cells["class"] = [_class_of(label, corpus.classes) for label in labels]
    cells["words"] = list(split.words or ("",) * len(split))
    for name in corpus.modalities:
        cells[f"steps_{name}"] = split.sequences[name].lengths.tolist()
        cells[f"observed_{name}"] = split.observed(name).tolist()
    return cells


def _labels(split: Split) -> list:
    """The label of each sample, or a list of them where each step has one."""
    labels = flat_labels(split)
    if not isinstance(split.labels, Sequences):
        return labels.tolist()
    ends = np.cumsum(split.labels.lengths)[:-1]
    return [part.tolist() for part in np.split(labels, ends)] if len(split) else []


def _class_of(label, classes: tuple[str, ...]):
    if isinstance(label, list):
        return [_class_of(each, classes) for each in label]
    return classes[int(label)] if np.isfinite(label) else None

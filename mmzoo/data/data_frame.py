"""A corpus as a table with one row a sample, for pandas."""

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.label_choice import PREFIX
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTIONS, Split


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
    labels = _labels(split.labels)
    cells = {"id": list(split.ids), "group": list(split.groups), "label": labels}
    if corpus.classes is not None:
        told = _classes_of if corpus.target == EMOTIONS else _class_of
        cells["class"] = [told(label, corpus.classes) for label in labels]
    for name, others in split.other_labels.items():
        cells[f"label_{name.removeprefix(PREFIX)}"] = _labels(others)
    cells["words"] = list(split.words or ("",) * len(split))
    for name in corpus.modalities:
        cells[f"steps_{name}"] = split.sequences[name].lengths.tolist()
        cells[f"observed_{name}"] = split.observed(name).tolist()
    return cells


def _labels(labels) -> list:
    """The label of each sample, or a list of them where each step has one."""
    if not isinstance(labels, Sequences):
        return labels.tolist()
    return [labels[row][0][:, 0].tolist() for row in range(len(labels))]


def _classes_of(label: list, classes: tuple[str, ...]) -> list[str]:
    """The classes that a sample has, of which it may have any number."""
    return [name for name, has in zip(classes, label, strict=True) if has == 1]


def _class_of(label, classes: tuple[str, ...]):
    if isinstance(label, list):
        return [_class_of(each, classes) for each in label]
    return classes[int(label)] if np.isfinite(label) else None

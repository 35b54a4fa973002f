"""A corpus as a table that a person can read."""

import numpy as np

from mmzoo.data.corpus import SPLITS, Corpus, Split
from mmzoo.data.sequences import Sequences


def summarize(corpus: Corpus) -> str:
    """Splits, modalities, labels, what was cleaned, and warnings, as text."""
    origin = " ".join(
        str(corpus.provenance[key])
        for key in ("format", "protocol")
        if key in corpus.provenance
    )
    low, high = corpus.label_range
    title = (
        f"{corpus.name} ({origin or 'made in memory'}): one label a "
        f"{corpus.labels_per}, in [{low:g}, {high:g}]"
    )
    names = [name for name in SPLITS if name in corpus.splits]
    splits = [_split_row(name, corpus.splits[name]) for name in names]
    modalities = [_modality_row(corpus, key, names) for key in corpus.modalities]
    return "\n".join(
        [
            title,
            "",
            *_table(
                ("split", "samples", "groups", "steps", "longest", "mean", "deviation"),
                splits,
            ),
            "",
            *_table(("modality", "features", *names), modalities),
            "",
            *_cleaned(corpus),
            *(f"warning: {text}" for text in corpus.provenance.get("warnings", ())),
        ]
    ).rstrip()


def _split_row(name: str, split: Split) -> tuple[str, ...]:
    labels, lengths = split.labels, split.lengths
    if isinstance(labels, Sequences):
        labels = np.concatenate([rows for rows, _ in labels.blocks()])
    counts = (len(split), len(set(split.groups)), lengths.sum(), lengths.max(initial=0))
    figures = (labels.mean(), labels.std()) if len(labels) else (np.nan, np.nan)
    return (name, *map(str, counts), *(f"{figure:.3f}" for figure in figures))


def _modality_row(corpus: Corpus, key: str, names: list[str]) -> tuple[str, ...]:
    """Samples of each split that have the modality."""
    counts = [
        str(int((corpus.splits[name].sequences[key].lengths > 0).sum()))
        for name in names
    ]
    return (key, str(corpus.input_dims[key]), *counts)


def _cleaned(corpus: Corpus) -> list[str]:
    lines = []
    for split, modalities in corpus.provenance.get("cleaned", {}).items():
        for modality, counts in modalities.items():
            found = [f"{name} {count}" for name, count in counts.items() if count]
            if found:
                lines.append(f"{modality} of {split}: {', '.join(found)}")
    return lines or ["nothing was cleaned"]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Rows under a head: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [
                cell.rjust(width)
                for cell, width in zip(row[1:], widths[1:], strict=True)
            ]
        )
        for row in (head, *rows)
    ]

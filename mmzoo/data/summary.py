"""A corpus as a table that a person can read."""

import collections

import numpy as np

from mmzoo.data.audio_file import SAMPLE_RATE, WAVEFORM
from mmzoo.data.corpus import Corpus
from mmzoo.data.facts import class_counts, flat_labels
from mmzoo.data.image_file import PIXELS
from mmzoo.data.split import EMOTION, EMOTIONS, SPLITS, Split
from mmzoo.data.suspects import NAMED

# The name of most targets goes without saying.
NAMELESS = ("sentiment", EMOTION)


def summarize(corpus: Corpus) -> str:
    """Splits, modalities, labels, what was cleaned, and warnings, as text."""
    origin = " ".join(
        str(corpus.provenance[key])
        for key in ("format", "protocol")
        if key in corpus.provenance
    )
    title = f"{corpus.name} ({origin or 'made in memory'}): {labels_told(corpus)}"
    names = [name for name in SPLITS if name in corpus.splits]
    modalities = [_modality_row(corpus, key, names) for key in corpus.modalities]
    return "\n".join(
        [
            title,
            "",
            *_split_table(corpus, names),
            "",
            *_class_table(corpus, names),
            *table(
                ("modality", "features", *names), [*modalities, *_words(corpus, names)]
            ),
            "",
            *_other_labels(corpus),
            *_dropped(corpus),
            *_padding(corpus),
            *_shaped(corpus),
            *_cleaned(corpus),
            *_suspect(corpus),
            *(f"warning: {text}" for text in corpus.provenance.get("warnings", ())),
        ]
    ).rstrip()


def labels_told(corpus: Corpus) -> str:
    """What has a label, and which labels there are."""
    if corpus.target == EMOTIONS:
        return f"any of {len(corpus.classes)} classes a {corpus.labels_per}"
    if corpus.classes is not None:
        name = "" if corpus.target in NAMELESS else f" of {corpus.target}"
        return f"one of {len(corpus.classes)} classes{name} a {corpus.labels_per}"
    low, high = corpus.label_range
    name = "label" if corpus.target == "sentiment" else f"label of {corpus.target}"
    return f"one {name} a {corpus.labels_per}, in [{low:g}, {high:g}]"


def _split_table(corpus: Corpus, names: list[str]) -> list[str]:
    """Size of each split, and its labels where they are no classes."""
    head = ["split", "samples", f"{corpus.group_kind}s", *_size_heads(corpus)]
    if corpus.classes is None:
        head += ["mean", "deviation"]
    rows = []
    for name in names:
        split = corpus.splits[name]
        row = [name, str(len(split)), str(len(set(split.groups)))]
        row += _sizes(corpus, split)
        if corpus.classes is None:
            labels = flat_labels(split)
            figures = (labels.mean(), labels.std()) if len(labels) else (np.nan, np.nan)
            row += [f"{figure:.3f}" for figure in figures]
        rows.append(tuple(row))
    return table(tuple(head), rows)


def _size_heads(corpus: Corpus) -> list[str]:
    if WAVEFORM in corpus.modalities:
        return ["minutes", "longest (s)"]
    if PIXELS in corpus.modalities:
        return ["pixels of each"]
    return ["steps", "longest"] if corpus.modalities else []


def _sizes(corpus: Corpus, split: Split) -> list[str]:
    """How much a split holds, in the units of `_size_heads`."""
    if WAVEFORM in corpus.modalities:
        lengths = split.sequences[WAVEFORM].lengths / SAMPLE_RATE
        return [f"{lengths.sum() / 60:.1f}", f"{lengths.max(initial=0):.1f}"]
    if PIXELS in corpus.modalities:
        return [str(split.sequences[PIXELS].lengths.max(initial=0))]
    if not corpus.modalities:
        return []
    return [str(split.lengths.sum()), str(split.lengths.max(initial=0))]


def _class_table(corpus: Corpus, names: list[str]) -> list[str]:
    """Labels of each class in each split."""
    if corpus.classes is None:
        return []
    counts = [class_counts(corpus.splits[name], corpus) for name in names]
    rows = [
        (label, *(str(column[index]) for column in counts))
        for index, label in enumerate(corpus.classes)
    ]
    return [*table(("class", *names), rows), ""]


def _modality_row(corpus: Corpus, key: str, names: list[str]) -> tuple[str, ...]:
    """Samples of each split that have the modality."""
    counts = [str(int(corpus.splits[name].observed(key).sum())) for name in names]
    return (key, str(corpus.input_dims[key]), *counts)


def _words(corpus: Corpus, names: list[str]) -> list[tuple[str, ...]]:
    """Samples of each split that have words, where the corpus has any."""
    words = [corpus.splits[name].words for name in names]
    if all(row is None for row in words):
        return []
    return [("words", "", *(str(sum(map(bool, row or ()))) for row in words))]


def _other_labels(corpus: Corpus) -> list[str]:
    others = corpus.provenance.get("other_labels")
    if not others:
        return []
    chosen = corpus.provenance["label"]
    chosen = chosen if isinstance(chosen, str) else " and ".join(chosen)
    return [f"label {chosen}; the data have others: {', '.join(others)}"]


def _dropped(corpus: Corpus) -> list[str]:
    counts = corpus.provenance.get("dropped", {})
    found = [f"{kind} {count}" for kind, count in counts.items() if count]
    return [f"left out: {', '.join(found)}"] if found else []


def _padding(corpus: Corpus) -> list[str]:
    """How many steps of the file were padding, by modality."""
    counts = {}
    for modalities in corpus.provenance.get("padding", {}).values():
        for modality in sorted(modalities):
            counts[modality] = counts.get(modality, 0) + modalities[modality]
    told = [f"{modality} {count}" for modality, count in counts.items() if count]
    return [f"steps of padding taken off: {', '.join(told)}"] if told else []


def _shaped(corpus: Corpus) -> list[str]:
    """Which samples were taken, and how many sequences were cut."""
    taken = map(_taken, corpus.provenance.get("subset", ()))
    return [*taken, *map(_cut, corpus.provenance.get("truncated", ()))]


def _taken(told: dict) -> str:
    counts = [
        f"{after} of {before} of {name}"
        for name, (before, after) in told["samples"].items()
    ]
    how = f"a share of {told['share']:g}" if "share" in told else "by name"
    return f"samples taken ({how}): {', '.join(counts)}"


def _cut(told: dict) -> str:
    counts = collections.Counter()
    for split in told["splits"].values():
        counts.update(split["cut"])
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"sequences cut to their {told['keep']} {told['steps']} steps: {listed}"


def _cleaned(corpus: Corpus) -> list[str]:
    lines = []
    for split, modalities in corpus.provenance.get("cleaned", {}).items():
        for modality, counts in modalities.items():
            found = [
                f"{name} {count}"
                for name, count in counts.items()
                # The bars beside a picture are no fault.
                if count and (modality, name) != (PIXELS, "not_observed")
            ]
            if found:
                lines.append(f"{modality} of {split}: {', '.join(found)}")
    return lines or ["nothing was cleaned"]


def _suspect(corpus: Corpus) -> list[str]:
    """What looks wrong; of columns what training shows, since few steps show less."""
    lines = []
    for split, modalities in corpus.provenance.get("suspect", {}).items():
        for modality, kinds in modalities.items():
            found = [
                f"{kind} {_counted(what)}"
                for kind, what in kinds.items()
                if kind == "zero_steps" or split == "train"
            ]
            if found:
                told = ", ".join(found)
                lines.append(f"{modality} of {split}, left as it is: {told}")
    return lines


def _counted(what: int | list[int]) -> str:
    """A count, or how many columns there are and the first of them."""
    if isinstance(what, int):
        return str(what)
    more = ", ..." if len(what) > NAMED else ""
    return f"{len(what)} (column {', '.join(map(str, what[:NAMED]))}{more})"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Rows under a head: the first column to the left, the others to the right.

    Args:
        head: Titles of the columns.
        rows: The cells of each row, as many as there are titles.

    Returns:
        The lines.
    """
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

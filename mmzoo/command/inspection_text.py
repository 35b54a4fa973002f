"""What `mmzoo inspect` found in data, in lines for a person."""

from mmzoo.data.summary import table

# How a leak of each kind is told.
SHARED = {
    "id": "bear the id of a sample of {other}",
    "group": "are of a {group_kind} that {other} has too",
    "features": "have the very features of a sample of {other}",
    "words": "have the very words of a sample of {other}",
    "near text": "have nearly the text of a sample of {other}",
    "near picture": "have nearly the picture of a sample of {other}",
}
HASH = 12
# More files than these are counted.
MOST_FILES = 4
# As many names of columns are shown.
MOST_NAMES = 6


def lines_of(found, corpus):
    """The lines of an inspection.

    Args:
        found: dict, as `mmzoo inspect --json` prints it.
        corpus: the `Corpus` that it is of.

    Returns:
        List of str.
    """
    return [
        *_origin(found),
        "",
        corpus.summary(),
        "",
        *_lengths(found),
        *_columns(found),
        *_labels(found),
        *_leaks(found),
        *_training(found),
    ]


def _origin(found):
    yield f"{found['path']}: read as {found['format']}, since {found['recognised_by']}"
    if found["read_from"] not in (None, found["path"]):
        yield f"read from {found['read_from']}, the one file of a known format there"
    if found["other_formats"]:
        yield f"it also fits {', '.join(found['other_formats'])} (--format NAME)"
    if found["other_protocols"]:
        others = ", ".join(found["other_protocols"])
        yield f"protocol {found['protocol']}; others are {others} (--protocol NAME)"
    for file in found["files"][:MOST_FILES]:
        yield f"{file['name']}: SHA-256 {file['sha256'][:HASH]}..."
    if len(found["files"]) > MOST_FILES:
        yield f"and {len(found['files']) - MOST_FILES} more files"


def _lengths(found):
    """How long the sequences of each modality are, over all splits."""
    names, rows = list(found["splits"]), []
    for key, facts in found["modalities"].items():
        # All pictures are brought to one size.
        if facts["unit"] == "pixels":
            continue
        cells = [_range_of(facts["lengths"][name]) for name in names]
        rows.append((key, facts["unit"], *cells))
    if not rows:
        return
    yield from table(("length: least median most", "unit", *names), rows)
    if len(found["modalities"]) > 1:
        told = "have" if found["aligned"] else "do not have"
        yield f"the modalities of a sample {told} the same steps"
    yield ""


def _columns(found):
    """What the columns of each modality are called, where that is known."""
    named = {key: facts["names"] for key, facts in found["modalities"].items()}
    named = {key: names for key, names in named.items() if names}
    for key, names in named.items():
        more = len(names) - MOST_NAMES
        told = f" and {more} more (--json has all)" if more > 0 else ""
        yield f"columns of {key}: {', '.join(names[:MOST_NAMES])}{told}"
    if named:
        yield ""


def _range_of(lengths):
    if lengths is None:
        return "none"
    return " ".join(f"{lengths[name]:.4g}" for name in ("min", "median", "max"))


def _labels(found):
    """Labels by bin where they are no classes, and the share of the most frequent."""
    splits = found["splits"]
    if found["classes"] is None:
        first = next(iter(splits.values()))["labels"]["histogram"]
        columns = [each["labels"]["histogram"]["counts"] for each in splits.values()]
        bins = zip(first["edges"], first["edges"][1:], *columns, strict=False)
        rows = [
            (f"{low:g} to {high:g}", *map(str, counts)) for low, high, *counts in bins
        ]
        yield from [*table(("labels", *splits), rows), ""]
    shares = [
        f"{labels['majority']['share']:.1%} of {name} ({labels['majority']['name']})"
        for name, each in splits.items()
        if (labels := each["labels"])["majority"]
    ]
    if shares:
        yield f"right by always saying the most frequent: {', '.join(shares)}"
    missing = {name: each["labels"]["missing"] for name, each in splits.items()}
    if any(missing.values()):
        told = ", ".join(f"{count} of {name}" for name, count in missing.items())
        yield f"without a label that can be used: {told}"
    yield ""


def _leaks(found):
    if len(found["splits"]) < 2:
        yield "leaks: there is one split, so none was looked for"
    elif not found["leaks"]:
        yield "leaks: splits share no ids, groups, features or words"
    else:
        yield "leaks: results are too good where a model can make use of what is shared"
    for each in found["leaks"]:
        shared = SHARED[each["kind"]].format(**found | each)
        counts = f"{each['samples']} of {each['of']} samples of {each['split']}"
        told = "" if each["different"] is None else f"{each['different']} different, "
        yield f"  {counts} {shared} ({told}such as {each['example']})"
    yield ""


def _training(found):
    training = found["training"]
    if not training["possible"]:
        yield f"nothing can be trained on it: {training['why']}"
        return
    yield "train what suits the data, all rows in one report:"
    yield f"  {training['command']}"
    yield "or one row of them:"
    yield from (f"  {row['command']}" for row in training["rows"])

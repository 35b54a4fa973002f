"""`mmzoo data`: the data sets of the field, and where each comes from."""

import dataclasses
import json
import textwrap

from mmzoo.data import known_data_set, known_data_sets

UNKNOWN = "not confirmed"
ACCESS = {
    "open": "open",
    "form": "after a form or an account",
    None: UNKNOWN,
}
NO_HASH = "none published that mmzoo knows of"
WIDTH = 100
FOOT = (
    "mmzoo data NAME tells more of one: its page, files and commands. "
    "Nothing is downloaded."
)


def list_data_sets(arguments):
    """Print what is known of all data sets, or of one.

    Args:
        arguments: words of the command line, as `parse` returns them.
    """
    named = arguments.name is not None
    found = [known_data_set(arguments.name)] if named else known_data_sets()
    if arguments.json:
        told = [dataclasses.asdict(each) for each in found]
        print(json.dumps(told[0] if named else told, indent=2, ensure_ascii=False))
        return
    print("\n".join(_details(found[0]) if named else _table(found)))


def _table(found):
    """A line a data set, aligned."""
    rows = [("data set", "access", "licence", "--format")]
    for each in found:
        licence = each.licence or UNKNOWN
        rows.append((each.name, each.access or UNKNOWN, licence, _formats(each)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        start = "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=False))
        yield f"{start}  {row[-1]}"
    yield ""
    yield from textwrap.wrap(FOOT, WIDTH)


def _formats(found):
    return ", ".join(found.readers or ()) or "-"


def _details(found):
    """What is known of one, a line a fact."""
    hashes = [f"{digest}  {name}" for name, digest in found.sha256.items()]
    facts = {
        "labels": found.about,
        "page": found.page or UNKNOWN,
        "access": ACCESS[found.access],
        "licence": found.licence or UNKNOWN,
        "files": found.files,
        "--format": ", ".join(found.readers or ()) or "none yet",
        "train": found.train,
        "note": found.note,
        "SHA-256": "of these files" if hashes else NO_HASH,
    }
    yield found.name
    for key, value in facts.items():
        yield from _fact(f"{key}:", value or "")
    yield from (f"  {each}" for each in hashes)


def _fact(key, value):
    """Lines of a fact, none where there is nothing to tell."""
    style = {"break_long_words": False, "break_on_hyphens": False}
    for line in textwrap.wrap(value, WIDTH - 11, **style):
        yield f"{key:<10} {line}"
        key = ""

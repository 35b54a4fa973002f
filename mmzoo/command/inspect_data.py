"""`mmzoo inspect DATA`: what is in the data, what leaks, and what to train on it."""

import json
import shlex

from mmzoo.command.inspection_text import lines_of
from mmzoo.command.train_arguments import READING
from mmzoo.data import read
from mmzoo.data.facts import facts_of
from mmzoo.data.leaks import leaks
from mmzoo.data.readers import BUILT_IN, READERS, formats_of
from mmzoo.training.regime import regime_for

GENERATED = "generated"
NOTHING = "there is nothing that a model reads"


def inspect_data(arguments):
    """Print what the data hold, as text or as JSON, and draw it where asked to.

    Args:
        arguments: words of the command line, as `parse` returns them.
    """
    recognised = _recognised(arguments)
    corpus, why = _opened(arguments, recognised)
    found = {
        "path": str(arguments.data),
        **_told(corpus),
        **recognised,
        **facts_of(corpus),
        "leaks": leaks(corpus),
        "training": _training(arguments, corpus, why),
    }
    if arguments.plot:
        from mmzoo.evaluation.pictures import data_overview

        data_overview(found, arguments.plot)
    if arguments.json:
        print(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        return
    print("\n".join(lines_of(found, corpus)))
    if arguments.plot:
        print(f"\nwrote {arguments.plot}")


def _recognised(arguments):
    """Which format it is, how that was found, and what else it might be."""
    if str(arguments.data) in BUILT_IN:
        by = f"it is the name of a built-in sample, which is {GENERATED}"
        return {"recognised_by": by, "read_from": None, "other_formats": []}
    file, name, others = formats_of(arguments.data, arguments.format)
    how = "--format names it" if arguments.format else "its content fits"
    return {
        "format": name,
        "recognised_by": f"{how}: {READERS[name].FORMAT}",
        "read_from": str(file),
        "other_formats": others,
    }


def _opened(arguments, recognised):
    """The corpus, and why it cannot be trained on, `None` where it can."""
    how = {name: getattr(arguments, name) for name in READING}
    # The format is not looked for a second time.
    how["format"] = recognised.get("format", arguments.format)
    data = recognised["read_from"] or arguments.data
    try:
        return read(data, arguments.protocol, **how), None
    except ValueError as error:
        try:
            corpus = read(data, arguments.protocol, answering=True, **how)
        except ValueError:
            # What hinders a training says more than what hinders an answer.
            raise error from None
        return corpus, " ".join(str(error).split())


def _told(corpus):
    """What was read, and what else could have been."""
    told = corpus.provenance
    return {
        "format": told.get("format", GENERATED),
        "protocol": told.get("protocol", GENERATED),
        "other_protocols": list(told.get("other_protocols", ())),
        "label": told.get("label", corpus.target),
        "other_labels": list(told.get("other_labels", ())),
        "files": list(told.get("files", ())),
    }


def _training(arguments, corpus, why):
    """The command that trains on the data, and one for each of its rows."""
    rows = [] if why else regime_for(corpus).variants_of(corpus)
    if not rows:
        why = why or NOTHING
        return {"possible": False, "why": why, "command": None, "rows": []}
    words = ["mmzoo", "train", str(arguments.data)]
    for name in ("protocol", *READING):
        given = getattr(arguments, name)
        given = ",".join(given) if isinstance(given, list) else given
        flag = f"--{name.replace('_', '-')}"
        words += [flag, given] if given is not None else []
    commands = [
        {"variant": row, "command": shlex.join([*words, "--variant", row])}
        for row in rows
    ]
    whole = shlex.join(words)
    return {"possible": True, "why": None, "command": whole, "rows": commands}

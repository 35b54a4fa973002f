"""The variants that the folder of a run has already, beside those asked for."""

import collections
import json
import shlex

from mmzoo.models.registry import signature_of
from mmzoo.training.plan import models_of
from mmzoo.training.run_folder import read_run
from mmzoo.training.variant import Variant


def with_rows_kept(directory, variants, architecture, whole=True):
    """What a folder of a run has already, and then what is asked for.

    Args:
        directory: the folder, there or not.
        variants: list of `Variant`; where the folder has one of the same name, this one
            takes its place.
        architecture: dict of arguments of the builders; these go before the folder's.
        whole: whether these are all that the variants are built with. Defaults to
            `True`.

    Returns:
        The variants and the arguments of the whole.

    Raises:
        ValueError: a variant is named twice, or would be built with an argument that
            an earlier run was given, and this one is not.
    """
    refuse_twice(variants)
    held = (read_run(directory) or {}).get("architecture", {})
    if whole:
        _refuse_unasked(directory, variants, held, architecture)
    named = {variant.name: variant for variant in variants}
    kept = [named.pop(each.name, each) for each in held_variants(directory)]
    return [*kept, *named.values()], {**held, **architecture}


def _refuse_unasked(directory, variants, held, architecture):
    """Refuse to build a variant with an argument of the folder that nobody asked for.

    All rows of a run share the arguments of their builders.
    """
    for name in sorted(set(held) - set(architecture)):
        for variant in variants:
            known = [signature_of(model) for model in models_of(variant)]
            # As JSON gives them back, which has no tuples.
            own = [json.loads(json.dumps(each[name])) for each in known if name in each]
            differs = any(default != held[name] for default in own)
            if differs and name not in variant.architecture:
                raise ValueError(
                    f"{directory} has rows with {name}={held[name]!r}, which "
                    f"{variant.name!r} would be built with, too, and it was not given "
                    f"now: give {_flag(name, held[name])}, or another folder "
                    "(--output)."
                )


def _flag(name, value):
    """The words of a command that give an argument a value."""
    words = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{words}" if value else f"--no-{words}"
    return f"--{words} {shlex.quote(str(value))}"


def ensembles_kept(directory, ensembles, titles):
    """The ensembles that a folder of a run has already, and then what is asked for.

    Args:
        directory: the folder, there or not.
        ensembles: lists of titles of rows.
        titles: set of the titles of all rows that the run has: an ensemble of another
            one, which failed, is left out.

    Returns:
        List of lists of titles, each once.
    """
    held = (read_run(directory) or {}).get("ensembles", ())
    found = [list(each) for each in held if titles.issuperset(each)]
    return found + [list(each) for each in ensembles if list(each) not in found]


def refuse_twice(variants):
    """Refuse variants of one name.

    Args:
        variants: list of `Variant`.

    Raises:
        ValueError: naming the first that is named twice.
    """
    for name, count in collections.Counter(each.name for each in variants).items():
        if count > 1:
            raise ValueError(f"`variants` has {name!r} twice: name it once.")


def held_variants(directory):
    """The variants that a folder of a run has trained, or begun to.

    Args:
        directory: the folder, there or not.

    Returns:
        List of `Variant`.
    """
    rows = (read_run(directory) or {}).get("rows", ())
    return [Variant.from_json(row["variant"]) for row in rows if not row["control"]]

"""The names of columns: what a corpus knows of them, and how it is cut by them.

They stand in `provenance["feature_names"]`, a dict from modality to a list of names.
"""

import dataclasses
from collections.abc import Sequence

from mmzoo.data.errors import DataError
from mmzoo.spelling import did_you_mean

KEY = "feature_names"


def feature_names(corpus) -> dict[str, tuple[str, ...]]:
    """See `Corpus.feature_names`.

    Args:
        corpus: `Corpus`.

    Returns:
        Dict from modality to names.
    """
    told, widths = corpus.provenance.get(KEY, {}), corpus.input_dims
    # Whoever replaces the splits may have put other features in the place of these.
    fitting = (name for name in widths if len(told.get(name, ())) == widths[name])
    return {name: tuple(told[name]) for name in fitting}


def _check_names(names, width: int, place) -> None:
    """Refuse names that do not tell the columns apart.

    Args:
        names: The names.
        width: How many columns there are.
        place: What they are of, for the error.

    Raises:
        DataError: If they are no texts, not one a column, or two are the same.
    """
    if not isinstance(names, list | tuple) or not all(
        isinstance(name, str) for name in names
    ):
        fault = f"its names are {type(names).__name__}, no list of texts"
    elif len(names) != width:
        fault = f"it has {len(names)} names for {width} columns"
    elif len(set(names)) != width:
        twice = next(name for name in names if list(names).count(name) > 1)
        fault = f"two of its columns are called {twice!r}"
    else:
        return
    raise DataError(place, fault, "Give every column one name of its own")


def check_all_names(corpus, place) -> None:
    """Refuse a corpus whose provenance has names that do not fit.

    Args:
        corpus: `Corpus`.
        place: Its file, for the error.

    Raises:
        DataError: Naming the modality.
    """
    told = corpus.provenance.get(KEY, {})
    if not isinstance(told, dict):
        fault = f"{KEY} is {type(told).__name__}, no dict by modality"
        raise DataError(place, fault, "Write the corpus again")
    for modality, width in corpus.input_dims.items():
        if modality in told:
            _check_names(told[modality], width, f"{KEY} of {modality}")


def named(corpus, modality: str, names: Sequence[str]):
    """See `Corpus.with_feature_names`.

    Args:
        corpus: `Corpus`.
        modality: The modality.
        names: Its names.

    Returns:
        The corpus.
    """
    _check_modality(corpus, modality, "with_feature_names")
    place = f"with_feature_names({modality!r}) of {corpus.name}"
    _check_names(names, corpus.input_dims[modality], place)
    told = {**corpus.provenance.get(KEY, {}), modality: list(names)}
    return dataclasses.replace(corpus, provenance={**corpus.provenance, KEY: told})


def without_names(provenance: dict, modality: str) -> dict:
    """A provenance that no longer tells of the columns of a modality.

    Args:
        provenance: The provenance.
        modality: What has other columns now.

    Returns:
        The provenance, the same where it told nothing of them.
    """
    told = provenance.get(KEY, {})
    if modality in told:
        kept = {name: names for name, names in told.items() if name != modality}
        provenance = {**provenance, KEY: kept}
    return _with_suspects_of(provenance, modality, [])


def _with_suspects_of(provenance: dict, modality: str, places: list[int]) -> dict:
    """A provenance that tells of those columns alone which are left, by their place.

    Steps of zeros are not told of them: other columns were zero there, too.
    """
    if not any(modality in each for each in provenance.get("suspect", {}).values()):
        return provenance
    found = {}
    for split, each in provenance["suspect"].items():
        kept = {
            kind: sorted(places.index(column) for column in columns if column in places)
            for kind, columns in each.get(modality, {}).items()
            if kind != "zero_steps"
        }
        kept = {kind: columns for kind, columns in kept.items() if columns}
        others = {name: told for name, told in each.items() if name != modality}
        found[split] = others | ({modality: kept} if kept else {})
    return {**provenance, "suspect": found}


def selected(corpus, modality: str, names: Sequence[str]):
    """See `Corpus.select`.

    Args:
        corpus: `Corpus`.
        modality: The modality.
        names: Its columns that are kept.

    Returns:
        The corpus.
    """
    _check_modality(corpus, modality, "select")
    names = [names] if isinstance(names, str) else list(names)
    places = _places(corpus, modality, names)
    splits = {}
    for key, split in corpus.splits.items():
        rows = split.sequences[modality].columns(places)
        splits[key] = split.with_modality(modality, rows)
    told = _with_suspects_of(corpus.provenance, modality, places)
    corpus = dataclasses.replace(corpus, splits=splits, provenance=told)
    return named(corpus, modality, names)


def _places(corpus, modality: str, names: list[str]) -> list[int]:
    """Where the columns stand that are named."""
    place, known = f"select of {corpus.name}", feature_names(corpus)
    if modality not in known:
        fault = f"nothing says what the columns of {modality} are"
        remedy = "Where you know it, name them first: `with_feature_names`"
        raise DataError(place, fault, remedy)
    there = known[modality]
    missing = [name for name in names if name not in there]
    if missing:
        fault = f"{modality} has no column {', '.join(map(repr, missing))}"
        guess = did_you_mean(missing[0], there).strip()
        remedy = f"{guess} There are {', '.join(there)}".strip()
        raise DataError(place, fault, remedy)
    if not names or len(set(names)) < len(names):
        fault = f"the columns of {modality} to keep are {names}"
        raise DataError(place, fault, "Name at least one, and each once")
    return [there.index(name) for name in names]


def _check_modality(corpus, modality: str, asked: str) -> None:
    if modality not in corpus.modalities:
        fault = f"{asked}({modality!r}, ...), but there is no such modality"
        guess = did_you_mean(modality, corpus.modalities)
        remedy = f"Name one of {', '.join(corpus.modalities)}.{guess}"
        raise DataError(corpus.name, fault, remedy)

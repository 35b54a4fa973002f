"""The card of a model: what a `.keras` file says of itself, read without Keras.

It stands in `metadata.json`, where Keras writes its version and the date, and which it
never reads: a member of its own would let Keras unpack the whole file at each loading.
"""

import collections
from pathlib import Path

from mmzoo.reading.archive import open_archive
from mmzoo.reading.data_error import DataError, parsing
from mmzoo.reading.keras_file import (
    CONFIG,
    METADATA,
    NO_FILE,
    REMEDY,
    RUN_MODEL,
    read_json,
)

# The name of the card among Keras' metadata, and the version of its shape.
CARD, SCHEMA = "mmzoo_model_card", "mmzoo.model_card/1"
# No number of a card is as large; NaN is no less than it, either.
MOST = 1e300
DAMAGED = "its card is damaged"
REWRITE = "The model itself may be whole: load it, or train it again for its card"

# In a shape a tuple names alternatives, and `...` stands for any key.
_TEXT, _COUNT, _NUMBER = (str, None), (int, None), (int, float, None)
_PLAIN = (str, bool, int, float, None)
_READS = {"features": _COUNT, "front_end": _TEXT, "raw": _TEXT, "names": ([str], None)}
_ANSWERS = {
    "target": str,
    "classes": ([str], None),
    "labels_per": str,
    "label_range": ([_NUMBER], None),
}
_DATA = {
    "name": str,
    "format": _TEXT,
    "protocol": _TEXT,
    "label": _TEXT,
    "files": [{"name": str, "sha256": str}],
    "splits": {...: {"samples": int, "labels": int}},
    "folds": _COUNT,
    "fold": _COUNT,
}
_METRIC = {
    "mean": _NUMBER,
    "std": _NUMBER,
    "values": [_NUMBER],
    "ci95": ([_NUMBER], None),
}
_FIGURES = {
    "split": str,
    "labels": int,
    "chosen_on": str,
    "seeds": [int],
    "resampled": str,
    "judged_by": str,
    "metrics": {...: _METRIC},
    "beside": [{"name": str, "metrics": {...: _METRIC}}],
}
SHAPE = {
    "row": str,
    "training": str,
    "control": _TEXT,
    "reads": {...: _READS},
    "joined_steps": [[str]],
    "answers": _ANSWERS,
    "data": _DATA,
    "seed": int,
    "scores": {...: _NUMBER},
    "figures": (_FIGURES, None),
    "options": {...: (*_PLAIN, [_PLAIN], {...: _PLAIN})},
    "parameters": int,
    "trainable_parameters": int,
    "versions": {...: str},
    "written_at": str,
}


def read_model_card(path: str | Path) -> dict:
    """What a model reads, answers, was trained on and reached, from its file alone.

    Nothing in the file is made or run, and Keras is not imported.

    Args:
        path: A `.keras` file, or the folder of a run, which holds `model.keras`.

    Returns:
        Dict that can be written as JSON: `path`, `bytes`, `class` and `arguments` of
        the model; `has_card`; and, `None` where the file does not say it, `row` (the
        variant), `training`, `control`, `reads` (by modality: `features`, their
        `names`, the `front_end` and what `raw` input it takes), `joined_steps`
        (modalities that must have the same steps), `answers` (`target`, `classes`,
        `labels_per`, `label_range`), `data` (`name`, `format`, `protocol`, `label`,
        `files`, `splits`, `folds`, `fold`), `seed`, `scores` (this model's metrics on
        the test split), `figures` (those of its row, over all seeds, with those of its
        controls and floors in `beside`), `options`, `parameters`,
        `trainable_parameters`, `versions`, `written_at`. Of a file without a card,
        such as `model.save` writes it, the class, what it reads and answers, Keras'
        version and the date are known.

    Raises:
        DataError: If the file or its card is damaged, or the card is another model's.

    Example:
    ```python
    mmzoo.build_lstm_baseline({"text": 300}, units=4).save("model.keras")
    found = mmzoo.read_model_card("model.keras")
    found["has_card"]  # False
    found["reads"]["text"]["features"]  # 300
    ```
    """
    path = Path(path)
    path = path / RUN_MODEL if path.is_dir() else path
    with open_archive(path, NO_FILE, REMEDY) as archive:
        config = _object(CONFIG, read_json(path, archive, CONFIG))
        metadata = {}
        if METADATA in archive.namelist():
            metadata = _object(METADATA, read_json(path, archive, METADATA))
        inner = _object(CONFIG, config.get("config"))
        known = _known(config, inner, metadata)
        with parsing(path, DAMAGED, REWRITE):
            card = _card(metadata.get(CARD))
    if card is not None and (other := _difference(card, known)):
        fault = f"its card is another model's: {other}"
        raise DataError(path, fault, "Load the model, which is what its config says")
    return {
        "path": str(path),
        "bytes": path.stat().st_size,
        "class": str(config.get("registered_name") or config.get("class_name")),
        "arguments": _arguments(inner),
        "has_card": card is not None,
        **(card or known),
    }


def _object(name, value) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"what its {name} holds is no model")
    return value


def _card(found) -> dict | None:
    if found is None:
        return None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"it is of the version {schema!r}, not {SCHEMA!r}")
    return _shaped(found, SHAPE, "it")


def _shaped(value, shape, place: str):
    """The value with the keys of its shape; an error where it is of another."""
    for each in shape if isinstance(shape, tuple) else (shape,):
        if each is None and value is None:
            return None
        if isinstance(each, dict) and isinstance(value, dict):
            inner = dict.fromkeys(value, each[...]) if ... in each else each
            missing = sorted(set(inner) - set(value))
            if missing:
                raise ValueError(f"{place} has no {missing[0]!r}")
            return {key: _shaped(value[key], inner[key], repr(key)) for key in inner}
        if isinstance(each, list) and isinstance(value, list):
            return [_shaped(item, each[0], place) for item in value]
        # For `isinstance`, True is a number.
        if type(value) is each and (each not in (int, float) or abs(value) < MOST):
            return value
    raise ValueError(f"{place} is {value!r}")


def _known(config: dict, inner: dict, metadata: dict) -> dict:
    """What Keras' own JSON says of a model, with the keys of a card."""
    held, chain = _first(config, "input_dims"), _first(config, "chain")
    reads = {
        str(name): {
            "features": value if type(value) is int else None,
            "front_end": _text(value, "class_name"),
            "raw": None,
            "names": None,
        }
        for name, value in (held if isinstance(held, dict) else {}).items()
        if not isinstance(chain, list) or not chain or name in chain[0]
    }
    answers = {name: inner.get(name) for name in _ANSWERS}
    try:
        answers = _shaped(answers, _ANSWERS, "what it answers")
    except ValueError:
        # A model without a target answers nothing, one of Keras' own is not known.
        answers = None
    return {
        **dict.fromkeys(SHAPE),
        "reads": reads or None,
        "answers": answers,
        "versions": {"keras": _text(metadata, "keras_version")},
        "written_at": _text(metadata, "date_saved"),
    }


def _first(config: dict, key: str):
    """The value of a key in nested JSON, the outermost one."""
    todo = collections.deque([config])
    while todo:
        value = todo.popleft()
        if isinstance(value, dict) and key in value:
            return value[key]
        inner = value.values() if isinstance(value, dict) else value
        todo.extend(each for each in inner if isinstance(each, dict | list))
    return None


def _text(found, key: str) -> str | None:
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) else None


def _arguments(inner: dict) -> dict:
    """Arguments of the model that are plain, but for those that are told elsewhere."""
    found = {}
    for name, value in inner.items():
        if name in _ANSWERS or name in ("name", "trainable", "trainable_exceptions"):
            continue
        try:
            found[name] = _shaped(value, (*_PLAIN, [_PLAIN]), name)
        except ValueError:
            continue
    return found


def _difference(card: dict, known: dict) -> str | None:
    """Where a card contradicts the config beside it, in a few words."""
    pairs = [
        (f"the features of {name}", card["reads"].get(name), held)
        for name, held in (known["reads"] or {}).items()
    ]
    # A front end tells its width only once it is made.
    told = [
        (name, said and said["features"], held["features"])
        for name, said, held in pairs
        if held["features"] is not None
    ]
    told += [
        (name, card["answers"][name], held)
        for name, held in (known["answers"] or {}).items()
        if name != "label_range"
    ]
    for name, said, held in told:
        if said != held:
            return f"of {name} it says {said!r}, but {CONFIG} {held!r}"
    return None

"""The card of a model: made when its training ends, completed when its row is known."""

import dataclasses
import json
import math
import shutil
import zipfile

import numpy as np

from mmzoo.evaluation import environment
from mmzoo.evaluation.report.file_formats import plain
from mmzoo.evaluation.row_dicts import row_label
from mmzoo.evaluation.row_kind import kind_for
from mmzoo.files import atomic_file
from mmzoo.reading.keras_file import METADATA
from mmzoo.reading.model_card import CARD, SCHEMA, SHAPE
from mmzoo.training.measure import labelled

BACKENDS = ("tensorflow", "jax", "torch")
BLOCK_BYTES = 2**20


def training_card(planned, model, corpus, seed, predicted):
    """What one training knows of its model; the figures of its row are still missing.

    Args:
        planned: the row that was trained, a `PlannedRow`.
        model: the trained model.
        corpus: the `Corpus` that it was trained on.
        seed: int.
        predicted: float array `(labels,)`, what it says of the test split; with
            classes their indices.

    Returns:
        Dict with the keys of `mmzoo.reading.model_card.SHAPE`.
    """
    made = environment()
    answers = {"target": model.target, "classes": model.classes}
    answers |= {"labels_per": model.labels_per, "label_range": corpus.label_range}
    options = dataclasses.asdict(planned.options) | planned.architecture
    if planned.front_ends is not None:
        options = dataclasses.asdict(planned.front_ends) | options
    if planned.pretraining is not None:
        options["pretrain"] = planned.pretraining.facts()
    joined = [[n for n in names if n in model.source] for names in model.joined_steps]
    return {
        "row": planned.name,
        "training": planned.training,
        "control": planned.control,
        "reads": plain(_reads(model, corpus)),
        "joined_steps": [names for names in joined if len(names) > 1],
        "answers": plain(answers),
        "data": plain(_data(corpus)),
        "seed": seed,
        "scores": _scores(corpus, predicted),
        "figures": None,
        "options": {name: _flat(plain(value)) for name, value in options.items()},
        **weights_of(model),
        "versions": _versions(made),
        "written_at": made["written_at"],
    }


def row_figures(row, seeds, chosen_on, beside):
    """What a row reached on the test split, and what stands beside it.

    Args:
        row: the `Row` of the model's variant.
        seeds: list of int, those that the row was trained with.
        chosen_on: the split that chose the epoch.
        beside: list of `Row`, its controls and the floors.

    Returns:
        Dict, `"figures"` of a card.
    """
    kept = row.to_dict()
    others = [(each.to_dict(), each.is_control_of(row)) for each in beside]
    return {
        "split": "test",
        "chosen_on": chosen_on,
        "labels": len(row.labels),
        "seeds": seeds,
        "resampled": kept["resampled"],
        "judged_by": row.kind.judged_by[0],
        "metrics": kept["metrics"],
        "beside": [
            {"name": row_label(each, own).strip(), "metrics": each["metrics"]}
            for each, own in others
        ],
    }


def write_model_card(path, card, source=None):
    """Write a `.keras` file anew with a card in it, whole or not at all.

    Args:
        path: the file to write.
        card: dict as `training_card` or `read_model_card` returns it.
        source: optional `.keras` file to take all else from; `path` itself where not
            given.
    """
    card = {"schema": SCHEMA, **{name: card[name] for name in SHAPE}}
    with (
        atomic_file(path) as temporary,
        zipfile.ZipFile(source or path) as old,
        zipfile.ZipFile(temporary, "w") as new,
    ):
        for member in old.infolist():
            with old.open(member) as content, new.open(_like(member), "w") as written:
                if member.filename != METADATA:
                    shutil.copyfileobj(content, written, BLOCK_BYTES)
                    continue
                told = json.load(content) | {CARD: card}
                written.write(json.dumps(told, allow_nan=False).encode())


def _like(member):
    """A new member of the same name, packed the same way and as large."""
    made = zipfile.ZipInfo(member.filename, member.date_time)
    made.compress_type, made.file_size = member.compress_type, member.file_size
    return made


def weights_of(model):
    """How many weights a model has, and how many of them training changes.

    Args:
        model: a built model.

    Returns:
        Dict with `parameters` and `trainable_parameters`.
    """
    weights = {"parameters": model.weights}
    weights["trainable_parameters"] = model.trainable_weights
    return {n: sum(math.prod(w.shape) for w in each) for n, each in weights.items()}


def _reads(model, corpus):
    """Width of each modality, the names of its columns, and what makes them."""
    found, names = {}, corpus.provenance.get("feature_names", {})
    for name in model.source:
        end, width = model.front_ends.get(name), model.input_dims[name]
        known = names.get(name) if end is None else None
        found[name] = {
            "features": width,
            "front_end": None if end is None else type(end).__name__,
            "raw": None if end is None else end.raw,
            "names": [*map(str, known)] if known and len(known) == width else None,
        }
    return found


def _text(told):
    """What the provenance tells, as a text; of several labels their names."""
    if isinstance(told, list | tuple):
        return ",".join(map(str, told))
    return None if told is None else str(told)


def _data(corpus):
    """Where the data come from; a corpus built by hand may say it in any form."""
    told = corpus.provenance
    texts = {name: told.get(name) for name in ("format", "protocol", "label")}
    files = told.get("files")
    files = files if isinstance(files, list | tuple) else ()
    counts = {name: told.get(name) for name in ("folds", "fold")}
    return {
        "name": str(corpus.name),
        **{name: _text(each) for name, each in texts.items()},
        "files": [
            {"name": str(file["name"]), "sha256": str(file["sha256"])}
            for file in files
            if isinstance(file, dict) and {"name", "sha256"} <= file.keys()
        ],
        "splits": {
            name: {
                "samples": len(split),
                "labels": int(np.isfinite(labelled(split)[0]).sum()),
            }
            for name, split in corpus.splits.items()
        },
        **{n: each if isinstance(each, int) else None for n, each in counts.items()},
    }


def _scores(corpus, predicted):
    """The metrics of one model alone; what is undefined is None."""
    labels = labelled(corpus.test)[0]
    try:
        found = kind_for(corpus.classes, corpus.target).score(labels, predicted)
    except ValueError:
        # The row refuses such predictions, and names itself.
        return {}
    return {n: float(x) if np.isfinite(x) else None for n, x in found.items()}


def _flat(value):
    """An option as a card holds it: what is nested deeper is written as text."""
    inner = value.values() if isinstance(value, dict) else value
    nested = isinstance(value, dict | list) and any(
        isinstance(each, dict | list) for each in inner
    )
    return json.dumps(value) if nested else value


def _versions(made):
    found = {name: made[name] for name in ("mmzoo", "backend", "python", "platform")}
    wanted = ("keras", "numpy", "keras-hub", made["backend"])
    return found | {n: made["versions"][n] for n in wanted if n in made["versions"]}

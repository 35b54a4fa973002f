"""A card, and the file of a model that could hold it, without Keras."""

import copy
import json
import zipfile

from mmzoo.reading.model_card import CARD, SCHEMA

METRIC = {"mean": 0.75, "std": 0.5, "values": [0.25, 1.25], "ci95": [0.5, 1.0]}
_SMALL = {
    "schema": SCHEMA,
    "row": "text",
    "training": "supervised",
    "control": None,
    "reads": {
        "text": {"features": 5, "front_end": None, "raw": None, "names": [*"abcde"]}
    },
    "joined_steps": [],
    "answers": {
        "target": "sentiment",
        "classes": None,
        "labels_per": "sequence",
        "label_range": [-3.0, 3.0],
    },
    "data": {
        "name": "made up",
        "format": "mosi",
        "protocol": "utterance",
        "label": "sentiment",
        "files": [{"name": "made_up.npz", "sha256": "0123456789abcdef" * 4}],
        "splits": {"train": {"samples": 7, "labels": 6}},
        "folds": 3,
        "fold": 0,
    },
    "seed": 1,
    "scores": {"mae": 1.25, "pearson": None},
    "figures": {
        "split": "test",
        "labels": 11,
        "chosen_on": "valid",
        "seeds": [0, 1],
        "resampled": "video",
        "judged_by": "mae",
        "metrics": {"mae": METRIC, "pearson": {**METRIC, "mean": None, "ci95": None}},
        "beside": [{"name": "majority", "metrics": {"mae": {**METRIC, "mean": 2.5}}}],
    },
    "options": {"epochs": 1, "class_weight": {"a": 0.5}, "kernels": [3, 5]},
    "parameters": 1234,
    "trainable_parameters": 1200,
    "versions": {"mmzoo": "0.1", "keras": "3.1", "backend": "jax"},
    "written_at": "2026-01-02T03:04:05+00:00",
}
CONFIG = {
    "class_name": "LSTMBaseline",
    "registered_name": "mmzoo>LSTMBaseline",
    "config": {
        "name": "text",
        "input_dims": {"text": 5},
        "classes": None,
        "target": "sentiment",
        "labels_per": "sequence",
        "units": 4,
    },
}
DATE = "2025-12-31@23:59:59"


def small_card():
    """A card of a model that `small_model` of the damage runner makes."""
    return copy.deepcopy(_SMALL)


def write_keras(path, card=None, config=CONFIG):
    """A `.keras` file without weights.

    Args:
        path: the file.
        card: what stands in the place of the card; `None` for none.
        config: what its config.json holds.

    Returns:
        The path.
    """
    metadata = {"keras_version": "3.1", "date_saved": DATE}
    metadata |= {} if card is None else {CARD: card}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("metadata.json", json.dumps(metadata))
        file.writestr("config.json", json.dumps(config))
    return path

"""A small MUStARD in its exact layout."""

import json
import pickle

import numpy as np

SHOWS = ("BBT", "GOLDENGIRLS", "FRIENDS")
COUNT = 12


def utterance(number, show, **changes):
    """An utterance as it is published; every second one is sarcastic."""
    return {
        "utterance": f"It's just a privilege, number {number}.",
        "speaker": f"PERSON{number % 2}",
        "context": ["I never would have.", f"What's your plan {number}?"],
        "context_speakers": ["LEONARD", "SHELDON"],
        "show": show,
        "sarcasm": bool(number % 2),
    } | changes


def mustard(count=COUNT):
    """Utterances by their names, `count` a show."""
    return {
        f"{place}_{number}": utterance(number, show)
        for place, show in enumerate(SHOWS, 1)
        for number in range(count)
    }


def write_mustard(folder, content=None, folds=False):
    """Write the json, and five folds as the published list has them."""
    folder.mkdir(parents=True, exist_ok=True)
    content = mustard() if content is None else content
    path = folder / "sarcasm_data.json"
    path.write_text(json.dumps(content, indent=4))
    if folds:
        places = np.arange(len(content))
        pairs = [(places[places % 5 != n], places[places % 5 == n]) for n in range(5)]
        (folder / "split_indices.p").write_bytes(pickle.dumps(pairs, 2))
    return path

"""Small pickles in the exact layouts of the field's projects."""

import pickle

import numpy as np

COUNTS = {"train": 8, "valid": 4, "test": 4}
WIDTHS = {"text": 8, "audio": 3, "vision": 4}


def write_pickle(path, content, protocol=4):
    """Write it, and return the path."""
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def padded(rng, lengths, steps, features, front=False):
    """Random frames `(samples, steps, features)` with zeros at one end."""
    frames = rng.normal(size=(len(lengths), steps, features)).astype("float32")
    step = np.arange(steps)[::-1] if front else np.arange(steps)
    return frames * (step < np.asarray(lengths)[:, None])[..., None]


def lengths_of(rng, count, steps):
    """At least 2 steps each, and one sample that is full and one that is not."""
    return np.r_[steps, steps - 1, rng.integers(2, steps + 1, count - 2)]


def mmsa(rng, steps=None, sims=False):
    """`aligned_50.pkl`, or `unaligned_50.pkl` with `steps` by modality."""
    return {
        name: _mmsa(rng, name, count, steps, sims) for name, count in COUNTS.items()
    }


def _mmsa(rng, split, count, steps, sims):
    aligned, steps = steps is None, steps or dict.fromkeys(WIDTHS, 6)
    lengths = {key: lengths_of(rng, count, steps[key]) for key in WIDTHS}
    if aligned:
        lengths = dict.fromkeys(WIDTHS, lengths["text"])
    part = {
        "raw_text": np.array([f"word {row} of {split}" for row in range(count)]),
        "id": np.array([f"{split}{row // 2}$_${row % 2}" for row in range(count)]),
        "annotations": np.array(["Positive"] * count),
    }
    for key, width in WIDTHS.items():
        part[key] = padded(rng, lengths[key], steps[key], width).astype("float64")
    bert = np.zeros((count, 3, steps["text"]), "float32")
    bert[:, 1] = np.arange(steps["text"]) < lengths["text"][:, None]
    bert[:, 0] = 100 * bert[:, 1]
    part["text_bert"] = bert
    if not aligned:
        part["audio_lengths"] = lengths["audio"].tolist()
        part["vision_lengths"] = lengths["vision"].tolist()
    scores = np.round(np.linspace(-1, 1, count), 1) * (1 if sims else 3)
    part["classification_labels"] = np.sign(scores) + 1
    part["regression_labels"] = scores.astype("float32")
    for key in "TAV" if sims else "":
        part[f"regression_labels_{key}"] = rng.permutation(scores).astype("float32")
    return part


def mult(rng, steps=None, ids="bytes", iemocap=False):
    """`mosi_data.pkl`, `mosei_senti_data.pkl` (`ids="str"`) or `iemocap_data.pkl`."""
    return {
        name: _mult(rng, name, count, steps, ids, iemocap)
        for name, count in COUNTS.items()
    }


def _mult(rng, split, count, steps, ids, iemocap, front=False):
    aligned, steps = steps is None, steps or dict.fromkeys(WIDTHS, 6)
    lengths = {key: lengths_of(rng, count, steps[key]) for key in WIDTHS}
    if aligned:
        lengths = dict.fromkeys(WIDTHS, lengths["text"])
    part = {
        key: padded(rng, lengths[key], steps[key], width, front)
        for key, width in WIDTHS.items()
    }
    times = [(str(row), str(row + 1)) for row in range(count)]
    if ids == "bytes":
        rows = [(f"{split}{row // 2}_{row % 2}", *times[row]) for row in range(count)]
        part["id"] = np.array(rows, "S20")
    else:
        rows = [(f"{split}{row // 2}", *times[row]) for row in range(count)]
        part["id"] = np.array(rows)
    if iemocap:
        part["labels"] = np.eye(2, dtype="int64")[rng.integers(0, 2, (count, 4))]
        part["labels"][:2, :] = np.eye(2, dtype="int64")[:, None]
    else:
        scores = np.linspace(-3, 3, count).astype("float32")
        part["labels"] = scores[:, None, None]
    return part


def multibench(rng, binary=False):
    """`mosi_raw.pkl`, or `sarcasm.pkl`; the second test sample has no text."""
    content = {}
    for name, count in COUNTS.items():
        part = _mult(rng, name, count, None, "str", False, front=True)
        part["id"] = [f"{name}{row // 2}[{row % 2}]" for row in range(count)]
        if binary:
            part["labels"] = (np.arange(count) % 2).astype("float64").reshape(-1, 1, 1)
        content[name] = part
    content["test"]["text"][1] = 0
    return content

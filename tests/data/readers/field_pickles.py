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


def instances(rng, kind="mag_bert"):
    """A dict of lists as MAG-BERT's, or with the parts of MISA and MMIM."""
    return {
        name: [_instance(rng, split, row, kind) for row in range(count)]
        for (split, count), name in zip(
            COUNTS.items(), ("train", "dev", "test"), strict=True
        )
    }


def _instance(rng, split, row, kind):
    steps = int(rng.integers(2, 6))
    words = [f"word{number}" for number in range(steps)]
    video, audio = (rng.normal(size=(steps, width)) for width in (4, 3))
    label = np.array([[float(row % 7 - 3)]], "float32")
    parts = (words, video, audio)
    if kind != "mag_bert":
        parts = (np.arange(steps), video, audio, words)
    if kind == "mmim":
        padded = [np.pad(each, ((0, 2), (0, 0))) for each in (video, audio)]
        parts = (np.arange(steps), *padded, words, steps, steps)
    return parts, label, f"{split}{row // 2}[{row % 2}]"


def write_instances(folder, content):
    """The three files of MISA; returns the folder."""
    folder.mkdir(exist_ok=True)
    for name, rows in content.items():
        write_pickle(folder / f"{name}.pkl", rows)
    return folder


def lmf(rng, labels=1):
    """`mosi.pkl`, or `pom.pkl` with several labels; keys are bytes."""
    return {
        name.encode(): {
            b"covarep": rng.normal(size=(count, 3)),
            b"facet": rng.normal(size=(count, 4)),
            b"glove": padded(rng, lengths_of(rng, count, 5), 5, 8, front=True),
            b"label": np.linspace(-3, 3, count * labels).reshape(count, labels),
        }
        for name, count in COUNTS.items()
    }


def lmf_emotions(rng):
    """`iemocap.pkl`: an emotion above the splits."""
    content = {}
    for emotion in (b"happy", b"angry"):
        content[emotion] = lmf(rng)
        for part in content[emotion].values():
            count = len(part[b"label"])
            part[b"label"] = np.eye(2)[np.arange(count) % 2]
    return content


def bclstm(rng, one_hot=True, width=5):
    """`text_2way.pickle`; the older files have numbers and counts of videos."""
    arrays, lengths = [], []
    # The same for each modality of one generator's seed.
    for steps in [lengths_of(rng, count, 6) for count in (12, 4)]:
        count = len(steps)
        labels = np.arange(count * 6).reshape(count, 6) % 2
        labels[np.arange(6) >= steps[:, None]] = 0
        told = np.eye(2)[labels] if one_hot else labels
        arrays += [padded(rng, steps, 6, width).astype("float64"), told]
        lengths.append(steps.tolist() if one_hot else count)
    return (*arrays, 6, *lengths)


def dialogues(rng):
    """`IEMOCAP_features_raw.pkl`."""
    names = [f"Ses0{session}F_impro0{take}" for session in (1, 2) for take in range(6)]
    sizes = {name: int(rng.integers(2, 5)) for name in names}

    def table(make):
        return {name: [make(name, row) for row in range(sizes[name])] for name in names}

    return (
        table(lambda name, row: f"{name}_M00{row}"),
        table(lambda name, row: "MF"[row % 2]),
        table(lambda name, row: int(rng.integers(6))),
        *(table(lambda name, row, n=n: rng.normal(size=n)) for n in (5, 3, 4)),
        table(lambda name, row: "Well."),
        names[:9],
        names[9:],
    )

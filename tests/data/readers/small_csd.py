"""Small files in the layout of the CMU-MultimodalSDK."""

import json

import h5py
import numpy as np

# Two videos of each published split of CMU-MOSI.
VIDEOS = (
    "2iD-tVS8NPw",
    "8d-gEyoeBzc",
    "WKA5OygbEKI",
    "c5xsKMxpXnc",
    "tmZoasNr4rU",
    "zhpQhgha_KU",
)


def add_root(file, name, entries, metadata=None, data="data"):
    """Write a root into an open file; `entries` are pairs of intervals and features."""
    root = file.create_group(name)
    place = root.create_group(data) if data else root
    for key, (intervals, features) in entries.items():
        place[f"{key}/features"] = features
        if intervals is not None:
            place[f"{key}/intervals"] = np.asarray(intervals, "float64")
    for key, value in (metadata or {}).items():
        text = root.require_group("metadata")
        told = [json.dumps(value)]
        text.create_dataset(key, data=told, dtype=h5py.string_dtype())


def write_root(folder, name, entries, **options):
    """Write a `.csd` file of one root."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name.replace(' ', '_')}.csd"
    with h5py.File(path, "w") as file:
        add_root(file, name, entries, **options)
    return path


def bytes_of(*texts):
    """Texts as the SDK stores them, `(steps, 1)`."""
    return np.array(texts, "S8")[:, None]


def steps_of(starts, seconds):
    """Intervals of one length."""
    starts = np.asarray(starts, "float64")
    return np.stack([starts, starts + seconds], axis=1)


def small_roots(rng, videos=VIDEOS, dim=4):
    """Entries of five roots: of each video four words, of which two have a label."""
    roots = {name: {} for name in ("words", "glove_vectors", "COVAREP", "FACET_4.2")}
    labels = {}
    for video in videos:
        words = steps_of(np.arange(4) * 0.5, 0.5)
        roots["words"][video] = words, bytes_of("sp", "it", "is", "fun")
        roots["glove_vectors"][video] = words, rng.normal(size=(4, dim))
        sound = steps_of(np.arange(20) * 0.1, 0.1)
        roots["COVAREP"][video] = sound, rng.normal(size=(20, 3))
        faces = steps_of(np.arange(5) * 0.4, 0.4)
        roots["FACET_4.2"][video] = faces, rng.normal(size=(5, 2))
        labels[video] = [[0.0, 1.0], [1.0, 2.0]], rng.uniform(-3, 3, (2, 1))
    return roots | {"Opinion Segment Labels": labels}


def write_folder(folder, roots):
    """Write a file a root."""
    for name, entries in roots.items():
        write_root(folder, name, entries)
    return folder


def write_csd(folder, rng, **options):
    """A folder of five small `.csd` files."""
    return write_folder(folder, small_roots(rng, **options))

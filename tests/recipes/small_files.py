"""Tiny files in the formats that the recipes read."""

import h5py
import numpy as np

COUNTS = {"train": 6, "valid": 7, "test": 8}
WIDTHS = {"text": 4, "audio": 3, "video": 2}


def write_mosi(path, rng):
    """MOSI's file: 3 utterances of each of 18 videos."""
    rows = np.arange(54)
    videos = np.array([f"video{number:02d}" for number in rows // 3])
    clips = rows % 3
    np.savez(
        path,
        id=np.array([f"{v}_{c}" for v, c in zip(videos, clips, strict=True)]),
        video_id=videos,
        clip=clips,
        text=np.array([f"WORDS OF {row}" for row in rows]),
        split=np.array(["train", "valid", "test"])[rows // 3 % 3],
        bclstm_split=np.where(rows < 42, "train", "test"),
        label=rng.uniform(-3, 3, len(rows)).astype("float32"),
        text_feat=rng.normal(size=(len(rows), 4)),
        audio_feat=rng.normal(size=(len(rows), 3)),
        video_feat=rng.normal(size=(len(rows), 2)),
    )
    return path


def write_mfn(folder, rng, steps=5):
    """MFN's folder, one file a modality; text has no file for training."""
    folder.mkdir()
    for split, count in COUNTS.items():
        # Padded on the left, sample i by i % 3 steps.
        real = np.arange(steps) >= (np.arange(count) % 3)[:, None]
        for name, width in WIDTHS.items():
            frames = rng.normal(size=(count, steps, width)) * real[..., None]
            file = f"{name}_{split}{'_emb' if name == 'text' else ''}.h5"
            if (name, split) != ("text", "train"):
                _write(folder / file, frames)
        _write(folder / f"y_{split}.h5", rng.uniform(1, 5, count))
    return folder


def _write(path, array):
    with h5py.File(path, "w") as file:
        file["d1"] = array

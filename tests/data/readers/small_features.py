"""Small csv files as openSMILE and OpenFace write them, and their labels."""

import numpy as np

LABELS = ("sad", "calm", "glad")
SPLITS = ("train", "valid", "test")
DESCRIPTORS = ("Loudness_sma3", "F0semitoneFrom27.5Hz_sma3nz", "mfcc1_sma3")
UNITS = ("AU01_r", "AU12_r", "AU45_c")


def write_labels(folder, count=9, ending="wav"):
    """A labels.csv that cuts the clips `0`, `1`, ... into three splits."""
    rows = ["path,text,label,split"]
    for number in range(count):
        label, split = LABELS[number % 3], SPLITS[number * 3 // count]
        rows.append(f'{number}.{ending},"word {number}",{label},{split}')
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")


def write_opensmile(path, frames, names="unknown", columns=DESCRIPTORS):
    """Descriptors a frame, `name;frameTime;...`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [names] * len(frames) if isinstance(names, str) else names
    lines = [";".join(("name", "frameTime", *columns))]
    for step, (name, row) in enumerate(zip(names, frames, strict=True)):
        cells = [f"{value:.6e}" for value in row]
        lines.append(";".join([f"'{name}'", f"{step / 100:.6f}", *cells]))
    path.write_text("\n".join(lines) + "\n")
    return path


def write_openface(path, frames, success=None, faces=None, confidence=None):
    """Action units a frame, with OpenFace's blanks behind commas."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = len(frames)
    success = np.ones(count, int) if success is None else success
    faces = np.zeros(count, int) if faces is None else faces
    confidence = np.full(count, 0.98) if confidence is None else confidence
    head = ("frame", "face_id", "timestamp", "confidence", "success", *UNITS)
    lines = [", ".join(head)]
    for step, row in enumerate(frames):
        before = (step + 1, faces[step], f"{step / 30:.3f}")
        before = (*before, f"{confidence[step]:.2f}", success[step])
        lines.append(", ".join(map(str, (*before, *(f"{each:.2f}" for each in row)))))
    path.write_text("\n".join(lines) + "\n")
    return path


def write_features(folder, rng, audio=True, video=True, count=9):
    """A folder of clips, with labels; returns it."""
    folder.mkdir(exist_ok=True)
    write_labels(folder, count)
    for number in range(count):
        if audio:
            frames = rng.normal(size=(3 + number, 3))
            write_opensmile(folder / f"audio/{number}.csv", frames)
        if video:
            frames = rng.uniform(0, 5, (2 + number, 3))
            write_openface(folder / f"video/{number}.csv", frames)
    return folder

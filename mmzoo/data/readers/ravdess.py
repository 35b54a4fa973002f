"""RAVDESS, emotional speech: a folder with one folder an actor, or of all files.

The name of a file tells all: modality-channel-emotion-intensity-statement-repetition-
actor, such as `Actor_03/03-01-05-02-01-02-03.wav`. Speech (channel 01) that is sound
alone (modality 03) is read; songs and what comes from a video are counted and left out.

Protocol `speaker` (default) never mixes an actor: 1 to 12 train, and 21 to 24 where
the folder has them (the full data set does); 13 to 16 validate, 17 to 20 test. There
are two statements and both are said with every emotion: the words tell nothing.
"""

import re
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.clip_table import ClipTable
from mmzoo.data.readers.file_table import Entry

FORMAT = "RAVDESS speech (a folder of Actor_01, Actor_02, ... with wav or flac)"
PROTOCOLS = ("speaker",)
CLASSES = (
    "neutral",
    "calm",
    "happy",
    "sad",
    "angry",
    "fearful",
    "disgust",
    "surprised",
)
STATEMENTS = {
    "01": "Kids are talking by the door",
    "02": "Dogs are sitting by the door",
}
FOLDER = re.compile(r"Actor_\d\d")
NAME = re.compile(
    r"(?P<modality>0[123])-(?P<channel>0[12])-(?P<emotion>0[1-8])-0[12]-"
    r"(?P<statement>0[12])-0[12]-(?P<actor>0[1-9]|1\d|2[0-4])"
)
SUFFIXES = (".wav", ".flac")
SPLIT_RULE = "Actors 1 to 12 and 21 to 24 train, 13 to 16 validate, 17 to 20 test"


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return path.is_dir() and (bool(_folders(path)) or any(map(_named, _flat(path))))


def files(path: Path) -> list[Path]:
    """The recordings of the folder."""
    return sorted(
        file
        for folder in _folders(path) or [path]
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the recordings of all actors."""
    table = ClipTable(
        "RAVDESS", path, [], (0, len(CLASSES) - 1), SPLIT_RULE, classes=CLASSES
    )
    table.answering = answering
    found, seen = files(path), set()
    for file in found:
        told, name = NAME.fullmatch(file.stem), f"{file.parent.name}/{file.name}"
        flat = file.parent == path
        if told is None or not (flat or file.parent.name == f"Actor_{told['actor']}"):
            table.leave_out("with a name that is not of RAVDESS", name)
        elif told["channel"] == "02":
            table.outside["song"] = table.outside.get("song", 0) + 1
        elif told["modality"] != "03":
            table.outside["from a video"] = table.outside.get("from a video", 0) + 1
        elif file.stem in seen:
            table.leave_out("there as wav and as flac", name)
        else:
            seen.add(file.stem)
            table.entries.append(_clip(file, told))
    if not table.entries:
        raise DataError(
            path,
            f"of its {len(found)} recordings none has a name of RAVDESS's speech",
            "Name them such as Actor_03/03-01-05-02-01-02-03.wav",
        )
    return table.corpus(strict)


def _flat(path: Path) -> list[Path]:
    return [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES]


def _named(file: Path) -> bool:
    return bool(NAME.fullmatch(file.stem))


def _folders(path: Path) -> list[Path]:
    return [
        folder
        for folder in path.iterdir()
        if FOLDER.fullmatch(folder.name) and folder.is_dir()
    ]


def _clip(file: Path, told: re.Match) -> Entry:
    actor = int(told["actor"])
    split = "valid" if 13 <= actor <= 16 else "test" if 17 <= actor <= 20 else "train"
    return Entry(
        file,
        file.stem,
        int(told["emotion"]) - 1,
        f"Actor_{told['actor']}",
        split,
        STATEMENTS[told["statement"]],
    )

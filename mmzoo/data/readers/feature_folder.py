"""A folder of features that programs have extracted, and its `labels.csv`.

    labels.csv                 path,text,label,speaker,split, as for recordings
    audio/anna/01.csv          openSMILE's
    video/anna/01.csv          OpenFace's

`path` names a clip by its recording or its csv, with any ending. The folders `audio`
and `video` may be missing, and so may one of the programs.
"""

import contextlib
import dataclasses
import math
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers import openface_csv, opensmile_csv
from mmzoo.data.readers.clips_csv import COLUMNS, list_clips, names_recordings
from mmzoo.data.readers.feature_file import clip_name
from mmzoo.data.readers.feature_table import Extracted, FeatureTable, matched
from mmzoo.data.readers.file_table import UNNAMED, Entry
from mmzoo.data.readers.labels_csv import FILE, csv_file
from mmzoo.data.readers.number_csv import SUFFIX
from mmzoo.reading import check_regular

PROGRAMS = {
    "audio": (opensmile_csv.columns, opensmile_csv.read_opensmile),
    "video": (openface_csv.columns, openface_csv.read_openface),
}
# Folders that say which program's files they hold, and are no part of a clip's name.
FOLDERS = ("audio", "video", "opensmile", "openface")
# How deep folders may stand below the one that is named.
DEPTH = 3
# What is looked at to tell a format: so many folders, and so many files of each.
MOST_FOLDERS, LOOKED_AT = 200, 20
SPLIT_RULE = "Each of train, valid and test needs clips: see the column split"
NO_ROW = f"without a row in {FILE}"
SAME_CLIP = "meaning the clip of another row"
TWICE = "rows of clips that another file has"


def holds(path: Path, modality: str) -> bool:
    """Whether a file, or a folder without recordings, has a program's features.

    Args:
        path: The file or folder.
        modality: What the program extracts, `"audio"` or `"video"`.

    Returns:
        Whether it does.
    """
    fits = PROGRAMS[modality][0]
    found = any(fits(file) for file in _tables(path, look=True))
    labels = csv_file(_root(path))
    return found and not (labels.is_file() and names_recordings(labels))


def feature_files(path: Path) -> list[Path]:
    """The tables of features and their labels.

    Args:
        path: The file or folder.

    Returns:
        The files that are read.
    """
    labels = csv_file(_root(path))
    found = [each for files in _by_program(path).values() for each in files]
    return [*([labels] if labels.is_file() else []), *sorted(found)]


def read_features(
    path: Path, protocol: str, strict: bool, answering: bool, label: str | int | None
) -> Corpus:
    """Read what all programs have extracted.

    Args:
        path: The file or folder.
        protocol: Whether labels are classes or scores.
        strict: Whether a damaged file is an error.
        answering: Whether the clips are to be answered.
        label: The column that is the label.

    Returns:
        The corpus.
    """
    root = _root(path)
    parts = {
        modality: _extracted(files, modality, root)
        for modality, files in _by_program(path).items()
    }
    place = (root, [], (0.0, 0.0), SPLIT_RULE)
    table = FeatureTable(root.resolve().name, *place, parts=parts, group_kind="clip")
    table.answering, labels = answering, csv_file(root)
    if labels.is_file():
        list_clips(table, labels, protocol, strict, label)
        _match(table, labels)
    elif answering:
        table.target = "sentiment"
        table.entries = [
            Entry(Path(name), name, math.nan, name, UNNAMED) for name in table.clips
        ]
    else:
        fault = f"there is no {FILE} beside the features"
        remedy = f"Write one with the columns {', '.join(COLUMNS)}, or let a model "
        raise DataError(root, fault, f"{remedy}answer the clips: mmzoo predict")
    return table.corpus(strict)


def _match(table: FeatureTable, labels: Path) -> None:
    """Give each row the clip that it means, and count the clips of no row."""
    paths = {each.path: _below(each.path, labels.parent) for each in table.entries}
    clips = matched(list(paths.values()), table.clips)
    entries, table.entries, seen = table.entries, [], set()
    for each in entries:
        name = clips[paths[each.path]]
        if name in seen and not table.answering:
            table.leave_out(SAME_CLIP, each.id)
        else:
            table.entries.append(dataclasses.replace(each, path=Path(name)))
        seen.add(name)
    others = len(set(table.clips) - seen)
    if others:
        table.outside[NO_ROW] = others


def _below(path: Path, root: Path) -> str:
    """A path relative to the root, without the folder of a program."""
    parts = path.relative_to(root).parts
    inner = parts[1:] if len(parts) > 1 and parts[0].lower() in FOLDERS else parts
    return "/".join(inner)


def _extracted(files: list[Path], modality: str, root: Path) -> Extracted:
    """The clips of all files of one program."""
    columns, read = PROGRAMS[modality]
    heads = {file: columns(file) for file in files}
    names = Counter(heads.values()).most_common(1)[0][0]
    part = Extracted(names)
    for file, head in heads.items():
        own = clip_name(_below(file, root))
        try:
            if head != names:
                fault = f"it has {len(head)} features, not the {len(names)} of others"
                remedy = "Extract all with the same options"
                raise DataError(file, fault, remedy)
            content = read(file)
        except DataError as error:
            part.broken[own] = error
            continue
        part.counts += content.counts
        # A name in a file of one clip need not be its own, such as a default.
        alone = len(content.clips) == 1 and len(files) > 1
        for name, clip in content.clips.items():
            told = own if alone or not name else clip_name(name)
            if told in part.clips:
                part.counts[TWICE] += len(clip[0])
            part.clips.setdefault(told, clip)
    return part


def _root(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _by_program(path: Path) -> dict[str, list[Path]]:
    """The files of each program, of those that have any."""
    found = {modality: [] for modality in PROGRAMS}
    for file in _tables(path):
        for modality, (columns, _) in PROGRAMS.items():
            if columns(file):
                found[modality].append(file)
                break
    return {modality: files for modality, files in found.items() if files}


def _tables(path: Path, look: bool = False) -> Iterator[Path]:
    """The tables of a folder and those below it; to look, not all."""
    if path.is_file() and path.name != FILE:
        yield from [path] * (path.suffix.lower() == SUFFIX)
        return
    root = _root(path)
    for number, (folder, inner, names) in enumerate(os.walk(root)):
        if look and number == MOST_FOLDERS:
            return
        depth = len(Path(folder).relative_to(root).parts)
        inner[:] = sorted(each for each in inner if each[0] != ".") * (depth < DEPTH)
        tables = sorted(n for n in names if n.lower().endswith(SUFFIX) and n[0] != ".")
        for name in tables[: LOOKED_AT if look else None]:
            with contextlib.suppress(DataError):
                if name != FILE:
                    yield check_regular(Path(folder, name), root)

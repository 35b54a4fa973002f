"""The clips that a command is given in place of a corpus."""

import pathlib

from mmzoo.data import DataError
from mmzoo.data.readers import formats_of

# How recordings and pictures end; a file that is named is read whatever its ending.
ENDINGS = {
    "audio": (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff", ".au"),
    "image": (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"),
}
CLIP = ("audio", "text", "image")
ALL = sum(ENDINGS.values(), ())


def are_clips(arguments):
    """Whether a command is given clips, and no corpus.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        bool. Several files are clips, and so are one with the ending of a recording or
        a picture, and a folder of such files that is of no format.

    Raises:
        ValueError: if it is given both.
    """
    if len(arguments.data) != 1:
        return True
    flags = [f"--{name}" for name in CLIP if getattr(arguments, name)]
    (path,) = map(pathlib.Path, arguments.data)
    found = _has_clips(path)
    if flags and not found:
        raise ValueError(
            f"{path}: give either DATA, or clips by {' and '.join(flags)}."
        )
    return found


def _has_clips(path):
    """Whether a file ends like a recording or a picture, or a folder is of those."""
    if not path.is_dir():
        return path.suffix.lower() in ALL
    try:
        formats_of(path)
    except DataError:
        return any(file.suffix.lower() in ALL for file in path.iterdir())
    return False


def clips_of(arguments, model):
    """The clips that a command is given, by modality.

    Args:
        arguments: words of the command line, as `parse` returns them.
        model: the model, whose modalities are taken.

    Returns:
        Dict from each modality that the model reads to a list of clips, `None` where
        all lack it, and a list of sentences on what was left out.

    Raises:
        ValueError: naming what does not fit the model, or what differs in number.
    """
    features = [name for name in model.source if name not in model.front_ends]
    if features:
        raise ValueError(
            f"{arguments.model}: the model reads {' and '.join(features)} as features, "
            "not as recordings or words. Give DATA that holds them."
        )
    given = {name: getattr(arguments, name) for name in CLIP}
    given = {name: clips for name, clips in given.items() if clips is not None}
    told = []
    if arguments.data:
        name = _kind(arguments, model, given)
        given[name], told = _files(arguments.data, ENDINGS[name])
    _check(arguments, model, given)
    count = len(next(iter(given.values())))
    return {name: given.get(name, [None] * count) for name in model.source}, told


def _kind(arguments, model, given):
    """What files without a flag are: what the model reads of the two."""
    kinds = [name for name in ENDINGS if name in model.source]
    for name in kinds:
        if name not in given:
            return name
    said = f"gives {' and '.join(f'--{name}' for name in kinds)} already"
    if not kinds:
        said = f"has a model that reads {' and '.join(model.source)} alone"
    raise ValueError(f"{arguments.data[0]}: the command {said}. Leave the file out.")


def _files(paths, endings):
    """The files, those of a folder by their ending, and what was left out of it."""
    found, told = [], []
    for path in map(pathlib.Path, paths):
        if not path.is_dir():
            found.append(str(path))
            continue
        shown = sorted(each for each in path.iterdir() if each.name[:1] != ".")
        taken = [each for each in shown if each.suffix.lower() in endings]
        left = [each.name for each in shown if each not in taken]
        if not taken:
            fault = f"the folder has no file that ends in {', '.join(endings)}"
            raise DataError(path, fault, "Name the files, or another folder")
        if left:
            told.append(f"left out {len(left)} others of {path}, such as {left[0]}")
        found += map(str, taken)
    return found, told


def _check(arguments, model, given):
    strange = sorted(set(given) - set(model.source))
    if strange:
        flags = " and ".join(f"--{name}" for name in model.source)
        raise ValueError(
            f"{arguments.model}: the model reads {' and '.join(model.source)}, not "
            f"{' and '.join(strange)}. Give {flags}."
        )
    counts = {name: len(clips) for name, clips in given.items()}
    if len(set(counts.values())) > 1:
        told = " and ".join(f"{count} of {name}" for name, count in counts.items())
        raise ValueError(
            f"the command gives {told}: give as many of each, in the same order, or "
            "leave one out for all clips."
        )

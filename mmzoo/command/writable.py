"""Check before the work whether its result can be written."""

import argparse
import importlib.util
import os
import pathlib

# Endings of files of answers; `mmzoo.command.answer_file` writes them.
ANSWERS = (".csv", ".json", ".jsonl", ".parquet")


def output_file(path):
    """Check a file that will be written; a `type` of `argparse`.

    Args:
        path: the file, there or not.

    Returns:
        The `pathlib.Path`.

    Raises:
        argparse.ArgumentTypeError: if it is a folder, its folder is not there, or it
            cannot be written.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        _refuse(f"{path} is a folder. Name a file in it, such as {path / 'out.csv'}.")
    if not path.parent.is_dir():
        _refuse(f"the folder {path.parent} is not there. Make it, or name another.")
    for place in (path.parent, path):
        if place.exists() and not os.access(place, os.W_OK):
            _refuse(f"{place} cannot be written. Name another place.")
    return path


def answers_file(path):
    """Check a file of answers, whose ending says its form; a `type` of `argparse`.

    Args:
        path: the file, there or not.

    Returns:
        The `pathlib.Path`.

    Raises:
        argparse.ArgumentTypeError: as `output_file` does, if the ending is none of
            `ANSWERS`, or if the package that writes it is not installed.
    """
    path = output_file(path)
    suffix = path.suffix.lower()
    if suffix not in ANSWERS:
        said = f"ends in {suffix!r}" if suffix else "has no ending"
        _refuse(f"{path} {said}. Answers are written as {', '.join(ANSWERS)}.")
    if suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        install = 'pip install "mmzoo[parquet]"'
        _refuse(f"{path} needs the package pyarrow: {install}, or name a .csv file.")
    return path


def output_folder(path):
    """Check a folder that will be made or filled; a `type` of `argparse`.

    Args:
        path: the folder, there or not.

    Returns:
        The `pathlib.Path`.

    Raises:
        argparse.ArgumentTypeError: if it is a file, or cannot be made or written.
    """
    path = pathlib.Path(path)
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        _refuse(f"{there} is no folder. Name another.")
    if not os.access(there, os.W_OK | os.X_OK):
        _refuse(f"the folder {there} cannot be written. Name another.")
    return path


def _refuse(message):
    raise argparse.ArgumentTypeError(message)

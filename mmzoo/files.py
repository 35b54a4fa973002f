"""The one writer: a reader finds the old file or the whole new one, never a part."""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from pathlib import Path

UNFINISHED = ".unfinished-"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def atomic_file(path):
    """Give a temporary file to write, which becomes `path` when the block ends.

    Its name is drawn anew for each call, so two processes never share one. A block
    that fails leaves the old file as it was, and no temporary one.

    Args:
        path: the file. Where it is a link, the file that it names is replaced.

    Returns:
        A context manager; its value is the `Path` of an empty file in the same folder,
        with the ending of `path`.

    Raises:
        OSError: the file cannot be written, or the disk is full.

    Example:
    ```python
    from mmzoo.files import atomic_file

    with atomic_file("numbers.npz") as temporary:
        np.savez(temporary, numbers=np.arange(3))
    ```
    """
    path = Path(os.path.realpath(path))
    temporary = _new_file(path)
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if reason := _full_disk(error):
            raise OSError(_no_room(path, reason)) from error
        raise


@contextlib.contextmanager
def atomic_folder(path):
    """Give a temporary folder to fill, which becomes `path` when the block ends.

    A block that fails leaves neither.

    Args:
        path: the folder, which is not there yet.

    Returns:
        A context manager; its value is the `Path` of an empty folder beside it.

    Raises:
        OSError: something of this name is there, or it cannot be written.

    Example:
    ```python
    from mmzoo.files import atomic_folder

    with atomic_folder("numbers") as temporary:
        np.save(temporary / "three.npy", np.arange(3))
    ```
    """
    path = Path(os.path.realpath(path))
    if path.exists():
        raise OSError(f"{path} is there already: name a folder that is not.")
    temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        temporary.mkdir()
        yield temporary
        os.replace(temporary, path)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if reason := _full_disk(error):
            raise OSError(_no_room(path, reason)) from error
        raise


def write_atomically(path, content):
    """Write bytes or text by `atomic_file`.

    Args:
        path: the file.
        content: bytes, or str that is written as UTF-8.

    Returns:
        str, the SHA-256 of what was written.
    """
    if isinstance(content, str):
        # A lone surrogate, possible in a file's name, has no UTF-8.
        content = content.encode("utf-8", "replace")
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def remove_unfinished(folder):
    """Remove the temporary files and folders that killed processes left in a folder.

    Args:
        folder: a folder to which no other process writes now.
    """
    for left in Path(folder).glob(f"{UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def _new_file(path):
    """An empty file beside `path`, with a name that nobody else has."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is a folder or a device: name another file to write.")
    # Keras asks for its ending; the rest of a long name might make it too long.
    ending = path.suffix if len(path.suffix) < 16 else ""
    temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}{ending}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        if error.errno in _FULL:
            raise OSError(_no_room(path, error.strerror)) from error
        raise OSError(
            f"{path} cannot be written ({error.strerror}): name a file in a folder "
            "that exists and that you may write to."
        ) from error
    return temporary


def _full_disk(error):
    """The reason why nothing more could be written, or None for any other error.

    HDF5 only has it in its message, and closing a zip archive hides it behind another
    error, so the whole chain is searched.
    """
    while error is not None:
        for number in _FULL:
            reason = os.strerror(number)
            if getattr(error, "errno", None) == number or reason in str(error):
                return reason
        error = error.__cause__ or error.__context__
    return None


def _no_room(path, reason):
    return (
        f"{path} was not written ({reason}). Every file that was complete before is "
        "kept: make room on that disk and give the same command again."
    )

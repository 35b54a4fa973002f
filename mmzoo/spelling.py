"""Guess what was meant by a name that is not known."""

import difflib
import os
from pathlib import Path


def did_you_mean(name, known):
    """A question, with a blank before it, that names the nearest name of any case.

    Args:
        name: what was given.
        known: the names that there are.

    Returns:
        str, empty where nothing is near.

    Example:
    ```python
    from mmzoo.spelling import did_you_mean

    did_you_mean("txt", ["text", "audio"])  # " Did you mean 'text'?"
    ```
    """
    spelt = {str(each).casefold(): str(each) for each in known}
    near = difflib.get_close_matches(str(name).casefold(), spelt, n=1)
    return f" Did you mean {spelt[near[0]]!r}?" if near else ""


def path_that_was_meant(path, others=()):
    """The same question about a path, with the names that stand in its folder.

    Args:
        path: a path that is not there.
        others: further names that could have been meant.

    Returns:
        str, empty where nothing is near.

    Example:
    ```python
    from mmzoo.spelling import path_that_was_meant

    path_that_was_meant("sampel", ["sample"])  # " Did you mean 'sample'?"
    ```
    """
    if guess := did_you_mean(path, others):
        return guess
    path = Path(path)
    parent = next((each for each in path.parents if each.is_dir()), None)
    if parent is None or not os.access(parent, os.R_OK):
        return ""
    # The first part that is not there was misspelt.
    wrong, *rest = path.relative_to(parent).parts
    near = difflib.get_close_matches(wrong, sorted(os.listdir(parent)), n=1)
    return f" Did you mean {str(Path(parent, near[0], *rest))!r}?" if near else ""

"""What XLA compiles under JAX, kept while a study lasts: equal programs but once."""

import contextlib
import os
import tempfile

DIRECTORY = "JAX_COMPILATION_CACHE_DIR"
# Small programs, too: a training has dozens of them.
EVERY_PROGRAM = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}


@contextlib.contextmanager
def compiled_once():
    """Let JAX compile equal programs once, where it is imported in the block.

    Each seed of a row is a model of its own, so JAX would compile the same program for
    each; small models take longer to compile than to train. Processes that are started
    in the block share what was compiled. No number changes. Other backends read no
    such variable, and where the user has named a folder, that one serves.

    A compiled program is code that is run, so the folder is new, and gone afterwards:
    what others may have written is never loaded.

    Returns:
        A context manager.
    """
    if DIRECTORY in os.environ:
        yield
        return
    # A process that was killed may still write.
    kept = tempfile.TemporaryDirectory(
        prefix="mmzoo-compiled-", ignore_cleanup_errors=True
    )
    with kept as folder:
        settings = {**EVERY_PROGRAM, DIRECTORY: folder}
        new = {name: each for name, each in settings.items() if name not in os.environ}
        os.environ.update(new)
        try:
            yield
        finally:
            for name in new:
                os.environ.pop(name, None)

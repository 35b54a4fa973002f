"""`mmzoo convert`: any data that is read, as mmzoo's own HDF5 file."""

import shlex

from mmzoo.command.train_arguments import READING
from mmzoo.data import read

NOT_FINITE = (
    "values that are not finite are written as they are, and counted anew by whoever "
    "reads the file"
)


def convert(arguments):
    """Read the data, write them, and say what was written.

    Args:
        arguments: words of the command line, as `parse` returns them: `data`,
            `output`, `protocol` and those of `READING`.
    """
    how = {name: getattr(arguments, name) for name in READING}
    corpus = read(arguments.data, arguments.protocol, **how)
    corpus.save(arguments.output)
    print(corpus.summary())
    if _not_finite(corpus):
        print(NOT_FINITE)
    counts = [f"{len(split)} of {name}" for name, split in corpus.splits.items()]
    size = arguments.output.stat().st_size
    print(f"\nwrote {arguments.output}: {', '.join(counts)} samples, {size:,} bytes")
    print(f"  {shlex.join(['mmzoo', 'train', str(arguments.output)])}")


def _not_finite(corpus):
    """How many values are NaN or infinite."""
    return sum(
        counts.get("nan", 0) + counts.get("inf", 0)
        for modalities in corpus.provenance["cleaned"].values()
        for counts in modalities.values()
    )

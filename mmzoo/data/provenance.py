"""What was done to a corpus is recorded in its provenance, and warned of there."""

import dataclasses

from mmzoo.data.corpus import Corpus


def recorded(corpus: Corpus, warnings=(), **told) -> Corpus:
    """The same corpus with more in its provenance.

    Args:
        corpus: Any corpus.
        warnings: Sentences that follow the warnings which it has. Defaults to `()`.
        **told: What else is recorded, under the names of the arguments.

    Returns:
        The corpus with a provenance of its own.
    """
    provenance = {**corpus.provenance, **told}
    if warnings:
        provenance["warnings"] = [*provenance.get("warnings", ()), *warnings]
    return dataclasses.replace(corpus, provenance=provenance)


def by_split(counts: dict[str, int]) -> str:
    """Counts for a sentence: `"3 of train, 1 of test"`, without those that are 0."""
    return ", ".join(f"{count} of {name}" for name, count in counts.items() if count)

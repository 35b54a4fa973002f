"""What was done to a corpus is recorded in its provenance, and warned of there."""

import dataclasses

from mmzoo.data.audio_file import SAMPLE_RATE
from mmzoo.data.corpus import Corpus

# Counts that each part of a corpus has of its own.
COUNTS = ("cleaned", "dropped", "padding")
# What is the same in all parts that can be joined, and what goes without saying.
SAME = {"made_by": {}, "sample_rate": SAMPLE_RATE, "speaker_normalized": []}
# What tells which label is read.
LABEL = ("label", "other_labels")


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


def added_up(provenances: list[dict]) -> dict:
    """What holds for a corpus that was joined from several.

    Args:
        provenances: Provenance of each of its parts.

    Returns:
        Dict with the sums of `cleaned`, `dropped` and `padding`, the rows that were
        `left_out`, the steps of zeros in `suspect`, what says how the samples were cut
        and made, and the label that is read where all read the same.

    Example:
    ```python
    from mmzoo.data.provenance import added_up

    added_up([{"dropped": {"silent": 2}}, {"dropped": {"silent": 1, "empty": 4}}])
    # {"dropped": {"silent": 3, "empty": 4}}
    ```
    """
    found = {key: _total([each.get(key, {}) for each in provenances]) for key in COUNTS}
    left_out = [each.get("left_out", ()) for each in provenances]
    found["left_out"] = [row for rows in left_out for row in rows]
    found |= {key: provenances[0].get(key) for key in SAME}
    for key in LABEL:
        told = [each.get(key) for each in provenances]
        found[key] = told[0] if told.count(told[0]) == len(told) else None
    # Whether a column is constant in all parts together, the parts do not tell.
    found["suspect"] = _total([_zero_steps(each) for each in provenances])
    if any(each.get("cut_by") == "seed" for each in provenances):
        found["cut_by"] = "seed"
    return {key: value for key, value in found.items() if value}


def _zero_steps(provenance: dict) -> dict:
    """The steps of zeros that a part has, by split and modality."""
    key, found = "zero_steps", provenance.get("suspect", {})
    return {
        split: {name: {key: told[key]} for name, told in each.items() if key in told}
        for split, each in found.items()
    }


def _total(counts: list):
    """Counts that are nested in dicts, added up."""
    if not isinstance(counts[0], dict):
        return sum(counts)
    names = dict.fromkeys(name for each in counts for name in each)
    return {
        name: _total([each[name] for each in counts if name in each]) for name in names
    }

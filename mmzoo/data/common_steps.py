"""Whether modalities have the same steps: the one place that compares them."""

import numpy as np

from mmzoo.data.errors import DataError


def steps_differ(lengths: dict[str, np.ndarray]) -> np.ndarray:
    """Which samples have modalities of different numbers of steps.

    A modality that a sample lacks has no step, and differs from none.

    Args:
        lengths: Dict from modality to the steps of each sample, `(num_samples,)`.

    Returns:
        Bool array `(num_samples,)`.
    """
    rows = np.stack(list(lengths.values()))
    return np.any((rows != rows.max(axis=0)) & (rows > 0), axis=0)


def lengths_of(split) -> dict[str, np.ndarray]:
    """The steps of each modality of a split; words that are numbered are its text."""
    found = {name: rows.lengths for name, rows in split.sequences.items()}
    if "tokens" in found:
        found.setdefault("text", found["tokens"])
    return found


def check_joined_steps(place: str, groups, lengths: dict[str, np.ndarray]) -> None:
    """Refuse samples whose modalities a model joins step by step, but which differ.

    Args:
        place: What is read, for the error.
        groups: Lists of modalities, `joined_steps` of a model.
        lengths: Dict from modality to the steps of each sample, `(num_samples,)`.
            Modalities that are not in it are not compared.

    Raises:
        DataError: If the modalities of a group have different steps in a sample.
    """
    for group in groups:
        held = {name: lengths[name] for name in group if name in lengths}
        differing = np.flatnonzero(steps_differ(held)) if len(held) > 1 else ()
        if len(differing):
            first = differing[0]
            steps = {name: int(rows[first]) for name, rows in held.items()}
            told = ", ".join(f"{count} of {name}" for name, count in steps.items())
            fewest = min((name for name in steps if steps[name]), key=steps.get)
            fault = (
                f"the model joins {' and '.join(held)} step by step, but "
                f"{len(differing)} of {len(held[fewest])} samples differ in steps, "
                f"sample {first} having {told}"
            )
            remedy = (
                f'Align them (`corpus.align_to("{fewest}")`, --align-to {fewest}), or '
                "take a model that needs no common steps: crossmodal_transformer"
            )
            raise DataError(place, fault, remedy)


def check_word_steps(place: str, words, lengths: dict[str, np.ndarray]) -> None:
    """Refuse samples that have neither a step for each word nor one for all.

    Args:
        place: What is read, for the error.
        words: Text of each sample, whose words are cut at blanks, `""` without any.
        lengths: Dict from modality to the steps of each sample, `(num_samples,)`.

    Raises:
        DataError: If a modality has other steps in a sample that has words.
    """
    counts = np.array([len(text.split()) for text in words], dtype="int64")
    for name, steps in lengths.items():
        wrong = np.flatnonzero((steps > 1) & (counts > 0) & (steps != counts))
        if len(wrong):
            first = wrong[0]
            fault = (
                f"{len(wrong)} of {len(counts)} samples have no step of {name} for "
                f"each word, sample {first} {steps[first]} for {counts[first]} words"
            )
            remedy = "Give one for each word, cut at blanks, or one for all of them"
            raise DataError(place, fault, remedy)

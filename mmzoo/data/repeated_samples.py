"""Samples that are there twice, in two splits or in one."""

from mmzoo.data.corpus import Corpus
from mmzoo.data.frame_tally import FrameTally
from mmzoo.data.same_features import joined_marks, same_features


def repeated_samples(
    corpus: Corpus, tallies: dict[str, dict[str, FrameTally]]
) -> list[str]:
    """Warnings about samples that have the very features of another one.

    Args:
        corpus: Any corpus.
        tallies: What was found in its frames, by split and modality.

    Returns:
        The warnings.
    """
    marks = {name: _marks(corpus, name, tallies[name]) for name in corpus.splits}
    return [*_shared(corpus, marks), *_repeated(corpus, marks)]


def shared_features(corpus: Corpus) -> list[str]:
    """Warnings about samples of two splits that have the very same features.

    Args:
        corpus: Any corpus. What it streams is read once.

    Returns:
        The warnings, with the number of samples and one of them.
    """
    return _shared(corpus, same_features(corpus))


def _marks(corpus: Corpus, name: str, tallies: dict[str, FrameTally]) -> list:
    """A mark of each sample of a split, `None` where nothing was observed."""
    found = [tallies[modality].marks_of_present for modality in corpus.modalities]
    return joined_marks(found) if found else [None] * len(corpus.splits[name])


def _shared(corpus: Corpus, marks: dict[str, list]) -> list[str]:
    """A warning about samples that another split has too, whatever their words."""
    known, found = {}, []
    for name, split in corpus.splits.items():
        own = list(zip(marks[name], split.ids, strict=True))
        twins = [(mark, id) for mark, id in own if mark in known]
        if twins:
            (mark, id), count = twins[0], len(twins)
            found.append(
                f"Samples of {name} with the very features of a sample of another "
                f"split: {count} (such as {id}, those of {known[mark]}): results are "
                "too good."
            )
        known |= {mark: f"{id} of {name}" for mark, id in own if mark}
    return found


def _repeated(corpus: Corpus, marks: dict[str, list]) -> list[str]:
    """A warning about samples that stand in one split more than once."""
    found = []
    for name, split in corpus.splits.items():
        words = split.words or [""] * len(split)
        first, twins = {}, []
        for row, (mark, text) in enumerate(zip(marks[name], words, strict=True)):
            # One picture may have several texts.
            other = first.setdefault((mark, text.strip()), row)
            if mark and other != row:
                twins.append(f"{split.ids[row]}, those of {split.ids[other]}")
        if twins:
            found.append(
                f"Samples of {name} with the very features and words of an earlier one "
                f"of it: {len(twins)} (such as {twins[0]}): they count more than once."
            )
    return found

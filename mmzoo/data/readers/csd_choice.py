"""Which computational sequence is the text, the audio, the video, words and labels.

A name that is known decides, in the order below; of a root with another name, texts are
words, and the number of features tells those of the field's extractors.
"""

from dataclasses import dataclass, field

from mmzoo.data.cells import natural_order
from mmzoo.data.errors import DataError
from mmzoo.data.readers.csd_root import Root

MODALITIES = ("text", "audio", "video")
WORDS, LABELS = "words", "labels"
# What a name holds, the preferred first: of those with the same, the newest version.
NAMES = {
    LABELS: ("opinionsegmentlabel", "alllabel", "sentimentlabel", "label", "traits"),
    "text": ("glove", "wordvector", "word2vec", "bert", "embedding", "text", "word"),
    "audio": ("covarep", "opensmile", "is09", "mfcc", "audio", "acoustic"),
    "video": ("facet", "openface", "densenet", "vgg", "video", "vision", "visual"),
    WORDS: ("word",),
}
# Names of what no modality is made of.
NOT_READ = ("phone", "qabert")
# The place of a name that is not known.
NOWHERE = 99
# GloVe; COVAREP; FACET 4.2, 4.1 and of ICT-MMMO, OpenFace 2.
WIDTHS = {"text": (300,), "audio": (74,), "video": (35, 47, 36, 713)}
REMEDY = (
    "The root of each is known by its name: words, glove_vectors, COVAREP, FACET_4.2, "
    "OpenFace_2, Opinion Segment Labels, All Labels"
)


@dataclass
class Choice:
    """What is read of the files.

    Args:
        features: Root of each modality.
        words: Root of the words, `None` where there is none.
        reference: Root whose intervals are the words', `None` where there is none.
        labels: Roots of labels, the preferred first.
        taken: For the provenance, the root of each part.
        left_aside: For the provenance, why each other root is not read.
    """

    features: dict[str, Root] = field(default_factory=dict)
    words: Root | None = None
    reference: Root | None = None
    labels: list[Root] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    left_aside: dict[str, str] = field(default_factory=dict)

    @property
    def segmented(self) -> bool:
        """Whether all entries are segments, so that nothing is left to align."""
        features = self.features or {WORDS: self.words}
        return all(root.segmented for root in [*features.values(), *self.labels])


def choose(roots: list[Root]) -> Choice:
    """Find the roots that are read.

    Args:
        roots: All roots.

    Returns:
        The choice.
    """
    candidates = {part: [] for part in NAMES}
    choice = Choice()
    for root in roots:
        part = part_of(root)
        if part is None:
            choice.left_aside[root.told] = "no modality is made of it"
        else:
            candidates[part].append(root)
    for part, found in candidates.items():
        found = sorted(found, key=_version, reverse=True)
        found.sort(key=lambda root: _rank(root, part))
        _take(choice, part, found)
    choice.reference = choice.features.get("text", choice.words)
    return choice


def _take(choice: Choice, part: str, found: list[Root]) -> None:
    """Take the preferred root of a part; of labels, all."""
    if not found:
        return
    if part == LABELS:
        choice.labels = found
        choice.taken[part] = ", ".join(root.told for root in found)
        return
    choice.taken[part] = found[0].told
    if part == WORDS:
        choice.words = found[0]
    else:
        choice.features[part] = found[0]
    for other in found[1:]:
        choice.left_aside[other.told] = f"{found[0].told} is preferred for {part}"


def part_of(root: Root) -> str | None:
    """What a root is, by its name or by what it holds.

    Args:
        root: The root.

    Returns:
        A modality, `"words"` or `"labels"`; `None` where it is none of these.
    """
    name, (is_text, width) = _letters(root.name), root.shape
    if any(each in name for each in NOT_READ):
        return None
    if is_text:
        return None if _rank(root, LABELS) < NOWHERE else WORDS
    fitting = (part for part in NAMES if part != WORDS and _rank(root, part) < NOWHERE)
    widths = (part for part, known in WIDTHS.items() if width in known)
    return next(fitting, None) or next(widths, None)


def _rank(root: Root, part: str) -> int:
    """Place of a root among those that are preferred."""
    name = _letters(root.name)
    found = (place for place, each in enumerate(NAMES[part]) if each in name)
    return next(found, NOWHERE)


def _version(root: Root):
    """Orders roots of one name by their number."""
    return natural_order(_letters(root.name))


def _letters(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def nothing_found(path, roots: list[Root], lacks: str) -> DataError:
    """The error where a part is missing.

    Args:
        path: The file or folder.
        roots: What it has.
        lacks: What it has not.

    Returns:
        The error, which lists the roots.
    """
    names = ", ".join(f"{root.told} of {root.shape[1]} features" for root in roots)
    fault = f"it has no {lacks}; its roots are {names or 'none'}"
    return DataError(path, fault, REMEDY)

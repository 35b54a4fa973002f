"""Test samples that a model has met in training, by their text or picture.

People repost: the same words under another photo, or the same photo scaled or
compressed anew. Such a sample measures memory. Give results with and without them.
"""

import dataclasses
import re
import unicodedata

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS
from mmzoo.data.split import Split
from mmzoo.words import words_of

# Places of 128 in which the hashes of two pictures may differ. Of real photos the same
# ones differ by 0 or 1, and others by 13 or more.
MOST_BITS = 8
# Grey levels between the darkest and the lightest cell. A plainer picture has a hash of
# noise, and is like many.
LEAST_CONTRAST = 16
CELLS = 9
# Thousandths of red, green and blue in grey: whole numbers, whose sums are exact.
LUMINANCE = np.array([299, 587, 114], "int64")
# What differs between two posts of one text.
PASSING = re.compile(r"https?://\S*|www\.\S+|@\w+|\brt\b")


@dataclasses.dataclass(frozen=True)
class NearDuplicates:
    """Which test samples have a near duplicate in training or validation.

    Args:
        text: Whether the text has one, bool `(num_test_samples,)`.
        picture: Whether the picture has one, bool `(num_test_samples,)`.

    Example:
    ```python
    found = mmzoo.data.near_duplicates(mmzoo.data.read("sample-pictures"))
    found.either.shape  # (60,)
    list(found.counts)  # ["text", "picture", "either"]
    ```
    """

    text: np.ndarray
    picture: np.ndarray

    @property
    def either(self) -> np.ndarray:
        """Whether text or picture has one, `(num_test_samples,)`."""
        return self.text | self.picture

    @property
    def counts(self) -> dict[str, int]:
        """Test samples of each kind."""
        kinds = ("text", "picture", "either")
        return {kind: int(getattr(self, kind).sum()) for kind in kinds}

    @property
    def others(self) -> np.ndarray:
        """Rows of the test split without any, for `Split.select`."""
        return np.flatnonzero(~self.either)


def near_duplicates(
    corpus: Corpus, most_bits: int = MOST_BITS, kinds=("text", "picture")
) -> NearDuplicates:
    """Find the test samples that training or validation nearly holds too.

    Texts are compared in lower case, without addresses, names (`@...`), `RT` and
    punctuation; of a text of which nothing is left, nothing is said. Pictures are
    compared by a hash: their grey is averaged over 9 x 9 cells, and each of its 128
    places tells whether a cell is lighter than the one to its left or above it, darker,
    or the same. It survives scaling, compression and another brightness, but not
    cropping. Nearly plain pictures are not compared. All of it is reckoned in whole
    numbers, so every machine finds the same.

    Args:
        corpus: The corpus.
        most_bits: Places in which two pictures that count as one may differ.
            Defaults to `8`.
        kinds: What is compared; of what is not, no sample has one. Defaults to both.

    Returns:
        The `NearDuplicates`.
    """
    known = [corpus.train, corpus.valid]
    text, picture = np.zeros((2, len(corpus.test)), bool)
    if "text" in kinds:
        texts = {text for split in known for text in _texts(split)} - {""}
        text = np.array([each in texts for each in _texts(corpus.test)], bool)
    if "picture" in kinds and PIXELS in corpus.modalities:
        picture = _met(_hashes(corpus.test), sum(map(_hashes, known), []), most_bits)
    return NearDuplicates(text, picture)


def _lasting(text: str) -> str:
    """A text without what differs between two posts of it."""
    text = PASSING.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(words_of(text))


def _texts(split: Split) -> list[str]:
    return [_lasting(text) for text in split.words or [""] * len(split)]


def _met(hashes: list, known: list, most_bits: int) -> np.ndarray:
    """Whether each hash is like one that is known, `(num_hashes,)`."""
    known = [places for places in known if places is not None]
    # (num_known, places)
    known = np.array(known) if known else np.zeros((0, 1), "int64")
    return np.array(
        [
            places is not None
            and bool(((known != places).sum(axis=1) <= most_bits).any())
            for places in hashes
        ],
        bool,
    )


def _hashes(split: Split) -> list[np.ndarray | None]:
    """The hash of each picture; `None` where there is none or it is nearly plain."""
    rows, known = split.sequences[PIXELS], {}
    for index, start in enumerate(rows.starts):
        # Captions of one picture share it.
        if start not in known and rows.lengths[index]:
            known[start] = _hash(*rows[index])
    return [
        known[start] if length else None
        for start, length in zip(rows.starts, rows.lengths, strict=True)
    ]


def _hash(pixels: np.ndarray, present: np.ndarray) -> np.ndarray | None:
    side = round(len(present) ** 0.5)
    present = present.reshape(side, side)
    rows, columns = present.any(axis=1), present.any(axis=0)
    # Without the bars: (height, width).
    grey = np.rint(pixels).astype("int64") @ LUMINANCE
    grey = grey.reshape(side, side)[np.ix_(rows, columns)]
    # (9, 9), each a sum over equally many 81sts of a pixel
    cells = _summed(_summed(grey, CELLS).T, CELLS).T
    if np.ptp(cells) < LEAST_CONTRAST * LUMINANCE.sum() * grey.size:
        return None
    right, down = np.diff(cells, axis=1)[1:], np.diff(cells, axis=0)[:, 1:]
    return np.sign(np.concatenate([right.reshape(-1), down.reshape(-1)]))


def _summed(grey: np.ndarray, count: int) -> np.ndarray:
    """Sums of `count` strips of equal height, whose edges may cut a row in two.

    Each row is cut into `count` equal ones, so that a strip has as many of them as
    there were rows: no edge is rounded.
    """
    rows = np.repeat(grey, count, axis=0)
    return rows.reshape(count, len(grey), -1).sum(axis=1)

"""Pictures that several samples share, such as captions of one photo."""

import collections
import hashlib
from dataclasses import dataclass

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS
from mmzoo.data.sequences import Sequences


@dataclass(frozen=True)
class SharedPictures:
    """How far the pictures of a corpus can tell the labels at all.

    Where the captions of one picture have different labels, no model can tell these
    labels by the picture alone.

    Args:
        pictures: How many there are.
        undecided: How many of them have samples of different labels.
        samples: How many samples have a picture.
        undecided_samples: How many of them have such a picture.
        most_right: About how many samples one can be right at the most who sees their
            pictures alone: those of each picture's most frequent label.

    Example:
    ```python
    pictures = mmzoo.data.sample_pictures(pictures_per_person=3)
    mmzoo.data.shared_pictures(pictures).undecided  # 0
    ```
    """

    pictures: int
    undecided: int
    samples: int
    undecided_samples: int
    most_right: int


def shared_pictures(corpus: Corpus) -> SharedPictures:
    """Count the pictures of which nothing follows.

    Args:
        corpus: A corpus of pictures, one label a sample.

    Returns:
        The counts over all splits.
    """
    labels = collections.defaultdict(list)
    for name, split in corpus.splits.items():
        for picture, label in zip(
            pictures_of(split.sequences[PIXELS]), split.labels, strict=True
        ):
            if picture is not None:
                # Emotions are a label each.
                labels[name, picture].append(tuple(np.ravel(label).tolist()))
    undecided = [own for own in labels.values() if len(set(own)) > 1]
    return SharedPictures(
        len(labels),
        len(undecided),
        sum(map(len, labels.values())),
        sum(map(len, undecided)),
        sum(max(collections.Counter(own).values()) for own in labels.values()),
    )


def pictures_of(rows: Sequences) -> list[bytes | None]:
    """What tells the picture of each sample from others; `None` where it has none.

    Args:
        rows: The pixels, or the cells, of some samples.

    Returns:
        A digest for each sample; equal pictures have equal ones.
    """
    digests, found = {}, []
    for index, (start, length) in enumerate(
        zip(rows.starts.tolist(), rows.lengths.tolist(), strict=True)
    ):
        # Captions of one picture mostly share its place, too.
        if length and (start, length) not in digests:
            frames = np.ascontiguousarray(rows[index][0])
            digests[start, length] = hashlib.blake2b(frames).digest()
        found.append(digests.get((start, length)))
    return found

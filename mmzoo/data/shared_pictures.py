"""Pictures that several samples share, such as captions of one photo."""

import collections
from dataclasses import dataclass

from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS


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


def shared_pictures(corpus: Corpus) -> SharedPictures:
    """Count the pictures of which nothing follows.

    Args:
        corpus: A corpus of pictures, one label a sample.

    Returns:
        The counts over all splits.
    """
    labels = collections.defaultdict(list)
    for name, split in corpus.splits.items():
        rows = split.sequences[PIXELS]
        # Samples that share a picture share its place.
        for start, length, label in zip(
            rows.starts, rows.lengths, split.labels, strict=True
        ):
            if length:
                labels[name, start].append(label)
    undecided = [own for own in labels.values() if len(set(own)) > 1]
    return SharedPictures(
        len(labels),
        len(undecided),
        sum(map(len, labels.values())),
        sum(map(len, undecided)),
    )

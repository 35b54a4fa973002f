"""Pictures that several samples share, such as captions of one photo."""

from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS


def pictures_with_several_labels(corpus: Corpus) -> tuple[int, int]:
    """Count the pictures of which nothing follows.

    Where the captions of one picture have different labels, no model can tell these
    labels by the picture alone.

    Args:
        corpus: A corpus of pictures, one label a sample.

    Returns:
        How many pictures have samples of different labels, and how many there are.

    Example:
    ```python
    corpus = mmzoo.data.sample_pictures(pictures_per_person=3)
    mmzoo.data.pictures_with_several_labels(corpus)  # (0, 36)
    ```
    """
    labels = {}
    for name, split in corpus.splits.items():
        rows = split.sequences[PIXELS]
        # Samples that share a picture share its place.
        for start, length, label in zip(
            rows.starts, rows.lengths, split.labels, strict=True
        ):
            if length:
                labels.setdefault((name, start), set()).add(label)
    return sum(len(each) > 1 for each in labels.values()), len(labels)

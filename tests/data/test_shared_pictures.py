import numpy as np

from mmzoo.data import Corpus, Sequences, SharedPictures, Split, shared_pictures
from mmzoo.data.shared_pictures import pictures_of


def test_captions_of_one_picture_with_different_labels():
    # Two pictures of 4 pixels; the last sample has none.
    pixels = np.repeat([[1.0], [2.0]], 4, axis=0) * np.ones(3)
    rows = Sequences(pixels, [0, 0, 4, 4, 0], [4, 4, 4, 4, 0])
    names = tuple("abcde")

    def split(labels):
        return Split({"pixels": rows}, labels, names, names, target="emotion")

    splits = {
        "train": split([0, 1, 1, 1, 0]),
        "valid": split([0, 0, 1, 1, 1]),
        "test": split([0, 1, 0, 1, 1]),
    }
    corpus = Corpus("captions", splits, (0, 1), classes=("bad", "good"))
    assert shared_pictures(corpus) == SharedPictures(
        pictures=6, undecided=3, samples=12, undecided_samples=6, most_right=9
    )


def test_equal_pictures_are_one_wherever_they_are_kept():
    rows = Sequences(np.array([[1.0], [1.0], [2.0]]), [0, 1, 2, 0], [1, 1, 1, 0])
    first, second, third, missing = pictures_of(rows)
    assert first == second != third and missing is None

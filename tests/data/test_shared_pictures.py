import numpy as np

from mmzoo.data import Corpus, Sequences, SharedPictures, Split, shared_pictures


def test_captions_of_one_picture_with_different_labels():
    # Two pictures of 4 pixels; the last sample has none.
    rows = Sequences(np.ones((8, 3)), [0, 0, 4, 4, 0], [4, 4, 4, 4, 0])
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
        pictures=6, undecided=3, samples=12, undecided_samples=6
    )

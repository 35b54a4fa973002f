import numpy as np

from mmzoo.ops.frames_of_words import frames_of_words
from tests.checks import arrays, assert_close

PLACES = np.array([[-1, 0, 0, 1, -1], [-1, 0, 1, 2, -1], [-1] * 5])


def test_pieces_have_the_frame_of_their_word(rng):
    audio = rng.normal(size=(3, 3, 4)).astype("float32")
    observed = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 1]], bool)
    frames, mask = arrays(frames_of_words(audio, observed, PLACES))
    assert mask.astype(int).tolist() == [[0, 1, 1, 1, 0], [0, 1, 0, 1, 0], [0] * 5]
    assert_close(frames[0, 1:4], audio[0, [0, 0, 1]])
    assert_close(frames[1, 1:4], audio[1])
    # Tokens of words behind the frames have none.
    _, mask = arrays(frames_of_words(audio[:, :2], observed[:, :2] | True, PLACES))
    assert mask[1].tolist() == [False, True, True, False, False]


def test_one_frame_is_of_all_words_whatever_follows_it(rng):
    audio = rng.normal(size=(3, 1, 4)).astype("float32")
    observed = np.array([[True], [True], [False]])
    found = arrays(frames_of_words(audio, observed, PLACES))
    assert found[1].astype(int).tolist() == [[0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0] * 5]
    assert_close(found[0][1, 1:4], audio[1, [0, 0, 0]])
    longer = [
        np.pad(audio, [(0, 0), (0, 3), (0, 0)]),
        np.pad(observed, [(0, 0), (0, 3)]),
    ]
    assert_close(frames_of_words(*longer, PLACES)[1], found[1])
    assert_close(frames_of_words(*longer, PLACES)[0][1, 1:4], found[0][1, 1:4])

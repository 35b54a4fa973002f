"""Frames one a word, repeated for every piece of the word."""

from keras import ops

from mmzoo.ops.masking import extents


def frames_of_words(frames, mask, places):
    """Give each token the frame of the word that it is a piece of.

    Args:
        frames: float tensor `(batch, words, features)`; or with one frame, of all
            words. A sample that has observed its first step alone is such a sample too.
        mask: boolean tensor `(batch, words)`, True = observed.
        places: integer tensor `(batch, tokens)`: which word each token is of, from 0;
            -1 for a token of no word.

    Returns:
        Frames `(batch, tokens, features)`, and a boolean tensor `(batch, tokens)`:
        False where the token is of no word, or its word has no frame.

    Example:
    ```python
    from mmzoo.ops.frames_of_words import frames_of_words

    frames, mask = keras.ops.ones((1, 2, 3)), keras.ops.ones((1, 2), "bool")
    frames, mask = frames_of_words(frames, mask, np.array([[-1, 0, 0, 1, -1]]))
    frames.shape, mask.shape  # (1, 5, 3), (1, 5)
    ```
    """
    places, steps = ops.cast(places, "int32"), ops.shape(frames)[1]
    of_word = places >= 0
    of_all = ops.expand_dims(extents(mask) == 1, axis=1)
    places = ops.where(of_all, ops.zeros_like(places), places)
    known = ops.logical_and(of_word, places < steps)
    places = ops.clip(places, 0, steps - 1)
    frames = ops.take_along_axis(frames, places[..., None], axis=1)
    observed = ops.take_along_axis(ops.cast(mask, "bool"), places, axis=1)
    return frames, ops.logical_and(observed, known)

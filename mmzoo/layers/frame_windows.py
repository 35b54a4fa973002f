"""Windows of successive frames, and which of them say something new."""

from keras import ops


def in_windows(frames, length, step):
    """A sequence cut into windows that overlap.

    Every frame is in a window; zeros follow the last one. There may be windows of
    nothing else.

    Args:
        frames: tensor `(batch, timesteps, features)`.
        length: int. Frames of a window.
        step: int. Frames from the beginning of a window to that of the next.

    Returns:
        Tensor `(batch, windows, length, features)`.
    """
    steps = frames.shape[1]
    # Where the steps are not known, there may be one.
    more = max(length - steps, 0) + step - 1 if isinstance(steps, int) else length - 1
    wide = ops.pad(frames, [[0, 0], [0, more], [0, 0]])
    # The first frame of each window, the second, ...: over places, not over time.
    parts = [
        wide[:, place : place + 1 - length or None : step] for place in range(length)
    ]
    return ops.stack(parts, axis=2)


def that_count(mask, step):
    """Which windows have an observed frame that no earlier window has.

    So a sequence has the same windows, however long it is padded.

    Args:
        mask: boolean tensor `(batch, windows, length)`, the frames of each window.
        step: int. Frames from the beginning of a window to that of the next.

    Returns:
        Boolean tensor `(batch, windows)`.
    """
    first = ops.any(mask[:, :1], axis=-1)
    later = ops.any(mask[:, 1:, mask.shape[2] - step :], axis=-1)
    return ops.concatenate([first, later], axis=1)

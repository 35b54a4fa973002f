"""How wide a layer of a network is, of which a share of the width is asked for."""


def scaled_channels(channels, width):
    """A number of channels times a factor.

    Args:
        channels: float. How many there are with `width=1`.
        width: float. The factor.

    Returns:
        int, a multiple of 8, at least 8.

    Raises:
        ValueError: if `width` is not above 0.
    """
    if width <= 0:
        raise ValueError(f"`width` is above 0, not {width}.")
    return max(8, 8 * round(channels * width / 8))

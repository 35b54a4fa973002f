"""An answer as a cell or a line shows it."""

# What stands for no emotion at all, where an empty cell says that none is known.
NONE = "none"


def in_words(said):
    """An answer as a cell or a line shows it: several classes in one text.

    Args:
        said: what a model answers, a list where a sample has any number of classes.

    Returns:
        Their names with `+` between them, `"none"` where there are none; any other
        answer as it is.
    """
    return ("+".join(said) or NONE) if isinstance(said, list) else said

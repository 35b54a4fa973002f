"""Texts of strangers as they are shown: nothing in them hides or moves others."""

import unicodedata

# Between quotes these are text as any other.
_WHITE = "\t\n\r"


def visible(text: str) -> str:
    """A text in which nothing hides: no control, direction or invisible character.

    Args:
        text: The text.

    Returns:
        The text; a character of that kind is written as Python escapes it.
    """
    return "".join(_escaped(c) if is_hidden(c) else c for c in text)


def is_hidden(character: str) -> bool:
    """Whether a character is drawn as nothing, or changes how others are drawn.

    Args:
        character: One character.

    Returns:
        The answer.
    """
    if character in _WHITE:
        return False
    # Control, format, surrogate, line and paragraph; some letters are blank too.
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    blank = "\u115f\u1160\u3164\uffa0\u034f\u2800\u180b\u180c\u180d\u180f"
    return unicodedata.category(character) in kinds or character in blank


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")

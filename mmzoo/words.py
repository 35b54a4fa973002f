"""Words of a text: the one rule for tokens, vocabularies and comparisons."""

import re
import unicodedata

# Signs that people type where an apostrophe is meant, and their one spelling.
SPELT = "\u2019\u2018\u201b\u02bc\uff07\u2032\u00b4`"
APOSTROPHES = dict.fromkeys(map(ord, SPELT), "'")
# Soft hyphens, marks of direction and word joiners are not seen and tell nothing.
INVISIBLE = dict.fromkeys(
    [0xAD, 0x61C, 0x2060, 0xFEFF, *range(0x200E, 0x2010), *range(0x202A, 0x202F)]
    + [*range(0x2066, 0x206A)]
)
# They choose between the forms of a letter, so they stay inside a word.
JOINERS = "\u200c\u200d"
# They choose the colour of the sign before them.
SELECTORS = range(0xFE00, 0xFE10)


def normalized(text) -> str:
    """A text in the one spelling that Unicode's many are brought to.

    Letters are composed with their accents (NFC), an apostrophe is `'`, and what is
    invisible is taken out.

    Args:
        text: str.

    Returns:
        The text.
    """
    text = str(text)
    if text.isascii() and "`" not in text:
        return text
    return unicodedata.normalize("NFC", text.translate(APOSTROPHES | INVISIBLE))


def words_of(text) -> list[str]:
    """The lower-case words of a text.

    A word begins with a letter or digit. Accents, vowel signs, joiners and apostrophes
    inside it belong to it, whatever the script.

    Args:
        text: str.

    Returns:
        List of str.
    """
    text = unicodedata.normalize("NFC", normalized(text).lower())
    letter = r"[^\W_]"
    marks = "".join(sorted(filter(_belongs_to_a_letter, set(text))))
    rest = rf"(?:{letter}|[{re.escape(marks)}])*" if marks else rf"{letter}*"
    found = re.findall(rf"{letter}{rest}(?:'{letter}{rest})*", text)
    return [word.rstrip(JOINERS) for word in found]


def _belongs_to_a_letter(character) -> bool:
    if character in JOINERS:
        return True
    marks = unicodedata.category(character) in ("Mn", "Mc")
    return marks and ord(character) not in SELECTORS

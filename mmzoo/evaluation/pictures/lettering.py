"""Letters in pictures, each in a font of this machine that has it, or by its code."""

import unicodedata

from matplotlib.font_manager import (
    FontPath,
    FontProperties,
    findfont,
    fontManager,
    get_font,
)
from matplotlib.ft2font import LoadFlags
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from mmzoo.words import JOINERS

# Fonts of boxes for every letter, and of mathematics in places of other letters.
_NOT_FOR_TEXT = ("Last Resort", "STIXSize", "STIXNonUnicode", "cm")
# Controls, formats and blanks of all kinds.
_WITHOUT_INK = ("Cc", "Cf", "Zs", "Zl", "Zp")
# The first family that has a letter, or `None` where no family has it.
_FAMILIES = {}


def pieces(text):
    """Cut a text where it may be broken: letters keep their marks and joiners.

    Args:
        text: str.

    Returns:
        List of str, which together are the text.
    """
    found = []
    for letter in text:
        belongs = unicodedata.category(letter)[0] == "M" or letter in JOINERS
        if found and (belongs or found[-1][-1] == "\u200d"):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def legible(text):
    """A text as it is drawn.

    Args:
        text: str.

    Returns:
        str, in which letters that no font has stand as their codes, such as U+4F60.
    """
    if text.isascii():
        return text
    lacking = {letter for letter, name in _families(text).items() if name is None}
    return "".join(_shown(piece, lacking) for piece in pieces(text))


def font_of(text, size):
    """The font of a text as `legible` returns it.

    Args:
        text: str.
        size: float, in points.

    Returns:
        `FontProperties`: matplotlib's usual font, and behind it the families that
        have the letters which it lacks.
    """
    font = FontProperties(size=size)
    if not text.isascii():
        names = [*font.get_family(), *filter(None, _families(text).values())]
        font.set_family(list(dict.fromkeys(names)))
    return font


def make_legible(figure):
    """Give every text of a figure fonts for its letters, and codes for the others.

    Args:
        figure: `Figure` with all its texts.

    Returns:
        Dict from each letter that no font has to `None`, in the order of the texts.
    """
    given = []
    for text in figure.findobj(Text):
        given.append(text.get_text())
        shown = legible(given[-1])
        text.set_text(shown)
        text.set_fontfamily(font_of(shown, None).get_family())
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            _make_ticks_legible(axis.get_major_formatter())
    found = _families("".join(given))
    return {letter: None for letter, name in found.items() if name is None}


def _make_ticks_legible(formatter):
    """Change what labels of ticks are written anew from whenever they are drawn."""
    if isinstance(formatter, FuncFormatter):
        named = formatter.func
        formatter.func = lambda value, place=None: legible(named(value, place))


def _shown(piece, lacking):
    if lacking.isdisjoint(piece):
        return piece
    return "".join(f"U+{ord(letter):04X}" for letter in piece if _is_seen(letter))


def _families(text):
    """Dict from each letter of a text to the first family that has it, or to `None`."""
    letters = dict.fromkeys(text)
    wanted = {x for x in letters if x not in _FAMILIES and _is_seen(x)}
    for name, path in _fonts() if wanted else ():
        found = {letter for letter in wanted if _draws(path, letter)}
        _FAMILIES.update(dict.fromkeys(found, name))
        wanted -= found
        if not wanted:
            break
    _FAMILIES.update(dict.fromkeys(wanted))
    return {letter: _FAMILIES[letter] for letter in letters if letter in _FAMILIES}


def _is_seen(letter):
    """Whether a letter leaves ink: not blanks, joiners and selectors of colour."""
    selects = "VARIATION SELECTOR" in unicodedata.name(letter, "")
    return not selects and unicodedata.category(letter) not in _WITHOUT_INK


def _fonts():
    """The name and the file of each family, matplotlib's usual one first."""
    for name in FontProperties().get_family():
        yield name, findfont(FontProperties(family=[name]))
    for each in sorted(fontManager.ttflist, key=_order):
        if not each.name.startswith(_NOT_FOR_TEXT):
            yield each.name, FontPath(each.fname, each.index)


def _order(font):
    """Regular letters without serifs first."""
    regular = font.style == "normal" and font.weight == 400
    return not regular, "Sans" not in font.name, font.name, font.fname


def _draws(path, letter):
    """Whether a font has a shape for a letter; some have an empty one."""
    # What a letter for private use means, its font alone knows.
    if unicodedata.category(letter) == "Co":
        return False
    font = get_font(path)
    glyph = font.get_char_index(ord(letter))
    if not glyph:
        return False
    font.set_size(10, 72)
    font.load_glyph(glyph, flags=LoadFlags.NO_HINTING)
    return len(font.get_path()[0]) > 0

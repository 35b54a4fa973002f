"""Texts in any encoding, which their bytes have to tell.

A mark at the beginning or strict UTF-8 decides alone. Otherwise each candidate is
judged by how strange its text looks: control characters, signs inside words, letters of
two scripts in one word, capitals behind small letters, rare ideographs. Texts that are
one source's are judged together, because a short one tells little.
"""

import codecs
import json
import re
import unicodedata
from pathlib import Path

from mmzoo.reading.data_error import parsing
from mmzoo.reading.regular_file import read_regular

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# The more frequent ones stand first, which decides between equals.
CANDIDATES = ("cp1252", "gb18030", "cp932", "cp1251", "cp949", "big5", "euc_jp")
CANDIDATES += ("cp1250", "cp1254", "cp1253", "koi8_r", "cp1255", "cp1256", "cp874")
# Where the common ideographs and syllables of an encoding end, by their first byte.
COMMON = {"gb18030": (0xB0, 0xD7), "cp932": (0x88, 0x97), "big5": (0xA4, 0xC6)}
COMMON |= {"euc_jp": (0xB0, 0xCF), "cp949": (0xB0, 0xC8)}
TYPOGRAPHIC = set("\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u20ac\u00a3\u00a0\u2022")
WIDE = set("\u3000\u3001\u3002\u300c\u300d\uff01\uff0c\uff1f\uff1a\uff5e\u30fc")
# The most frequent ones of Chinese (simplified, traditional), Japanese and Korean.
FREQUENT = set("的一是不了人我在有他这个们中来上大为和国地到以说时要就出会可也你")
FREQUENT |= set(
    "对生能而子那得于着下自之年过发后作里好很天今這個們來為國說時會對過發後"
)
FREQUENT |= set("過發後日本今私行見分気思言語写真時前見間彼何")
FREQUENT |= set("이다는을를가에의은하고나도지로서한아기리사니어해라들그")
# The most frequent letters of Russian, Greek, Hebrew, Arabic and Thai.
LETTERS = set("оеаинтсрвлмпгьαοιετσνηυράיוהלאמרתבשاليمنرتبسدานรอกเงมยลวส")
# Letters of Icelandic, in whose places Turkish has its own.
ICELANDIC = set("\u00de\u00fe\u00d0\u00f0\u00dd\u00fd")
# A reading whose characters are stranger on average than this is none, and one that is
# less strange than the next by a smaller share is not certain.
STRANGEST = 3.0
CERTAIN = 0.02
LOST = "\ufffd"
UNKNOWN = "unknown"
HALVES = re.compile("[\0\ud800-\udfff]")
# Control characters that nobody writes: programs made them of Windows' signs.
WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(128, 160)}
WINDOWS = {code: sign for code, sign in WINDOWS.items() if sign}


def read_text(path: str | Path, root: str | Path | None = None) -> tuple[str, str]:
    """A text file, and the encoding that its bytes speak for.

    Args:
        path: The file.
        root: A folder that the file must be in, wherever links lead.

    Returns:
        The text, in which each byte that could not be decoded is a U+FFFD, and the
        name of the encoding, `"unknown"` where nothing speaks for any.

    Example:
    ```python
    text, encoding = mmzoo.reading.read_text(mmzoo.__file__)
    encoding  # "ascii"
    ```
    """
    return decode(read_regular(path, root))


def read_json(path: str | Path, root: str | Path | None = None):
    """What a JSON file holds, in whatever encoding it is.

    Args:
        path: The file.
        root: A folder that the file must be in, wherever links lead.

    Returns:
        A tree of dicts, lists, numbers, texts, booleans and `None`. Zeros and halves of
        characters in texts, which no other file could keep, are U+FFFD.

    Raises:
        DataError: If it is no JSON, nested too deeply, or names a thing twice.

    Example:
    ```python
    with open("a.json", "w") as file:
        file.write('{"scores": [1, 2]}')
    mmzoo.reading.read_json("a.json")  # {"scores": [1, 2]}
    ```
    """
    text = read_text(path, root)[0].lstrip("\ufeff")
    with parsing(path, "it is no proper json", "Copy or download it again"):
        return _whole(json.loads(text, object_pairs_hook=_named_once))


def decode(content: bytes, others: str | None = None) -> tuple[str, str]:
    """Decode the bytes of one text.

    Args:
        content: The bytes.
        others: The encoding that the texts beside it have, for which theirs speak;
            `common_encoding` finds it.

    Returns:
        The text and the name of its encoding.

    Example:
    ```python
    mmzoo.reading.decode("caf\u00e9".encode("cp1252"))  # ("caf\u00e9", "cp1252")
    ```
    """
    plain = _plain(content)
    if plain is not None:
        return _with_windows_signs(*plain)
    tried = [others] if others else _ranked(content)
    for name in tried:
        text = _read_as(content, name)
        if text is not None:
            return text, name
    return content.decode("ascii", "replace"), UNKNOWN


def common_encoding(contents: list[bytes]) -> str | None:
    """The encoding that all texts of one source together speak for.

    Args:
        contents: Bytes of each text; those that are UTF-8 say nothing here.

    Returns:
        Its name; `None` where no encoding reads them all.

    Example:
    ```python
    texts = [word.encode("gb18030") for word in ("don\u2019t", "\u5929\u6c14")]
    mmzoo.reading.common_encoding(texts)  # "gb18030"
    ```
    """
    unclear = [content for content in contents if _plain(content) is None]
    return next(iter(_ranked(b"\n".join(unclear))), None) if unclear else None


def _whole(value):
    """A tree whose texts have no zeros and no halves of characters."""
    if isinstance(value, str):
        return HALVES.sub(LOST, value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(each) for name, each in value.items()}
    return value


def _named_once(pairs: list[tuple]) -> dict:
    found = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"it names {name!r} twice")
        found[name] = value
    return found


def _plain(content: bytes) -> tuple[str, str] | None:
    """Text and encoding where there is no doubt about them."""
    for mark, name in MARKS.items():
        if content.startswith(mark):
            return content.decode(name, "replace"), name.removesuffix("-sig")
    if b"\0" in content:
        return _with_zeros(content)
    try:
        return content.decode("utf-8"), "ascii" if content.isascii() else "utf-8"
    except UnicodeDecodeError:
        return None


def _with_windows_signs(text: str, name: str) -> tuple[str, str]:
    """Put back the signs that were taken for control characters, and say so."""
    repaired = text.translate(WINDOWS)
    return repaired, name if repaired == text else f"cp1252 in {name}"


def _with_zeros(content: bytes) -> tuple[str, str]:
    """UTF-16 without a mark: texts have zeros in no other encoding."""
    read = {name: _read_as(content, name) for name in ("utf-16-le", "utf-16-be")}
    read = {name: text for name, text in read.items() if text is not None}
    if not read:
        return content.replace(b"\0", b"\xff").decode("utf-8", "replace"), UNKNOWN
    name = min(read, key=lambda each: _strangeness(read[each], each))
    return read[name], name


def _ranked(content: bytes) -> list[str]:
    """The encodings that read the bytes, the least strange first; empty if unclear."""
    texts = {name: _read_as(content, name) for name in ("utf-8", *CANDIDATES)}
    costs = {
        name: _strangeness(text, name)
        for name, text in texts.items()
        if text is not None
    }
    ranked = sorted(costs, key=costs.get)
    best = texts[ranked[0]]
    unlike = sum(not character.isascii() for character in best)
    rivals = [costs[name] for name in ranked if texts[name] != best]
    clear = not rivals or min(rivals) > (1 + CERTAIN) * costs[ranked[0]]
    return ranked if clear and costs[ranked[0]] <= STRANGEST * unlike else []


def _read_as(content: bytes, name: str) -> str | None:
    # Text that was cut may end inside a character.
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        text = decoder.decode(content)
    except UnicodeDecodeError:
        if name == "utf-8":
            return content.decode(name, "replace")
        return None
    rest = decoder.getstate()[0] if hasattr(decoder, "getstate") else b""
    return text + LOST * bool(rest)


def _strangeness(text: str, name: str) -> float:
    """How unlikely it is that someone wrote this."""
    cost = 0.0
    padded = f" {text} "
    for before, here, after in zip(padded, text, padded[2:], strict=False):
        if not here.isascii():
            cost += _cost(before, here, after, name)
        elif here < " " and here not in "\t\r\n\f\0":
            cost += 10
    return cost


def _cost(before: str, here: str, after: str, name: str) -> float:
    kind = unicodedata.category(here)
    if here == LOST:
        return 6
    if kind in ("Cc", "Cn", "Co", "Cs"):
        return 10
    if name == "utf-8":
        # Bytes form these by chance only rarely.
        return 0.25
    if here in TYPOGRAPHIC or here in WIDE:
        return 0.5
    if here in "\u00a1\u00bf" and not before.isalpha():
        return 0.5
    script = _script(here)
    if not script:
        inside = before.isalpha() and after.isalpha()
        return 4 if inside else 2.5
    cost = _rarity(here, script, name)
    for beside in (before, after):
        other = _script(beside)
        if other and other != script and {other, script} != {"IDEOGRAPH", "KANA"}:
            cost += 4 if script != "IDEOGRAPH" else 3
    if here.isupper():
        cost += 3 if before.islower() else 0.2
    if script not in ("LATIN", "IDEOGRAPH") and script not in map(
        _script, before + after
    ):
        cost += 1
    if script == "LATIN" and not after.isascii() and _script(after) == "LATIN":
        cost += 2
    return cost


def _rarity(here: str, script: str, name: str) -> float:
    if script == "KANA":
        # Half-width ones are what other encodings look like.
        return 3 if "\uff61" <= here <= "\uff9f" else 0.6
    if here in FREQUENT or here in LETTERS:
        return 0.3 if here in FREQUENT else 0.5
    if script in ("IDEOGRAPH", "HANGUL"):
        first, last = COMMON.get(name, (0, 255))
        return 1 if first <= here.encode(name)[0] <= last else 4
    if script == "LATIN" and (ord(here) > 0xFF or here in ICELANDIC):
        return 1.6 if ord(here) > 0xFF else 2
    return 1


def _script(character: str) -> str:
    """Whose letter it is; empty where it is none."""
    if character.isascii():
        return "LATIN" if character.isalpha() else ""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    word = unicodedata.name(character, "").split()[:1]
    known = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "HALFWIDTH": "KANA"}
    known |= {"KATAKANA-HIRAGANA": "KANA", "CJK": "IDEOGRAPH", "IDEOGRAPHIC": "KANA"}
    return known.get(word[0], word[0]) if word else ""

import unicodedata

import pytest

from mmzoo.words import normalized, words_of

# Words of many scripts whose letters carry marks.
WORDS = [
    "\u0939\u093f\u0928\u094d\u0926\u0940",  # Hindi
    "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd",  # Tamil
    "\u0643\u0650\u062a\u064e\u0627\u0628\u064c",  # vowelled Arabic
    "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",  # vowelled Hebrew
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",  # Thai
    "\u09ac\u09be\u0982\u09b2\u09be",  # Bengali
    "\u1019\u103c\u1014\u103a\u1019\u102c",  # Burmese
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a joiner
    "\u0915\u094d\u200d\u0937",  # Hindi, with a joiner
    "caf\u00e9",
    "vi\u1ec7t",
    "\ud55c\uad6d\uc5b4",
    "\u30ac\u30ae",
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_marks_belong_to_their_word(word, form):
    text = unicodedata.normalize(form, f"\u201c{word}\u201d, #{word}_{word}!")
    assert words_of(text) == [unicodedata.normalize("NFC", word)] * 3


@pytest.mark.parametrize("sign", "'\u2019\u2018\u02bc\uff07\u2032\u00b4`\u201b")
def test_every_apostrophe_is_one(sign):
    assert words_of(f"Don{sign}t {sign}quote{sign}") == ["don't", "quote"]


def test_words_keep_their_apostrophe():
    text = "It's 'quoted'\u2014na\u00efve, x_y 2!"
    assert words_of(text) == ["it's", "quoted", "na\u00efve", "x", "y", "2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\u2764\ufe0fgood 5\ufe0f\u20e3 \U0001f468\u200d\U0001f469", ["good", "5"]),
        ("co\u00adop \u202agood\u202c \ufeffbad", ["coop", "good", "bad"]),
        ("\u0301x good\u200d \u200cbad", ["x", "good", "bad"]),
        ("\u0130STANBUL", ["i\u0307stanbul"]),
        ("", []),
        ("?! \u2026", []),
    ],
)
def test_what_is_no_letter_is_no_word(text, words):
    assert words_of(text) == words


def test_normalized_keeps_upper_case_and_what_is_plain():
    assert normalized("Plain Text'") == "Plain Text'"
    assert normalized("Cafe\u0301 don\u2019t") == "Caf\u00e9 don't"
    assert normalized(normalized("e\u0301\u2019")) == normalized("e\u0301\u2019")

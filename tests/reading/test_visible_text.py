import pytest

from mmzoo.reading.visible_text import is_hidden, visible

HIDDEN = ["\x1b", "\x9b", "\0", "\u202e", "\u200b", "\ud800"]


@pytest.mark.parametrize("character", HIDDEN)
def test_what_hides_is_escaped(character):
    assert is_hidden(character)
    shown = visible(f"a{character}b")
    assert shown == f"a{character.encode('unicode_escape', 'surrogatepass').decode()}b"


@pytest.mark.parametrize("text", ["é", "日本", "a\tb\n", "x = 1"])
def test_texts_stay_as_they_are(text):
    assert visible(text) == text

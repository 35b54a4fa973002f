import pytest

from mmzoo.evaluation.report.markdown import (
    code,
    escaped,
    key_values,
    prose,
    table_lines,
)


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("<script>", "&lt;script>"),
        ("[a](b)", r"\[a\]\(b\)"),
        ("a|b", r"a\|b"),
        ("`x` *y* _z_", r"\`x\` \*y\* \_z\_"),
        ("> quote", r"\> quote"),
        ("- item", r"\- item"),
        ("one\n# two", r"one \# two"),
        ("\x1b[31mred", r"\[31mred"),
        ("&lt;", "&amp;lt;"),
        ("text->audio", "text->audio"),
        ("www.x.org", "www<!-- -->.x.org"),
        (-1.5, r"\-1.5"),
    ],
)
def test_text_is_harmless(raw, written):
    assert escaped(raw) == written


@pytest.mark.parametrize("write", [escaped, prose, code])
@pytest.mark.parametrize(
    "character", "\x00\x07\x9b\xad\u200b\u202e\u2066\u3164\ufeff\ud800"
)
def test_nothing_hides_in_a_page(write, character):
    assert character not in write(f"a{character}b")


@pytest.mark.parametrize("write", [escaped, prose])
@pytest.mark.parametrize("raw", ["# a", "> a", "- a", "+ a", "1. a", "2) a", "=== a"])
def test_a_name_begins_no_block(write, raw):
    assert write(raw).startswith("\\") or write(raw)[1] == "\\"


@pytest.mark.parametrize("raw", ["http://x.org", "www.x.org", "https://x.org"])
def test_an_address_in_a_name_is_no_link(raw):
    for write in (escaped, prose):
        assert "<!-- -->" in write(f"a {raw}")


def test_prose_stays_readable():
    assert prose("text->audio (phases), -0.1") == "text->audio (phases), -0.1"
    assert prose("<b> [a](b)") == r"&lt;b> \[a\](b)"


def test_code_cannot_be_left():
    assert code("a`b|c\nd") == r"`a'b\|c d`"
    assert code("") == ""


def test_rows():
    assert table_lines(["a", "b"], [["x", "1"]]) == [
        "| a | b |",
        "| --- | ---: |",
        "| x | 1 |",
    ]


def test_key_values_flatten():
    value = {"a": {"b": 1}, "files": [{"name": "x"}], "c": ["y", "z"], "d": {}, "e": []}
    assert key_values(value)[2:] == [
        "| `a.b` | 1 |",
        "| `files.0.name` | x |",
        "| `c` | y, z |",
        "| `d` | none |",
        "| `e` | none |",
    ]

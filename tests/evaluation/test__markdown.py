import pytest

from mmzoo.evaluation import _markdown


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
    assert _markdown.text(raw) == written


def test_prose_stays_readable():
    assert _markdown.prose("text->audio (phases), -0.1") == "text->audio (phases), -0.1"
    assert _markdown.prose("<b> [a](b)") == r"&lt;b> \[a\](b)"


def test_code_cannot_be_left():
    assert _markdown.code("a`b|c\nd") == r"`a'b\|c d`"
    assert _markdown.code("") == ""


def test_rows():
    assert _markdown.rows(["a", "b"], [["x", "1"]]) == [
        "| a | b |",
        "| --- | ---: |",
        "| x | 1 |",
    ]


def test_key_values_flatten():
    value = {"a": {"b": 1}, "files": [{"name": "x"}], "c": ["y", "z"], "d": {}, "e": []}
    assert _markdown.key_values(value)[2:] == [
        "| `a.b` | 1 |",
        "| `files.0.name` | x |",
        "| `c` | y, z |",
        "| `d` | none |",
        "| `e` | none |",
    ]

import pytest

from mmzoo.models import Variant


@pytest.mark.parametrize(
    ("name", "kind", "source", "modalities"),
    [
        ("text", "concat", ["text"], ["text"]),
        (
            "text+audio+video",
            "concat",
            ["audio", "text", "video"],
            ["audio", "text", "video"],
        ),
        ("text->audio", "translation", ["text"], ["audio", "text"]),
        (
            "text+audio->text+video",
            "translation",
            ["audio", "text"],
            ["audio", "text", "video"],
        ),
        (
            "text->audio->video",
            "hierarchical",
            ["text"],
            ["audio", "text", "video"],
        ),
        (
            "text->audio->video->text",
            "hierarchical",
            ["text"],
            ["audio", "text", "video"],
        ),
    ],
)
def test_grammar(name, kind, source, modalities):
    variant = Variant.parse(name)
    assert variant.kind == kind
    assert variant.source == source
    assert variant.modalities == modalities
    # As it was written, order and all.
    assert variant.name == name
    assert Variant.parse(variant.name) == variant


def test_spaces_do_not_matter():
    assert Variant.parse(" text + audio -> video ").name == "text+audio->video"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vision", "'vision' names 'vision'; modalities are audio, text, video"),
        ("text->", "names ''"),
        ("", "names ''"),
        ("text+->audio", "names ''"),
        ("text>audio", "names 'text>audio'"),
        ("text->audio+audio", r"twice in 'audio\+audio'"),
    ],
)
def test_errors(name, message):
    with pytest.raises(ValueError, match=message) as caught:
        Variant.parse(name)
    assert "Write `text+audio` for a baseline" in str(caught.value)

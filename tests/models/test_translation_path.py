import pytest

from mmzoo.models.translation_path import translation_path

DIMS = {"audio": 2, "text": 3, "video": 4}


def test_sets_are_sorted_and_outputs_are_named():
    path, names = translation_path(["video+text", ["audio"]], DIMS)
    assert path == (("text", "video"), ("audio",))
    assert names == ("audio_translation",)
    assert translation_path([["text"], "video+audio", "text"], DIMS)[1] == (
        "audio+video_translation",
        "text_translation",
    )


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        (["text"], r"a source and at least one target, not \[\['text'\]\]"),
        ([["text"], []], "a source and at least one target"),
        (["text", "audio", "audio"], "names a target twice"),
        (["text", "smell"], r"names \['smell'\], but `input_dims` has \['audio'"),
    ],
)
def test_what_is_no_path_is_refused(chain, message):
    with pytest.raises(ValueError, match=message):
        translation_path(chain, DIMS)

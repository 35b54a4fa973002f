import pytest

from mmzoo.training import Variant


@pytest.mark.parametrize(
    ("name", "model", "source", "modalities"),
    [
        ("text", "lstm_baseline", ["text"], ["text"]),
        (
            "text+audio+video",
            "lstm_baseline",
            ["audio", "text", "video"],
            ["audio", "text", "video"],
        ),
        ("text->audio", "seq2seq_translator", ["text"], ["audio", "text"]),
        (
            "text+audio->text+video",
            "seq2seq_translator",
            ["audio", "text"],
            ["audio", "text", "video"],
        ),
        (
            "text->audio->video",
            "hierarchical_translator",
            ["text"],
            ["audio", "text", "video"],
        ),
        (
            "text->audio->video->text",
            "hierarchical_translator",
            ["text"],
            ["audio", "text", "video"],
        ),
    ],
)
def test_grammar(name, model, source, modalities):
    variant = Variant.parse(name)
    assert variant.model == model
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
        ("Text", "names the modality 'Text', which is no name"),
        ("lstm_baselin:text", "Did you mean 'lstm_baseline'"),
        ("lstm_baseline:text->audio", "reads one set"),
        ("seq2seq_translator:text", "needs a target"),
        ("text->", "modality ''"),
        ("", "modality ''"),
        ("text+->audio", "modality ''"),
        ("text>audio", "modality 'text>audio'"),
        ("text->audio+audio", r"twice in 'audio\+audio'"),
    ],
)
def test_errors(name, message):
    with pytest.raises(ValueError, match=message) as caught:
        Variant.parse(name)
    if "Did you mean" not in message:
        assert "Write `text+audio` for a baseline" in str(caught.value)


def test_a_translation_that_learns_no_labels_needs_a_regressor():
    rows = {
        "text": False,
        "text->audio": True,
        "text->audio->video": True,
        "variational_translator:text->audio": True,
        "cyclic_translator:text->audio": False,
        "tensor_fusion_network:text+audio": False,
    }
    assert {row: Variant.parse(row).needs_regressor for row in rows} == rows


def test_a_model_by_its_name():
    variant = Variant.parse("audio_text_classifier: audio + text")
    assert variant.model == "audio_text_classifier"
    assert variant.name == "audio_text_classifier:audio+text"
    assert Variant.parse("lstm_baseline:eeg").name == "eeg"

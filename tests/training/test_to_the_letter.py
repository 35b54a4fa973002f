import pytest

from mmzoo.models.registry import signature_of
from mmzoo.training import TrainingOptions, Variant, plan, to_the_letter
from mmzoo.training.to_the_letter import LETTER, has_letter
from tests.layers.small_clip import save_clip

# What the letter changes: the rest of Tables 3 and 4 are the defaults already.
CHANGED = {
    "audio_text_classifier": {
        "audio_deltas",
        "audio_normalization",
        "audio_pooling",
        "augment",
        "text_activation",
        "text_pooling",
    },
    "image_text_classifier": {"image_pooling", "text_pooling"},
}


@pytest.mark.parametrize("model", LETTER)
def test_the_letter_is_a_row_beside_the_sound_one(model):
    control = to_the_letter(model)
    assert control.text_states is None
    variant = Variant.parse(f"{model}:text", controls=(control,))
    sound, letter = plan([variant], TrainingOptions())
    assert (sound.control, letter.control) == (None, "to the letter")
    assert letter.arguments(model) == LETTER[model]
    defaults = signature_of(model)
    differ = {name for name, value in LETTER[model].items() if defaults[name] != value}
    assert differ == CHANGED[model]


def test_of_a_pretrained_encoder_the_input_table_is_read():
    model = "audio_text_classifier"
    for encoder, states in {"bert_tiny_en_uncased": "table", "word2vec": None}.items():
        assert to_the_letter(model, encoder).text_states == states


def test_a_model_without_a_letter():
    with pytest.raises(ValueError, match="`model` is one of .* not 'lstm_baseline'"):
        to_the_letter("lstm_baseline")


def test_other_networks_and_a_clip_have_no_letter(tmp_path):
    assert has_letter() and has_letter("bert_tiny_en_uncased", "alexnet")
    assert not has_letter(audio_encoder="resnet18")
    assert not has_letter(audio_encoder="dense")
    save_clip(tmp_path)
    assert not has_letter(str(tmp_path))

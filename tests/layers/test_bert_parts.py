import pytest

from mmzoo.layers.bert_parts import check_bert, lower_part, upper_part
from tests.checks import arrays, assert_close
from tests.layers.small_text import small_encoder

TEXTS = ["good film", "", "bad bad bad bad bad"]


@pytest.mark.parametrize("layers", [0, 1])
def test_both_parts_together_are_the_encoder(layers):
    encoder = small_encoder()
    given = encoder.tokenize(TEXTS)
    states, mask = lower_part(encoder.backbone, *given, layers=layers)
    found = upper_part(encoder.backbone, states, mask, layers=layers)
    assert_close(found, encoder(*given)[0])


def test_dropout_is_of_an_encoder_that_learns():
    for learns in (False, True):
        encoder = small_encoder(trainable=learns)
        ids, mask = encoder.tokenize(TEXTS)
        states = [
            arrays(lower_part(encoder.backbone, ids, mask, training=mode)[0])
            for mode in (False, True)
        ]
        assert (states[0] != states[1]).any() == learns


def test_other_encoders_are_refused():
    check_bert(small_encoder().backbone)
    import keras_hub

    other = keras_hub.models.RobertaBackbone(9, 1, 2, 4, 8, max_sequence_length=6)
    with pytest.raises(ValueError, match="`backbone` is a RobertaBackbone, and only"):
        check_bert(other)

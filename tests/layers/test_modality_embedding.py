import numpy as np
import pytest

from mmzoo.layers import ModalityEmbedding
from tests import reference
from tests.checks import arrays, assert_close, check_layer


@pytest.mark.parametrize("units", [0, 3])
def test_checks_of_the_embedding(units, batch, tmp_path):
    def make(**kwargs):
        return ModalityEmbedding(4, units, **kwargs)

    check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)


def test_embedding_of_words_is_the_projected_state_of_an_lstm(batch):
    layer = ModalityEmbedding(4, units=3)
    found = arrays(layer(batch["text"], mask=batch["text_mask"]))
    *lstm, kernel, bias = (arrays(weight) for weight in layer.weights)
    for row, length in enumerate([6, 4, 1]):
        state = reference.lstm(batch["text"][row, :length], *lstm)[-1]
        assert_close(found[row], (state @ kernel + bias).astype("float32"))


def test_embedding_of_a_mean_is_three_dense_layers(batch):
    layer = ModalityEmbedding(4)
    mask = batch["audio_mask"]
    mask[0, 2] = False
    found = arrays(layer(batch["audio"], mask=mask))
    weights = [arrays(weight) for weight in layer.weights]
    for row in range(3):
        vector = batch["audio"][row, mask[row]].mean(axis=0)
        for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
            vector = np.maximum(vector @ kernel + bias, 0)
        assert_close(found[row], vector.astype("float32"))

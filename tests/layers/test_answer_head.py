from functools import partial

import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.layers import AnswerHead
from tests.checks import arrays, assert_close, check_batching, check_layer

KINDS = [{}, {"classes": 3}, {"classes": 2, "hidden_dim": 5}]


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("axes", [1, 2])
def test_checks(options, axes, batch, tmp_path):
    inputs = batch["text"] if axes == 2 else batch["text"][:, 0]
    layer = check_layer(partial(AnswerHead, **options), inputs, tmp_path=tmp_path)
    check_batching(lambda each: layer(each["x"]), {"x": inputs})
    classes = (options["classes"],) if options else ()
    assert layer(inputs).shape == (*inputs.shape[:-1], *classes)


def test_matches_numpy(batch):
    layer = AnswerHead(classes=3, hidden_dim=5)
    answer = layer(batch["text"])
    (w1, b1), (w2, b2) = (arrays(each.weights) for each in (layer.hidden, layer.answer))
    expected = np.maximum(batch["text"] @ w1 + b1, 0.0) @ w2 + b2
    assert_close(answer, expected)


def test_answers_are_never_narrow():
    layer = AnswerHead(classes=3, hidden_dim=5, dtype="mixed_bfloat16")
    assert keras.backend.standardize_dtype(layer(ops.ones((2, 4))).dtype) == "float32"


def test_dropout_is_for_training(batch):
    layer = AnswerHead(dropout=0.5)
    calm = arrays(layer(batch["text"]))
    assert not np.allclose(arrays(layer(batch["text"], training=True)), calm)

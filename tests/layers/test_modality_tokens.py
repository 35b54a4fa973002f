from functools import partial

import keras
import numpy as np
import pytest

from mmzoo.layers import ModalityTokens
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)

SMALL = {"hidden_dim": 4, "max_steps": 10}


@pytest.fixture
def inputs(batch):
    """A sequence of 6 steps, a vector, another sequence."""
    return [batch["text"], batch["audio"][:, 0], batch["video"]]


@pytest.fixture
def mask(batch):
    return [batch["text_mask"], np.array([True, False, True]), batch["video_mask"]]


def read(layer, batch):
    """The tokens of two sequences; as many again as there were steps."""
    names = ["text", "video"]
    tokens, mask = layer(
        [batch[name] for name in names], mask=[batch[f"{name}_mask"] for name in names]
    )
    steps = batch["text"].shape[1]
    return [tokens[:, :steps], tokens[:, steps:], mask[:, :steps], mask[:, steps:]]


def test_checks(inputs, mask, batch, tmp_path):
    make = partial(ModalityTokens, **SMALL)
    check_layer(make, inputs, mask=mask, tmp_path=tmp_path)
    layer = make()
    layer.build([(None, None, 5), (None, None, 2)])
    both = {key: each for key, each in batch.items() if not key.startswith("audio")}
    check_masking(partial(read, layer), both)
    check_batching(partial(read, layer), both)


def test_matches_reference(inputs, mask):
    layer = ModalityTokens(**SMALL)
    tokens, kept = arrays(layer(inputs, mask=mask))
    weights = {each.path.split("/", 1)[-1]: arrays(each) for each in layer.weights}
    assert tokens.shape == (3, 13, 4)
    assert np.array_equal(kept[:, 6], mask[1])
    places = [(0, 2, 2), (1, None, 6), (2, 3, 10)]
    for modality, step, place in places:
        frame = inputs[modality][0] if step is None else inputs[modality][0, step]
        kernel = weights[f"projection_{modality}/kernel"]
        expected = frame @ kernel + weights[f"projection_{modality}/bias"]
        expected = expected + weights["modality_embedding"][modality]
        if step is not None:
            expected = expected + weights[f"step_embedding_{modality}"][step]
        assert_close(tokens[0, place], expected)
    assert np.all(tokens[~kept] == 0)


def test_no_mask_observes_everything(inputs, mask):
    layer = ModalityTokens(**SMALL)
    everything = [np.ones_like(each) for each in mask]
    assert_close(layer(inputs), layer(inputs, mask=everything))
    assert_close(layer(inputs, mask=[None, None, mask[2]])[1][:, 7:], mask[2])


def test_any_length(batch):
    layer = ModalityTokens(**SMALL)
    tokens, mask = layer([keras.Input((None, 5)), keras.Input((3,))])
    assert tokens.shape == (None, None, 4) and mask.shape == (None, None)
    for steps in (1, 6):
        given = [batch["text"][:, :steps], batch["audio"][:, 0]]
        assert arrays(layer(given)[0]).shape == (3, steps + 1, 4)


def test_errors(inputs):
    with pytest.raises(ValueError, match="`max_steps` is at least 1, not 0"):
        ModalityTokens(max_steps=0)
    with pytest.raises(ValueError, match="6 steps, which is more than `max_steps=5`"):
        ModalityTokens(max_steps=5)(inputs)
    with pytest.raises(ValueError, match=r"`mask` of shape \(3,\) does not fit"):
        ModalityTokens()(inputs[:1], mask=[np.ones(3, bool)])

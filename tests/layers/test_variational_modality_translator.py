from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import VariationalModalityTranslator
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)

KINDS = [{"bidirectional": True, "history_dropout": 0.5}, {"cell": "gru"}]


def make_translator(**options):
    options = {"latent_dim": 2, "units": 4, "seed": 1, **options}
    return VariationalModalityTranslator(output_dim=3, **options)


def masks_of(batch):
    return {"source_mask": batch["text_mask"], "target_mask": batch["audio_mask"]}


def translate(layer, batch):
    frames = layer(batch["text"], batch["audio"], **masks_of(batch))
    return ops.where(batch["audio_mask"][..., None], frames, 0.0)


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_checks(options, batch, tmp_path):
    make = partial(make_translator, **options)
    frames = batch["text"], batch["audio"]
    layer = check_layer(make, *frames, **masks_of(batch), tmp_path=tmp_path)
    batch = {key: each for key, each in batch.items() if "video" not in key}
    check_masking(partial(translate, layer), batch)
    check_batching(partial(translate, layer), batch)


def test_the_vector_is_all_that_the_decoder_knows_of_the_source(batch):
    layer = make_translator()
    expected = layer(batch["text"], batch["audio"], **masks_of(batch))
    states, vector = layer.encode(batch["text"], batch["text_mask"])
    _, (_, mean, _) = layer.posterior(batch["text"], batch["text_mask"])
    assert_close(vector, mean)
    found = layer.decode(batch["audio"], 0.0 * states, vector, **masks_of(batch))
    assert_close(found, expected)
    other = layer.decode(batch["audio"], states, vector + 1.0, **masks_of(batch))
    assert not np.allclose(arrays(other)[:, 0], arrays(expected)[:, 0])


@pytest.mark.parametrize("tokens", [False, True])
def test_history_dropout_hides_steps_in_training_alone(tokens, rng):
    target = np.ones((40, 50, 3), "float32")
    if tokens:
        target = rng.integers(0, 3, (40, 50)).astype("int32")
    mask = rng.uniform(size=(40, 50)) < 0.9
    layer = make_translator(history_dropout=0.3, tokens=tokens)
    layer.build((None, None, 5))
    seen, seen_mask = arrays(layer._with_gaps(target, mask))
    if tokens:
        hidden = seen != target
        assert np.all(seen[hidden] == 3), "the token that starts a sequence"
        np.testing.assert_array_equal(seen_mask, mask)
    else:
        hidden = mask & ~seen_mask
        assert not seen_mask[~mask].any()
    assert hidden[mask].mean() == pytest.approx(0.3, abs=0.04)
    vector, states = np.ones((40, 2), "float32"), np.ones((40, 1, 4), "float32")
    plain, again, trained = (
        arrays(layer.decode(target, states, vector, None, mask, training))
        for training in (False, False, True)
    )
    assert_close(again, plain)
    assert not np.allclose(trained, plain)
    # The first step has no history.
    assert_close(trained[:, 0], plain[:, 0])


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_errors(share):
    with pytest.raises(ValueError, match=f"and below 1, not {share}"):
        make_translator(history_dropout=share)

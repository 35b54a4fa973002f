from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import ModalityTranslator
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)

KINDS = [
    {"attention": "aligned", "window": 1, "bidirectional": True},
    {"attention": "none", "cell": "gru", "projection": 2},
    {"attention": "global", "num_layers": 2, "history_dropout": 0.5},
]


def make_translator(**options):
    return ModalityTranslator(output_dim=3, units=4, **options)


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


def test_tokens_check(batch, rng, tmp_path):
    make = partial(make_translator, tokens=True)
    tokens = rng.integers(0, 3, (3, 7)).astype("int32")
    mask = batch["text_mask"]
    check_layer(make, batch["text"], tokens, source_mask=mask, tmp_path=tmp_path)


@pytest.mark.parametrize("attention", ["global", "aligned", "none"])
def test_call_encodes_then_decodes(attention, batch):
    layer = make_translator(attention=attention)
    named = masks_of(batch)
    frames, weights = layer(
        batch["text"], batch["audio"], **named, return_attention=True
    )
    states, last = layer.encode(batch["text"], batch["text_mask"])
    again = layer.decode(batch["audio"], states, last, **named, return_attention=True)
    assert_close(again, (frames, weights))
    assert (weights is None) == (attention == "none")
    if weights is not None:
        # A step outside every window looks at nothing.
        totals = arrays(weights).sum(axis=-1)[batch["audio_mask"]]
        assert_close(totals, np.ones_like(totals))


def test_lengths_may_differ(batch, rng):
    target = rng.normal(size=(3, 9, 3)).astype("float32")
    assert make_translator()(batch["text"], target).shape == (3, 9, 3)


def test_between_the_projections_frames_of_any_width_fit():
    widths = {}
    for source, target in ((5, 3), (9, 7)):
        layer = ModalityTranslator(target, units=4, projection=2, name="one")
        layer.build((None, None, source))
        widths[source] = {each.path: tuple(each.shape) for each in layer.weights}
    differing = [path for path in widths[5] if widths[5][path] != widths[9][path]]
    assert differing == [
        "one/encoder/projection/kernel",
        "one/decoder/projection/kernel",
        "one/decoder/output/kernel",
        "one/decoder/output/bias",
    ]


def test_history_dropout(batch):
    # Of eight true steps all are kept in one of 10 ** 8 draws.
    layer = make_translator(history_dropout=0.9)
    frames = batch["text"], batch["audio"]
    calm, again, trained = (
        arrays(layer(*frames, **masks_of(batch), training=training))
        for training in (False, False, True)
    )
    assert_close(again, calm)
    assert not np.allclose(trained, calm)
    # The first step has no history.
    assert_close(trained[:, 0], calm[:, 0])


def test_without_history_training_reads_no_target(batch):
    layer = make_translator(history_dropout=1.0)
    first, second = (
        layer(batch["text"], target, **masks_of(batch), training=training)
        for target, training in ((batch["audio"], True), (batch["audio"] + 1.0, False))
    )
    assert_close(first, second)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_share_of_the_history(share):
    with pytest.raises(ValueError, match=f"between 0 and 1, not {share}"):
        make_translator(history_dropout=share)


@pytest.mark.parametrize("argument", ["cell", "attention"])
def test_errors_of_the_parts_arrive(argument):
    with pytest.raises(ValueError, match="not 'soft'"):
        make_translator(**{argument: "soft"})

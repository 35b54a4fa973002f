import keras
import pytest
from keras import ops

from mmzoo.layers import HierarchicalStack, MaskedNormalization, ModalityTranslator
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)


def make_stack(dtype=None, **kwargs):
    levels = [
        ModalityTranslator(3, units=4, cell="gru", dtype=dtype, name="audio"),
        ModalityTranslator(2, units=5, dtype=dtype, name="video"),
    ]
    return HierarchicalStack(levels, dtype=dtype, **kwargs)


def call(stack, batch):
    targets = ["audio", "video"]
    outputs = stack(
        batch["text"],
        [batch[name] for name in targets],
        source_mask=batch["text_mask"],
        target_masks=[batch[f"{name}_mask"] for name in targets],
    )
    return [
        ops.where(batch[f"{name}_mask"][..., None], each, 0.0)
        for name, each in zip(targets, outputs, strict=True)
    ]


def test_checks(batch, tmp_path):
    stack = check_layer(
        make_stack,
        batch["text"],
        [batch["audio"], batch["video"]],
        source_mask=batch["text_mask"],
        target_masks=[batch["audio_mask"], batch["video_mask"]],
        tmp_path=tmp_path,
    )
    check_masking(lambda batch: call(stack, batch), batch)
    check_batching(lambda batch: call(stack, batch), batch)


def test_each_level_translates_the_states_below(batch):
    stack = make_stack()
    audio, video = call(stack, batch)
    lower, upper = stack.translators
    mask = batch["text_mask"]
    states, last = lower.encode(batch["text"], mask)
    expected = lower.decode(batch["audio"], states, last, mask)
    assert_close(arrays(expected) * mask[..., None], audio)
    expected = upper(states, batch["video"], source_mask=mask)
    assert_close(arrays(expected) * mask[..., None], video)
    assert_close(stack.encode(batch["text"], mask, levels=1), (states, last))
    assert_close(stack.encode(batch["text"], mask), upper.encode(states, mask))
    assert stack.output_dim == 5


def test_no_levels_below_is_the_source(batch):
    stack = make_stack()
    stack.build(batch["text"].shape)
    states, embedding = stack.encode(batch["text"], levels=0)
    assert states is batch["text"] and embedding is None


def test_lower_levels_are_shared_with_nobody(batch):
    stack = make_stack()
    stack.build(batch["text"].shape)
    paths = [weight.path for weight in stack.weights]
    assert len(set(paths)) == len(paths)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(stack)
    )
    assert [each.name for each in copy.translators] == ["audio", "video"]


def test_empty_stack_is_refused():
    with pytest.raises(ValueError, match="`translators` is empty"):
        HierarchicalStack([])


def test_mask_on_the_source_is_taken_without_a_warning(batch):
    stack = make_stack()
    # Keras hangs the mask on what a masked layer returns.
    source = MaskedNormalization()(batch["text"], mask=batch["text_mask"])
    targets = [batch["audio"], batch["video"]]
    implicit = stack(source, targets)
    explicit = stack(source, targets, source_mask=batch["text_mask"])
    assert_close(implicit, explicit)

import numpy as np
import pytest

import mmzoo
from mmzoo.models.seq2seq_translator import REPRESENTATION
from tests.checks import arrays, assert_close, check_training
from tests.models.small_models import DIMS, small_hierarchy


@pytest.fixture
def upper(batch):
    """A model of which the upper level is trained, and the lower level's states."""
    model = small_hierarchy(attention="aligned")
    model.train_level(1)
    states = arrays(model.encode_level(batch, 1))
    return model, {
        **{key: batch[key] for key in ("video", "video_mask")},
        REPRESENTATION: states,
        f"{REPRESENTATION}_mask": batch["text_mask"],
    }


def test_outputs_of_each_phase(batch):
    model = small_hierarchy()
    everything = arrays(model(batch))
    assert list(everything) == ["audio_translation", "video_translation"]
    for level, name in enumerate(everything):
        model.train_level(level)
        assert_close(model(batch), {name: everything[name]})
        paths = [weight.path for weight in model.trainable_weights]
        assert paths and all(f"translator_{level}/" in path for path in paths)
    model.train_level(None)
    assert_close(model(batch), everything)


def test_representation_equals_climbing(upper, batch):
    model, encoded = upper
    assert_close(model(encoded), model(batch))


def test_upper_level_trains_alone(upper, targets):
    check_training(*upper, targets, below=0.7)


def test_encode_climbs_all_levels(batch):
    model = small_hierarchy()
    states, last = model.encode(batch)
    assert states.shape == (3, 6, 4) and last.shape == (3, 4)
    assert_close(model.encode_level(batch, 2), states)
    assert not np.allclose(arrays(model.encode_level(batch, 1)), arrays(states))
    assert_close(model.climb(batch, decode=False)[0], states)
    assert model.climb(batch, decode=False)[2] == {}


def test_sets_on_the_way():
    chain = ["text+video", ["audio"], "video"]
    model = mmzoo.build_hierarchical_translator(DIMS, chain, units=4)
    assert model.chain == (("text", "video"), ("audio",), ("video",))
    assert model.source == ["text", "video"]
    assert model.reads == ["audio", "text", "video"]


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        (["text", "audio"], "use `build_seq2seq_translator`"),
        (["text", "audio", "audio"], "`chain` names a target twice"),
        (["text", "audio", "smell"], r"names \['smell'\], but `input_dims` has"),
    ],
)
def test_errors(chain, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.build_hierarchical_translator(DIMS, chain)

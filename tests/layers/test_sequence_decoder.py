from functools import partial

import numpy as np
import pytest
from keras import ops

from mmzoo.layers import SequenceDecoder
from tests.checks import arrays, assert_close, check_layer, check_masking
from tests.reference import gru, luong_attention

KINDS = [
    {"attention": "aligned", "window": 1, "num_layers": 2},
    {"attention": "global", "cell": "gru"},
    {"attention": "none", "cell": "gru", "projection": 2},
]


@pytest.fixture
def memory(batch):
    """States, E and mask, as an encoder gives them."""
    states = batch["text"]
    last = states[np.arange(3), [5, 3, 0]]
    return states, last, batch["text_mask"]


def make_decoder(tokens=False, **options):
    return SequenceDecoder(3, units=4, tokens=tokens, **options)


@pytest.mark.parametrize("options", KINDS[:2], ids=str)
def test_checks(options, batch, memory, tmp_path):
    make = partial(make_decoder, **options)
    states, last, mask = memory
    masks = {"states_mask": mask, "target_mask": batch["audio_mask"]}
    layer = check_layer(make, batch["audio"], states, last, **masks, tmp_path=tmp_path)

    def decode(audio):
        steps = audio["audio"].shape[1] - 6
        longer = [np.pad(states, [(0, 0), (0, steps), (0, 0)], constant_values=9.0)]
        longer.append(np.pad(mask, [(0, 0), (0, steps)]))
        outputs = layer(
            audio["audio"],
            longer[0],
            last,
            states_mask=longer[1],
            target_mask=audio["audio_mask"],
        )
        return ops.where(batch["audio_mask"][..., None], outputs[:, :6], 0.0)

    check_masking(decode, {key: batch[key] for key in ("audio", "audio_mask")})


def test_tokens_check(batch, memory, rng, tmp_path):
    make = partial(make_decoder, tokens=True)
    tokens = rng.integers(0, 3, (3, 7)).astype("int32")
    check_layer(make, tokens, *memory[:2], states_mask=memory[2], tmp_path=tmp_path)


@pytest.mark.parametrize("projection", [None, 2])
def test_matches_reference(projection, batch, memory):
    layer = make_decoder(cell="gru", projection=projection)
    states, last, mask = memory
    outputs, weights = arrays(
        layer(batch["audio"], states, last, states_mask=mask, return_attention=True)
    )
    kernel, recurrent, bias = arrays(layer.decoder_layers[0].weights)
    bridge, bridge_bias = arrays(layer.bridge.weights)
    (key,) = arrays(layer.attention_layer.weights)
    combine, combine_bias = arrays(layer.combine.weights)
    output, output_bias = arrays(layer.output_layer.weights)
    for row, length in enumerate([6, 4, 1]):
        shifted = np.concatenate([np.zeros((1, 3)), batch["audio"][row, :-1]])
        if projection:
            shifted = shifted @ arrays(layer.projection_layer.weights)[0]
        initial = np.tanh(last[row] @ bridge + bridge_bias)
        hidden = gru(shifted, kernel, recurrent, bias, initial)
        context, rows = luong_attention(hidden, states[row, :length], key)
        joined = np.concatenate([context, hidden], axis=-1)
        expected = np.tanh(joined @ combine + combine_bias) @ output + output_bias
        assert_close(outputs[row], expected)
        assert_close(weights[row, :, :length], rows)


def teacher_forced(layer, target, memory):
    states, last, mask = memory
    return arrays(layer(target, states, last, states_mask=mask, return_attention=True))


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_step_by_step_is_one_pass(options, batch, memory):
    layer = make_decoder(**options)
    states, last, mask = memory
    outputs, weights = teacher_forced(layer, batch["audio"], memory)
    recurrent = layer._initial_states(ops.convert_to_tensor(last))
    for t in range(3):
        before = batch["audio"][:, t - 1] if t else np.zeros((3, 3), "float32")
        step, recurrent, row = layer.step(before, recurrent, states, mask, t)
        assert_close(step, outputs[:, t])
        if weights is not None:
            assert_close(row, weights[:, t])


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_greedy_teacher_forced_on_itself(options, memory):
    layer = make_decoder(**options)
    layer.build((None, None, 3), memory[0].shape)
    frames, weights = arrays(layer.greedy(*memory, num_steps=8))
    assert frames.shape == (3, 8, 3)
    assert_close((frames, weights), teacher_forced(layer, frames, memory), 1e-4)
    assert layer.greedy(*memory)[0].shape == (3, 6, 3)


def test_beam_of_one_is_argmax(memory):
    layer = make_decoder(tokens=True)
    layer.build((None, None, 3), memory[0].shape)
    tokens, scores, lengths = arrays(layer.beam_search(*memory, beam_width=1))
    assert tokens.shape == (3, 1, 7)
    logits, _ = teacher_forced(layer, tokens[:, 0], memory)
    log_p = arrays(ops.log_softmax(logits))
    for row in range(3):
        length = lengths[row, 0]
        chosen = tokens[row, 0, :length]
        assert list(chosen) == list(logits[row, :length].argmax(axis=-1))
        assert_close(scores[row, 0], log_p[row, range(length), chosen].mean(), 1e-4)


@pytest.mark.parametrize("tokens", [False, True])
def test_without_history_only_the_source_is_read(tokens, memory, rng):
    layer = make_decoder(tokens=tokens, reads_history=False, cell="gru")
    first, second = rng.normal(size=(2, 3, 8, 3)).astype("float32")
    start = np.zeros_like(first)
    if tokens:
        first, second = rng.integers(0, 3, (2, 3, 8)).astype("int32")
        start = np.full_like(first, 3)
    outputs, weights = teacher_forced(layer, first, memory)
    assert_close(teacher_forced(layer, second, memory), (outputs, weights))
    # It reads what starts a sequence, at every step.
    reading = make_decoder(tokens=tokens, cell="gru")
    reading.build((None, None, 3), memory[0].shape)
    reading.set_weights(layer.get_weights())
    assert_close(teacher_forced(reading, start, memory), (outputs, weights))
    if tokens:
        found = arrays(layer.beam_search(*memory, beam_width=1)[0])[:, 0]
        for row, said in zip(found, outputs.argmax(axis=-1), strict=True):
            length = list(row).index(2) + 1 if 2 in row else len(row)
            assert list(row[:length]) == list(said[:length])
    else:
        assert_close(layer.greedy(*memory, num_steps=8), (outputs, weights), 1e-4)


def test_first_step_sees_the_start_only(memory, rng):
    layer = make_decoder(tokens=True)
    tokens = rng.integers(0, 3, (3, 4)).astype("int32")
    logits, _ = teacher_forced(layer, tokens, memory)
    changed, _ = teacher_forced(layer, np.where(np.arange(4) < 2, tokens, 0), memory)
    assert_close(changed[:, :3], logits[:, :3])
    table = arrays(layer.embedding.embeddings)
    assert table.shape == (4, 4)


def test_dropout_is_for_training(batch, memory):
    layer = make_decoder(dropout=0.5)
    calm = layer(batch["audio"], *memory[:2])
    assert_close(layer(batch["audio"], *memory[:2], training=False), calm)
    shaken = layer(batch["audio"], *memory[:2], training=True)
    assert not np.allclose(arrays(shaken), arrays(calm))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attention": "local"}, r"one of .*'global'.*not 'local'"),
        ({"cell": "rnn"}, r"`cell` is one of \['gru', 'lstm'\], not 'rnn'"),
        ({"num_layers": 0}, "`num_layers` is at least 1, not 0"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        make_decoder(**options)


def test_beams_need_tokens(memory):
    with pytest.raises(ValueError, match="set `tokens=True`"):
        make_decoder().beam_search(*memory)


def test_a_cold_sample_is_a_beam_of_one(memory, rng):
    layer = make_decoder(tokens=True)
    layer.build((None, None, 3), memory[0].shape)
    noise = rng.gumbel(size=(3, 7, 3)).astype("float32")
    states, last, mask = memory
    cold = layer.sample(states, last, noise, mask, temperature=1e-6)
    for found, expected in zip(
        arrays(cold), arrays(layer.beam_search(*memory, beam_width=1)), strict=True
    ):
        assert_close(found, expected, 1e-4)


def test_samples_need_tokens(memory):
    with pytest.raises(ValueError, match="Sampling needs tokens: set `tokens=True`"):
        make_decoder().sample(*memory[:2], np.zeros((3, 7, 3), "float32"))

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from mmzoo.ops.decoding import (
    beam_search,
    greedy_decode,
    repeat_for_beams,
    sample_decode,
)

BATCH, VOCABULARY, LENGTH = 2, 3, 4
START, END = 0, 2


def table(seed=0, vocabulary=VOCABULARY, length=LENGTH):
    """Logits (batch, step, previous token, token): a Markov model a sample."""
    generator = np.random.default_rng(seed)
    shape = (BATCH, length, vocabulary, vocabulary)
    return generator.normal(0.0, 1.5, shape).astype("float32")


def log_softmax(logits):
    return logits - np.log(np.sum(np.exp(logits), axis=-1, keepdims=True))


def table_step(tokens, state, index):
    """The state counts the steps a beam has taken; the table is read with it."""
    tables, count = state
    tables = ops.convert_to_tensor(tables)
    rows = ops.arange(ops.shape(tokens)[0])
    flat = ops.reshape(tables, (-1, tables.shape[-1]))
    place = (rows * tables.shape[1] + count) * tables.shape[2] + tokens
    return ops.take(flat, place, axis=0), (tables, count + 1)


def search(tables, **kwargs):
    batch, length = ops.shape(tables)[0], tables.shape[1]
    state = (tables, ops.zeros((batch,), "int32"))
    kwargs = {"beam_width": 2, "max_length": length, **kwargs}
    return beam_search(
        table_step, state, batch, start_token=START, end_token=END, **kwargs
    )


def searched(tables, **kwargs):
    return [ops.convert_to_numpy(r) for r in search(tables, **kwargs)]


def every_sequence(log_p, penalty):
    """All sequences of one sample with their scores, the best first."""
    length, vocabulary = log_p.shape[:2]
    found = {}
    for tokens in itertools.product(range(vocabulary), repeat=length):
        end = tokens.index(END) + 1 if END in tokens else length
        previous = (START, *tokens)
        total = sum(log_p[t, previous[t], tokens[t]] for t in range(end))
        found[tokens[:end] + (END,) * (length - end)] = (total / end**penalty, end)
    return sorted(found.items(), key=lambda item: -item[1][0])


def beam_loop(log_p, beam_width, penalty):
    """The same search for one sample in a plain loop."""
    beams = [((), 0.0, False)]
    for t in range(log_p.shape[0]):
        grown = []
        for tokens, total, finished in beams:
            if finished:
                grown.append((tokens, total, True))
                continue
            previous = tokens[-1] if tokens else START
            for token, step in enumerate(log_p[t, previous]):
                grown.append(((*tokens, token), total + step, token == END))
        grown.sort(key=lambda beam: -beam[1] / len(beam[0]) ** penalty)
        beams = grown[:beam_width]
    return [(b[0], b[1] / len(b[0]) ** penalty) for b in beams]


class Searcher(keras.Model):
    """A beam search inside a model, so that `predict` compiles it."""

    def __init__(self, **kwargs):
        super().__init__()
        self.kwargs = kwargs

    def call(self, tables):
        return search(tables, **self.kwargs)


class Follower(keras.layers.Layer):
    """Greedy decoding of frames: one GRU cell and a Dense, free running."""

    def __init__(self, num_steps=None, **kwargs):
        super().__init__(**kwargs)
        self.num_steps = num_steps
        self.cell = keras.layers.GRUCell(4)
        self.frame = keras.layers.Dense(3)

    def build(self, input_shape):
        self.cell.build((None, 3))
        self.frame.build((None, 4))

    def step(self, previous, state, index):
        hidden, _ = self.cell(previous, [state["hidden"]])
        extra = {"index": ops.broadcast_to(index, ops.shape(hidden)[:1])}
        return self.frame(hidden), {"hidden": hidden}, extra

    def call(self, inputs):
        start = inputs[:, 0]
        state = {"hidden": ops.zeros((ops.shape(inputs)[0], 4))}
        num_steps = self.num_steps or ops.shape(inputs)[1]
        return greedy_decode(self.step, start, state, num_steps)


def follow(layer, inputs, num_steps):
    """The same decoding in a plain loop over the layer's parts."""
    frame, hidden = inputs[:, 0], np.zeros((len(inputs), 4), "float32")
    frames = []
    for _ in range(num_steps):
        hidden, _ = layer.cell(frame, [hidden])
        frame = layer.frame(hidden)
        frames.append(ops.convert_to_numpy(frame))
    return np.stack(frames, axis=1)


@pytest.mark.parametrize("penalty", [0.0, 0.6, 1.0, 2.0])
def test_widest_beam_is_exhaustive(penalty):
    tables = table()
    width = VOCABULARY**LENGTH
    tokens, scores, lengths = searched(tables, beam_width=width, length_penalty=penalty)
    for sample in range(BATCH):
        expected = every_sequence(log_softmax(tables[sample]), penalty)
        count = len(expected)
        assert [tuple(t) for t in tokens[sample, :count]] == [e[0] for e in expected]
        np.testing.assert_allclose(
            scores[sample, :count], [e[1][0] for e in expected], rtol=1e-4
        )
        assert list(lengths[sample, :count]) == [e[1][1] for e in expected]
        # The places for which no sequence is left are empty.
        assert np.all(scores[sample, count:] == -np.inf)
        assert np.all(lengths[sample, count:] == 0)
        assert np.all(tokens[sample, count:] == END)


@pytest.mark.parametrize("penalty", [0.0, 0.6])
@pytest.mark.parametrize("width", [1, 2, 5])
def test_narrow_beam_matches_loop(width, penalty):
    tables = table(1, vocabulary=4, length=6)
    tokens, scores, lengths = searched(tables, beam_width=width, length_penalty=penalty)
    for sample in range(BATCH):
        expected = beam_loop(log_softmax(tables[sample]), width, penalty)
        for beam, (sequence, score) in enumerate(expected):
            assert lengths[sample, beam] == len(sequence)
            assert tuple(tokens[sample, beam, : len(sequence)]) == sequence
            assert np.all(tokens[sample, beam, len(sequence) :] == END)
            np.testing.assert_allclose(scores[sample, beam], score, rtol=1e-4)


@pytest.mark.parametrize("jit_compile", [False, "auto"])
def test_compiled_search_is_eager_search(jit_compile):
    tables = np.concatenate([table(seed) for seed in (3, 4, 5)])[:5]
    model = Searcher(beam_width=5, length_penalty=0.6)
    model.compile(jit_compile=jit_compile)
    # Two full batches and a smaller last one.
    compiled = model.predict(tables, batch_size=2, verbose=0)
    for eager, result in zip(
        searched(tables, beam_width=5, length_penalty=0.6), compiled, strict=True
    ):
        np.testing.assert_allclose(result, eager, rtol=1e-4)


def test_beam_of_one_is_greedy():
    tables = table(7, vocabulary=5, length=6)

    def step(previous, state, index):
        logits, state = table_step(previous, state, index)
        return ops.argmax(logits, axis=-1), state, logits

    start = np.full((BATCH,), START, "int32")
    state = (tables, np.zeros((BATCH,), "int32"))
    greedy, logits = greedy_decode(step, start, state, num_steps=6)
    tokens, _, lengths = searched(tables, beam_width=1)
    assert tuple(logits.shape) == (BATCH, 6, 5)
    for row, beam, length in zip(
        ops.convert_to_numpy(greedy), tokens[:, 0], lengths[:, 0], strict=True
    ):
        assert list(row[:length]) == list(beam[:length])


def test_end_token_freezes_and_ends_the_search():
    steps_taken = []

    def step(tokens, state, index):
        if keras.backend.backend() == "torch":
            steps_taken.append(int(index))
        # The end token is all but certain after one other token.
        certain = ops.where(index == 0, 0, END)
        return 50.0 * ops.one_hot(ops.zeros_like(tokens) + certain, 3), state

    tokens, scores, lengths = beam_search(
        step, (), 2, start_token=START, end_token=END, beam_width=1, max_length=9
    )
    expected = [0] + [END] * 8
    assert ops.convert_to_numpy(tokens).tolist() == [[expected], [expected]]
    assert ops.convert_to_numpy(lengths).tolist() == [[2], [2]]
    np.testing.assert_allclose(ops.convert_to_numpy(scores), 0.0, atol=1e-5)
    assert steps_taken in ([], [0, 1])


def test_sequence_without_end_is_cut_and_scored():
    tables = table()
    tables[..., END] = -np.inf
    tokens, scores, lengths = searched(tables, beam_width=VOCABULARY**LENGTH)
    assert np.all(lengths[:, : 2**LENGTH] == LENGTH)
    assert np.all(tokens[:, : 2**LENGTH] != END)
    assert np.all(np.isfinite(scores[:, : 2**LENGTH]))
    assert np.all(scores[:, 2**LENGTH :] == -np.inf)


def test_length_penalty_prefers_longer():
    # Log p: end at once log .5, or three sure tokens after log .4.
    tables = np.full((1, 4, 3, 3), -50.0, "float32")
    tables[0, 0, START] = np.log([0.4, 0.1, 0.5])
    tables[0, 1:3, 0] = np.log([1.0, 1e-9, 1e-9])
    tables[0, 3, 0] = np.log([1e-9, 1e-9, 1.0])
    short = searched(tables, length_penalty=0.0)
    long = searched(tables, length_penalty=1.0)
    assert short[0][0, 0].tolist() == [END] * 4
    assert long[0][0, 0].tolist() == [0, 0, 0, END]
    np.testing.assert_allclose(long[1][0, 0], np.log(0.4) / 4, rtol=1e-3)


def test_state_follows_its_beam():
    """A model whose logits depend on all tokens so far, kept in the state."""
    weights = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")

    def step(tokens, state, index):
        (history,) = state["history"]
        history = 0.5 * history + ops.one_hot(tokens, 3)
        padded = ops.concatenate([history, ops.ones_like(history[:, :1])], -1)
        return 3.0 * ops.matmul(padded, weights), {"history": [history]}

    found = beam_search(
        step,
        {"history": [np.zeros((1, 3), "float32")]},
        1,
        start_token=START,
        end_token=END,
        beam_width=4,
        max_length=5,
    )
    tokens, scores, lengths = (ops.convert_to_numpy(f)[0] for f in found)
    for sequence, score, length in zip(tokens, scores, lengths, strict=True):
        history, total, previous = np.zeros(3), 0.0, START
        for token in sequence[:length]:
            history = 0.5 * history + np.eye(3)[previous]
            logits = 3.0 * np.append(history, 1.0) @ weights
            total += log_softmax(logits)[token]
            previous = token
        np.testing.assert_allclose(score, total / length, rtol=1e-4)
    assert len({tuple(t) for t in tokens}) == 4


def test_repeat_for_beams():
    repeated = repeat_for_beams({"a": np.array([[1], [2]])}, 3)["a"]
    assert ops.convert_to_numpy(repeated)[:, 0].tolist() == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("num_steps", [1, 7, None])
def test_greedy_decode_matches_loop(num_steps):
    inputs = np.random.default_rng(0).normal(size=(5, 6, 3)).astype("float32")
    layer = Follower(num_steps)
    frames, extras = layer(inputs)
    steps = num_steps or 6
    expected = follow(layer, inputs, steps)
    np.testing.assert_allclose(ops.convert_to_numpy(frames), expected, atol=1e-5)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(extras["index"]), np.tile(np.arange(steps), (5, 1))
    )


@pytest.mark.parametrize("jit_compile", [False, "auto"])
@pytest.mark.parametrize("time", [6, None])
def test_greedy_decode_in_functional_model(time, jit_compile):
    inputs = keras.Input((time, 3))
    layer = Follower()
    model = keras.Model(inputs, layer(inputs)[0])
    assert model.output_shape == (None, time, 3)
    model.compile("sgd", "mse", jit_compile=jit_compile)
    batch = np.random.default_rng(0).normal(size=(5, 6, 3)).astype("float32")
    predicted = model.predict(batch, batch_size=2, verbose=0)
    np.testing.assert_allclose(predicted, follow(layer, batch, 6), atol=1e-5)


def test_greedy_decode_trains():
    inputs = keras.Input((6, 3))
    model = keras.Model(inputs, Follower(num_steps=6)(inputs)[0])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    batch = np.random.default_rng(0).normal(size=(4, 6, 3)).astype("float32")
    target = np.full((4, 6, 3), 0.5, "float32")
    before = model.evaluate(batch, target, verbose=0)
    model.fit(batch, target, epochs=30, verbose=0)
    assert model.evaluate(batch, target, verbose=0) < 0.2 * before


def test_beam_search_in_functional_model():
    inputs = keras.Input((LENGTH, VOCABULARY, VOCABULARY))
    layer = keras.layers.Lambda(
        lambda tables: search(tables)[0], output_shape=(2, LENGTH)
    )
    model = keras.Model(inputs, layer(inputs))
    tables = table()
    predicted = model.predict(tables, verbose=0)
    np.testing.assert_array_equal(predicted, searched(tables)[0])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("beam_width", {"beam_width": 0}), ("max_length", {"max_length": 0})],
)
def test_beam_search_errors(name, arguments):
    with pytest.raises(ValueError, match=f"`{name}` must be at least 1"):
        search(table(), **arguments)


def test_greedy_decode_errors():
    with pytest.raises(ValueError, match="`num_steps` must be at least 1"):
        Follower(num_steps=-1)(np.zeros((1, 2, 3), "float32"))


def gumbel(seed=0, rows=BATCH, length=LENGTH, vocabulary=VOCABULARY):
    shape = (rows, length, vocabulary)
    return np.random.default_rng(seed).gumbel(size=shape).astype("float32")


def sampled(tables, noise, **kwargs):
    state = (tables, np.zeros((len(tables),), "int32"))
    found = sample_decode(
        table_step, state, noise, start_token=START, end_token=END, **kwargs
    )
    return [ops.convert_to_numpy(each) for each in found]


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_sampling_matches_loop(temperature):
    tables, noise = table(2), gumbel(1)
    tokens, scores, lengths = sampled(tables, noise, temperature=temperature)
    assert tokens.shape == (BATCH, 1, LENGTH)
    for sample in range(BATCH):
        log_p, previous, total, expected = log_softmax(tables[sample]), START, 0.0, []
        for t in range(LENGTH):
            drawn = log_p[t, previous] / temperature + noise[sample, t]
            token = int(np.argmax(drawn))
            total += log_p[t, previous, token]
            expected, previous = [*expected, token], token
            if token == END:
                break
        assert lengths[sample, 0] == len(expected)
        assert tokens[sample, 0].tolist() == expected + [END] * (LENGTH - len(expected))
        np.testing.assert_allclose(scores[sample, 0], total / len(expected), rtol=1e-4)


def test_tokens_are_drawn_as_often_as_they_are_probable():
    count, chances = 4000, np.array([0.6, 0.3, 0.1])
    logits = ops.convert_to_tensor(np.log(chances)[None].astype("float32"))

    def step(tokens, state, index):
        return ops.take(logits, ops.zeros_like(tokens), axis=0), state

    for temperature in (1.0, 0.5):
        noise = gumbel(3, count, 1)
        found = sample_decode(step, (), noise, START, END, temperature)[0]
        shares = np.bincount(ops.convert_to_numpy(found).ravel(), minlength=3) / count
        expected = chances ** (1 / temperature)
        np.testing.assert_allclose(shares, expected / expected.sum(), atol=0.025)


def test_no_temperature_of_zero():
    with pytest.raises(ValueError, match="Received: temperature=0"):
        sampled(table(), gumbel(), temperature=0)

"""Decoding: turn a function of one step into whole sequences.

All take a `step` function and know nothing of the model behind it. They run on
`keras.ops` alone, eagerly or inside a compiled function, with any batch size.
"""

from typing import Any, NamedTuple

import keras
from keras import ops


def greedy_decode(step, start, state, num_steps):
    """Decode freely: each step reads what the step before it has written.

    Serves continuous frames as well as tokens: the output of a step has the
    shape of `start`. A step that yields tokens takes the argmax itself and may
    hand back its logits as the extra. Gradients pass through the whole
    sequence where `num_steps` is known before the model runs.

    Args:
        step: function `(previous, state, index) -> (output, state, extra)`.
            `output` has the shape of `previous`, the new state that of the
            old, `extra` is any nest of tensors with the batch first (attention
            weights, say) or `()`. `index` is an int32 scalar tensor. Layers
            called in it must not update variables: call them with
            `training=False`.
        start: tensor of shape `(batch, ...)`. What the first step reads.
        state: nest of tensors, the state before the first step.
        num_steps: int, or an integer scalar tensor, at least 1. The number of
            steps to decode.

    Returns:
        A tuple `(outputs, extras)`: a tensor of shape `(batch, num_steps, ...)`
        and the nest of `extra` whose tensors have the same axis of time behind
        the batch.

    Raises:
        ValueError: if `num_steps` is an integer below 1.

    Example:
    ```python
    def step(previous, state, index):
        return previous * 0.5, state, ()

    frames, _ = greedy_decode(step, keras.ops.ones((2, 3)), (), num_steps=4)
    frames.shape  # (2, 4, 3)
    ```
    """
    _check_at_least_one(num_steps=num_steps)

    def run(previous, flat_state, index):
        packed = keras.tree.pack_sequence_as(state, flat_state)
        output, new_state, extra = step(previous, packed, ops.cast(index, "int32"))
        output = _keep_spec(output, previous)
        return output, _keep_specs(keras.tree.flatten(new_state), flat_state), extra

    # The first step stands before the loop: it builds what is not built yet
    # and shows the shapes of the extras.
    start = ops.convert_to_tensor(start)
    flat_state = [ops.convert_to_tensor(s) for s in keras.tree.flatten(state)]
    output, flat_state, extra = run(start, flat_state, 0)
    written = [output, *keras.tree.flatten(extra)]
    # (batch, num_steps, ...): the first step everywhere, for the others to overwrite
    buffers = [ops.repeat(w[:, None], num_steps, axis=1) for w in written]

    def body(index, carry):
        flat_state, buffers = carry[1 : 1 + num_states], carry[1 + num_states :]
        output, flat_state, extra = run(carry[0], flat_state, index)
        written = [output, *keras.tree.flatten(extra)]
        buffers = [_write(b, index, w) for b, w in zip(buffers, written, strict=True)]
        return (output, *flat_state, *buffers)

    num_states = len(flat_state)
    carry = ops.fori_loop(1, num_steps, body, (output, *flat_state, *buffers))
    outputs, *extras = carry[1 + num_states :]
    return outputs, keras.tree.pack_sequence_as(extra, extras)


def beam_search(
    step,
    state,
    batch_size,
    start_token,
    end_token,
    beam_width,
    max_length,
    length_penalty=1.0,
):
    """Search the token sequences of the highest score, `beam_width` at a time.

    The score of a sequence is `log p / length**length_penalty`; its length
    counts the end token. Finished and unfinished beams compete by this score
    at every step. A beam that has written `end_token` is frozen: it keeps its
    tokens and its score. The search ends when every beam has finished, or at
    `max_length`; what is unfinished then is scored as it stands.

    Args:
        step: function `(tokens, state, index) -> (logits, state)`. `tokens`
            are int32 of shape `(batch * beams,)`, logits are
            `(batch * beams, vocabulary)`, every tensor of the state has
            `batch * beams` rows, and `index` is an int32 scalar tensor.
            What is the same for all beams of a sample (the memory of an
            encoder) need not be in the state: see `repeat_for_beams`.
        state: nest of tensors of shape `(batch, ...)`, the state before the
            first step. It is repeated for the beams here.
        batch_size: int, or an integer scalar tensor.
        start_token: int. What the first step reads.
        end_token: int. Ends a sequence and fills the places behind its end.
        beam_width: int, at least 1; may exceed the vocabulary.
        max_length: int, at least 1. The greatest number of tokens.
        length_penalty: float. `0.0` ranks by plain log probability, which
            favours short sequences; `1.0` ranks by its mean over the tokens.
            Defaults to `1.0`.

    Returns:
        A tuple `(tokens, scores, lengths)`, the best sequence first: int32
        `(batch, beam_width, max_length)`, float32 and int32
        `(batch, beam_width)`. Where fewer than `beam_width` sequences exist,
        the last places are empty: score `-inf`, length 0.

    Raises:
        ValueError: if `beam_width` or `max_length` is below 1.

    Example:
    ```python
    table = [[0.6, 0.3, 0.1], [0.2, 0.1, 0.7], [0.0, 0.0, 1.0]]
    logits = keras.ops.log(keras.ops.array(table))

    def step(tokens, state, index):
        return keras.ops.take(logits, tokens, axis=0), state

    tokens, scores, lengths = beam_search(
        step, (), 1, start_token=0, end_token=2, beam_width=2, max_length=4
    )
    tokens.shape  # (1, 2, 4)
    ```

    Reference:
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), section 7; the
          penalty here is the plain power of the length.
    """
    _check_at_least_one(beam_width=beam_width, max_length=max_length)
    flat_state = keras.tree.flatten(repeat_for_beams(state, beam_width))
    beams = _first_beams(batch_size, beam_width, max_length, start_token, end_token)

    def any_open(index, *carry):
        beams = _Beams(*carry[: len(_Beams._fields)])
        alive = ops.logical_and(
            ops.logical_not(beams.finished), ops.isfinite(beams.totals)
        )
        return ops.logical_and(index < max_length, ops.any(alive))

    def body(index, *carry):
        beams = _Beams(*carry[: len(_Beams._fields)])
        flat_state = carry[len(_Beams._fields) :]
        last = ops.reshape(beams.last, (batch_size * beam_width,))
        packed = keras.tree.pack_sequence_as(state, list(flat_state))
        logits, new_state = step(last, packed, index)
        extended, sources = _extend(beams, logits, index, end_token, length_penalty)
        new_state = [
            ops.take(s, sources, axis=0) for s in keras.tree.flatten(new_state)
        ]
        extended = _keep_specs(extended, beams)
        return (index + 1, *extended, *_keep_specs(new_state, flat_state))

    index = ops.convert_to_tensor(0, "int32")
    carry = ops.while_loop(any_open, body, (index, *beams, *flat_state))
    beams = _Beams(*carry[1 : 1 + len(_Beams._fields)])
    empty = ops.logical_not(ops.isfinite(beams.totals))
    tokens = ops.where(empty[..., None], end_token, beams.tokens)
    scores = _score(beams.totals, beams.lengths, length_penalty)
    return tokens, scores, ops.where(empty, 0, beams.lengths)


def sample_decode(step, state, noise, start_token, end_token, temperature=1.0):
    """Draw each token from what the model expects, in place of searching the best.

    A token is drawn as the argmax of its logits, over the temperature, plus Gumbel
    noise, which is a draw from their softmax. Who calls draws the noise, so that one
    seed gives the same sequences on every backend and inside a compiled function. A
    sequence that has written `end_token` is frozen.

    Args:
        step: function `(tokens, state, index) -> (logits, state)` as of `beam_search`,
            with one beam.
        state: nest of tensors of shape `(batch, ...)`, the state before the first
            step.
        noise: float tensor `(batch, max_length, vocabulary)` of standard Gumbel draws.
        start_token: int. What the first step reads.
        end_token: int. Ends a sequence and fills the places behind its end.
        temperature: float above 0. Below 1 the likely tokens are drawn more often;
            towards 0 this is greedy search. Defaults to `1.0`.

    Returns:
        A tuple `(tokens, scores, lengths)` as `beam_search` returns it, with one beam
        and `length_penalty=1.0`; scores are of the model, without the temperature.

    Raises:
        ValueError: if `temperature` is not above 0.

    Example:
    ```python
    logits = keras.ops.log(keras.ops.array([[0.6, 0.3, 0.1]]))

    def step(tokens, state, index):
        return keras.ops.take(logits, 0 * tokens, axis=0), state

    noise = np.random.default_rng(0).gumbel(size=(5, 4, 3))
    tokens, _, _ = sample_decode(step, (), noise, start_token=0, end_token=2)
    tokens.shape  # (5, 1, 4)
    ```
    """
    if not temperature > 0:
        raise ValueError(
            f"`temperature` must be above 0. Received: temperature={temperature}. "
            "The most probable tokens are those of a search with one beam."
        )
    noise = ops.cast(noise, "float32")
    start = ops.full(ops.shape(noise)[:1], start_token, dtype="int32")

    def draw(previous, carry, index):
        inner, finished = carry
        logits, inner = step(previous, inner, index)
        log_p = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
        drawn = log_p / temperature + ops.take(noise, index, axis=1)
        token = ops.where(finished, end_token, ops.argmax(drawn, axis=-1))
        token = ops.cast(token, "int32")
        gained = ops.take_along_axis(log_p, token[:, None], axis=-1)[:, 0]
        written = {
            "log_p": ops.where(finished, 0.0, gained),
            "open": ops.logical_not(finished),
        }
        return token, (inner, ops.logical_or(finished, token == end_token)), written

    carry = (state, ops.zeros_like(start, dtype="bool"))
    tokens, written = greedy_decode(draw, start, carry, ops.shape(noise)[1])
    lengths = ops.sum(ops.cast(written["open"], "int32"), axis=1)
    scores = _score(ops.sum(written["log_p"], axis=1), lengths, 1.0)
    return tokens[:, None], scores[:, None], lengths[:, None]


def repeat_for_beams(nest, beam_width):
    """Repeat each sample of every tensor once for each of its beams.

    Args:
        nest: nest of tensors of shape `(batch, ...)`.
        beam_width: int. The number of beams.

    Returns:
        The nest with tensors of shape `(batch * beam_width, ...)`; the beams
        of a sample lie side by side, as `beam_search` has them.
    """
    return keras.tree.map_structure(
        lambda tensor: ops.repeat(ops.convert_to_tensor(tensor), beam_width, axis=0),
        nest,
    )


class _Beams(NamedTuple):
    """What the search knows of its beams, each (batch, beams) unless said."""

    tokens: Any  # (batch, beams, max_length)
    last: Any  # the token that the next step reads
    totals: Any  # log p; -inf where there is no sequence
    lengths: Any
    finished: Any


def _first_beams(batch_size, beam_width, max_length, start_token, end_token):
    """One empty sequence a sample; its other beams hold no sequence yet."""
    shape = (batch_size, beam_width)
    is_first = ops.broadcast_to(ops.arange(beam_width) == 0, shape)
    return _Beams(
        tokens=ops.full((*shape, max_length), end_token, dtype="int32"),
        last=ops.full(shape, start_token, dtype="int32"),
        totals=ops.where(is_first, ops.zeros(shape, "float32"), -float("inf")),
        lengths=ops.zeros(shape, dtype="int32"),
        finished=ops.zeros(shape, dtype="bool"),
    )


def _extend(beams, logits, index, end_token, length_penalty):
    """Continue every beam by one token and keep the best continuations.

    Returns the new beams and, for each, the row `(batch * beams,)` of the old
    state that it continues.
    """
    batch_size, beam_width = ops.shape(beams.totals)
    vocabulary = logits.shape[-1]
    log_p = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
    # (batch, beams, vocabulary)
    log_p = ops.reshape(log_p, (batch_size, beam_width, vocabulary))
    # A finished beam has one continuation, itself, at no cost.
    is_end = ops.arange(vocabulary) == end_token
    itself = ops.where(is_end, 0.0, -float("inf"))
    log_p = ops.where(beams.finished[..., None], itself, log_p)
    totals = beams.totals[..., None] + log_p
    lengths = beams.lengths + ops.cast(ops.logical_not(beams.finished), "int32")
    scores = _score(totals, lengths[..., None], length_penalty)
    # (batch, beams), out of beams * vocabulary
    _, best = ops.top_k(ops.reshape(scores, (batch_size, -1)), beam_width)
    best = ops.cast(best, "int32")
    parents, chosen = best // vocabulary, best % vocabulary

    def of_parent(tensor):
        return ops.take_along_axis(tensor, parents, axis=1)

    here = ops.arange(beams.tokens.shape[-1]) == index
    tokens = ops.take_along_axis(beams.tokens, parents[..., None], axis=1)
    extended = _Beams(
        tokens=ops.where(here, chosen[..., None], tokens),
        last=chosen,
        totals=ops.take_along_axis(ops.reshape(totals, (batch_size, -1)), best, axis=1),
        lengths=of_parent(lengths),
        finished=ops.logical_or(of_parent(beams.finished), chosen == end_token),
    )
    first_rows = ops.arange(batch_size, dtype="int32")[:, None] * beam_width
    return extended, ops.reshape(first_rows + parents, (-1,))


def _score(totals, lengths, length_penalty):
    """Log probability over a power of the length (of one token at least)."""
    lengths = ops.cast(ops.maximum(lengths, 1), "float32")
    return totals / ops.power(lengths, length_penalty)


def _write(buffer, index, value):
    """Put `value` (batch, ...) at step `index` of the buffer (batch, time, ...).

    By `where`, not by an update of a slice: that one has no gradient on
    TensorFlow.
    """
    value = ops.expand_dims(ops.cast(value, buffer.dtype), 1)
    here = ops.arange(ops.shape(buffer)[1]) == index
    here = ops.reshape(here, (1, -1) + (1,) * (len(value.shape) - 2))
    return _keep_spec(ops.where(here, value, buffer), buffer)


def _keep_spec(new, old):
    """Give `new` the dtype and the static shape of `old`, as loops demand."""
    return ops.reshape(ops.cast(new, old.dtype), ops.shape(old))


def _keep_specs(new, old):
    return [_keep_spec(n, o) for n, o in zip(new, old, strict=True)]


def _check_at_least_one(**arguments):
    for name, value in arguments.items():
        if isinstance(value, int) and value < 1:
            raise ValueError(f"`{name}` must be at least 1. Received: {name}={value}")

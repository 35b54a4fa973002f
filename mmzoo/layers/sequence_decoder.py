"""Decode a sequence from an encoded one (eq. 9-10 of the seq2seq paper)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.recurrent_decoder import RecurrentDecoder
from mmzoo.ops.decoding import (
    beam_search,
    greedy_decode,
    repeat_for_beams,
    sample_decode,
)
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class SequenceDecoder(RecurrentDecoder):
    """Predict a sequence step by step from the states of an encoder.

    Each step is predicted from E, in which the recurrence starts, the step before it,
    and the encoder's states, over which attention looks after the recurrence. So a
    whole sequence is teacher-forced in one pass; `greedy` and `beam_search` feed
    the predictions back instead.

    Masking: takes the masks of both sequences. Masked source steps are invisible to the
    attention; masked target steps are read as zeros.

    Args:
        output_dim: int. Features of a target frame, or the size of the vocabulary.
        units: int. Width of the recurrent layers. Defaults to `128`.
        num_layers: int. How many are stacked. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        attention: `"global"`, `"aligned"` (step t attends around source step t) or
            `"none"`. Defaults to `"global"`.
        window: int. Steps that aligned attention sees on either side. Defaults to `2`.
        tokens: bool. Whether the target is tokens, the last of which ends a sequence.
            Defaults to `False`.
        dropout: float. Fraction of the inputs of recurrence, attentional state and
            output dropped in training. Defaults to `0.0`.
        projection: optional int. Width to which a linear layer brings each frame that
            the recurrence reads; tokens have none. Defaults to `None`: none.
        reads_history: bool. Whether each step is given the step before it. Without,
            it knows the source alone, so that teacher forcing and decoding on its own
            predictions are one. Defaults to `True`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        target: the true target, not shifted: frames `(batch, target_steps,
            output_dim)`, or integer tokens `(batch, target_steps)`.
        states: float tensor `(batch, source_steps, features)`, of the encoder.
        embedding: float tensor `(batch, features)`, E, the last of them.
        states_mask: optional boolean tensor `(batch, source_steps)`.
        target_mask: optional boolean tensor `(batch, target_steps)`.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the attention is returned too.

    Returns:
        Frames or logits `(batch, target_steps, output_dim)`; with
        `return_attention`, also the weights `(batch, target_steps, source_steps)`,
        `None` where there is no attention.

    Example:
    ```python
    decoder = mmzoo.layers.SequenceDecoder(output_dim=74, units=32)
    ones = keras.ops.ones
    states, embedding = ones((4, 10, 64)), ones((4, 64))
    decoder(ones((4, 12, 74)), states, embedding).shape  # (4, 12, 74)
    decoder.greedy(states, embedding, num_steps=7)[0].shape  # (4, 7, 74)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), eq. 9-10
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025)
    """

    def __init__(
        self,
        output_dim,
        units=128,
        num_layers=1,
        cell="lstm",
        attention="global",
        window=2,
        tokens=False,
        dropout=0.0,
        projection=None,
        reads_history=True,
        **kwargs,
    ):
        super().__init__(
            output_dim, units, num_layers, cell, attention, window, dropout, **kwargs
        )
        self.tokens = tokens
        self.projection = projection
        self.reads_history = reads_history
        dtype = self.dtype_policy
        self._states_per_layer = 2 if cell == "lstm" else 1
        self.bridge = keras.layers.Dense(
            units * num_layers * self._states_per_layer,
            activation="tanh",
            dtype=dtype,
            name="bridge",
        )
        # One row more than there are tokens: what the first step is given.
        self.embedding = (
            keras.layers.Embedding(output_dim + 1, units, dtype=dtype, name="embedding")
            if tokens
            else None
        )
        # Without a bias, the start and what is masked stay zero.
        self.projection_layer = (
            keras.layers.Dense(
                projection, use_bias=False, dtype=dtype, name="projection"
            )
            if projection and not tokens
            else None
        )
        self.decoder_layers = self._recurrence()
        self.input_dropout, self.combine_dropout, self.output_dropout = self._dropouts(
            "input", "combine", "output"
        )
        self._make_output()

    def build(self, target_shape, states_shape):
        states_dim = states_shape[-1]
        self.bridge.build((None, states_dim))
        features = self.output_dim
        if self.tokens:
            self.embedding.build((None, None))
            features = self.units
        if self.projection_layer is not None:
            self.projection_layer.build((None, None, features))
            features = self.projection
        self._build_from(features, states_dim)
        keep_frozen(self)
        self.built = True

    def call(
        self,
        target,
        states,
        embedding,
        states_mask=None,
        target_mask=None,
        training=None,
        return_attention=False,
    ):
        hidden = self._shift(target, target_mask)
        hidden = self.input_dropout(hidden, training=training)
        initial = self._initial_states(embedding)
        for layer, state in zip(self.decoder_layers, initial, strict=True):
            hidden = layer(hidden, initial_state=state)
        outputs, weights = self._attend(hidden, states, states_mask, training=training)
        return (outputs, weights) if return_attention else outputs

    def _shift(self, target, target_mask):
        """What each step is given: the step before it, and a start for the first."""
        if not self.reads_history:
            return self._without_history(target)
        if self.tokens:
            start = ops.full_like(target[:, :1], self.output_dim)
            return self.embedding(ops.concatenate([start, target[:, :-1]], axis=1))
        frames = zero_masked(ops.cast(target, self.compute_dtype), target_mask)
        return self._read(ops.pad(frames[:, :-1], [[0, 0], [1, 0], [0, 0]]))

    def _without_history(self, steps):
        """What the first step is given, in the place of every step."""
        if self.tokens:
            return self.embedding(ops.full_like(steps, self.output_dim))
        return self._read(ops.zeros_like(ops.cast(steps, self.compute_dtype)))

    def _read(self, frames):
        """Frames in the width that the recurrence reads."""
        return self.projection_layer(frames) if self.projection_layer else frames

    def _initial_states(self, embedding):
        """The decoder's first states, a list a layer, from E."""
        parts = ops.split(
            self.bridge(embedding), self.num_layers * self._states_per_layer, axis=-1
        )
        return [
            parts[index : index + self._states_per_layer]
            for index in range(0, len(parts), self._states_per_layer)
        ]

    def step(self, previous, recurrent_states, memory, memory_mask, index):
        """One step of decoding on its own predictions.

        Args:
            previous: the step before: a frame `(batch, output_dim)` or a token
                `(batch,)`.
            recurrent_states: the decoder's states, a list of lists of `(batch, units)`.
            memory: the encoder's states `(batch, source_steps, features)`.
            memory_mask: boolean tensor `(batch, source_steps)` or `None`.
            index: scalar integer. Position of this step.

        Returns:
            The prediction `(batch, output_dim)`, the new states, and the attention
            `(batch, source_steps)` (`None` without attention).
        """
        if not self.reads_history:
            hidden = self._without_history(previous)
        else:
            hidden = self.embedding(previous) if self.tokens else self._read(previous)
        new_states = []
        for layer, state in zip(self.decoder_layers, recurrent_states, strict=True):
            hidden, state = layer.cell(hidden, state, training=False)
            new_states.append(list(state))
        outputs, weights = self._attend(hidden[:, None], memory, memory_mask, index)
        return outputs[:, 0], new_states, None if weights is None else weights[:, 0]

    def greedy(self, states, embedding, states_mask=None, num_steps=None):
        """Translate freely: each step is given the prediction before it.

        Args:
            states: float tensor `(batch, source_steps, features)`, of the encoder.
            embedding: float tensor `(batch, features)`, E.
            states_mask: optional boolean tensor `(batch, source_steps)`.
            num_steps: optional int. Defaults to the number of source steps.

        Returns:
            Frames `(batch, num_steps, output_dim)` and the attention `(batch,
            num_steps, source_steps)`, or `None` without attention.
        """

        def step(previous, recurrent_states, index):
            frame, recurrent_states, weights = self.step(
                previous, recurrent_states, states, states_mask, index
            )
            return frame, recurrent_states, () if weights is None else weights

        shape = (ops.shape(states)[0], self.output_dim)
        start = ops.zeros(shape, self.output_layer.compute_dtype)
        steps = ops.shape(states)[1] if num_steps is None else num_steps
        frames, weights = greedy_decode(
            step, start, self._initial_states(embedding), steps
        )
        return frames, None if self.attention_layer is None else weights

    def beam_search(
        self,
        states,
        embedding,
        states_mask=None,
        beam_width=4,
        max_length=None,
        length_penalty=1.0,
    ):
        """The most probable token sequences (eq. 10), found with a beam.

        Args:
            states: float tensor `(batch, source_steps, features)`, of the encoder.
            embedding: float tensor `(batch, features)`, E.
            states_mask: optional boolean tensor `(batch, source_steps)`.
            beam_width: int. Defaults to `4`; 1 is greedy search.
            max_length: optional int. Tokens at the most, the end token included.
                Defaults to one more than the source steps.
            length_penalty: float. Scores are log-probabilities over
                `length ** length_penalty`. Defaults to `1.0`.

        Returns:
            Tokens `(batch, beam_width, max_length)`, scores `(batch, beam_width)`, best
            first, and lengths `(batch, beam_width)`.
        """
        if not self.tokens:
            raise ValueError("Beam search needs tokens: set `tokens=True`.")

        memory, memory_mask = repeat_for_beams((states, states_mask), beam_width)

        def step(tokens, recurrent_states, index):
            return self.step(tokens, recurrent_states, memory, memory_mask, index)[:2]

        return beam_search(
            step,
            self._initial_states(embedding),
            ops.shape(states)[0],
            start_token=self.output_dim,
            end_token=self.output_dim - 1,
            beam_width=beam_width,
            max_length=max_length or states.shape[1] + 1,
            length_penalty=length_penalty,
        )

    def sample(self, states, embedding, noise, states_mask=None, temperature=1.0):
        """Token sequences drawn at random, each token from its probabilities (eq. 9).

        Args:
            states: float tensor `(batch, source_steps, features)`, of the encoder.
            embedding: float tensor `(batch, features)`, E.
            noise: float tensor `(batch, max_length, output_dim)`, Gumbel draws.
            states_mask: optional boolean tensor `(batch, source_steps)`.
            temperature: float. Divides the logits. Defaults to `1.0`.

        Returns:
            As `beam_search`, with one beam.
        """
        if not self.tokens:
            raise ValueError("Sampling needs tokens: set `tokens=True`.")

        def step(tokens, recurrent_states, index):
            return self.step(tokens, recurrent_states, states, states_mask, index)[:2]

        return sample_decode(
            step,
            self._initial_states(embedding),
            noise,
            start_token=self.output_dim,
            end_token=self.output_dim - 1,
            temperature=temperature,
        )

    def compute_output_spec(
        self,
        target,
        states,
        embedding,
        states_mask=None,
        target_mask=None,
        training=None,
        return_attention=False,
    ):
        attends = self.attention_layer is not None
        return self._output_spec(
            target.shape[:2], states.shape[1], attends, return_attention
        )

    def get_config(self):
        return {
            **super().get_config(),
            "tokens": self.tokens,
            "projection": self.projection,
            "reads_history": self.reads_history,
        }

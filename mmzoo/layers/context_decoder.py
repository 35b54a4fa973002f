"""Decode a sequence from one summary of an encoded one (MCTN)."""

import keras
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.recurrent_decoder import RecurrentDecoder

POOLED = "pooled"


@keras.saving.register_keras_serializable(package="mmzoo")
class ContextDecoder(RecurrentDecoder):
    """Decode a sequence from what an encoder's states say together.

    Attention pools the states into a context, which the recurrent layers read at every
    step, from a state of zeros; a dense layer makes a frame of each of their states.
    No step reads the frames before it. So training and prediction run the same
    numbers, in one pass of Keras' recurrence, and gradients reach the encoder through
    each frame.

    The authors' code scores state i at step t with one dense layer on `[x_i; c_t-1]`.
    What it makes of the cell `c_t-1` is the same for every i and cancels in the
    softmax: the weights stay the same at all steps, and are computed once here. With
    `"global"` or `"aligned"`, Luong's attention follows the recurrence besides, and
    each step looks at states of its own.

    Differences from the authors' code: the forget gate is that of an LSTM (theirs
    reads the slice of the input gate); frames are linear in the state, without a tanh,
    since standardised features exceed 1.

    Masking: takes the mask of the states; masked ones get weight 0, and without any the
    context is zeros.

    Args:
        output_dim: int. Features of a frame.
        units: int. Width of the recurrent layers. Defaults to `32`.
        num_layers: int. How many are stacked. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        attention: `"pooled"`: the context alone; `"global"` or `"aligned"` add
            `LuongAttention`. Defaults to `"pooled"`.
        window: int. Steps that aligned attention sees on either side. Defaults to `2`.
        dropout: float. Fraction of the context and of the last states dropped in
            training. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        states: float tensor `(batch, source_steps, features)`, of an encoder.
        num_steps: optional int, or an integer scalar tensor. Frames to predict.
            Defaults to `None`: as many as there are states.
        mask: optional boolean tensor `(batch, source_steps)`, True = observed.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the attention is returned too.

    Returns:
        Frames `(batch, num_steps, output_dim)`; with `return_attention`, also the
        weights `(batch, num_steps, source_steps)`.

    Example:
    ```python
    decoder = mmzoo.layers.ContextDecoder(output_dim=74, units=32)
    decoder(keras.ops.ones((4, 10, 64)), num_steps=12).shape  # (4, 12, 74)
    ```

    Reference:
        - [Pham et al., 2019](https://arxiv.org/abs/1812.07809)
    """

    without_attention = POOLED

    def __init__(
        self,
        output_dim,
        units=32,
        num_layers=1,
        cell="lstm",
        attention=POOLED,
        window=2,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(
            output_dim, units, num_layers, cell, attention, window, dropout, **kwargs
        )
        self.pooling = AttentionPooling(dtype=self.dtype_policy, name="pooling")
        self.context_dropout, self.output_dropout = self._dropouts("context", "output")
        self.decoder_layers = self._recurrence()
        self._make_output()

    def build(self, states_shape):
        features = states_shape[-1]
        self.pooling.build((None, None, features))
        self._build_from(features, features)
        keep_frozen(self)
        self.built = True

    def call(
        self, states, num_steps=None, mask=None, training=None, return_attention=False
    ):
        if num_steps is None:
            num_steps = ops.shape(states)[1]
        context, weights = self.pooling(states, mask=mask, return_attention=True)
        context = self.context_dropout(context, training=training)
        # (batch, num_steps, features)
        hidden = ops.repeat(context[:, None], num_steps, axis=1)
        for layer in self.decoder_layers:
            hidden = layer(hidden)
        frames, near = self._attend(hidden, states, mask, training=training)
        if not return_attention:
            return frames
        if near is None:
            near = ops.repeat(weights[:, None], num_steps, axis=1)
        return frames, near

    def compute_output_spec(
        self, states, num_steps=None, mask=None, training=None, return_attention=False
    ):
        batch, source_steps, _ = states.shape
        num_steps = source_steps if num_steps is None else num_steps
        return self._output_spec(
            (batch, num_steps), source_steps, True, return_attention
        )

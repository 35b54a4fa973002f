"""What models share whose LSTMs read at each step what was fused of all of them."""

from keras import ops

from mmzoo.layers.hybrid_lstm import HybridLSTM
from mmzoo.models.state_fusion_model import StateFusionModel


class HybridFusionModel(StateFusionModel):
    """A `HybridLSTM` around the fusion that a subclass hands to `couple_by`.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the labels; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`.
        units: int, or a dict of them by modality. Width of each LSTM.
        hidden_dim: int. Width of the hidden layer of each perceptron.
        dropout: float. Of the fused vector that the LSTMs read, and of what the answer
            is made of.
        **kwargs: passed on to `keras.Model`.
    """

    def couple_by(self, fusion):
        """Make and build the LSTMs and what answers from them.

        Args:
            fusion: layer of `HybridLSTM`, that returns its weights `(..., attentions,
                sum of units)` too when called with `return_attention=True`.
        """
        self.hybrid_lstm = HybridLSTM(
            list(self.units.values()),
            fusion,
            self.dropout,
            name="hybrid_lstm",
            dtype=self.dtype_policy,
        )
        widths = self.input_dims.values()
        self.hybrid_lstm.build([(None, None, width) for width in widths])
        self.answer_from(self.hybrid_lstm.fused_dim)

    def states(self, frames, masks, training=None):
        return self.hybrid_lstm(frames, mask=masks, training=training)

    def attend(self, inputs):
        """How much of all attentions at each step is on each modality's states.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`, which sum to 1 over the
            modalities at every step.
        """
        hidden, _ = self.states(*self.aligned(self.featurize(inputs)))
        _, weights = self.hybrid_lstm.fusion(hidden, return_attention=True)
        return self.shares(ops.mean(weights, axis=-2))

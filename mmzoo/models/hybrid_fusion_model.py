"""What models share whose LSTMs read at each step what was fused of all of them."""

from keras import ops

from mmzoo.layers.hybrid_lstm import HybridLSTM
from mmzoo.models.state_fusion_model import StateFusionModel


class HybridFusionModel(StateFusionModel):
    """A `HybridLSTM` around the fusion that a subclass hands to `couple_by`.

    Its arguments are those of `StateFusionModel`; `dropout` is on the fused vector that
    the LSTMs read, and on what the answer is made of.
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
        return self.by_modality(ops.mean(weights, axis=-2))

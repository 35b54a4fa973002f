"""What models share that remember how the cells of all LSTMs change."""

from keras import ops

from mmzoo.layers.lstm_system import LSTMSystem
from mmzoo.models.state_fusion_model import StateFusionModel


class MemoryFusionModel(StateFusionModel):
    """An LSTM a modality, a memory of how their cells change, an answer from both.

    A subclass calls `remember_with` in its constructor, and `read` where it needs more
    than `states`.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the labels; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`.
        units: int, or a dict of them by modality. Width of each LSTM.
        hidden_dim: int. Width of the hidden layer of each perceptron.
        dropout: float.
        **kwargs: passed on to `keras.Model`.
    """

    def remember_with(self, memory):
        """Build the LSTMs and the memory.

        Args:
            memory: a `GatedMemory` that is called with cells and their mask, and gives
                the memory and how much each of what it reads counts.
        """
        widths = list(self.units.values())
        self.lstms = LSTMSystem(widths, name="lstms", dtype=self.dtype_policy)
        self.memory = memory
        self.lstms.build([(None, None, size) for size in self.input_dims.values()])
        self.memory.build((None, None, sum(widths)))

    def states(self, frames, masks, training=None):
        return self.read(frames, masks, training)[:2]

    def read(self, frames, masks, training=None):
        """The hidden states, the memory, and what the memory looks at.

        Args:
            frames: list of float tensors `(batch, timesteps, features)`, one a
                modality, standardised.
            masks: list of boolean tensors `(batch, timesteps)`.
            training: bool. Whether dropout is active.

        Returns:
            Hidden states and memory `(batch, timesteps, ...)`, and the second output of
            the memory.
        """
        hidden, cells = self.lstms(frames, mask=masks)
        some = ops.any(ops.stack(masks), axis=0)
        return hidden, *self.memory(cells, mask=some, training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "memory_dim": self.memory.memory_dim,
            "gates_read_memory": self.memory.gates_read_memory,
        }

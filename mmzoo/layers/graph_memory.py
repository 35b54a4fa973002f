"""A gated memory of what a fusion graph makes of the changes of all LSTMs' cells."""

import keras
from keras import ops

from mmzoo.layers.fusion_graph import FusionGraph
from mmzoo.layers.gated_memory import GatedMemory
from mmzoo.ops.scan_steps import step_before


@keras.saving.register_keras_serializable(package="mmzoo")
class GraphMemory(GatedMemory):
    """Fuse how the cells of all modalities change, and remember it through gates.

    `DeltaMemory` with a `FusionGraph` in the place of its attention: the vector of
    modality m is `[c_(t-1); c_t]` of its own cells, and a `GatedMemory` remembers the
    output of the graph. All of it is computed in float32.

    Masking: takes a mask; the memory stays as it is at a masked step.

    Args:
        units: list of ints. Width of each modality's cells.
        memory_dim: int. Width of the memory u.
        hidden_dim: int. Width of each perceptron's hidden layer. Defaults to `64`.
        dropout: float. Fraction of each hidden layer dropped in training. Defaults to
            `0.0`.
        gates_read_memory: bool. Whether the gates read `u_(t-1)`; if not, they read
            the output of the graph only. Defaults to `True`.
        vertex_dim: int. Width of every vertex of more than one modality, and of the
            output. Defaults to `64`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        cells: float tensor `(batch, timesteps, sum of units)`.
        mask: optional boolean tensor `(batch, timesteps)`, True = observed.
        training: bool. Whether dropout is active.

    Returns:
        The memory `(batch, timesteps, memory_dim)`, and the efficacies of the graph's
        edges `(batch, timesteps, edges)`.

    Example:
    ```python
    memory = mmzoo.layers.GraphMemory([8, 4], memory_dim=16)
    remembered, efficacies = memory(keras.ops.ones((2, 9, 12)))
    remembered.shape, efficacies.shape  # (2, 9, 16), (2, 9, 5)
    ```

    Reference:
        - [Zadeh et al., 2018](https://aclanthology.org/P18-1208/), "Graph Memory
          Fusion Network"
    """

    def __init__(
        self,
        units,
        memory_dim,
        hidden_dim=64,
        dropout=0.0,
        gates_read_memory=True,
        vertex_dim=64,
        **kwargs,
    ):
        super().__init__(memory_dim, hidden_dim, dropout, gates_read_memory, **kwargs)
        self.units = [int(width) for width in units]
        self.vertex_dim = vertex_dim
        self.graph = FusionGraph(
            vertex_dim, hidden_dim, dropout, dtype=self.dtype_policy, name="graph"
        )

    def build(self, input_shape):
        self.graph.build([(None, None, 2 * units) for units in self.units])
        super().build((None, None, self.vertex_dim))

    def call(self, cells, mask=None, training=None):
        changes, start = [], 0
        for units in self.units:
            own = ops.cast(cells[..., start : start + units], self.wide)
            changes.append(ops.concatenate([step_before(own), own], axis=-1))
            start += units
        fused, efficacies = self.graph(changes, training=training)
        return super().call(fused, mask=mask, training=training), efficacies

    def compute_output_spec(self, cells, mask=None, training=None):
        singles = [keras.KerasTensor((*cells.shape[:2], 1)) for _ in self.units]
        _, efficacies = self.graph.compute_output_spec(singles)
        return super().compute_output_spec(cells, mask, training), efficacies

    def get_config(self):
        return {
            **super().get_config(),
            "units": list(self.units),
            "vertex_dim": self.vertex_dim,
        }

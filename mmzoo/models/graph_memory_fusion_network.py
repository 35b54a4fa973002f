"""Graph-MFN: a memory of what a graph over all sets of modalities makes of them."""

import keras

from mmzoo.layers.fusion_graph import OUTPUT, fusion_edges
from mmzoo.layers.graph_memory import GraphMemory
from mmzoo.models.memory_fusion_model import MemoryFusionModel
from mmzoo.models.registry import register_model

__all__ = ["GraphMemoryFusionNetwork", "build_graph_memory_fusion_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class GraphMemoryFusionNetwork(MemoryFusionModel):
    """A memory fusion network whose attention is a graph over all sets of modalities.

    Graph-MFN. `LSTMSystem` reads each modality. A `FusionGraph` fuses how the cells of
    each changed, set by set, with edges whose efficacies it sets anew at each step, and
    a `GatedMemory` keeps its output. A perceptron answers from the hidden states and
    the memory at the last step, or at every step. `efficacies` tells how much each edge
    counted.

    Masking: a masked step of a modality leaves its LSTM as it is, a step at which no
    modality was observed leaves the memory too, so that neither padding nor gaps change
    an answer. A modality that is missing from a sample is masked throughout.

    Differs from the paper: all perceptrons share their width and dropout, and have one
    hidden layer; frames are standardised on the training split; any number of
    modalities, and classes, are additions.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int, or a dict of them by modality. Width of each LSTM. Defaults to `64`.
        memory_dim: int. Width of the memory. Defaults to `128`.
        hidden_dim: int. Width of the hidden layer of each perceptron. Defaults to `64`.
        gates_read_memory: bool. Whether the gates of the memory read it. Defaults to
            `True`.
        vertex_dim: int. Width of the graph's vertices of more than one modality, and of
            its output. Defaults to `64`.
        dropout: float. Of each hidden layer. Defaults to `0.2`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)` or logits `(batch, classes)`; with
        labels one a step `(batch, timesteps)` or `(batch, timesteps, classes)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.GraphMemoryFusionNetwork(dims, units=16)
    batch = {"audio": np.ones((2, 9, 74)), "text": np.ones((2, 9, 300))}
    model(batch)["sentiment"]
    model.efficacies(batch)["audio->audio+text"].shape  # (2, 9)
    ```

    Reference:
        - [Zadeh et al., 2018](https://aclanthology.org/P18-1208/)
    """

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        memory_dim=128,
        hidden_dim=64,
        gates_read_memory=True,
        vertex_dim=64,
        dropout=0.2,
        **kwargs,
    ):
        answers = classes, target, labels_per
        super().__init__(input_dims, *answers, units, hidden_dim, dropout, **kwargs)
        memory = GraphMemory(
            list(self.units.values()),
            memory_dim,
            hidden_dim,
            dropout,
            gates_read_memory,
            vertex_dim,
            dtype=self.dtype_policy,
            name="memory",
        )
        self.remember_with(memory)
        self.answer_from(memory_dim)

    def efficacies(self, inputs):
        """How much each edge of the graph counts at each step.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from edge, such as `"audio->audio+text"` or `"text->output"`, to its
            efficacies `(batch, timesteps)`, between 0 and 1.
        """
        *_, efficacies = self.read(*self.aligned(self.featurize(inputs)))
        return {
            f"{self._named(source)}->{self._named(target)}": efficacies[..., index]
            for index, (source, target) in enumerate(fusion_edges(len(self.units)))
        }

    def _named(self, members):
        """A set of modalities by their names; the output keeps its own."""
        if members == OUTPUT:
            return OUTPUT
        return "+".join(self.source[index] for index in members)

    def attend(self, inputs):
        """How much each modality alone counts in the output of the graph.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to the efficacies `(batch, timesteps)` of its edge to the
            output, between 0 and 1; they sum to nothing in particular.
        """
        found = self.efficacies(inputs)
        return {name: found[f"{name}->{OUTPUT}"] for name in self.source}

    def get_config(self):
        return {**super().get_config(), "vertex_dim": self.memory.vertex_dim}


@register_model
def build_graph_memory_fusion_network(
    input_dims, **options
) -> GraphMemoryFusionNetwork:
    """A gated memory of what a graph over all sets of modalities makes of them.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `GraphMemoryFusionNetwork`.

    Returns:
        A `GraphMemoryFusionNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_graph_memory_fusion_network(dims, units=32)
    ```
    """
    return GraphMemoryFusionNetwork(input_dims, **options)

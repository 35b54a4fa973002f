"""A graph over all sets of modalities, whose edges say how much they count."""

import itertools

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.perceptron import Perceptron
from mmzoo.ops.precision import wide_dtype

OUTPUT = "output"


@keras.saving.register_keras_serializable(package="mmzoo")
class FusionGraph(keras.layers.Layer):
    """Fuse vectors along a graph whose vertices are all sets of them (DFG).

    A set of one modality is its vector as it is given. With perceptrons D of one hidden
    layer, that of a larger set S reads those of all its proper subsets R,
    `v_S = D_S([e_RS v_R])`, and the output reads all sets, `D([e_R v_R])`. Every edge
    has an efficacy e between 0 and 1, all of them `sigmoid(D_e([v_1; v_2; ...]))`: so
    the graph changes with what is fused. Three modalities have 4 larger sets and 19
    edges, four have 11 and 65. All of it is computed in float32.

    Masking: every step is fused by itself, a masked one like the others. Returns no
    mask.

    Args:
        output_dim: int. Width of every larger set and of the output. Defaults to `64`.
        hidden_dim: int. Width of each perceptron's hidden layer. Defaults to `64`.
        dropout: float. Fraction of each hidden layer dropped in training. Defaults to
            `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(..., features)`, one a modality.
        training: bool. Whether dropout is active.

    Returns:
        The output `(..., output_dim)`, and the efficacies `(..., edges)` in the order
        of `fusion_edges`.

    Example:
    ```python
    graph = mmzoo.layers.FusionGraph(16)
    ones = keras.ops.ones
    fused, efficacies = graph([ones((2, 9, 8)), ones((2, 9, 4)), ones((2, 9, 4))])
    fused.shape, efficacies.shape  # (2, 9, 16), (2, 9, 19)
    ```

    Reference:
        - [Zadeh et al., 2018](https://aclanthology.org/P18-1208/), "Dynamic Fusion
          Graph"
    """

    def __init__(self, output_dim=64, hidden_dim=64, dropout=0.0, **kwargs):
        super().__init__(autocast=False, **kwargs)
        if output_dim < 1:
            raise ValueError(f"`output_dim` is at least 1, not {output_dim}.")
        self.output_dim = output_dim
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.supports_masking = True
        self.wide = wide_dtype(self.variable_dtype)

    def build(self, input_shape):
        widths = {(index,): shape[-1] for index, shape in enumerate(input_shape)}
        edges = len(fusion_edges(len(input_shape)))
        self.efficacies = self._perceptron(
            "efficacies", sum(widths.values()), edges, "sigmoid"
        )
        # In a list that Keras follows, so that they learn and are saved.
        self.vertices = []
        for target, sources in _sources(len(input_shape)).items():
            features = sum(widths[source] for source in sources)
            name = "_".join(map(str, target)) if target != OUTPUT else OUTPUT
            self.vertices.append(
                self._perceptron(f"vertex_{name}", features, self.output_dim)
            )
            widths[target] = self.output_dim
        keep_frozen(self)
        self.built = True

    def _perceptron(self, name, features, output_dim, activation=None):
        layer = Perceptron(
            output_dim,
            self.hidden_dim,
            activation,
            self.dropout,
            dtype=self.wide,
            name=name,
        )
        layer.build((None, features))
        return layer

    def call(self, inputs, training=None):
        inputs = [ops.cast(each, self.wide) for each in inputs]
        found = {(index,): each for index, each in enumerate(inputs)}
        joined = ops.concatenate(inputs, axis=-1)
        # (..., edges)
        efficacies = self.efficacies(joined, training=training)
        edge, sets = 0, _sources(len(inputs)).items()
        for vertex, (target, sources) in zip(self.vertices, sets, strict=True):
            read = [
                efficacies[..., edge + index, None] * found[source]
                for index, source in enumerate(sources)
            ]
            found[target] = vertex(ops.concatenate(read, axis=-1), training=training)
            edge += len(sources)
        return found[OUTPUT], efficacies

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, training=None):
        before, edges = inputs[0].shape[:-1], len(fusion_edges(len(inputs)))
        return tuple(
            keras.KerasTensor((*before, width), self.wide)
            for width in (self.output_dim, edges)
        )

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }


def fusion_edges(count):
    """The edges of the graph over so many modalities, in the order of efficacies.

    Args:
        count: int. How many modalities there are.

    Returns:
        List of pairs: the set that an edge comes from, a tuple of indices, and the
        larger set that it leads to, or `"output"`.

    Example:
    ```python
    mmzoo.layers.fusion_graph.fusion_edges(2)[-1]  # ((0, 1), "output")
    ```
    """
    return [
        (source, target)
        for target, sources in _sources(count).items()
        for source in sources
    ]


def _sources(count):
    """The sets that every larger set reads, and those that the output reads."""
    found = {
        target: _subsets(target, range(1, size))
        for size in range(2, count + 1)
        for target in itertools.combinations(range(count), size)
    }
    return {**found, OUTPUT: _subsets(range(count), range(1, count + 1))}


def _subsets(members, sizes):
    return [each for size in sizes for each in itertools.combinations(members, size)]

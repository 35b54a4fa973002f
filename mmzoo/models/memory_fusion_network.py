"""An LSTM a modality, and a gated memory of how their cells change together."""

import keras
from keras import ops

from mmzoo.layers.delta_memory import DeltaMemory
from mmzoo.models.memory_fusion_model import MemoryFusionModel
from mmzoo.models.registry import register_model

__all__ = ["MemoryFusionNetwork", "build_memory_fusion_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class MemoryFusionNetwork(MemoryFusionModel):
    """An LSTM a modality, a memory of how their cells change, an answer from both.

    `LSTMSystem` reads each modality, `DeltaMemory` the cells of all, and a perceptron
    answers from the hidden states and the memory at the last step, or at every step.

    Masking: a masked step of a modality leaves its LSTM as it is, a step at which no
    modality was observed leaves the memory too, so that neither padding nor gaps change
    an answer. A modality that is missing from a sample is masked throughout.

    Differs from the paper: the four perceptrons of the memory share their width and
    dropout; frames are standardised on the training split; classes are an addition.

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
        gates_read_memory: bool. Whether the gates of the memory read it, as in the
            authors' code; in the paper they do not. Defaults to `True`.
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
    model = mmzoo.models.MemoryFusionNetwork({"audio": 74, "text": 300}, units=16)
    ones = keras.ops.ones
    model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})["sentiment"]
    ```

    Reference:
        - [Zadeh et al., 2018](https://arxiv.org/abs/1802.00927)
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
        dropout=0.2,
        **kwargs,
    ):
        answers = classes, target, labels_per
        super().__init__(input_dims, *answers, units, hidden_dim, dropout, **kwargs)
        memory = DeltaMemory(
            memory_dim,
            hidden_dim,
            dropout,
            gates_read_memory,
            dtype=self.dtype_policy,
            name="memory",
        )
        self.remember_with(memory)
        self.answer_from(memory_dim)

    def attend(self, inputs):
        """How much of the attention at each step is on each modality's cells.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, timesteps)`, which sum to 1 over the
            modalities at every step.
        """
        *_, attention = self.read(*self.aligned(self.featurize(inputs)))
        before, after = ops.split(attention, 2, axis=-1)
        return self.shares(before + after)


@register_model
def build_memory_fusion_network(input_dims, **options) -> MemoryFusionNetwork:
    """An LSTM a modality, and a gated memory of how their cells change together.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MemoryFusionNetwork`.

    Returns:
        A `MemoryFusionNetwork`.

    Example:
    ```python
    model = mmzoo.build_memory_fusion_network({"text": 300, "audio": 74}, units=32)
    ```
    """
    return MemoryFusionNetwork(input_dims, **options)

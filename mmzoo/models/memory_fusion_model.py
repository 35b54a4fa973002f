"""What models share that read modalities by LSTMs and remember how cells change."""

from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.lstm_system import LSTMSystem
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.models.multimodal_model import MultimodalModel


class MemoryFusionModel(MultimodalModel):
    """An LSTM a modality, a memory of how their cells change, an answer from both.

    A subclass calls `remember_with` in its constructor, and `read` where it needs the
    states. It answers from the hidden states and the memory at the last step, or at
    every step, unless it has a `call` of its own.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the labels; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        further_losses: names of the terms that a subclass adds in `loss_terms`.
        **kwargs: passed on to `keras.Model`.
    """

    def remember_with(self, units, memory, hidden_dim, answer_from=None):
        """Make and build the LSTMs, the memory and the answer.

        Args:
            units: int, or a dict of them by modality. Width of each LSTM.
            memory: a `GatedMemory` that is called with cells and their mask, and gives
                the memory and how much each of what it reads counts.
            hidden_dim: int. Width of the hidden layer of the answer.
            answer_from: optional int. Width of what the answer reads. Defaults to that
                of hidden states and memory.
        """
        self.units = by_modality("units", units, self.input_dims)
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        widths = list(self.units.values())
        self.lstms = LSTMSystem(widths, name="lstms", **named)
        self.memory = memory
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            memory.dropout,
            hidden_dim,
            name="answer_head",
            **named,
        )
        self.lstms.build([(None, None, size) for size in self.input_dims.values()])
        self.memory.build((None, None, sum(widths)))
        self.states_dim = sum(widths) + memory.memory_dim
        self.answer_head.build((None, answer_from or self.states_dim))

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        states, _ = self.read(inputs, training)
        if self.labels_per == "sequence":
            # Masked steps keep the states, and the last ones are the last observed.
            states = states[:, -1]
        return {self.target: self.answer_head(states, training=training)}

    def read(self, inputs, training=None):
        """The hidden states with the memory, and what the memory looks at.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            States `(batch, timesteps, states_dim)`, and the second output of the
            memory.
        """
        _, joint = self.modality_concat(inputs)
        each = [
            self.modality_concat(inputs, modalities=[name]) for name in self.input_dims
        ]
        frames, masks = zip(*each, strict=True)
        hidden, cells = self.lstms(list(frames), mask=list(masks))
        memory, weights = self.memory(cells, mask=joint, training=training)
        return ops.concatenate([hidden, memory], axis=-1), weights

    def get_config(self):
        memory = self.memory
        return {
            **super().get_config(),
            "units": dict(self.units),
            "memory_dim": memory.memory_dim,
            "hidden_dim": memory.hidden_dim,
            "gates_read_memory": memory.gates_read_memory,
            "dropout": memory.dropout,
        }


def by_modality(name, values, modalities):
    """An option of each modality.

    Args:
        name: the name of the option.
        values: one value for all modalities, or a dict of them by modality.
        modalities: names of the modalities.

    Returns:
        Dict from modality to its value, in the order of `modalities`.
    """
    if not isinstance(values, dict):
        return dict.fromkeys(modalities, values)
    if set(values) != set(modalities):
        raise ValueError(
            f"`{name}` are of {sorted(values)}, `input_dims` of {sorted(modalities)}: "
            "name the same modalities in both."
        )
    return {each: values[each] for each in modalities}

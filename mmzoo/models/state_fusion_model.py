"""What models share that fuse the states of one LSTM a modality at every step."""

import numpy as np
from keras import ops

from mmzoo.layers.answer_head import AnswerHead
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.models.by_modality import by_modality
from mmzoo.models.multimodal_model import MultimodalModel


class StateFusionModel(MultimodalModel):
    """LSTMs that take their steps together, and what is fused of them at each step.

    A subclass makes its parts in its constructor, ends that with `answer_from`, and
    says in `states` what it makes of the frames.

    Masking: a masked step of a modality leaves its LSTM as it is, and a step at which
    no modality was observed leaves what was fused, too.

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

    def __init__(
        self,
        input_dims,
        classes,
        target,
        labels_per,
        units,
        hidden_dim,
        dropout,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        self.units = by_modality("units", units, self.input_dims)
        self.hidden_dim = hidden_dim
        self.dropout = dropout
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", dtype=self.dtype_policy
        )

    def answer_from(self, fused_dim):
        """Make the perceptron that answers from the hidden states and what was fused.

        Args:
            fused_dim: int. Width of what was fused.
        """
        self.answer_by(sum(self.units.values()) + fused_dim, self.hidden_dim)
        self.built = True

    def answer_by(self, features, hidden_dim):
        """Make the perceptron that answers from a vector.

        Args:
            features: int. Width of the vector.
            hidden_dim: int. Width of its hidden layer.
        """
        self.answer_head = AnswerHead(
            len(self.classes) if self.classes else None,
            self.dropout,
            hidden_dim,
            name="answer_head",
            dtype=self.dtype_policy,
        )
        self.answer_head.build((None, features))

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def states(self, frames, masks, training=None):
        """What the model makes of the frames.

        Args:
            frames: list of float tensors `(batch, timesteps, features)`, one a
                modality, standardised.
            masks: list of boolean tensors `(batch, timesteps)`.
            training: bool. Whether dropout is active.

        Returns:
            The hidden states of all modalities side by side and what was fused of
            them, `(batch, timesteps, ...)`.
        """
        raise NotImplementedError(
            f"`{type(self).__name__}` has no method `states`: return the hidden states "
            "`(batch, timesteps, sum of units)`, and what is fused of them."
        )

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        states = ops.concatenate(
            self.states(*self.aligned(inputs), training=training), axis=-1
        )
        if self.labels_per == "sequence":
            # Masked steps keep the states, and the last ones are the last observed.
            states = states[:, -1]
        return {self.target: self.answer_head(states, training=training)}

    def aligned(self, inputs):
        """The frames of each modality, and their masks.

        Args:
            inputs: dict, a batch.

        Returns:
            List of float tensors `(batch, timesteps, features)`, standardised, and of
            boolean ones `(batch, timesteps)`, in the order of `input_dims`.
        """
        frames, masks = self.modality_concat.apart(inputs)
        return list(frames.values()), list(masks.values())

    def shares(self, weights):
        """How much of the attention to all states is on those of each modality.

        Args:
            weights: float tensor `(..., sum of units)`.

        Returns:
            Dict from modality to its share `(...)`.
        """
        ends = np.cumsum(list(self.units.values()))[:-1].tolist()
        parts = ops.split(weights, ends, axis=-1)
        return {
            name: ops.sum(part, axis=-1)
            for name, part in zip(self.units, parts, strict=True)
        }

    def get_config(self):
        return {
            **super().get_config(),
            "units": dict(self.units),
            "hidden_dim": self.hidden_dim,
            "dropout": self.dropout,
        }

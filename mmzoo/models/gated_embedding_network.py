"""GME-LSTM(A): gates that switch modalities on and off, an LSTM with attention."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.modality_gate import ModalityGate
from mmzoo.layers.sequence_head import SequenceHead
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.ops.losses import absolute_errors, binary_cross_entropies, cross_entropies
from mmzoo.ops.masking import observed_in_any
from mmzoo.ops.policy_gradient import policy_gradient

__all__ = ["GatedEmbeddingNetwork", "build_gated_embedding_network"]


@keras.saving.register_keras_serializable(package="mmzoo")
class GatedEmbeddingNetwork(MultimodalModel):
    """Show an LSTM each modality but the text at those steps only where it helps.

    GME-LSTM(A). A `ModalityGate` for each modality but the text sets its frame to zeros
    or leaves it, `x_t = [w_t; g_t^a a_t; g_t^v v_t]`; an LSTM with attention over time
    reads that and answers (equations 1 to 6 of Pham et al., 2018, for this part).

    Gates have no gradient. In training they are drawn, and what a draw brings is the
    reward: the negative error R of the answer. The term `policy_loss` is `-(R - b)` by
    the log probability of the draw (`mmzoo.ops.policy_gradient`), whose baseline b is
    the reward of the gates that are not drawn, but on where that is more probable. The
    latter are the gates of every answer outside of training.

    Masking: see `ModalityConcat`. A gate at a masked step of its modality is off and
    counts in no loss; a modality that is missing is read as its mean, as one that is
    switched off.

    Differs from the paper: how controllers are trained beside the LSTM, what they read
    and the baseline are a reading of its outline; frames are standardised on the
    training split; classes are an addition, their reward the negative cross-entropy.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since attention pools the steps. Defaults to
            `"sequence"`.
        units: int. Width of the LSTM. Defaults to `64`.
        gate_dim: int. Width of the hidden layer of each gate's controller. Defaults to
            `32`.
        initial_rate: float between 0 and 1. How probable it is that an untrained gate
            is on. Defaults to `0.9`.
        policy_weight: float. Of the loss by which gates learn; with 0 they do not.
            Defaults to `0.1`.
        dropout: float. Of what the LSTM reads, and of what the answer is made of.
            Defaults to `0.2`.
        seed: optional int. Of what is drawn in training.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. Beside it
        `"<modality>_gate"` `(batch, timesteps)`, 1.0 where it is on, and what the loss
        reads: `"log_probability"` `(batch,)` of all gates, and the `"baseline"`, the
        answer with gates that are not drawn, shaped like the target.

    Example:
    ```python
    model = mmzoo.models.GatedEmbeddingNetwork({"audio": 74, "text": 300}, units=16)
    ones = keras.ops.ones
    found = model({"audio": ones((2, 9, 74)), "text": ones((2, 9, 300))})
    found["sentiment"].shape, found["audio_gate"].shape  # (2,), (2, 9)
    ```

    Reference:
        - [Chen et al., 2017](https://arxiv.org/abs/1802.00924)
    """

    answers_per = ("sequence",)

    # Every loss compares with labels, whatever its name.
    learns_unlabelled = False

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        gate_dim=32,
        initial_rate=0.9,
        policy_weight=0.1,
        dropout=0.2,
        seed=None,
        **kwargs,
    ):
        if policy_weight < 0:
            raise ValueError(f"`policy_weight` is at least 0, not {policy_weight}.")
        gated = [name for name in sorted(input_dims) if name != "text"]
        learns = ["policy_loss"] if gated and policy_weight else []
        super().__init__(
            input_dims, classes, target, labels_per, further_losses=learns, **kwargs
        )
        self.units = units
        self.gate_dim = gate_dim
        self.initial_rate = initial_rate
        self.policy_weight = policy_weight
        self.dropout = dropout
        self.seed = seed
        self._make_parts(gated)
        self.built = True

    def _make_parts(self, gated):
        named = {"dtype": self.dtype_policy}
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", **named
        )
        self.gates = {}
        for index, name in enumerate(gated):
            # Of one seed, all gates would draw the same.
            seed = None if self.seed is None else self.seed + index
            gate = ModalityGate(
                self.gate_dim, self.initial_rate, seed, name=f"{name}_gate", **named
            )
            gate.build((None, None, self.input_dims[name]))
            set_trainable(gate, bool(self.policy_weight))
            self.gates[name] = gate
        self.head = SequenceHead(
            self.units,
            pooling_attention=True,
            dropout=self.dropout,
            classes=len(self.classes) if self.classes else None,
            name="head",
            **named,
        )
        self.head.build((None, None, sum(self.input_dims.values())))

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        frames, masks = self.modality_concat.apart(self.featurize(inputs, training))
        gates, log_probability, _ = self._gates(frames, masks, training)
        answer = self._answer(frames, masks, gates, training)
        baseline = answer
        if training:
            expected, *_ = self._gates(frames, masks, training=False)
            baseline = self._answer(frames, masks, expected, training)
        return {
            self.target: answer,
            **{f"{name}_gate": gate for name, gate in gates.items()},
            "log_probability": log_probability,
            "baseline": ops.stop_gradient(baseline),
        }

    def _gates(self, frames, masks, training):
        """The gates of each modality, their log probability and their rates."""
        found = {
            name: gate(frames[name], mask=masks[name], training=training)
            for name, gate in self.gates.items()
        }
        some = next(iter(frames.values()))
        log_probability = ops.zeros_like(some[:, 0, 0], dtype="float32")
        for _, each, _ in found.values():
            # TensorFlow adds no float64 to a float32 by its own sign.
            log_probability = ops.add(log_probability, each)
        gates, rates = (
            {name: each[part] for name, each in found.items()} for part in (0, 2)
        )
        return gates, log_probability, rates

    def _answer(self, frames, masks, gates, training):
        shown = [
            each * ops.cast(gates[name], each.dtype)[..., None]
            if name in gates
            else each
            for name, each in frames.items()
        ]
        joined = ops.concatenate(shown, axis=-1)
        steps = observed_in_any(masks.values())
        return self.head(joined, mask=steps, training=training)

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        if "policy_loss" in self.loss_trackers:
            (reward, labelled), (baseline, _) = (
                self._reward(y, y_pred[name]) for name in (self.target, "baseline")
            )
            drawn = y_pred["log_probability"]
            found = policy_gradient(drawn, reward, baseline, labelled, sample_weight)
            terms["policy_loss"] = (self.policy_weight, *found)
        return terms

    def _reward(self, y, answer):
        """The negative error of each sample `(batch,)`, and which have a label."""
        each = y[self.target], answer, y[f"{self.target}_mask"]
        if not self.several:
            error = cross_entropies if self.classes else absolute_errors
            errors, mask = error(*each)
            return -errors, mask
        # (batch, classes), of which the mean over those that have a label counts.
        errors, mask = binary_cross_entropies(*each)
        count = ops.sum(ops.cast(mask, errors.dtype), axis=-1)
        total = ops.sum(ops.where(mask, errors, ops.zeros_like(errors)), axis=-1)
        return -total / ops.maximum(count, 1.0), count > 0

    def attend(self, inputs):
        """How probable it is at each step that a modality is switched on.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from each modality but the text to probabilities `(batch, timesteps)`;
            0 at masked steps.
        """
        frames, masks = self.modality_concat.apart(self.featurize(inputs))
        return self._gates(frames, masks, training=False)[2]

    def get_config(self):
        names = ["units", "gate_dim", "initial_rate", "policy_weight"]
        names += ["dropout", "seed"]
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register_model
def build_gated_embedding_network(input_dims, **options) -> GatedEmbeddingNetwork:
    """Gates that switch modalities on and off, an LSTM, and attention over time.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `GatedEmbeddingNetwork`.

    Returns:
        A `GatedEmbeddingNetwork`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74}
    model = mmzoo.build_gated_embedding_network(dims, units=32, policy_weight=0.5)
    ```
    """
    return GatedEmbeddingNetwork(input_dims, **options)

"""MFM: a factor that answers, and one of each modality that rebuilds its frames."""

import keras
from keras import ops

from mmzoo.layers.delta_memory import DeltaMemory
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.modality_embedding import ModalityEmbedding
from mmzoo.layers.perceptron import Perceptron
from mmzoo.layers.surrogate_inference import SurrogateInference
from mmzoo.layers.vector_decoder import VectorDecoder
from mmzoo.models.by_modality import by_modality
from mmzoo.models.memory_fusion_model import MemoryFusionModel
from mmzoo.models.registry import register_model
from mmzoo.ops.batch_losses import mmd_to_normal
from mmzoo.ops.losses import masked_squared_error, weight_a_sample
from mmzoo.ops.precision import widened

__all__ = ["MultimodalFactorizationModel", "build_multimodal_factorization_model"]


@keras.saving.register_keras_serializable(package="mmzoo")
class MultimodalFactorizationModel(MemoryFusionModel):
    """Tell what answers from what only rebuilds each modality, and learn both.

    MFM. A joint latent vector is read from all modalities by the LSTMs and the memory
    of a memory fusion network, a latent vector of each modality by an LSTM of its own.
    Perceptrons turn them into factors: the answer is read from the discriminative
    factor alone, and each modality's frames are decoded from it and the modality's own,
    generative factor. Beside the error of the answer count those of the frames
    (`<modality>_reconstruction_loss`), and how far latent vectors are from a normal
    distribution (`mmd_loss`). `SurrogateInference` learns the latent vectors of each
    modality from the others (`surrogate_loss`), so that one that is missing is filled
    in, its frames are decoded all the same, and the answer is read from a guess of the
    joint vector. Nothing but dropout is drawn.

    What the distance from the normal distribution costs depends on the samples of a
    batch together, and so on its size; predictions do not.

    Masking: masked steps count nowhere. A modality that is missing from a sample is
    masked throughout: its latent vector and the joint one are guesses, and count in
    neither distance nor loss of the guesses.

    Differs from the paper: the prior's kernels are in closed form; one perceptron
    guesses latent vectors from latent vectors; frames are standardised.

    Args:
        input_dims: dict from modality to the number of its features or to the front
            end that makes them. Their steps are aligned.
        classes: optional list of names of classes; `None` gives a score. Defaults to
            `None`.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, since factors have no steps. Defaults to `"sequence"`.
        units: int, or a dict of them by modality. Width of each LSTM of the joint
            vector. Defaults to `64`.
        memory_dim: int. Width of their memory. Defaults to `64`.
        hidden_dim: int. Width of the hidden layer of each perceptron of the memory and
            of the surrogate. Defaults to `128`.
        gates_read_memory: bool. Whether the gates of the memory read it. Defaults to
            `True`.
        latent_dim: int. Width of each latent vector, and of the LSTM that reads each
            modality for its own. Defaults to `32`.
        factor_dim: int. Width of each factor. Defaults to `32`.
        dropout: float. Of each hidden layer. Defaults to `0.2`.
        reconstruction_weight: float, or a dict of them by modality. Of the error of the
            frames. Defaults to `0.5`; a loss of weight 0 is left out.
        mmd_weight: float. Of the distance from a normal distribution. Defaults to
            `1.0`.
        surrogate_weight: float. Of the error of the guesses. Defaults to `1.0`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)` for every modality.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or logits `(batch, classes)`. Beside it
        `"<modality>_reconstruction"` `(batch, timesteps, features)`, in standard
        deviations, and what the losses read: `"latents"` `(batch, (1 + modalities) *
        latent_dim)`, the joint one first, `"guesses"` `(batch, modalities * 2 *
        latent_dim)`, and `"present"` `(batch, modalities)`, 1.0 for a modality that
        the sample has; modalities are sorted by their names.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.MultimodalFactorizationModel(dims, units=16)
    batch = {"audio": np.ones((2, 9, 74)), "text": np.ones((2, 9, 300))}
    model(batch)["text_reconstruction"].shape  # (2, 9, 300)
    ```

    Reference:
        - [Tsai et al., 2019](https://arxiv.org/abs/1806.06176)
    """

    answers_per = ("sequence",)

    def __init__(
        self,
        input_dims,
        classes=None,
        target=None,
        labels_per="sequence",
        units=64,
        memory_dim=64,
        hidden_dim=128,
        gates_read_memory=True,
        latent_dim=32,
        factor_dim=32,
        dropout=0.2,
        reconstruction_weight=0.5,
        mmd_weight=1.0,
        surrogate_weight=1.0,
        **kwargs,
    ):
        reconstruction_weight = by_modality(
            "reconstruction_weight", reconstruction_weight, sorted(input_dims)
        )
        weights = _weights_of_losses(
            reconstruction_weight, mmd_weight, surrogate_weight
        )
        answers = classes, target, labels_per
        kwargs["further_losses"] = weights
        super().__init__(input_dims, *answers, units, hidden_dim, dropout, **kwargs)
        self.latent_dim = latent_dim
        self.factor_dim = factor_dim
        self.reconstruction_weight = reconstruction_weight
        self.mmd_weight = mmd_weight
        self.surrogate_weight = surrogate_weight
        self.weights_of_losses = weights
        memory = DeltaMemory(
            memory_dim,
            hidden_dim,
            dropout,
            gates_read_memory,
            dtype=self.dtype_policy,
            name="memory",
        )
        self.remember_with(memory)
        self.answer_by(factor_dim, factor_dim)
        self._make_latents()
        self._make_factors()
        self.built = True

    def _make_latents(self):
        named, width = {"dtype": self.dtype_policy}, self.latent_dim
        self.joint_latent = keras.layers.Dense(width, name="joint_latent", **named)
        states_dim = sum(self.units.values()) + self.memory.memory_dim
        self.joint_latent.build((None, states_dim))
        self.own_latents = {}
        for name, features in self.input_dims.items():
            layer = ModalityEmbedding(width, width, name=f"{name}_latent", **named)
            layer.build((None, None, features))
            self.own_latents[name] = layer
        self.surrogate = SurrogateInference(
            self.hidden_dim, self.dropout, name="surrogate", **named
        )
        own = (None, len(self.input_dims), width)
        self.surrogate.build((None, width), own)

    def _make_factors(self):
        self.joint_factor = self._factor("joint_factor")
        self.own_factors, self.decoders = {}, {}
        for name, features in self.input_dims.items():
            self.own_factors[name] = self._factor(f"{name}_factor")
            decoder = VectorDecoder(
                features,
                2 * self.factor_dim,
                dtype=self.dtype_policy,
                name=f"{name}_decoder",
            )
            decoder.build((None, 2 * self.factor_dim))
            self.decoders[name] = decoder
            # Where no loss reaches them, they do not learn.
            for layer in (decoder, self.own_factors[name]):
                set_trainable(layer, bool(self.reconstruction_weight[name]))

    def _factor(self, name):
        layer = Perceptron(
            self.factor_dim,
            self.factor_dim,
            "relu",
            self.dropout,
            dtype=self.dtype_policy,
            name=name,
        )
        layer.build((None, self.latent_dim))
        return layer

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        joint, own, present = self._latents(inputs, training)
        latents = ops.concatenate([joint[:, None], own], axis=1)
        joint, own, guesses = self.surrogate(joint, own, present, training=training)
        factor = self.joint_factor(joint, training=training)
        outputs = {self.target: self.answer_head(factor, training=training)}
        for index, (name, decoder) in enumerate(self.decoders.items()):
            own_factor = self.own_factors[name](own[:, index], training=training)
            outputs[f"{name}_reconstruction"] = decoder(
                ops.concatenate([factor, own_factor], axis=-1),
                num_steps=ops.shape(inputs[name])[1],
            )
        count, width = len(self.input_dims), self.latent_dim
        outputs["latents"] = widened(ops.reshape(latents, (-1, (1 + count) * width)))
        outputs["guesses"] = widened(ops.reshape(guesses, (-1, count * 2 * width)))
        outputs["present"] = ops.cast(present, "float32")
        return outputs

    def _latents(self, inputs, training=None):
        """The joint vector, those of the modalities, and which the samples have."""
        frames, masks = self.aligned(inputs)
        states = ops.concatenate(self.states(frames, masks, training), axis=-1)
        # Masked steps keep the states, and the last ones are the last observed.
        joint = self.joint_latent(states[:, -1])
        own = [
            layer(each, mask=mask, training=training)
            for layer, each, mask in zip(
                self.own_latents.values(), frames, masks, strict=True
            )
        ]
        present = [ops.any(mask, axis=1) for mask in masks]
        return joint, ops.stack(own, axis=1), ops.stack(present, axis=1)

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        weights = ops.ones_like(y_pred["present"][:, 0])
        if sample_weight is not None:
            weights = weight_a_sample(sample_weight, weights)
        errors = {
            **self._reconstruction_errors(x, y_pred, weights),
            **self._latent_errors(y_pred, weights),
        }
        for name, weight in self.weights_of_losses.items():
            terms[name] = (weight, *errors[name])
        return terms

    def _reconstruction_errors(self, x, y_pred, weights):
        """The squared error of each modality's frames, where they were observed."""
        frames, masks = self.modality_concat.apart(self.featurize(x))
        return {
            # A front end that learns is no truth that may give way.
            f"{name}_reconstruction_loss": masked_squared_error(
                ops.stop_gradient(frames[name]),
                y_pred[f"{name}_reconstruction"],
                masks[name],
                weights,
            )
            for name in self.input_dims
        }

    def _latent_errors(self, y_pred, weights):
        """How far latent vectors are from normal, and guesses from latent vectors."""
        there = y_pred["present"]
        # (batch, 1 + modalities), since the joint vector is made of all.
        there = ops.concatenate([ops.min(there, axis=1, keepdims=True), there], axis=1)
        often = there * weights[:, None]
        # (batch, 1 + modalities, latent_dim)
        latents = ops.reshape(y_pred["latents"], (-1, there.shape[1], self.latent_dim))
        apart = sum(
            mmd_to_normal(latents[:, index], often[:, index])
            for index in range(there.shape[1])
        )
        # A mean over batches in which each sample that has anything counts once.
        some = ops.max(there, axis=1)
        return {
            "mmd_loss": (apart * ops.sum(some * weights), ops.sum(some)),
            "surrogate_loss": self._surrogate_error(
                latents, y_pred["guesses"], there, often
            ),
        }

    def _surrogate_error(self, latents, guesses, there, often):
        """The squared error of guesses with each modality left out in turn."""
        count = len(self.input_dims)
        guesses = ops.reshape(guesses, (-1, 2 * count, self.latent_dim))
        # The joint vector, and its own.
        order = [index for own in range(1, count + 1) for index in (0, own)]
        truth, there, often = (
            ops.stack([each[:, index] for index in order], axis=1)
            for each in (ops.stop_gradient(latents), there, often)
        )
        return masked_squared_error(truth, guesses, there > 0, often)

    def reconstruct(self, inputs):
        """The frames of every modality, decoded from the factors of a batch.

        Args:
            inputs: dict, a batch; a modality may be masked throughout.

        Returns:
            Dict from modality to frames `(batch, timesteps, features)` in the units of
            its files.
        """
        outputs = self(inputs)
        return {
            name: self.normalizations[name].inverse(outputs[f"{name}_reconstruction"])
            for name in self.input_dims
        }

    def get_config(self):
        names = ["latent_dim", "factor_dim", "mmd_weight", "surrogate_weight"]
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "reconstruction_weight": dict(self.reconstruction_weight),
        }


def _weights_of_losses(reconstruction, mmd, surrogate):
    """The weight of each further loss that has any, by its name."""
    weights = {f"{name}_reconstruction": each for name, each in reconstruction.items()}
    weights |= {"mmd": mmd, "surrogate": surrogate}
    for name, weight in weights.items():
        if weight < 0:
            raise ValueError(
                f"The weight of `{name}_loss` is at least 0, not {weight}."
            )
    return {f"{name}_loss": weight for name, weight in weights.items() if weight}


@register_model
def build_multimodal_factorization_model(
    input_dims, **options
) -> MultimodalFactorizationModel:
    """A factor that answers, and a factor of each modality that rebuilds its frames.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        **options: passed on to `MultimodalFactorizationModel`.

    Returns:
        A `MultimodalFactorizationModel`.

    Example:
    ```python
    dims = {"text": 300, "audio": 74, "video": 47}
    model = mmzoo.build_multimodal_factorization_model(dims, units=32)
    ```
    """
    return MultimodalFactorizationModel(input_dims, **options)

"""A variational autoencoder seq2seq translator (section 8, future directions)."""

import keras
from keras import ops

from mmzoo.layers.variational_modality_translator import VariationalModalityTranslator
from mmzoo.models.latent_sampling import LatentSampling
from mmzoo.models.registry import register_model
from mmzoo.models.seq2seq_translator import Seq2SeqTranslator
from mmzoo.ops.divergence import standard_normal_divergence
from mmzoo.ops.losses import (
    masked_cross_entropy,
    masked_divergence,
    masked_squared_error,
)

__all__ = ["VariationalTranslator", "build_variational_translator"]

# The logs; only the first two are summed to the loss.
LOSSES = ("reconstruction", "kl_penalty", "kl", "kl_weight", "negative_elbo")


@keras.saving.register_keras_serializable(package="mmzoo")
class VariationalTranslator(LatentSampling, Seq2SeqTranslator):
    """Translate through one latent vector a sequence, whose prior is N(0, I).

    The encoder's last state gives a Gaussian posterior over the latent vector, and the
    decoder starts from a draw of it (its mean outside of training). The loss is the
    negative evidence lower bound (ELBO), in nats for each value of the target:

        reconstruction + kl_weight * annealing * max(kl, free_bits)

    `reconstruction` is that of a Gaussian of variance 1 around each predicted frame,
    half its squared error without the constant, or with `num_codes` the cross-entropy.
    A variance s of the frames is `kl_weight=s`. `free_bits` counts for each
    dimension of each sample (as Li et al., 2019; Kingma et al., 2016, take the mean of
    a batch, which would make the loss depend on how samples fall into batches).

    Logs: `reconstruction` and `kl_penalty` (what the divergence adds, before its
    weight) in nats a value, `kl` in nats a sequence, `kl_weight` as it is at the
    moment, and `negative_elbo`, with the whole divergence at weight 1, by which
    epochs are compared. On validation data they are computed at the mean.

    Source and target may be the same modalities: an autoencoder.

    Masking: see `ModalityConcat` and `VariationalModalityTranslator`. A sequence whose
    target was not observed has no divergence.

    Args:
        input_dims: dict from modality to the number of its features; in the source
            also to the front end that makes them.
        chain: list of two lists of modalities, the source and the target.
        units: int. Width of encoder and decoder. Defaults to `64`.
        num_layers: int. Recurrent layers on each side. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether the encoder reads both ways. Defaults to `False`.
        latent_dim: int. Length of the latent vector. Defaults to `32`.
        kl_weight: float. What the divergence weighs after its annealing. Defaults to
            `1.0`.
        kl_annealing: int. Training steps over which the weight rises from 0. Defaults
            to `400`; 0 is the whole weight from the start.
        free_bits: float. Nats that each dimension of the latent vector may cost without
            a penalty. Defaults to `0.1`.
        history_dropout: float. Fraction of the true steps before that the decoder is
            not given in training. Defaults to `0.0`.
        num_codes: optional int. Size of the codebook of the target. Defaults to
            `None`: continuous frames.
        dropout: float. Defaults to `0.0`.
        clip: optional float. Limit of the standardised inputs. Defaults to `5.0`.
        seed: optional int. Of what is drawn in training.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)`, source and target.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with `"<target>_translation"`, teacher-forced, as `Seq2SeqTranslator` has
        it; `"posterior_mean"` and `"posterior_log_variance"` `(batch, latent_dim)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.VariationalTranslator(dims, [["text"], ["audio"]], units=16)
    batch = {"audio": np.ones((2, 9, 74)), "text": np.ones((2, 9, 300))}
    model(batch)["posterior_mean"].shape  # (2, 32)
    model.translate({"text": batch["text"]})["audio"].shape  # (2, 9, 74)
    model.sample(num_samples=3, num_steps=5)["audio"].shape  # (3, 5, 74)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 8
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114), eq. 3 and 10
        - [Bowman et al., 2016](https://arxiv.org/abs/1511.06349), section 3
        - [Li et al., 2019](https://arxiv.org/abs/1909.00868), for the free bits
    """

    def __init__(
        self,
        input_dims,
        chain,
        units=64,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        latent_dim=32,
        kl_weight=1.0,
        kl_annealing=400,
        free_bits=0.1,
        history_dropout=0.0,
        num_codes=None,
        dropout=0.0,
        clip=5.0,
        seed=None,
        **kwargs,
    ):
        if len(chain) != 2:
            raise ValueError(f"`chain` is one source and one target, not {chain!r}.")
        for name, value in {"kl_weight": kl_weight, "free_bits": free_bits}.items():
            if value < 0:
                raise ValueError(f"`{name}` is at least 0, not {value}.")
        # The constructor of the parent builds the layer that takes them.
        self.latent_options = {
            "latent_dim": latent_dim,
            "history_dropout": history_dropout,
            "kl_annealing": kl_annealing,
            "seed": seed,
        }
        self.kl_weight = kl_weight
        self.free_bits = free_bits
        super().__init__(
            input_dims,
            chain,
            units,
            num_layers,
            cell,
            bidirectional,
            attention="none",
            num_codes=num_codes,
            dropout=dropout,
            clip=clip,
            **kwargs,
        )

    def _loss_names(self, names):
        return LOSSES

    def _translator(self, level, output_dim):
        units, num_layers, cell, bidirectional, _, _ = self.options
        return VariationalModalityTranslator(
            output_dim,
            units=units,
            num_layers=num_layers,
            cell=cell,
            bidirectional=bidirectional,
            tokens=bool(self.num_codes),
            dropout=self.dropout,
            **self.latent_options,
            dtype=self.dtype_policy,
            name=f"translator_{level}",
        )

    @property
    def latent(self):
        """The layer of the latent vector, `GaussianLatent`."""
        (translator,) = self.stack.translators
        return translator.latent

    @property
    def decoding_parts(self):
        """The layers that serve the translation alone: decoder and latent vector."""
        return [*super().decoding_parts, self.latent]

    def train_phases(self, run):
        """Train the translation, whose epochs are compared by the negative ELBO.

        Args:
            run: `mmzoo.training.TrainingRun`, whose `fit` trains one phase.
        """
        (name,) = self.output_names_by_level
        run.fit(name, self, run.corpus, self.reads, "negative_elbo")

    def climb(self, inputs, training=None, decode=True):
        """Encode, and translate where that is asked for.

        Args:
            inputs: dict, a batch.
            training: bool. Whether the latent vector is drawn and dropout is active.
            decode: bool. Whether to translate at all.

        Returns:
            The encoder's states, the source's mask, and the outputs of a call.
        """
        frames, mask = self.source_frames(inputs, training)
        (translator,) = self.stack.translators
        if not decode:
            return translator.encoder(frames, mask=mask, training=training)[0], mask, {}
        states, found = translator.posterior(frames, mask, training)
        vector, mean, log_variance = found
        target, target_mask = self.goal(inputs)
        (name,) = self.output_names_by_level
        translation = translator.decode(
            target, states, vector, mask, target_mask, training
        )
        posterior = {"posterior_mean": mean, "posterior_log_variance": log_variance}
        return states, mask, {name: translation, **posterior}

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        total, values, size, observed = self._reconstruction(x, y_pred, sample_weight)
        divergence = standard_normal_divergence(
            y_pred["posterior_mean"], y_pred["posterior_log_variance"]
        )
        kl, samples = masked_divergence(divergence, observed, sample_weight)
        penalty, _ = masked_divergence(
            divergence, observed, sample_weight, self.free_bits
        )
        weight = self.kl_weight * self.latent.annealing
        terms = (
            (1.0, total, values),
            (weight, penalty / size, values),
            (0.0, kl, samples),
            (0.0, weight * samples, samples),
            (0.0, total + kl / size, values),
        )
        return dict(zip(LOSSES, terms, strict=True))

    def _reconstruction(self, x, y_pred, sample_weight):
        """Nats of all frames over their width, the frames, that width, the samples."""
        goal, mask = self.goal(x)
        (name,) = self.output_names_by_level
        measure = masked_cross_entropy if self.codebooks else masked_squared_error
        total, count = measure(goal, y_pred[name], mask, sample_weight)
        observed = ops.any(mask, axis=1)
        if self.codebooks:
            return total, count, 1, observed
        return 0.5 * total, count, goal.shape[-1], observed

    def get_config(self):
        config = super().get_config()
        for name in ("attention", "window", "projection", "level"):
            del config[name]
        return {
            **config,
            **self.latent_options,
            "kl_weight": self.kl_weight,
            "free_bits": self.free_bits,
        }


@register_model
def build_variational_translator(
    input_dims, source, target, **options
) -> VariationalTranslator:
    """Translate through a latent vector, or autoencode (a variational seq2seq).

    Args:
        input_dims: dict from modality to the number of its features.
        source: str or list. Modalities to encode: `"text"`, `"text+video"` or a list.
        target: str or list. Modalities to predict, likewise; also those of the source.
        **options: passed on to `VariationalTranslator`.

    Returns:
        A `VariationalTranslator`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.build_variational_translator(dims, "text", "text", units=32)
    model.compile(optimizer="adam")
    ```
    """
    return VariationalTranslator(input_dims, [source, target], **options)

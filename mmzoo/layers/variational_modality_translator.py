"""Translate a sequence through one latent vector (variational seq2seq)."""

import keras

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.gaussian_latent import GaussianLatent
from mmzoo.layers.modality_translator import ModalityTranslator


@keras.saving.register_keras_serializable(package="mmzoo")
class VariationalModalityTranslator(ModalityTranslator):
    """A `ModalityTranslator` whose decoder knows the source from a latent vector alone.

    The encoder's last state gives the mean and the variance of the latent vector, and
    that vector starts the decoder. There is no attention: it would carry the source
    past the latent vector, which then would not be used.

    A strong decoder does without the vector too, since the true step before tells it
    much. With `history_dropout` some of these are hidden in training.

    Masking: as `ModalityTranslator`.

    Args:
        output_dim: int. Features of a target frame, or the size of the vocabulary.
        latent_dim: int. Length of the latent vector. Defaults to `32`.
        units: int. Width of encoder (in each direction) and decoder. Defaults to `128`.
        num_layers: int. Recurrent layers on each side. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether the encoder reads both ways. Defaults to `False`.
        tokens: bool. Whether the target is tokens. Defaults to `False`.
        dropout: float. Fraction of what every part reads that is dropped in training.
            Defaults to `0.0`.
        history_dropout: float. Fraction of the true steps that the decoder is not given
            in training: it reads zeros instead, or of tokens the one that starts a
            sequence. Defaults to `0.0`.
        kl_annealing: int. See `GaussianLatent`. Defaults to `0`.
        seed: optional int. Of the draws.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        source: float tensor `(batch, source_steps, features)`.
        target: the true target, not shifted: frames `(batch, target_steps,
            output_dim)`, or integer tokens `(batch, target_steps)`.
        source_mask: optional boolean tensor `(batch, source_steps)`.
        target_mask: optional boolean tensor `(batch, target_steps)`.
        training: bool. Whether the latent vector is drawn and dropout is active.
        return_attention: bool. As of `ModalityTranslator`, where it is `None` without
            attention.

    Returns:
        Frames or logits `(batch, target_steps, output_dim)`, the prediction of each
        step from the latent vector and the true steps before it.

    Example:
    ```python
    translator = mmzoo.layers.VariationalModalityTranslator(output_dim=74, units=32)
    text, audio = keras.ops.ones((4, 10, 300)), keras.ops.ones((4, 12, 74))
    translator(text, audio).shape  # (4, 12, 74)
    states, vector = translator.encode(text)  # (4, 10, 32), (4, 32)
    ```

    Reference:
        - [Bowman et al., 2016](https://arxiv.org/abs/1511.06349), section 3; dropout of
          the history is its word dropout.
    """

    def __init__(
        self,
        output_dim,
        latent_dim=32,
        units=128,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        tokens=False,
        dropout=0.0,
        history_dropout=0.0,
        kl_annealing=0,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            output_dim,
            units,
            num_layers,
            cell,
            bidirectional,
            attention="none",
            tokens=tokens,
            dropout=dropout,
            **kwargs,
        )
        # Without any history in training, what reads it would stay untrained.
        if not 0 <= history_dropout < 1:
            raise ValueError(
                f"`history_dropout` is at least 0 and below 1, not {history_dropout}."
            )
        self.history_dropout = history_dropout
        self.latent = GaussianLatent(
            latent_dim, kl_annealing, seed, dtype=self.dtype_policy, name="latent"
        )

    def build(self, source_shape, target_shape=None):
        self.encoder.build((None, None, source_shape[-1]))
        self.latent.build((None, self.encoder.output_dim))
        vector_shape = (None, None, self.latent.latent_dim)
        self.decoder.build((None, None, self.output_dim), vector_shape)
        keep_frozen(self)
        self.built = True

    def encode(self, source, source_mask=None, training=None):
        """The states of a source, and its latent vector.

        Args:
            source: float tensor `(batch, source_steps, features)`.
            source_mask: optional boolean tensor `(batch, source_steps)`.
            training: bool. Whether the vector is drawn and dropout is active.

        Returns:
            States `(batch, source_steps, encoder.output_dim)` and the latent vector
            `(batch, latent_dim)`.
        """
        states, (vector, _, _) = self.posterior(source, source_mask, training)
        return states, vector

    def posterior(self, source, source_mask=None, training=None):
        """The states of a source, and all that is known of its latent vector.

        Args:
            source: float tensor `(batch, source_steps, features)`.
            source_mask: optional boolean tensor `(batch, source_steps)`.
            training: bool. Whether the vector is drawn and dropout is active.

        Returns:
            States `(batch, source_steps, encoder.output_dim)`, and the vector, its mean
            and its log variance as `GaussianLatent` gives them.
        """
        states, last = self.encoder(source, mask=source_mask, training=training)
        return states, self.latent(last, training=training)

    def _seed_of_history(self):
        """What draws the steps that are hidden: that of the latent vector."""
        return self.latent.seed_generator

    def get_config(self):
        config = super().get_config()
        del config["attention"], config["window"]
        return {
            **config,
            "latent_dim": self.latent.latent_dim,
            "history_dropout": self.history_dropout,
            "kl_annealing": self.latent.kl_annealing,
            "seed": self.latent.seed,
        }

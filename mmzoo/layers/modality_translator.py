"""Translate a sequence of one modality into another (section 4.1, Algorithm 1)."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.layers.sequence_decoder import SequenceDecoder
from mmzoo.layers.sequence_encoder import SequenceEncoder


@keras.saving.register_keras_serializable(package="mmzoo")
class ModalityTranslator(keras.layers.Layer):
    """Sequence-to-sequence translation of modality X into modality Y.

    The encoder reads X and ends in E (eq. 7-8); the decoder starts from E and predicts
    Y step by step, each step given the true step before it (eq. 9). Attention comes
    after the decoder's recurrence, so a whole sequence is teacher-forced in one pass.
    The encoder's states are the joint representation E_XY that later parts use.

    Y is either continuous frames, predicted in their own space, or tokens
    (`tokens=True`), predicted as logits; the last token then ends a sequence.

    Differences from the paper: it is silent on the attention; here it is Luong's,
    without input feeding, which would forbid the single pass. E reaches each of the
    decoder's states through a dense bridge, so encoder and decoder may differ in shape.
    The cross-entropy of Algorithm 1 holds for tokens; frames take a squared error.

    Masking: takes the masks of both sequences. Masked source steps are invisible to the
    recurrence's result and to the attention; masked target steps are read as zeros.

    Args:
        output_dim: int. Features of a target frame, or the size of the vocabulary.
        units: int. Width of encoder (in each direction) and decoder. Defaults to `128`.
        num_layers: int. Recurrent layers on each side. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether the encoder reads both ways. Defaults to `False`.
        attention: `"global"`, `"aligned"` (step t attends around source step t) or
            `"none"`. Defaults to `"global"`.
        window: int. Steps that aligned attention sees on either side. Defaults to `2`.
        tokens: bool. Whether the target is tokens. Defaults to `False`.
        dropout: float. Fraction of what every part reads that is dropped in training.
            Defaults to `0.0`.
        projection: optional int. Width to which source and target frames are brought
            by a linear layer each, so that all between fits frames of any width.
            Defaults to `None`: none.
        history_dropout: float. Fraction of the true steps that the decoder is not given
            in training: it reads zeros instead, or of tokens the one that starts a
            sequence. With 1 it is given no step at all, trained or not, and knows
            the source alone. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        source: float tensor `(batch, source_steps, features)`.
        target: the true target, not shifted: frames `(batch, target_steps,
            output_dim)`, or integer tokens `(batch, target_steps)`.
        source_mask: optional boolean tensor `(batch, source_steps)`.
        target_mask: optional boolean tensor `(batch, target_steps)`.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the attention is returned too.

    Returns:
        Frames or logits `(batch, target_steps, output_dim)`, the prediction of each
        step from the source and the true steps before it; with `return_attention`,
        also the weights `(batch, target_steps, source_steps)`, `None` where there is
        no attention.

    Example:
    ```python
    translator = mmzoo.layers.ModalityTranslator(output_dim=74, units=32)
    text, audio = keras.ops.ones((4, 10, 300)), keras.ops.ones((4, 12, 74))
    translator(text, audio).shape  # (4, 12, 74)
    states, embedding = translator.encode(text)  # (4, 10, 32), (4, 32)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 4.1
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025)
        - [Bowman et al., 2016](https://arxiv.org/abs/1511.06349), section 3.1, whose
          word dropout is the history dropout
    """

    def __init__(
        self,
        output_dim,
        units=128,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        attention="global",
        window=2,
        tokens=False,
        dropout=0.0,
        projection=None,
        history_dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0 <= history_dropout <= 1:
            raise ValueError(
                f"`history_dropout` is between 0 and 1, not {history_dropout}."
            )
        self.output_dim = output_dim
        self.units = units
        self.num_layers = num_layers
        self.cell = cell
        self.bidirectional = bidirectional
        self.attention = attention
        self.window = window
        self.tokens = tokens
        self.dropout = dropout
        self.projection = projection
        self.history_dropout = history_dropout
        self.supports_masking = True
        dtype = self.dtype_policy
        self.encoder = SequenceEncoder(
            units,
            num_layers,
            cell,
            bidirectional,
            dropout,
            projection,
            dtype=dtype,
            name="encoder",
        )
        self.decoder = SequenceDecoder(
            output_dim,
            units,
            num_layers,
            cell,
            attention,
            window,
            tokens,
            dropout,
            projection,
            # What is never read in training would stay untrained.
            reads_history=history_dropout < 1,
            dtype=dtype,
            name="decoder",
        )
        self.history_seed = None
        if 0 < history_dropout < 1:
            self.history_seed = keras.random.SeedGenerator()

    def build(self, source_shape, target_shape=None):
        self.encoder.build((None, None, source_shape[-1]))
        states_shape = (None, None, self.encoder.output_dim)
        self.decoder.build((None, None, self.output_dim), states_shape)
        keep_frozen(self)
        self.built = True

    def call(
        self,
        source,
        target,
        source_mask=None,
        target_mask=None,
        training=None,
        return_attention=False,
    ):
        states, embedding = self.encode(source, source_mask, training)
        return self.decode(
            target,
            states,
            embedding,
            source_mask,
            target_mask,
            training,
            return_attention,
        )

    def encode(self, source, source_mask=None, training=None):
        """E_XY of a source: the encoder's states and the last of them.

        Args:
            source: float tensor `(batch, source_steps, features)`.
            source_mask: optional boolean tensor `(batch, source_steps)`.
            training: bool. Whether dropout is active.

        Returns:
            States `(batch, source_steps, encoder.output_dim)` and E `(batch,
            encoder.output_dim)`.
        """
        return self.encoder(source, mask=source_mask, training=training)

    def decode(
        self,
        target,
        states,
        embedding,
        source_mask=None,
        target_mask=None,
        training=None,
        return_attention=False,
    ):
        """Teacher-forced translation from an encoded source, in one pass.

        Args:
            target: the true target, as in a call.
            states: what `encode` returned first.
            embedding: what `encode` returned second.
            source_mask: optional boolean tensor `(batch, source_steps)`.
            target_mask: optional boolean tensor `(batch, target_steps)`.
            training: bool. Whether dropout is active.
            return_attention: bool. Whether the attention is returned too.

        Returns:
            As a call.
        """
        if training and 0 < self.history_dropout < 1:
            target, target_mask = self._with_gaps(target, target_mask)
        return self.decoder(
            target,
            states,
            embedding,
            states_mask=source_mask,
            target_mask=target_mask,
            training=training,
            return_attention=return_attention,
        )

    def _seed_of_history(self):
        """What draws the steps that are hidden."""
        return self.history_seed

    def _with_gaps(self, target, target_mask):
        """The target and its mask with some of the steps hidden."""
        shape = ops.shape(target)[:2]
        drawn = keras.random.uniform(
            shape, dtype="float32", seed=self._seed_of_history()
        )
        kept = drawn >= self.history_dropout
        if self.tokens:
            start = ops.full_like(target, self.output_dim)
            return ops.where(kept, target, start), target_mask
        if target_mask is not None:
            kept = ops.logical_and(kept, ops.cast(target_mask, "bool"))
        return target, kept

    def compute_mask(self, *args, **kwargs):
        return None

    def compute_output_spec(
        self,
        source,
        target,
        source_mask=None,
        target_mask=None,
        training=None,
        return_attention=False,
    ):
        steps = target.shape[:2]
        wide = self.decoder.output_layer.compute_dtype
        outputs = keras.KerasTensor((*steps, self.output_dim), wide)
        if not return_attention:
            return outputs
        if self.attention == "none":
            return outputs, None
        shape = (*steps, source.shape[1])
        return outputs, keras.KerasTensor(shape, wide)

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "units": self.units,
            "num_layers": self.num_layers,
            "cell": self.cell,
            "bidirectional": self.bidirectional,
            "attention": self.attention,
            "window": self.window,
            "tokens": self.tokens,
            "dropout": self.dropout,
            "projection": self.projection,
            "history_dropout": self.history_dropout,
        }

"""MCTN: translate to a target and back, and answer from the states between."""

import keras
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen, set_trainable
from mmzoo.layers.luong_attention import LuongAttention
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.recurrent import CELLS
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.layers.sequence_head import SequenceHead
from mmzoo.models.free_running import FreeRunning
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.models.translation_path import translation_path
from mmzoo.ops.losses import masked_squared_error
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import wide_dtype, widened

__all__ = ["ContextDecoder", "CyclicTranslator", "build_cyclic_translator"]

POOLED = "pooled"


@keras.saving.register_keras_serializable(package="mmzoo")
class ContextDecoder(keras.layers.Layer):
    """Decode a sequence from what an encoder's states say together.

    Attention pools the states into a context, which the recurrent layers read at every
    step, from a state of zeros; a dense layer makes a frame of each of their states.
    No step reads the frames before it. So training and prediction run the same
    numbers, in one pass of Keras' recurrence, and gradients reach the encoder through
    each frame.

    The authors' code scores state i at step t with one dense layer on `[x_i; c_t-1]`.
    What it makes of the cell `c_t-1` is the same for every i and cancels in the
    softmax: the weights stay the same at all steps, and are computed once here. With
    `"global"` or `"aligned"`, Luong's attention follows the recurrence besides, and
    each step looks at states of its own.

    Differences from the authors' code: the forget gate is that of an LSTM (theirs
    reads the slice of the input gate); frames are linear in the state, without a tanh,
    since standardised features exceed 1.

    Masking: takes the mask of the states; masked ones get weight 0, and without any the
    context is zeros.

    Args:
        output_dim: int. Features of a frame.
        units: int. Width of the recurrent layers. Defaults to `32`.
        num_layers: int. How many are stacked. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        attention: `"pooled"`: the context alone; `"global"` or `"aligned"` add
            `LuongAttention`. Defaults to `"pooled"`.
        window: int. Steps that aligned attention sees on either side. Defaults to `2`.
        dropout: float. Fraction of the context and of the last states dropped in
            training. Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        states: float tensor `(batch, source_steps, features)`, of an encoder.
        num_steps: optional int, or an integer scalar tensor. Frames to predict.
            Defaults to `None`: as many as there are states.
        mask: optional boolean tensor `(batch, source_steps)`, True = observed.
        training: bool. Whether dropout is active.
        return_attention: bool. Whether the attention is returned too.

    Returns:
        Frames `(batch, num_steps, output_dim)`; with `return_attention`, also the
        weights `(batch, num_steps, source_steps)`.

    Example:
    ```python
    decoder = mmzoo.models.ContextDecoder(output_dim=74, units=32)
    decoder(keras.ops.ones((4, 10, 64)), num_steps=12).shape  # (4, 12, 74)
    ```

    Reference:
        - [Pham et al., 2019](https://arxiv.org/abs/1812.07809)
    """

    def __init__(
        self,
        output_dim,
        units=32,
        num_layers=1,
        cell="lstm",
        attention=POOLED,
        window=2,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.units = units
        self.num_layers = num_layers
        self.cell = cell
        self.attention = attention
        self.window = window
        self.dropout = dropout
        self.supports_masking = True
        dtype = self.dtype_policy
        self.pooling = AttentionPooling(dtype=dtype, name="pooling")
        self.context_dropout, self.output_dropout = (
            keras.layers.Dropout(dropout, dtype=dtype, name=f"{name}_dropout")
            for name in ("context", "output")
        )
        self.decoder_layers = [
            CELLS[cell](
                units, return_sequences=True, dtype=dtype, name=f"decoder_{index}"
            )
            for index in range(num_layers)
        ]
        self.attention_layer = self.combine = None
        if attention != POOLED:
            self.attention_layer = LuongAttention(
                attention, window, dtype=dtype, name="attention"
            )
            self.combine = keras.layers.Dense(
                units, activation="tanh", dtype=dtype, name="combine"
            )
        # Errors are computed from it.
        self.output_layer = keras.layers.Dense(
            output_dim, dtype=wide_dtype(self.variable_dtype), name="output"
        )

    def build(self, states_shape):
        features = states_shape[-1]
        self.pooling.build((None, None, features))
        width = features
        for layer in self.decoder_layers:
            layer.build((None, None, width))
            width = self.units
        if self.attention_layer is not None:
            self.attention_layer.build((None, None, width), (None, None, features))
            self.combine.build((None, None, width + features))
        self.output_layer.build((None, None, width))
        keep_frozen(self)
        self.built = True

    def call(
        self, states, num_steps=None, mask=None, training=None, return_attention=False
    ):
        if num_steps is None:
            num_steps = ops.shape(states)[1]
        context, weights = self.pooling(states, mask=mask, return_attention=True)
        context = self.context_dropout(context, training=training)
        # (batch, num_steps, features)
        hidden = ops.repeat(context[:, None], num_steps, axis=1)
        for layer in self.decoder_layers:
            hidden = layer(hidden)
        if self.attention_layer is None:
            weights = ops.repeat(weights[:, None], num_steps, axis=1)
        else:
            near, weights = self.attention_layer(hidden, states, memory_mask=mask)
            hidden = self.combine(ops.concatenate([near, hidden], axis=-1))
        frames = self.output_layer(self.output_dropout(hidden, training=training))
        return (frames, weights) if return_attention else frames

    def compute_mask(self, *args, **kwargs):
        return None

    def compute_output_spec(
        self, states, num_steps=None, mask=None, training=None, return_attention=False
    ):
        batch, source_steps, _ = states.shape
        num_steps = source_steps if num_steps is None else num_steps
        wide = self.output_layer.compute_dtype
        frames = keras.KerasTensor((batch, num_steps, self.output_dim), wide)
        if not return_attention:
            return frames
        return frames, keras.KerasTensor((batch, num_steps, source_steps), wide)

    def get_config(self):
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "units": self.units,
            "num_layers": self.num_layers,
            "cell": self.cell,
            "attention": self.attention,
            "window": self.window,
            "dropout": self.dropout,
        }


@keras.saving.register_keras_serializable(package="mmzoo")
class CyclicTranslator(FreeRunning, MultimodalModel):
    """Translate a source into a target and back, and answer from the states between.

    An encoder reads the source, a `ContextDecoder` predicts the target from its states,
    and the *predicted* target is translated back. The answer is read from the encoder's
    states, so a prediction needs the source alone. All is trained at once, on the error
    of the answer and, each with its weight, those of the translation and of the way
    back. Each further set of the `chain` is the target of an encoder and decoder of
    their own, on the states below; there is no way back from these, since such states
    have no truth to compare with.

    Everything is learnt in standard deviations of the training frames. Without
    `shared_cycle` the way back has an encoder and a decoder of its own. A sample that
    lacks the target does not count in either error.

    Masking: see `ModalityConcat`; the predicted target is read where the target was
    observed.

    Args:
        input_dims: dict from modality to the number of its features; in the source
            also to the front end that makes them.
        chain: list of sets of modalities, each a list or written `"text+video"`: the
            source, the target that is translated back, further targets.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"` or `"step"`. Defaults to `"sequence"`.
        units: int. Width of encoders, in each direction, decoders and the RNN of the
            answer. Defaults to `32`.
        num_layers: int. Recurrent layers of each. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether encoders read both ways. Defaults to `True`.
        attention: `"pooled"`, `"global"` or `"aligned"`, see `ContextDecoder`. Defaults
            to `"pooled"`.
        window: int. Steps that aligned attention sees on either side. Defaults to `2`.
        pooling_attention: optional bool. Soft attention over the RNN of the answer in
            place of its last state. Defaults to `None`: where labels are one a
            sequence.
        dropout: float. Defaults to `0.0`.
        clip: optional float. Limit of the standardised inputs. Defaults to `5.0`.
        translation_weight: float. Weight of the error of every translation. Defaults
            to `0.1`.
        cycle_weight: float. Weight of the error of the way back. Defaults to `0.1`.
        shared_cycle: bool. Whether the weights that translate also translate back, and
            frames are filled up with zeros to one width. Defaults to `True`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)`; targets in training only.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: scores `(batch,)`, or `(batch, timesteps)` with labels
        one a step; with classes their logits on a further axis. Where the batch holds
        the targets, also the frames `"<target>_translation"` and `"<source>_cycle"`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.CyclicTranslator(dims, ["text", "audio"], units=16)
    batch = {"audio": np.ones((2, 9, 74)), "text": np.ones((2, 9, 300))}
    sorted(model(batch))  # ["audio_translation", "sentiment", "text_cycle"]
    model.translate({"text": batch["text"]})["audio"].shape  # (2, 9, 74)
    ```

    Reference:
        - [Pham et al., 2019](https://arxiv.org/abs/1812.07809)
    """

    # What `FreeRunning` asks: frames are no codes.
    codebooks = ()

    def __init__(
        self,
        input_dims,
        chain,
        classes=None,
        target=None,
        labels_per="sequence",
        units=32,
        num_layers=1,
        cell="lstm",
        bidirectional=True,
        attention=POOLED,
        window=2,
        pooling_attention=None,
        dropout=0.0,
        clip=5.0,
        translation_weight=0.1,
        cycle_weight=0.1,
        shared_cycle=True,
        **kwargs,
    ):
        chain, names = translation_path(chain, input_dims)
        cycle = "+".join(chain[0]) + "_cycle"
        learnt = (*names * bool(translation_weight), *[cycle] * bool(cycle_weight))
        super().__init__(
            {name: input_dims[name] for group in chain for name in group},
            classes,
            target,
            labels_per,
            further_losses=[f"{name}_loss" for name in learnt],
            **kwargs,
        )
        self.chain, self.output_names_by_level, self.cycle_name = chain, names, cycle
        self.translation_weight = translation_weight
        self.cycle_weight = cycle_weight
        self.shared_cycle = shared_cycle
        self.encoder_options = (units, num_layers, cell, bidirectional, dropout)
        self.decoder_options = (units, num_layers, cell, attention, window, dropout)
        self.modality_concat = ModalityConcat(
            self.input_dims, clip, dtype=self.dtype_policy, name="modality_concat"
        )
        self._make_translators()
        if pooling_attention is None:
            pooling_attention = labels_per == "sequence"
        self.head = SequenceHead(
            units,
            num_layers,
            cell,
            False,
            pooling_attention,
            labels_per,
            dropout,
            len(self.classes) if classes else None,
            dtype=self.dtype_policy,
            name="head",
        )
        self.head.build((None, None, self.encoders[-1].output_dim))
        self.built = True

    def _make_translators(self):
        """An encoder and a decoder a level, and those of the way back."""
        self.widths = [self.modality_concat.features(each) for each in self.chain]
        source, *targets = self.widths
        if self.shared_cycle:
            source = targets[0] = max(source, targets[0])
        self.encoders, self.decoders = [], []
        for level, target in enumerate(targets):
            encoder, decoder = self._translator(source, target, str(level))
            # Where no loss reaches a decoder, it does not learn.
            learns = self.translation_weight or (self.cycle_weight and not level)
            set_trainable(decoder, bool(learns))
            self.encoders.append(encoder)
            self.decoders.append(decoder)
            source = encoder.output_dim
        self.back_encoder = self.back_decoder = None
        if self.cycle_weight and not self.shared_cycle:
            source, target = self.widths[:2]
            self.back_encoder, self.back_decoder = self._translator(
                target, source, "back"
            )

    def _translator(self, source, target, name):
        dtype = self.dtype_policy
        encoder = SequenceEncoder(
            *self.encoder_options, dtype=dtype, name=f"encoder_{name}"
        )
        encoder.build((None, None, source))
        decoder = ContextDecoder(
            target, *self.decoder_options, dtype=dtype, name=f"decoder_{name}"
        )
        decoder.build((None, None, encoder.output_dim))
        return encoder, decoder

    @property
    def source(self):
        """The modalities that are encoded."""
        return list(self.chain[0])

    def translating_part(self):
        """What makes the translations that are measured and drawn.

        Returns:
            The model itself, or `None` where no weight lets it learn them.
        """
        return self if self._targets_learnt() else None

    @property
    def reads(self):
        """The names of a training batch, the targets where their errors count."""
        return sorted({*self.reads_to_answer, *self._targets_learnt()})

    def _targets_learnt(self):
        """The modalities of the targets, where any error of theirs counts."""
        counts = self.translation_weight or self.cycle_weight
        return {name for group in self.chain[1:] for name in group if counts}

    @property
    def joined_steps(self):
        """The modalities of each set; aligned attention compares steps of all."""
        if self.decoders[0].attention == "aligned":
            return [sorted({name for group in self.chain for name in group})]
        return [list(group) for group in self.chain]

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def call(self, inputs, training=None):
        inputs = self.featurize(inputs, training)
        frames, mask = self.source_frames(inputs)
        levels = self._climb(frames, mask, training)
        answer = self.head(levels[-1], mask=mask, training=training)
        outputs = {self.target: answer}
        learnt = self._targets_learnt()
        # A prediction has no targets.
        if learnt and learnt <= set(inputs):
            outputs |= self._translations(inputs, levels, mask, training)
        return outputs

    def source_frames(self, inputs, training=None):
        """The frames that the lowest level encodes, standardised.

        Args:
            inputs: dict, a batch with the source modalities.
            training: bool. For a front end that learns.

        Returns:
            Frames `(batch, timesteps, features)` and their mask.
        """
        return self.modality_concat(
            self.featurize(inputs, training), modalities=self.source
        )

    def goal(self, inputs, level=-1):
        """What a level is to predict, standardised.

        Args:
            inputs: dict, a batch that holds the target.
            level: int. Defaults to `-1`, the top.

        Returns:
            Frames `(batch, timesteps, features)` and their mask.
        """
        return self.modality_concat(inputs, modalities=self.chain[1:][level])

    def _climb(self, frames, mask, training=False):
        """The states of every level, lowest first, `(batch, timesteps, units)` each."""
        levels, states = [], self._filled(frames)
        for encoder in self.encoders:
            states, _ = encoder(states, mask=mask, training=training)
            levels.append(states)
        return levels

    def _filled(self, frames):
        """Frames with zeros up to the width that both directions share."""
        if not self.shared_cycle:
            return frames
        missing = max(self.widths[:2]) - frames.shape[-1]
        return ops.pad(frames, [[0, 0], [0, 0], [0, missing]])

    def _translations(self, inputs, levels, mask, training):
        """Every level's target, and the source again, from the states alone."""
        outputs = {}
        for level, name in enumerate(self.output_names_by_level):
            goal, _ = self.goal(inputs, level)
            frames = self.decoders[level](
                levels[level],
                num_steps=ops.shape(goal)[1],
                mask=mask,
                training=training,
            )
            outputs[name] = frames[..., : goal.shape[-1]]
        if self.cycle_weight:
            _, observed = self.goal(inputs, 0)
            outputs[self.cycle_name] = self._translate_back(
                outputs[self.output_names_by_level[0]],
                observed,
                ops.shape(mask)[1],
                training,
            )
        return outputs

    def _translate_back(self, frames, mask, num_steps, training):
        encoder = self.back_encoder or self.encoders[0]
        decoder = self.back_decoder or self.decoders[0]
        states, _ = encoder(self._filled(frames), mask=mask, training=training)
        found = decoder(states, num_steps=num_steps, mask=mask, training=training)
        return found[..., : self.widths[0]]

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        terms = super().loss_terms(x, y, y_pred, sample_weight)
        if self.translation_weight:
            for level, name in enumerate(self.output_names_by_level):
                goal, mask = self.goal(x, level)
                error = masked_squared_error(goal, y_pred[name], mask, sample_weight)
                terms[f"{name}_loss"] = (self.translation_weight, *error)
        if self.cycle_weight:
            frames, mask = self.source_frames(x)
            _, observed = self.goal(x, 0)
            # Of a target that was not observed there is nothing to come back from.
            mask = ops.logical_and(mask, ops.any(observed, axis=1, keepdims=True))
            # A front end that learns is no truth that may give way.
            frames = ops.stop_gradient(frames)
            error = masked_squared_error(
                frames, y_pred[self.cycle_name], mask, sample_weight
            )
            terms[f"{self.cycle_name}_loss"] = (self.cycle_weight, *error)
        return terms

    def encode(self, inputs):
        """The joint representation that the answer is read from.

        Args:
            inputs: dict, a batch with the source modalities.

        Returns:
            States `(batch, timesteps, features)` of the top encoder.
        """
        return widened(self._climb(*self.source_frames(inputs))[-1])

    def translate(self, batch, max_length=None, return_attention=False):
        """Translate into the last target, from the source alone, compiled.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            max_length: optional int. Steps to translate. Defaults to those of the
                source.
            return_attention: bool. Whether the attention is returned too.

        Returns:
            Dict of arrays: each target modality `(batch, steps, features)` in the units
            of its files; `"attention"` `(batch, steps, source_steps)` on request.
        """
        return super().translate(
            batch, max_length=max_length, return_attention=return_attention
        )

    def translate_frames(self, inputs, max_length=None):
        """The last target in standardised frames, from the source alone.

        Args:
            inputs: dict of tensors with the source modalities.
            max_length: optional int. Defaults to the steps of the source.

        Returns:
            Dict with `"frames"` `(batch, steps, features)` and `"attention"`.
        """
        frames, mask = self.source_frames(inputs)
        steps = ops.shape(mask)[1] if max_length is None else max_length
        found, attention = self.decoders[-1](
            self._climb(frames, mask)[-1],
            num_steps=steps,
            mask=mask,
            return_attention=True,
        )
        found = found[..., : self.widths[-1]]
        if max_length is None:
            found = zero_masked(found, mask)
        return {"frames": found, "attention": attention}

    def translate_forced(self, inputs):
        """The same for the steps of a target, whose frames it does not read.

        Args:
            inputs: dict with two batches: `"source"` and `"target"`.

        Returns:
            Frames `(batch, steps, features)`, standardised.
        """
        goal, _ = self.goal(inputs["target"])
        return self.translate_frames(inputs["source"], ops.shape(goal)[1])["frames"]

    def get_config(self):
        units, num_layers, cell, bidirectional, dropout = self.encoder_options
        return {
            **super().get_config(),
            "chain": [list(modalities) for modalities in self.chain],
            "units": units,
            "num_layers": num_layers,
            "cell": cell,
            "bidirectional": bidirectional,
            "attention": self.decoders[0].attention,
            "window": self.decoders[0].window,
            "pooling_attention": self.head.pooling_attention,
            "dropout": dropout,
            "clip": self.modality_concat.clip,
            "translation_weight": self.translation_weight,
            "cycle_weight": self.cycle_weight,
            "shared_cycle": self.shared_cycle,
        }


@register_model
def build_cyclic_translator(input_dims, chain, **options) -> CyclicTranslator:
    """Translate a source into a target and back, and answer from the states between.

    Args:
        input_dims: dict from modality to the number of its features; in the source
            also to the front end that makes them.
        chain: list of modalities or sets, `"text+video"`: the source, the target that
            is translated back, further targets.
        **options: passed on to `CyclicTranslator`.

    Returns:
        A `CyclicTranslator`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300, "video": 35}
    model = mmzoo.build_cyclic_translator(dims, ["text", "audio", "video"])
    model.compile(optimizer="adam")
    ```
    """
    return CyclicTranslator(input_dims, chain, **options)

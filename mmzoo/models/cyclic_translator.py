"""MCTN: translate to a target and back, and answer from the states between."""

import keras
from keras import ops

from mmzoo.layers.context_decoder import POOLED, ContextDecoder
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.sequence_encoder import SequenceEncoder
from mmzoo.layers.sequence_head import SequenceHead
from mmzoo.models.free_running import FreeRunning
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.models.translation_path import translation_path
from mmzoo.ops.losses import masked_squared_error
from mmzoo.ops.masking import zero_masked
from mmzoo.ops.precision import widened

__all__ = ["CyclicTranslator", "build_cyclic_translator"]


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
        self.attention = attention
        stack = {"units": units, "num_layers": num_layers, "cell": cell}
        stack["dropout"] = dropout
        self.encoder_options = {**stack, "bidirectional": bidirectional}
        self.decoder_options = {**stack, "attention": attention, "window": window}
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
            **self.encoder_options, dtype=dtype, name=f"encoder_{name}"
        )
        encoder.build((None, None, source))
        decoder = ContextDecoder(
            target, **self.decoder_options, dtype=dtype, name=f"decoder_{name}"
        )
        decoder.build((None, None, encoder.output_dim))
        return encoder, decoder

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
        return {
            **super().get_config(),
            "chain": [list(modalities) for modalities in self.chain],
            **self.encoder_options,
            **self.decoder_options,
            "pooling_attention": self.head.pooling_attention,
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

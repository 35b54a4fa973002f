"""The Seq2Seq Modality Translation Model (section 4.1, Algorithm 1, figure 1)."""

import keras
from keras import ops

from mmzoo.layers.frame_codebook import FrameCodebook
from mmzoo.layers.frozen_parts import set_trainable
from mmzoo.layers.hierarchical_stack import HierarchicalStack
from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.modality_translator import ModalityTranslator
from mmzoo.models.free_running import FreeRunning
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.registry import register_model
from mmzoo.models.training_frames import joined_frames
from mmzoo.models.translation_path import translation_path
from mmzoo.ops.losses import masked_cross_entropy, masked_squared_error
from mmzoo.ops.precision import widened

# Key of a batch that carries states which a frozen encoder gave before.
REPRESENTATION = "representation"


@keras.saving.register_keras_serializable(package="mmzoo")
class Seq2SeqTranslator(FreeRunning, MultimodalModel):
    """Translate along a path of modality sets, and encode what was learnt on the way.

    `chain=[["text"], ["audio"]]` is one translation (Algorithm 1); a longer path,
    `[["text"], ["audio"], ["video"]]`, is the hierarchical model (Algorithm 2), whose
    upper levels translate the states of the level below. A set of several modalities
    is joined at each step, on either side.

    Everything is learnt and predicted in standard deviations of the training frames;
    `translate` answers in the units of the files. Frames are regressed with a
    squared error; with `num_codes` each target frame becomes one of so many k-means
    codes, and the loss is the cross-entropy of Algorithm 1.

    A batch may carry `"representation"`: the states that the levels below the trained
    one gave, encoded once. The model then starts from there.

    Masking: see `ModalityConcat` and `ModalityTranslator`.

    Args:
        input_dims: dict from modality to the number of its features; in the source
            also to the front end that makes them.
        chain: list of lists of modalities, from the source to the last target; a set
            may be written `"text+video"`, too.
        units: int. Width of encoders and decoders. Defaults to `64`.
        num_layers: int. Recurrent layers on each side. Defaults to `1`.
        cell: `"lstm"` or `"gru"`. Defaults to `"lstm"`.
        bidirectional: bool. Whether encoders read both ways. Defaults to `False`.
        attention: `"global"`, `"aligned"` or `"none"`. Defaults to `"global"`.
        window: int. Steps that aligned attention sees on either side. Defaults to `2`.
        num_codes: optional int. Size of the codebook of every target. Defaults to
            `None`: continuous frames.
        dropout: float. Defaults to `0.0`.
        projection: optional int. Width to which a linear layer brings what encoders
            and decoders read, so that corpora of other widths share all between,
            see `mmzoo.training.Pretraining`. Defaults to `None`: none.
        history_dropout: float. Fraction of the true steps before that decoders are not
            given in training. With 1 they are given none, trained or not: a frame is
            predicted from the source alone. Defaults to `0.0`.
        clip: optional float. Limit of the standardised inputs. Defaults to `5.0`.
        level: optional int. The level that is trained alone, see `train_level`.
            Defaults to `None`: all.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)`, source and targets.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with `"<target>_translation"` a level, e.g. `"audio+video_translation"`:
        teacher-forced frames `(batch, timesteps, features)`, or with `num_codes` logits
        `(batch, timesteps + 1, num_codes + 1)`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300}
    model = mmzoo.models.Seq2SeqTranslator(dims, [["text"], ["audio"]], units=16)
    batch = {"audio": np.ones((2, 9, 74)), "text": np.ones((2, 9, 300))}
    model(batch)["audio_translation"].shape  # (2, 9, 74)
    model.translate({"text": batch["text"]})["audio"].shape  # (2, 9, 74)
    states, embedding = model.encode(batch)  # (2, 9, 16), (2, 16)
    ```

    Reference:
        - [Pham et al., 2018](https://arxiv.org/abs/1807.03915), section 4
    """

    answers = False

    def __init__(
        self,
        input_dims,
        chain,
        units=64,
        num_layers=1,
        cell="lstm",
        bidirectional=False,
        attention="global",
        window=2,
        num_codes=None,
        dropout=0.0,
        projection=None,
        history_dropout=0.0,
        clip=5.0,
        level=None,
        **kwargs,
    ):
        chain, names = translation_path(chain, input_dims)
        used = {name for modalities in chain for name in modalities}
        super().__init__(
            {name: input_dims[name] for name in used},
            further_losses=self._loss_names(names),
            **kwargs,
        )
        self.output_names_by_level = names
        self.chain = chain
        self.num_codes = num_codes
        self.attention = attention
        self.options = (units, num_layers, cell, bidirectional, attention, window)
        self.dropout = dropout
        self.projection = projection
        self.history_dropout = history_dropout
        self.modality_concat = ModalityConcat(
            self.input_dims, clip, dtype=self.dtype_policy, name="modality_concat"
        )
        dims = [self.modality_concat.features(target) for target in chain]
        outputs = [num_codes + 1] * len(names) if num_codes else dims[1:]
        self.stack = HierarchicalStack(
            [
                self._translator(level, output_dim)
                for level, output_dim in enumerate(outputs)
            ],
            dtype=self.dtype_policy,
            name="stack",
        )
        self.stack.build((None, None, dims[0]))
        self.codebooks = []
        if num_codes:
            for level, features in enumerate(dims[1:]):
                codebook = FrameCodebook(
                    num_codes, dtype=self.dtype_policy, name=f"codebook_{level}"
                )
                codebook.build((None, None, features))
                self.codebooks.append(codebook)
        self.train_level(level)
        self.built = True

    def _loss_names(self, names):
        """The logs of the loss, of which a subclass may have others."""
        return [f"{name}_loss" for name in names]

    def _translator(self, level, output_dim):
        """The layer of one level, which may be another in a subclass."""
        return ModalityTranslator(
            output_dim,
            *self.options,
            tokens=bool(self.num_codes),
            dropout=self.dropout,
            projection=self.projection,
            history_dropout=self.history_dropout,
            dtype=self.dtype_policy,
            name=f"translator_{level}",
        )

    @property
    def decoding_parts(self):
        """The layers that serve the translation alone: no answer learns them."""
        return [each.decoder for each in self.stack.translators]

    @property
    def reads(self):
        """The names of a training batch, the targets among them."""
        targets = {name for target in self.chain[1:] for name in target}
        return sorted({*self.reads_to_answer, *targets})

    @property
    def output_dim(self):
        """Width of the states that `encode` gives."""
        return self.stack.output_dim

    def begin(self, run):
        """Take the statistics of the training split, and the codebooks from them.

        Args:
            run: `mmzoo.training.TrainingRun`.
        """
        super().begin(run)
        if self.codebooks:
            self.adapt_codebooks(run.corpus.train, run.seed)

    def train_phases(self, run):
        """Train one translation after the other (the phases of Algorithms 1 and 2).

        Args:
            run: `mmzoo.training.TrainingRun`, whose `fit` trains one phase.
        """
        for level, name in enumerate(self.output_names_by_level):
            corpus, read = run.corpus, self.reads
            if level:
                corpus = run.encoded(self, level)
                read = [REPRESENTATION, *self.chain[level + 1]]
            self.train_level(level)
            run.fit(name, self, corpus, read, f"{name}_loss")
        self.train_level(None)

    def adapt_codebooks(self, split, seed=0):
        """Fit the codebook of every target, after `adapt`.

        Args:
            split: `Split`, the training split; or a dict of arrays, a batch of it.
            seed: int. Of the k-means. Defaults to `0`.
        """
        for codebook, target in zip(self.codebooks, self.chain[1:], strict=True):

            def join(batch, target=target):
                joined = self.modality_concat(batch, modalities=target)
                return map(ops.convert_to_numpy, joined)

            codebook.adapt(joined_frames(split, target, join), seed)

    def train_level(self, level):
        """Train one level alone, as a phase of the algorithms does.

        The levels below are frozen; their states come from the batch's
        `"representation"`. Compile after this call.

        Args:
            level: optional int, 0 for the lowest; `None` trains all levels jointly.
        """
        top = len(self.stack.translators) - 1
        self.level = level
        self.first_level, self.last_level = (
            (0, top) if level is None else (level, level)
        )
        for index, translator in enumerate(self.stack.translators):
            set_trainable(translator, level is None or index == level)

    def call(self, inputs, training=None):
        return self.climb(inputs, training)[2]

    def climb(self, inputs, training=None, decode=True):
        """Encode level after level, and decode each while its target is there.

        Args:
            inputs: dict, a batch.
            training: bool. Whether dropout is active.
            decode: bool. Whether to translate at all.

        Returns:
            The top level's states, the source's mask, and the translations.
        """
        states, mask = self._start(inputs, training)
        outputs = {}
        for level in range(self.first_level, self.last_level + 1):
            translator = self.stack.translators[level]
            states, embedding = translator.encode(states, mask, training)
            if decode:
                target, target_mask = self.goal(inputs, level)
                outputs[self.output_names_by_level[level]] = translator.decode(
                    target, states, embedding, mask, target_mask, training
                )
        return states, mask, outputs

    def _start(self, inputs, training):
        if self.first_level and REPRESENTATION in inputs:
            mask = ops.cast(inputs[f"{REPRESENTATION}_mask"], "bool")
            return inputs[REPRESENTATION], mask
        frames, mask = self.source_frames(inputs, training)
        states, _ = self.stack.encode(
            frames, mask, training=False, levels=self.first_level
        )
        return states, mask

    def loss_terms(self, x, y, y_pred, sample_weight=None):
        measure = masked_cross_entropy if self.codebooks else masked_squared_error
        terms = {}
        for level in range(self.first_level, self.last_level + 1):
            name = self.output_names_by_level[level]
            goal, mask = self.goal(x, level)
            terms[f"{name}_loss"] = (
                1.0,
                *measure(goal, y_pred[name], mask, sample_weight),
            )
        return terms

    def encode(self, inputs):
        """The joint representation: E_XY, or E_XYZ at the top of a longer path.

        Args:
            inputs: dict, a batch with the source modalities.

        Returns:
            States `(batch, timesteps, units)` and their last, `(batch, units)`.
        """
        frames, mask = self.source_frames(inputs)
        states, embedding = self.stack.encode(frames, mask, training=False)
        return widened(states), widened(embedding)

    def encode_level(self, inputs, levels):
        """States of the lowest levels only.

        Args:
            inputs: dict, a batch with the source modalities.
            levels: int. How many levels to climb.

        Returns:
            States `(batch, timesteps, units)`.
        """
        frames, mask = self.source_frames(inputs)
        states, _ = self.stack.encode(frames, mask, training=False, levels=levels)
        # NumPy, which keeps the states of a corpus, has no bfloat16.
        return widened(states)

    def translate_forced(self, inputs):
        """Teacher-forced translation of the top level, source and target apart.

        Args:
            inputs: dict with two batches: `"source"` and `"target"`. That they may come
                from different samples is what the shuffled control needs.

        Returns:
            Frames `(batch, steps, features)`, standardised. With codes, the frame that
            is expected under the predicted distribution.
        """
        outputs = self._forced(inputs)[0]
        return self._expected_frames(outputs) if self.codebooks else outputs

    def translate_forced_codes(self, inputs):
        """The same of a model with codes, and what it says of each token.

        Args:
            inputs: as of `translate_forced`.

        Returns:
            Dict with the expected `"frames"` `(batch, steps, features)`, and of the
            tokens, each `(batch, steps + 1)`: the `"true"` ones and their `"mask"`, the
            most probable ones, `"said"`, and the `"nats"` that a true one costs.
        """
        logits, tokens, mask = self._forced(inputs)
        log_p = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
        own = ops.take_along_axis(log_p, tokens[..., None], axis=-1)[..., 0]
        said = ops.cast(ops.argmax(log_p, axis=-1), "int32")
        found = {"true": tokens, "mask": mask, "said": said, "nats": -own}
        return {"frames": self._expected_frames(logits), **found}

    def _forced(self, inputs):
        """Teacher-forced outputs of the top level, its goal and the goal's mask."""
        frames, mask = self.source_frames(inputs["source"])
        states, embedding = self.stack.encode(frames, mask, training=False)
        target, target_mask = self.goal(inputs["target"])
        outputs = self.stack.translators[-1].decode(
            target, states, embedding, mask, target_mask, training=False
        )
        return outputs, target, target_mask

    def _expected_frames(self, logits):
        # (batch, timesteps, num_codes), without the end token and the end's step
        weights = ops.softmax(logits[:, :-1, : self.num_codes], axis=-1)
        return ops.matmul(weights, self.codebooks[-1].centroids)

    def get_config(self):
        units, num_layers, cell, bidirectional, attention, window = self.options
        return {
            **super().get_config(),
            "chain": [list(modalities) for modalities in self.chain],
            "units": units,
            "num_layers": num_layers,
            "cell": cell,
            "bidirectional": bidirectional,
            "attention": attention,
            "window": window,
            "num_codes": self.num_codes,
            "dropout": self.dropout,
            "projection": self.projection,
            "history_dropout": self.history_dropout,
            "clip": self.modality_concat.clip,
            "level": self.level,
        }


@register_model
def build_seq2seq_translator(
    input_dims, source, target, **options
) -> Seq2SeqTranslator:
    """Translate one set of modalities into another (Algorithm 1).

    Args:
        input_dims: dict from modality to the number of its features.
        source: str or list. Modalities to encode: `"text"`, `"text+video"` or a list.
        target: str or list. Modalities to predict, likewise.
        **options: passed on to `Seq2SeqTranslator`.

    Returns:
        A `Seq2SeqTranslator`.

    Example:
    ```python
    dims = {"audio": 74, "text": 300, "video": 35}
    model = mmzoo.build_seq2seq_translator(dims, "text", "audio+video", units=32)
    model.compile(optimizer="adam")
    ```
    """
    return Seq2SeqTranslator(input_dims, [source, target], **options)

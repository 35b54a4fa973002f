"""One vector a modality, fused, and an answer: emotion classes or a score."""

import keras
from keras import ops

from mmzoo.layers.fusion_head import DECISIONS, FusionHead
from mmzoo.models.input_dims import revived, serialized
from mmzoo.models.multimodal_model import MultimodalModel


@keras.saving.register_keras_serializable(package="mmzoo")
class FusionModel(MultimodalModel):
    """Branches from the frames of each modality to a vector, and a fusion head.

    A front end makes a modality's frames from raw input (`LogSpectrogram` from a
    waveform, `PretrainedText` from tokens), so that the saved model answers from raw
    clips. Where the frames are in the batch already, the front end is passed over: what
    is frozen is computed once for all epochs.

    Masking: masked steps count nowhere. A modality that is missing from a sample has a
    mask without any True; see `FusionHead` for what becomes of it.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        branches: dict from modality to a layer such as `SequenceBranch`.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one: a vector a modality is fused.
        fusion: method of `FusionHead`. Defaults to `"concat"`. For `"tokens"` the
            branches do not pool, see `SequenceBranch`.
        dropout: float. Of the head. Defaults to `0.4`.
        fusion_options: optional dict, passed on to `FusionHead`.
        **kwargs: passed on to `keras.Model`.

    Inputs:
        `"<modality>"`: float `(batch, timesteps, features)`, or the raw input of its
        front end, `"waveform"` `(batch, samples)` or `"tokens"` `(batch, tokens)`.
        `"<modality>_mask"`: bool `(batch, timesteps)`.

    Returns:
        Dict with the target: logits `(batch, classes)`, or scores `(batch,)`.

    Example:
    ```python
    branches = {"text": mmzoo.layers.SequenceBranch(16)}
    model = mmzoo.models.FusionModel({"text": 300}, branches, classes=["sad", "happy"])
    model({"text": keras.ops.ones((2, 9, 300))})["emotion"].shape  # (2, 2)
    ```

    Reference:
        - Section 3.1.5 of the audio-text paper
    """

    answers_per = ("sequence",)

    def __init__(
        self,
        input_dims,
        branches,
        classes=None,
        target=None,
        labels_per="sequence",
        fusion="concat",
        dropout=0.4,
        fusion_options=None,
        **kwargs,
    ):
        super().__init__(input_dims, classes, target, labels_per, **kwargs)
        if set(branches) != set(input_dims):
            raise ValueError(
                f"`branches` are of {sorted(branches)}, `input_dims` of "
                f"{sorted(input_dims)}: name the same modalities in both."
            )
        if self.several and fusion in DECISIONS:
            raise ValueError(
                f"`fusion={fusion!r}` averages classes of which a sample has one: for "
                f"{self.target} fuse the features, such as by 'concat'."
            )
        self.branches = {name: branches[name] for name in sorted(branches)}
        self.fusion = fusion
        self.dropout = dropout
        self.fusion_options = dict(fusion_options or {})
        self.fusion_head = FusionHead(
            len(self.classes) if classes else 1,
            fusion,
            dropout,
            **self.fusion_options,
            dtype=self.dtype_policy,
            name="fusion_head",
        )
        for name, branch in self.branches.items():
            # A branch that was deserialized is already built.
            if not branch.built:
                branch.build((None, None, self.input_dims[name]))
        # A branch that does not pool gives sequences.
        axes = [
            (None, None) if branch.pooling == "none" else (None,)
            for branch in self.branches.values()
        ]
        widths = [self.fused_width(name) for name in self.branches]
        shapes = [(*axis, width) for axis, width in zip(axes, widths, strict=True)]
        self.fusion_head.build(shapes, axes)
        self.built = True

    @property
    def joined_steps(self):
        """None: each modality has steps of its own."""
        return []

    @property
    def normalizations(self):
        """The layer that standardises each modality: its branch."""
        return self.branches

    def fused_width(self, name):
        """The width of what is fused of a modality: of its branch, as a rule.

        Args:
            name: of the modality.

        Returns:
            int.
        """
        return self.branches[name].output_dim

    def call(self, inputs, training=None):
        inputs = self._whole(inputs, training)
        answer = self.fusion_head(*self._read(inputs, training), training=training)
        return {self.target: answer if self.classes else answer[:, 0]}

    def _whole(self, inputs, training):
        """The batch with the frames of every branch, or an error."""
        inputs = self.featurize(inputs, training)
        missing = [name for name in self.branches if name not in inputs]
        if missing:
            raise ValueError(
                f"The batch has no {missing}; this model reads {self.source}, and the "
                f"batch holds {sorted(inputs)}."
            )
        return inputs

    def _read(self, inputs, training=None):
        """What each branch makes of its frames, and where it is observed."""
        read = [self._read_one(name, inputs, training) for name in self.branches]
        found, present = zip(*read, strict=True)
        return list(found), list(present)

    def _read_one(self, name, inputs, training=None):
        """The same of one branch."""
        branch, frames = self.branches[name], inputs[name]
        mask = inputs.get(f"{name}_mask")
        if mask is None:
            mask = ops.ones(ops.shape(frames)[:2], dtype="bool")
        found = branch(frames, mask=mask, training=training)
        mask = ops.cast(mask, "bool")
        return found, mask if branch.pooling == "none" else ops.any(mask, axis=1)

    def over_time(self, modality, weights, shape):
        """Weights of a branch's regions, one a time step.

        Args:
            modality: its name.
            weights: array `(regions,)`, as `attend` gives them.
            shape: `(timesteps, features)` of the frames.

        Returns:
            Array `(timesteps,)`.
        """
        branch = self.branches[modality]
        return branch.over_time(weights, *shape)

    def attend(self, inputs):
        """The attention of each branch that has one, or of the head on its steps.

        Args:
            inputs: dict, a batch.

        Returns:
            Dict from modality to weights `(batch, regions)`, and the frames that were
            attended to under `"<modality>_frames"`.
        """
        inputs = self.featurize(inputs)
        _, by_head = self.fusion_head(*self._read(inputs), return_attention=True)
        found = {}
        for index, (name, branch) in enumerate(self.branches.items()):
            _, weights = branch(
                inputs[name], mask=inputs.get(f"{name}_mask"), return_attention=True
            )
            weights = by_head[index] if by_head else weights
            if weights is not None:
                found[name] = weights
                found[f"{name}_frames"] = inputs[name]
        return found

    def get_config(self):
        return {
            **super().get_config(),
            "branches": serialized(self.branches),
            "fusion": self.fusion,
            "dropout": self.dropout,
            "fusion_options": self.fusion_options,
        }

    @classmethod
    def revive(cls, config):
        return {**super().revive(config), "branches": revived(config["branches"])}


def check_modalities(input_dims, known):
    """Refuse modalities that a builder makes no branch for.

    Args:
        input_dims: dict from modality to whatever makes it.
        known: names of those that there are branches for.
    """
    unknown = sorted(set(input_dims) - set(known))
    if unknown or not input_dims:
        raise ValueError(
            f"`input_dims` names {unknown or 'nothing'}: this model reads "
            f"{' or '.join(known)}, or both."
        )

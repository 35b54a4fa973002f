"""Vectors and sequences of several modalities as one sequence of tokens."""

import keras
from keras import ops

from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import zero_masked


@keras.saving.register_keras_serializable(package="mmzoo")
class ModalityTokens(keras.layers.Layer):
    """Project every step of every modality to a token that says where it is from.

    A vector becomes one token, a sequence as many as it has steps. To its projection
    are added a learned embedding of its modality and, in a sequence, of its
    step. The tokens of the modalities follow each other in the order of the inputs. The
    paper concatenates vectors instead; this layer is ours.

    Masking: takes a mask a modality and returns that of the tokens; masked tokens are
    zeros.

    Args:
        hidden_dim: int. Width of a token. Defaults to `64`.
        max_steps: int. Steps of a sequence at the most, padding included. Defaults to
            `128`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, features)` or
            `(batch, timesteps, features)`, one a modality, always in the same order.
        mask: optional list of boolean tensors `(batch,)` or `(batch, timesteps)`, True
            = observed; any of them may be `None`.

    Returns:
        Tokens `(batch, tokens, hidden_dim)`, and their mask `(batch, tokens)`.

    Example:
    ```python
    layer = mmzoo.layers.ModalityTokens(hidden_dim=32)
    vector, sequence = keras.ops.ones((2, 8)), keras.ops.ones((2, 10, 300))
    tokens, mask = layer([vector, sequence])
    tokens.shape, mask.shape  # (2, 11, 32), (2, 11)
    ```

    Reference:
        - Section 3.2.3 of the audio-text and image-text paper, which has no tokens
        - [Kim et al., 2021](https://arxiv.org/abs/2102.03334), section 3.1
    """

    def __init__(self, hidden_dim=64, max_steps=128, **kwargs):
        super().__init__(**kwargs)
        if max_steps < 1:
            raise ValueError(f"`max_steps` is at least 1, not {max_steps}.")
        self.hidden_dim = hidden_dim
        self.max_steps = max_steps
        self.supports_masking = True

    def build(self, input_shape):
        self._check_steps(input_shape)
        self.projections, self.step_embeddings = [], []
        for index, shape in enumerate(input_shape):
            projection = keras.layers.Dense(
                self.hidden_dim, dtype=self.dtype_policy, name=f"projection_{index}"
            )
            projection.build((None, None, shape[-1]))
            self.projections.append(projection)
            steps = None
            if len(shape) == 3:
                steps = self._embedding(self.max_steps, f"step_embedding_{index}")
            self.step_embeddings.append(steps)
        self.modality_embedding = self._embedding(
            len(input_shape), "modality_embedding"
        )
        keep_frozen(self)
        self.built = True

    def _embedding(self, rows, name):
        start = keras.initializers.RandomNormal(stddev=0.02)
        return self.add_weight((rows, self.hidden_dim), initializer=start, name=name)

    def _check_steps(self, shapes):
        for shape in shapes:
            steps = shape[1] if len(shape) == 3 else None
            if steps is not None and steps > self.max_steps:
                raise ValueError(
                    f"An input of `inputs` has {steps} steps, which is more than "
                    f"`max_steps={self.max_steps}`."
                )

    def call(self, inputs, mask=None):
        self._check_steps([each.shape for each in inputs])
        masks = mask if mask is not None else [None] * len(inputs)
        tokens, kept = [], []
        for index, (each, its_mask) in enumerate(zip(inputs, masks, strict=True)):
            each, its_mask = as_sequence(each, its_mask)
            tokens.append(self._project(index, each, its_mask))
            kept.append(its_mask)
        # (batch, tokens, hidden_dim) and (batch, tokens)
        tokens, kept = ops.concatenate(tokens, axis=1), ops.concatenate(kept, axis=1)
        return zero_masked(tokens, kept), kept

    def _project(self, index, sequence, mask):
        # (batch, steps, hidden_dim)
        tokens = self.projections[index](zero_masked(sequence, mask))
        tokens = tokens + ops.cast(self.modality_embedding[index], tokens.dtype)
        steps = self.step_embeddings[index]
        if steps is None:
            return tokens
        return tokens + ops.cast(steps[: ops.shape(sequence)[1]], tokens.dtype)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None):
        self._check_steps([each.shape for each in inputs])
        steps = [steps_of(each) for each in inputs]
        shape = (inputs[0].shape[0], None if None in steps else sum(steps))
        return (
            keras.KerasTensor((*shape, self.hidden_dim), dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="bool"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "max_steps": self.max_steps,
        }


def steps_of(inputs):
    """How many tokens an input becomes.

    Args:
        inputs: float tensor `(batch, features)` or `(batch, timesteps, features)`.

    Returns:
        Its timesteps, or 1.
    """
    return ops.shape(inputs)[1] if len(inputs.shape) == 3 else 1


def as_sequence(inputs, mask=None):
    """A vector as a sequence of one step, and a sequence as it is, with their mask.

    Args:
        inputs: float tensor `(batch, features)` or `(batch, timesteps, features)`.
        mask: optional boolean tensor, `inputs` without its features.

    Returns:
        Tensor `(batch, timesteps, features)`, and its mask `(batch, timesteps)`.

    Raises:
        ValueError: if the mask has other axes.
    """
    if mask is None:
        mask = ops.ones_like(inputs[..., 0], dtype="bool")
    if len(mask.shape) != len(inputs.shape) - 1:
        raise ValueError(
            f"A `mask` of shape {tuple(mask.shape)} does not fit an input of shape "
            f"{tuple(inputs.shape)}: it is as long, without the features."
        )
    mask = ops.cast(mask, "bool")
    if len(inputs.shape) == 3:
        return inputs, mask
    return inputs[:, None, :], mask[:, None]

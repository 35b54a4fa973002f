"""Memories of several modalities that are read hop by hop, guided by each other."""

import keras
from keras import ops

from mmzoo.layers.attention_pooling import AttentionPooling
from mmzoo.layers.frozen_parts import keep_frozen
from mmzoo.ops.masking import masked_mean, zero_masked
from mmzoo.ops.precision import wide_dtype


@keras.saving.register_keras_serializable(package="mmzoo")
class CoMemory(keras.layers.Layer):
    """Read each modality's memory over several hops, guided by what others have found.

    A memory M holds the states of one modality, such as of words or of the regions of
    a picture. Its query begins as their mean, and at each hop

        alpha = softmax(w tanh(W M + V [queries of its guides] + b)),
        c = sum of alpha M,    query <- GRU(c, query).

    All queries of a hop are made from those of the hop before. Weights are shared by
    the hops and own to each memory. `W M` is computed once for all hops.

    Masking: takes a mask a memory. A masked step has weight 0, and the query of a
    memory without any step is zeros, which guide nobody. Returns no mask.

    Args:
        hops: int. How often each memory is read. Defaults to `3`.
        guides: optional list with, for each memory, the places of those that guide it.
            Defaults to `None`: all others do. A lone memory is guided by itself.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: list of float tensors `(batch, timesteps, features)`, the memories, each
            with its own steps, of one width.
        mask: optional list of boolean tensors `(batch, timesteps)`, True = observed;
            any of them may be `None`.
        return_attention: bool. Whether the weights are returned too.

    Returns:
        The last queries, a list of `(batch, features)`, one a memory; with
        `return_attention` also the weights, a list of `(batch, hops, timesteps)`.

    Example:
    ```python
    co_memory = mmzoo.layers.CoMemory(hops=2)
    words, regions = keras.ops.ones((4, 10, 32)), keras.ops.ones((4, 49, 32))
    queries, weights = co_memory([words, regions], return_attention=True)
    queries[0].shape, weights[1].shape  # (4, 32), (4, 2, 49)
    ```

    Reference:
        - [Xu et al., 2018](https://doi.org/10.1145/3209978.3210093), the abstract
        - [Xu et al., 2019](https://doi.org/10.1609/aaai.v33i01.3301371), MIMN, and its
          authors' code, for the update by a GRU
    """

    def __init__(self, hops=3, guides=None, **kwargs):
        super().__init__(**kwargs)
        if hops < 1:
            raise ValueError(f"`hops` is at least 1, not {hops}.")
        self.hops = hops
        self.guides = None if guides is None else [list(each) for each in guides]
        self.supports_masking = True

    def build(self, input_shape):
        widths = [shape[-1] for shape in input_shape]
        if len(set(widths)) > 1:
            raise ValueError(
                f"`inputs` are memories of one width, not of {widths}: bring them to "
                "the same number of features by a dense layer each."
            )
        self.read_guides = self._read_guides(len(widths))
        width, named = widths[0], {"dtype": self.dtype_policy}
        self.attentions, self.updates = [], []
        for place, guides in enumerate(self.read_guides):
            attention = AttentionPooling(width, name=f"attention_{place}", **named)
            attention.build((None, None, width), (None, len(guides) * width))
            update = keras.layers.GRUCell(width, name=f"update_{place}", **named)
            update.build((None, width))
            self.attentions.append(attention)
            self.updates.append(update)
        keep_frozen(self)
        self.built = True

    def _read_guides(self, count):
        """The places of the guides of each memory."""
        places = range(count)
        if self.guides is None:
            return [[i for i in places if i != own] or [own] for own in places]
        known = all(each and set(each) <= set(places) for each in self.guides)
        if len(self.guides) != count or not known:
            raise ValueError(
                f"`guides={self.guides}` does not fit {count} memories: name, for each "
                f"of them, one or more of the places 0 to {count - 1}."
            )
        return self.guides

    def call(self, inputs, mask=None, return_attention=False):
        masks = mask if mask is not None else [None] * len(inputs)
        masks = [each if each is None else ops.cast(each, "bool") for each in masks]
        memories = [zero_masked(*pair) for pair in zip(inputs, masks, strict=True)]
        keys = [
            layer.keys(memory)
            for layer, memory in zip(self.attentions, memories, strict=True)
        ]
        queries = [masked_mean(*pair) for pair in zip(inputs, masks, strict=True)]
        there = [each if each is None else ops.any(each, axis=1) for each in masks]
        looks = []
        for _ in range(self.hops):
            read = [
                layer.pool(memory, key, observed, self._context(queries, place))
                for place, (layer, memory, key, observed) in enumerate(
                    zip(self.attentions, memories, keys, masks, strict=True)
                )
            ]
            queries = [
                # A query is zeros where its memory has no step.
                zero_masked(update(context, [query])[0], some)
                for update, query, (context, _), some in zip(
                    self.updates, queries, read, there, strict=True
                )
            ]
            looks.append([weights for _, weights in read])
        if not return_attention:
            return queries
        return queries, [ops.stack(each, axis=1) for each in zip(*looks, strict=True)]

    def _context(self, queries, place):
        """The queries of a memory's guides, side by side."""
        return ops.concatenate([queries[i] for i in self.read_guides[place]], axis=-1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_spec(self, inputs, mask=None, return_attention=False):
        batch, _, features = inputs[0].shape
        found = [
            keras.KerasTensor((batch, features), self.compute_dtype) for _ in inputs
        ]
        if not return_attention:
            return found
        shapes = [(batch, self.hops, each.shape[1]) for each in inputs]
        wide = wide_dtype(self.compute_dtype)
        return found, [keras.KerasTensor(shape, wide) for shape in shapes]

    def get_config(self):
        return {**super().get_config(), "hops": self.hops, "guides": self.guides}

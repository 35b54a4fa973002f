"""What models share that make one vector of each modality and fuse these."""

from keras import ops

from mmzoo.layers.modality_concat import ModalityConcat
from mmzoo.layers.modality_embedding import ModalityEmbedding
from mmzoo.models.multimodal_model import MultimodalModel


class VectorFusionModel(MultimodalModel):
    """One vector of each modality, whatever steps each has.

    A subclass calls `embed_modalities` in its constructor, or `embed_with` for layers
    of its own, and `vectors` in `call`.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the labels; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one: vectors have no steps. Defaults to
            `"sequence"`.
        further_losses: names of the terms that a subclass adds in `loss_terms`.
        **kwargs: passed on to `keras.Model`.
    """

    answers_per = ("sequence",)

    def embed_modalities(self, widths, read_in_order, units, dropout):
        """Make and build the layers that turn each modality into a vector.

        Args:
            widths: dict from modality to the width of its vector.
            read_in_order: names of the modalities that an LSTM reads; of the others
                the mean of their steps is read.
            units: int. Width of each LSTM.
            dropout: float. Of what the vectors are made of.
        """
        self.embed_with(
            {
                name: ModalityEmbedding(
                    width,
                    units if name in read_in_order else 0,
                    dropout,
                    dtype=self.dtype_policy,
                    name=f"{name}_embedding",
                )
                for name, width in widths.items()
            }
        )

    def embed_with(self, embeddings):
        """Build the given layers, which turn each modality into a vector.

        Args:
            embeddings: dict from modality to a layer that is called with frames, `mask`
                and `training`.
        """
        self.modality_concat = ModalityConcat(
            self.input_dims, name="modality_concat", dtype=self.dtype_policy
        )
        self.embeddings = embeddings
        for name, embedding in embeddings.items():
            embedding.build((None, None, self.input_dims[name]))

    @property
    def joined_steps(self):
        """None: each modality has steps of its own."""
        return []

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def vectors(self, inputs, training=None):
        """The vector of each modality, and which samples have it.

        Args:
            inputs: dict, a batch of frames and their masks.
            training: bool. Whether dropout is active.

        Returns:
            List of float tensors `(batch, width)`, and of bool tensors `(batch,)`, in
            the order of `input_dims`.
        """
        frames, masks = self.modality_concat.apart(inputs, aligned=False)
        vectors = [
            embedding(frames[name], mask=masks[name], training=training)
            for name, embedding in self.embeddings.items()
        ]
        return vectors, [ops.any(mask, axis=1) for mask in masks.values()]

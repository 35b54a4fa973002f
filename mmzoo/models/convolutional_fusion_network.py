"""CNN-Multi after its abstract: a CNN of words, one of pictures, and one on both."""

from mmzoo.layers.sequence_branch import SequenceBranch
from mmzoo.models.registry import register_model
from mmzoo.models.staged_fusion_model import StagedFusionModel

__all__ = ["build_convolutional_fusion_network"]


def convolutional_branches(input_dims, width, dropout, dtype=None):
    """A convolutional network for each modality, which ends in a vector.

    The convolutions of a picture are its front end's, an `ImageEncoder`, whose cells
    are averaged; whatever has steps is read by Kim's filters, words first of all.

    Args:
        input_dims: dict of a model.
        width: int. Of each vector.
        dropout: float. Of what is pooled.
        dtype: optional dtype or policy.

    Returns:
        Dict from modality to `SequenceBranch`.
    """
    return {
        name: SequenceBranch(
            width,
            pooling="mean" if name == "image" else "convolution",
            dropout=dropout,
            dtype=dtype,
            name=name,
        )
        for name in sorted(input_dims)
    }


@register_model(made_for=("image",))
def build_convolutional_fusion_network(
    input_dims,
    *,
    classes=None,
    target=None,
    labels_per="sequence",
    feature_dim=128,
    hidden_dim=256,
    dropout=0.5,
    end_to_end=False,
    dtype=None,
):
    """Teach a CNN of words and one of pictures alone, then a network on both.

    Args:
        input_dims: dict from modality to what makes its frames, such as an
            `ImageEncoder` for `"image"` and a `WordEmbedding` for `"text"`; or an int,
            the width of frames that are given ready.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one.
        feature_dim: int. Width of the vector of each modality. Defaults to `128`.
        hidden_dim: int. Width of the dense layer with ReLU on all vectors. Defaults to
            `256`.
        dropout: float. Before each dense layer. Defaults to `0.5`, Kim's.
        end_to_end: bool. Whether all is trained together, in one phase and by the joint
            answer alone. Defaults to `False`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `StagedFusionModel`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_convolutional_fusion_network(ends, classes=["sad", "glad"])
    model.levels  # ["image", "text", "fusion"]
    ```
    """
    return StagedFusionModel(
        input_dims,
        convolutional_branches(input_dims, feature_dim, dropout, dtype),
        classes,
        target,
        labels_per,
        dropout=dropout,
        fusion_options={"hidden_size": hidden_dim},
        end_to_end=end_to_end,
        dtype=dtype,
    )

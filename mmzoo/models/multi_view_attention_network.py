"""MVAN after its abstract: words, objects and the scene guide each other hop by hop."""

from mmzoo.models.co_memory_network import CoMemoryNetwork
from mmzoo.models.registry import register_model

__all__ = ["build_multi_view_attention_network"]


@register_model(made_for=("image",))
def build_multi_view_attention_network(
    input_dims, *, hops=3, scene=True, fusion="stack", hidden_dim=64, **options
) -> CoMemoryNetwork:
    """Let words, objects and the scene guide each other, after MVAN's abstract.

    MVAN's abstract names two views of a picture, of objects and of the scene, a memory
    network "that is continually updated", a perceptron and a "stacking-pooling module";
    its equations and code were not at hand. Here it is `CoMemoryNetwork` with three
    memories: the words are guided by both views, and each view by the words. One dense
    layer reads each of the last queries; their mean and maximum give the answer.

    The objects are the regions of `"image"`. There is no scene network: the scene is
    their mean behind a dense layer of its own, unless a modality `"scene"` is given.
    Attention over a scene of one step is trivial; what it tells the words is not.

    Args:
        input_dims: dict from modality to the number of its features, or to the front
            end that makes them.
        hops: int. How often each memory is read. Defaults to `3`.
        scene: bool. Whether the picture as a whole is a memory, too. Defaults to
            `True`.
        fusion: `"stack"` pools the queries, `"concat"` puts them side by side. Defaults
            to `"stack"`.
        hidden_dim: optional int. Width of the dense layer that reads each query.
            Defaults to `64`.
        **options: passed on to `CoMemoryNetwork`.

    Returns:
        A `CoMemoryNetwork`.

    Example:
    ```python
    ends = {
        "image": mmzoo.layers.ImageEncoder(width=0.25),
        "text": mmzoo.layers.WordEmbedding(["good", "bad"]),
    }
    model = mmzoo.build_multi_view_attention_network(ends, units=16)
    model.names  # ["image", "text", "scene"]
    ```

    Reference:
        - [Yang et al., 2021](https://doi.org/10.1109/TMM.2020.3035277), the abstract
    """
    given = {"hops": hops, "scene": scene, "fusion": fusion, "hidden_dim": hidden_dim}
    return CoMemoryNetwork(input_dims, **given, **options)

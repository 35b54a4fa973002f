"""The Hierarchical Seq2Seq Modality Translation Model (section 4.2, Algorithm 2)."""

from mmzoo.models.registry import register_model
from mmzoo.models.seq2seq_translator import Seq2SeqTranslator


@register_model
def build_hierarchical_translator(input_dims, chain, **options) -> Seq2SeqTranslator:
    """Translate X into Y, then the states of that, E_XY, into Z, and so on.

    The paper's embed(T, A) -> V is `["text", "audio", "video"]`.

    Args:
        input_dims: dict from modality to the number of its features.
        chain: list of at least three modalities (or sets, `"text+video"`): the source,
            then the target of each level.
        **options: passed on to `Seq2SeqTranslator`.

    Returns:
        A `Seq2SeqTranslator` with a level a target.

    Raises:
        ValueError: if the path has fewer than two targets.

    Example:
    ```python
    dims = {"audio": 74, "text": 300, "video": 35}
    chain = ["text", "audio", "video"]
    model = mmzoo.build_hierarchical_translator(dims, chain, units=32)
    ```
    """
    if len(chain) < 3:
        raise ValueError(
            f"`chain` has a source and at least two targets, not {list(chain)!r}; for "
            "one target use `build_seq2seq_translator`."
        )
    return Seq2SeqTranslator(input_dims, chain, **options)

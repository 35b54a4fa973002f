"""Tokens of texts as batches hold them."""

import numpy as np


def token_rows(front_end, texts) -> list[tuple[np.ndarray, np.ndarray]]:
    """Number the tokens of some texts.

    Args:
        front_end: A layer with `tokenize`; one whose `token_features` are 2 also says
            by `word_places` which word each token is a piece of.
        texts: List of str.

    Returns:
        For each text its tokens `(tokens, token_features)`, int32, the id first, and
        which of them it has, `(tokens,)`.
    """
    ids, mask = front_end.tokenize(texts)
    columns = [ids]
    if getattr(front_end, "token_features", 1) == 2:
        columns.append(front_end.word_places(texts))
    return list(zip(np.stack(columns, axis=-1), mask, strict=True))

"""How well a translation that decodes tokens finds the true ones, and its controls.

Every metric is a ratio, or a function, of two sums over test sequences, so that the
bootstrap can weigh these. Only tokens that the target's mask observes count.
"""

import numpy as np

# n-grams of one to four tokens, as Papineni et al. (2002).
ORDERS = 4

TOKEN_METRICS = {
    "token_accuracy_teacher_forced": (
        "Share of the target's observed tokens, the end of each sequence among them, "
        "that are the most probable when the decoder is given the true previous tokens."
    ),
    "token_accuracy_free_running": (
        "Share of these tokens that beam search (4 beams), which reads the source "
        "alone, writes in their very place."
    ),
    "token_accuracy_greedy": "The same for greedy search, which is a beam of 1.",
    "token_accuracy_sampled": (
        "The same for tokens drawn at random from the decoder's probabilities, once, "
        "at temperature 1, by the seed of the training."
    ),
    "token_accuracy_source_shuffled": (
        "Control: the same for the beam search on another sample's source."
    ),
    "token_accuracy_most_frequent": (
        "Control: the training split's most frequent token in every place."
    ),
    "perplexity_teacher_forced": (
        "Exponential of the mean cross-entropy of the target's observed tokens, ends "
        "included, when the decoder is given the true previous tokens: among so many "
        "equally likely ones it seems to choose. Lower is better."
    ),
    "perplexity_source_shuffled": (
        "Control: the same with the source sequences shuffled between the samples."
    ),
    "perplexity_unigram": (
        "Control: the perplexity of the frequencies of the tokens in the training "
        "split, one added to each count, without source or previous tokens."
    ),
    "bleu_free_running": (
        "BLEU, from 0 to 100, of the tokens that beam search (4 beams) writes from the "
        "source alone, its end left out, by sacrebleu (Papineni et al., 2002; Post, "
        "2018): shared runs of one to four tokens over the whole test split, wherever "
        "they stand. A token is a code of frames, of text one of word vectors, so it "
        "compares with no BLEU of words."
    ),
    "bleu_greedy": "The same for greedy search, which is a beam of 1.",
    "bleu_sampled": "The same for the tokens drawn at random.",
    "bleu_source_shuffled": (
        "Control: the same for the beam search on another sample's source."
    ),
    "explained_codebook": (
        "Bound: variance of the target's frames that its true tokens explain, each "
        "standing for the frame of its code. They are the nearest, so no codes explain "
        "more; the mean frame explains 0."
    ),
}


def _tokens(true, said, mask):
    true, said, mask = np.asarray(true), np.asarray(said), np.asarray(mask, bool)
    if true.ndim != 2 or not true.shape == said.shape == mask.shape:
        raise ValueError(
            "`true`, `said` and `mask` must have one shape (batch, steps); received "
            f"{true.shape}, {said.shape} and {mask.shape}."
        )
    return true, said, mask


def token_hits(true, said, mask):
    """How many tokens are right, by sequence.

    Args:
        true: int array `(batch, steps)`.
        said: int array of the same shape.
        mask: boolean array of the same shape, True = the token counts.

    Returns:
        Two float arrays `(batch,)`: tokens that are right, and tokens.
    """
    true, said, mask = _tokens(true, said, mask)
    right = (true == said) & mask
    return right.sum(axis=1).astype(float), mask.sum(axis=1).astype(float)


def token_accuracy(hits, tokens, weights=None):
    """Share of the tokens that are right; NaN where there are none.

    Args:
        hits: right tokens by sequence, `(N,)`, see `token_hits`.
        tokens: tokens by sequence, `(N,)`.
        weights: optional, shape `(..., N)`: how often each sequence counts.

    Returns:
        A float, or an array of shape `(...)` where the weights have leading axes.
    """
    hits, tokens = _weighted(hits, tokens, weights)
    share = np.where(tokens > 0, hits / np.where(tokens > 0, tokens, 1.0), np.nan)
    return float(share) if share.ndim == 0 else share


def perplexity(nats, tokens, weights=None):
    """Exponential of the mean cross-entropy of a token; NaN where there is none.

    Args:
        nats: cross-entropy by sequence, a sum over its tokens, `(N,)`.
        tokens: tokens by sequence, `(N,)`.
        weights: optional, shape `(..., N)`: how often each sequence counts.

    Returns:
        A float, or an array of shape `(...)` where the weights have leading axes.
    """
    found = np.exp(token_accuracy(nats, tokens, weights))
    return float(found) if found.ndim == 0 else found


def unigram(counts):
    """Probabilities of tokens from their counts, one added to each.

    Args:
        counts: array `(vocabulary,)`.

    Returns:
        Float array `(vocabulary,)`, which sums to 1.
    """
    more = np.asarray(counts, float) + 1.0
    return more / more.sum()


def bleu_counts(true, said, mask, end):
    """What BLEU is made of, by sequence, counted by sacrebleu.

    Steps that the target did not observe are left out of both sides.

    Args:
        true: int array `(batch, steps)`; each row holds `end` from its end on.
        said: int array of the same shape, likewise.
        mask: boolean array of the same shape: tokens of the target that were observed.
        end: int. The token that ends a sequence and is no word of it.

    Returns:
        Float arrays `(batch, 9)`, the matches and the number of n-grams of each order
        and the length of what is said, and `(batch,)`, the length of the truth. All
        zero where nothing was observed.
    """
    from sacrebleu.metrics import BLEU

    # It would remark that single sentences are best counted otherwise: no score of
    # one is read here.
    metric = BLEU(tokenize="none", force=True, effective_order=True)
    found, lengths = [], []
    for own, other, observed in zip(*_tokens(true, said, mask), strict=True):
        length = int(np.argmax(own == end)) if end in own else len(own)
        gap = (np.arange(len(own)) < length) & ~observed
        truth = own[:length][observed[:length]]
        written = np.cumsum(other == end) == 0
        words = other[written & ~gap] if len(truth) else truth
        score = metric.sentence_score(_sentence(words), [_sentence(truth)])
        counted = [*score.counts, *score.totals, score.sys_len]
        found.append(counted if len(truth) else [0] * (2 * ORDERS + 1))
        lengths.append(len(truth))
    return np.array(found, float).reshape(-1, 2 * ORDERS + 1), np.array(lengths, float)


def bleu(counts, lengths, weights=None):
    """BLEU of a whole split, from 0 to 100, with sacrebleu's smoothing (`exp`).

    Args:
        counts: as `bleu_counts` gives them, `(N, 9)`.
        lengths: of the true sequences, `(N,)`.
        weights: optional, whole numbers of shape `(..., N)`: how often each sequence
            counts.

    Returns:
        A float, or an array of shape `(...)` where the weights have leading axes; NaN
        where there is no token.
    """
    from sacrebleu.metrics import BLEU

    # It takes whole numbers of n-grams, and weights are how often.
    counts, lengths = (x.astype(int) for x in _weighted(counts, lengths, weights))

    def score(counts, length):
        if not length:
            return np.nan
        matches, totals = counts[:ORDERS].tolist(), counts[ORDERS:-1].tolist()
        size = int(counts[-1])
        # It smooths the lists that it is given in place.
        return BLEU.compute_bleu(matches, totals, size, int(length), "exp").score

    rows = zip(counts.reshape(-1, counts.shape[-1]), lengths.ravel(), strict=True)
    found = np.array([score(*row) for row in rows]).reshape(lengths.shape)
    return float(found) if found.ndim == 0 else found


def _weighted(sums, sizes, weights):
    sums, sizes = np.asarray(sums, float), np.asarray(sizes, float)
    if sizes.ndim != 1 or sums.shape[:1] != sizes.shape:
        raise ValueError(
            "Sums and sizes must have an entry a sequence each; received shapes "
            f"{sums.shape} and {sizes.shape}."
        )
    weights = np.ones(len(sizes)) if weights is None else np.asarray(weights)
    return weights @ sums, weights @ sizes


def _sentence(tokens):
    return " ".join(map(str, tokens))

"""Measure the tokens that a trained translation decodes, with their controls."""

import numpy as np
from keras import ops

from mmzoo.data import Batches
from mmzoo.evaluation.metrics.tokens import bleu_counts, token_hits, unigram

# The beams of `translate`; one of them is greedy search.
SEARCHES = {"free_running": 4, "greedy": 1}


def translate_tokens(translator, x, others, num_steps, first=0, seed=0):
    """One batch decoded in every way.

    Args:
        translator: `Seq2SeqTranslator` with codes; its top level is read.
        x: dict of arrays, the batch with its target.
        others: the batch whose sources are those of other samples.
        num_steps: int. Frames to decode.
        first: int. Number of the batch's first sample, for its draws. Defaults to `0`.
        seed: int. Of the draws. Defaults to `0`.

    Returns:
        Two dicts: frames `(batch, num_steps, features)` by metric of variance
        explained; and what `token_sums` reads, arrays `(batch, num_steps + 1)`.
    """
    forced = translator.as_model(translator.translate_forced_codes)
    own, other = (
        forced.predict({"source": each, "target": x}, verbose=0) for each in (x, others)
    )
    true, written = own["true"], {}
    for name, width in SEARCHES.items():
        model = translator.as_model(translator.translate_codes, width, num_steps + 1)
        tokens, _, lengths = model.predict(x, verbose=0)
        written[name] = tokens[:, 0]
        if name == "free_running":
            free = translator.frames_of(tokens[:, 0], lengths[:, 0])
    drawn, _, _ = translator.sample_codes(x, num_steps + 1, seed=seed, first=first)
    frames = {
        "explained_teacher_forced": own["frames"],
        "explained_free_running": free,
        "explained_source_shuffled": other["frames"],
        # The end has no frame; the mask leaves it out.
        "explained_codebook": ops.convert_to_numpy(
            translator.codebooks[-1].lookup(true[:, :-1])
        ),
    }
    tokens = {"true": true, "mask": own["mask"], "teacher_forced": own["said"]}
    tokens |= {**written, "sampled": drawn[:, 0]}
    nats = {"nats": own["nats"], "nats_shuffled": other["nats"]}
    return frames, tokens | nats


def token_sums(batches, source, end, counts=None):
    """The sums that the metrics of tokens are made of, with their controls.

    Args:
        batches: list of what `translate_tokens` gave second, for all samples.
        source: int array `(samples,)`: whose source goes with each target, to judge
            what was written from another sample's.
        end: int. The token that ends a sequence.
        counts: optional array `(end + 1,)`: how often the training split has each
            token. Without it the controls that need it are left out.

    Returns:
        Dict from a name of `TOKEN_METRICS` to sums `(samples,)`, of BLEU `(samples,
        9)`, and sizes `(samples,)`.
    """
    found = _joined(batches, end)
    true, mask = found["true"], found["mask"]
    found["source_shuffled"] = found["free_running"][source]
    ways = ["teacher_forced", *SEARCHES, "sampled", "source_shuffled"]
    losses = {
        "teacher_forced": found["nats"],
        "source_shuffled": found["nats_shuffled"],
    }
    if counts is not None:
        found["most_frequent"] = np.full_like(true, np.argmax(counts))
        ways.append("most_frequent")
        losses["unigram"] = -np.log(unigram(counts))[true]
    sums = {f"token_accuracy_{way}": token_hits(true, found[way], mask) for way in ways}
    size = mask.sum(axis=1).astype(float)
    for name, nats in losses.items():
        total = np.where(mask, nats, 0.0).sum(axis=1, dtype="float64")
        sums[f"perplexity_{name}"] = total, size
    for way in (*SEARCHES, "sampled", "source_shuffled"):
        sums[f"bleu_{way}"] = bleu_counts(true, found[way], mask, end)
    return sums


def token_counts(translator, split, batch_size=64):
    """How often each token is in the top target of a split, its ends among them.

    Args:
        translator: `Seq2SeqTranslator` with codes.
        split: `Split`, the training split.
        batch_size: int. Defaults to `64`.

    Returns:
        Int array `(num_codes + 1,)`.
    """
    names, size = list(translator.chain[-1]), min(batch_size, len(split))
    batches = Batches(split, names, size, num_buckets=4)
    goal = translator.as_model(translator.goal)
    counts = np.zeros(translator.num_codes + 1, int)
    for index in range(len(batches)):
        rows = len(batches.rows(index))
        codes, mask = goal.predict(batches[index][0], verbose=0)
        codes = codes[:rows][mask[:rows].astype(bool)]
        counts += np.bincount(codes, minlength=len(counts))
    return counts


def _joined(batches, end):
    """Batches one after the other, padded to the steps of the longest."""
    steps = max(batch["true"].shape[1] for batch in batches)

    def padded(name, array):
        fill = end if np.issubdtype(array.dtype, np.integer) else 0
        wide = np.full((len(array), steps), fill, array.dtype)
        wide[:, : array.shape[1]] = array
        return wide.astype(bool) if name == "mask" else wide

    return {
        name: np.concatenate([padded(name, batch[name]) for batch in batches])
        for name in batches[0]
    }

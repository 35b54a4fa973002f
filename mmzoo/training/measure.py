"""Measure a trained model on a split: sentiment, translation and its controls."""

import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.evaluation import (
    TRANSLATION_METRICS,
    copy_previous,
    latent_metrics,
    translation_errors,
)
from mmzoo.training.encoding import map_in_parts, map_split
from mmzoo.training.measure_tokens import token_counts, token_sums, translate_tokens

# Sequences of this many steps make a picture that can be read.
LEGIBLE = 12


def labelled(split):
    """Labels of a split with their names, one entry a label.

    Args:
        split: `Split`.

    Returns:
        Labels `(N,)`, of emotions `(N, classes)`, ids and groups, each of N entries;
        with labels one a step, the labelled steps of all sequences one after the other.
    """
    if not isinstance(split.labels, Sequences):
        return np.asarray(split.labels), split.ids, split.groups
    labels, ids, groups = [], [], []
    names = zip(split.ids, split.groups, split.labels.lengths, strict=True)
    for index, (id, group, length) in enumerate(names):
        labels.append(split.labels[index][0][:, 0])
        if split.step_ids is not None:
            ids += split.step_ids[index]
        else:
            ids += [f"{id}[{step}]" for step in range(length)]
        groups += [group] * int(length)
    return np.concatenate(labels), tuple(ids), tuple(groups)


def predictions(model, split):
    """What a model says for every label of a split.

    Args:
        model: a model that answers.
        split: `Split` that holds what `model.reads_to_answer` names.

    Returns:
        Scores `(N,)` or logits `(N, classes)`, in the order of `labelled`.
    """
    return np.concatenate(list(predictions_in_parts(model, split, 64)))


def predictions_in_parts(model, split, batch_size=None):
    """The same, of some samples at a time, so that memory does not grow with them.

    Args:
        model: a model that answers.
        split: `Split` that holds what `model.reads_to_answer` names.
        batch_size: optional int. By default batches are as large as suits the frames,
            so the last digits may be others.

    Returns:
        An iterator of arrays as `predictions` returns them, in the same order.
    """
    model.check_steps(split, "the rows to answer", answering=True)
    read, steps = model.reads_to_answer, model.labels_per == "step"
    for part in map_in_parts(model, split, read, batch_size, model.target, steps):
        yield (np.concatenate(part) if steps else part).astype("float64")


def other_samples(count, seed):
    """Another sample for each, by a seeded cyclic shuffle: none keeps its own.

    Args:
        count: int. How many samples there are.
        seed: int.

    Returns:
        Int array `(count,)`; each sample is in it once.
    """
    order = np.random.default_rng(seed).permutation(count)
    source = np.empty_like(order)
    source[order] = np.roll(order, 1)
    return source


def measure_translation(translator, split, seed=0, batch_size=64, train=None):
    """How much of the target a translation explains, with its controls.

    Teacher-forced, free-running, teacher-forced from another sample's source (a seeded
    cyclic shuffle, so no sample keeps its own), and the previous frame copied. All in
    standard deviations of the training frames, against the frame of means. Where the
    target is tokens, these are measured as well.

    Args:
        translator: `Seq2SeqTranslator`; its top level is measured.
        split: `Split`.
        seed: int. Of the shuffle, and of tokens that are drawn. Defaults to `0`.
        batch_size: int. Defaults to `64`.
        train: optional `Split`, the training split, in which tokens are counted for
            their controls. Without it these two are left out. Defaults to `None`.

    Returns:
        Dict from metric to `(squared errors (N,), squared deviations (N,))`, of tokens
        to the sums of `token_sums`; and the
        attention of one sample `(target_steps, source_steps)`, or `None`.
    """
    split.check_joined_steps(translator.joined_steps, "the rows to translate")
    source = other_samples(len(split), seed)
    # One class of length, so that a batch and its shuffled sources have one shape.
    own, others = (
        Batches(rows, translator.reads, min(batch_size, len(split)), num_buckets=1)
        for rows in (split, split.select(source))
    )
    found, tokens, best = {}, [], (np.inf, None)
    for index in range(len(own)):
        rows = len(own.rows(index))
        predicted, target, mask, attention, written = _translations(
            translator, own[index][0], others[index][0], index * own.batch_size, seed
        )
        tokens.append({name: each[:rows] for name, each in written.items()})
        for name, frames in predicted.items():
            errors = translation_errors(target[:rows], frames[:rows], mask[:rows])
            found.setdefault(name, []).append(errors)
        best = min(best, _one_map(attention, mask[:rows]), key=lambda each: each[0])
    explained = {
        name: tuple(map(np.concatenate, zip(*parts, strict=True)))
        for name, parts in found.items()
    }
    if translator.codebooks:
        counts = None if train is None else token_counts(translator, train, batch_size)
        explained |= token_sums(tokens, source, translator.num_codes, counts)
    known = [name for name in TRANSLATION_METRICS if name in explained]
    return {name: explained[name] for name in known}, best[1]


def measure_latent(translator, split):
    """Whether a translator uses its latent vector.

    Args:
        translator: `Seq2SeqTranslator`.
        split: `Split`.

    Returns:
        Dict from a name of `LATENT_METRICS` to a float; empty without a latent vector,
        or where a lone sample tells nothing of how it varies.
    """
    if translator.latent is None or len(split) < 2:
        return {}
    model = translator.as_model(translator.posterior)
    found = [
        np.stack(list(map_split(model, split, translator.source, key=key, steps=False)))
        for key in ("mean", "log_variance")
    ]
    return latent_metrics(*found)


def _translations(translator, x, others, first, seed):
    """One batch in every way, its target with the mask, the attention, the tokens."""
    target, mask = translator.as_model(translator.target_frames).predict(x, verbose=0)
    copied = {"explained_copy_previous": copy_previous(target, mask)}
    if translator.codebooks:
        steps = target.shape[1]
        frames, tokens = translate_tokens(translator, x, others, steps, first, seed)
        return frames | copied, target, mask, None, tokens
    forced = translator.as_model(translator.translate_forced)
    free, attention = translator.translate_standardised(x, target.shape[1])
    predicted = {
        "explained_teacher_forced": forced.predict(
            {"source": x, "target": x}, verbose=0
        ),
        "explained_free_running": free,
        "explained_source_shuffled": forced.predict(
            {"source": others, "target": x}, verbose=0
        ),
    }
    return predicted | copied, target, mask, attention, {}


def _one_map(attention, mask):
    """How far the most legible sample is from `LEGIBLE` steps, and its attention."""
    if attention is None:
        return np.inf, None
    distance = np.abs(mask.sum(axis=1) - LEGIBLE)
    sample = int(np.argmin(distance))
    length = int(np.flatnonzero(mask[sample])[-1]) + 1 if mask[sample].any() else 1
    return distance[sample], attention[sample, :length, :length]

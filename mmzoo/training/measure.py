"""Measure a trained model on a split: sentiment, translation and its controls."""

import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.evaluation import copy_previous, translation_errors
from mmzoo.training.encoding import map_split

# Sequences of this many steps make a picture that can be read.
LEGIBLE = 12


def labelled(split):
    """Labels of a split with their names, one entry a label.

    Args:
        split: `Split`.

    Returns:
        Labels `(N,)`, ids and groups, each of N entries; with labels one a step, the
        labelled steps of all sequences one after the other.
    """
    if not isinstance(split.labels, Sequences):
        return np.asarray(split.labels), split.ids, split.groups
    labels, ids, groups = [], [], []
    for index, (group, length) in enumerate(
        zip(split.groups, split.labels.lengths, strict=True)
    ):
        labels.append(split.labels[index][0][:, 0])
        if split.step_ids is not None:
            ids += split.step_ids[index]
        else:
            ids += [f"{split.ids[index]}[{step}]" for step in range(length)]
        groups += [group] * int(length)
    return np.concatenate(labels), tuple(ids), tuple(groups)


def predict_sentiment(model, split, modalities):
    """Predicted sentiment of every label of a split.

    Args:
        model: a model that answers with `"sentiment"`.
        split: `Split`.
        modalities: list of the modalities that it reads.

    Returns:
        Array `(N,)` in the order of `labelled`.
    """
    return np.hstack(map_split(model, split, modalities)).astype("float64")


def measure_translation(translator, split, seed=0):
    """How much of the target a translation explains, with its controls.

    Teacher-forced, free-running, teacher-forced from another sample's source (a seeded
    cyclic shuffle, so no sample keeps its own), and the previous frame copied. All in
    standard deviations of the training frames, against the frame of means.

    Args:
        translator: `Seq2SeqTranslator`; its top level is measured.
        split: `Split`.
        seed: int. Of the shuffle. Defaults to `0`.

    Returns:
        Dict from metric to `(squared errors (N,), squared deviations (N,))`, and the
        attention of one sample `(target_steps, source_steps)`, or `None`.
    """
    x = Batches(split, translator.reads, len(split), num_buckets=1)[0][0]
    target, mask = translator.as_model(translator.target_frames).predict(x, verbose=0)
    order = np.random.default_rng(seed).permutation(len(split))
    source = np.empty_like(order)
    source[order] = np.roll(order, 1)
    others = {key: value[source] for key, value in x.items()}
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
        "explained_copy_previous": copy_previous(target, mask),
    }
    explained = {
        name: translation_errors(target, frames, mask)
        for name, frames in predicted.items()
    }
    return explained, _one_map(attention, mask)


def _one_map(attention, mask):
    """Attention of the sample whose length is best to look at, without padding."""
    if attention is None:
        return None
    steps = mask.sum(axis=1)
    sample = int(np.argmin(np.abs(steps - LEGIBLE)))
    length = int(np.flatnonzero(mask[sample])[-1]) + 1
    return attention[sample, :length, :length]

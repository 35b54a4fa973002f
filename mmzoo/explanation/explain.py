"""Why a model says what it says: each modality left out, and what is attended to."""

import dataclasses
import functools
import itertools

import numpy as np

from mmzoo.data import Corpus, Split, rows_to_answer
from mmzoo.explanation.clip_samples import clip_samples
from mmzoo.explanation.leave_one_out import (
    contribution,
    explained_in_parts,
    observed,
)
from mmzoo.prediction import answer_clips
from mmzoo.training.drawings import looks
from mmzoo.training.model_inputs import filled_as_in_training, with_inputs


def explain(model, rows=None, speakers=None, **clips):
    """Why a model says what it says, of one clip, of several, or of a corpus.

    Each answer is compared with the answer without one of the modalities, which is
    masked as where a clip lacks it. These contributions do not add up to the answer:
    what two modalities both tell is missed with neither, and what only both together
    tell is missed with either.

    Args:
        model: a model of mmzoo that answers.
        rows: optional `Corpus`, whose test split is taken, and all rows where it has
            none, or `Split`.
        speakers: as of `mmzoo.predict`, of clips.
        **clips: in the place of `rows`, what `mmzoo.predict` takes.

    Returns:
        A dict as of `mmzoo.predict`, with two entries more; of a list of clips, and of
        rows, a list of them, for rows with the `"id"` of each. `"without"`: for each
        modality the answer without it, and under `"contribution"` what it adds: to the
        score; to the probability of the class that is predicted with all; where a
        sample has any number of classes, a dict from each of them; `None` in place of
        the dict of a modality that the clip lacks, or beside which it has nothing.
        `"attention"`: dict from the name of a plot of `mmzoo.evaluation`, such as
        `"attention_over_spectrogram"`, to its arguments, the weights among them; empty
        where the model has no attention that can be drawn.

    Raises:
        ValueError: as `mmzoo.predict`, or if it is given both rows and clips.

    Example:
    ```python
    model = mmzoo.build_lstm_baseline({"audio": 74, "text": 300}, units=4)
    clip = {"audio": np.ones((12, 74)), "text": np.ones((12, 300))}
    found = mmzoo.explain(model, **clip)
    without = found["without"]["audio"]["sentiment"]
    added = found["without"]["audio"]["contribution"]
    abs(found["sentiment"] - without - added) < 1e-6  # True
    ```
    """
    if (rows is None) == (not clips):
        raise ValueError(
            "`explain` takes either `rows` or clips by modality: give one."
        )
    if rows is not None and speakers is not None:
        raise ValueError("`speakers` is of clips; rows name their own: leave it out.")
    if rows is None:
        explaining = functools.partial(explained_clips, drawn=True)
        return answer_clips(model, clips, explaining, speakers)
    return [*_of_rows(model, _prepared(model, rows))]


def _explained(model, split):
    """The answer to each sample with all modalities and without each, as dicts."""
    rows = found = _rows(explained_in_parts(model, split))
    if model.labels_per == "step":
        steps = (itertools.islice(rows, int(count)) for count in split.lengths)
        found = map(_together, steps)
    for id, (whole, others) in zip(split.ids, found, strict=True):
        yield {"id": str(id), **told(model, whole, others)}


def explained_clips(model, clips, speakers=None, drawn=False):
    """The same of some clips.

    Args:
        model: a model that answers.
        clips: dict from each modality that it reads to a list.
        speakers: optional list of str, the speaker of each clip.
        drawn: whether attention is there, too. Defaults to `False`.

    Returns:
        List of dicts as `explain` returns them.
    """
    split, said = clip_samples(model, clips, speakers=speakers)
    answers = [*_explained(model, split)]
    for answer, lacks in zip(answers, said, strict=True):
        del answer["id"]
        answer |= {"warnings": lacks} if lacks else {}
    if drawn:
        for answer, attention in zip(answers, looks(model, split), strict=True):
            answer["attention"] = attention
    return answers


def told(model, whole, others):
    """An answer and what it is without each modality, in words and numbers.

    Args:
        model: what answered.
        whole: float array, a score `()` or the probability of each class `(classes,)`,
            with an axis of steps before where labels are one a step.
        others: dict from modality to the same without it, or NaN.

    Returns:
        Dict with the target, `"probabilities"` where there are classes, and
        `"without"`, as `explain` returns them.
    """
    lacking = {}
    for name, other in others.items():
        lacking[name] = None
        if not np.isnan(other).any():
            added = _by_class(contribution(model, whole, other), model, model.several)
            lacking[name] = {**_said(model, other), "contribution": added}
    return {**_said(model, whole), "without": lacking}


def _said(model, answer):
    if not model.classes:
        return {model.target: answer.tolist()}
    found = {"probabilities": _by_class(answer, model, True)}
    if model.several:
        pairs = zip(model.classes, answer, strict=True)
        return {model.target: [name for name, chance in pairs if chance > 0.5], **found}
    names = np.array(model.classes)[answer.argmax(axis=-1)]
    return {model.target: names.tolist(), **found}


def _by_class(values, model, has_classes):
    """Numbers, by the name of the class that they are of."""
    if not has_classes:
        return values.tolist()
    each = np.moveaxis(values, -1, 0).tolist()
    return dict(zip(model.classes, each, strict=True))


def _rows(parts):
    for whole, others in parts:
        for index, answer in enumerate(whole):
            yield answer, {name: each[index] for name, each in others.items()}


def _together(steps):
    """The answers to the steps of a sample, as one."""
    wholes, others = zip(*steps, strict=True)
    found = {name: np.stack([each[name] for each in others]) for name in others[0]}
    return np.stack(wholes), found


def _of_rows(model, split):
    anything = np.any([*observed(model, split).values()], axis=0)
    each = zip(_explained(model, split), looks(model, split), anything, strict=True)
    for answer, attention, has in each:
        error = f"it has no {' and no '.join(model.source)}"
        nothing = {"id": answer["id"], model.target: None, "error": error}
        yield {**answer, "attention": attention} if has else nothing


def _prepared(model, rows):
    """The samples that are asked for, with what the model reads."""
    alone = isinstance(rows, Split)
    if alone:
        rows = dataclasses.replace(rows, other_labels={})
        kind = {"group_kind": "speaker"} if model.speaker_normalized else {}
        rows = Corpus("rows", {"unnamed": rows}, (0, 1), **kind)
    if not isinstance(rows, Corpus):
        raise ValueError(f"`rows` is {type(rows).__name__}: give a Corpus or a Split.")
    split = rows_to_answer(rows).split
    # What a corpus was prepared with is not made again.
    ready = set(model.reads_to_answer) <= set(split.sequences)
    done = set(rows.provenance.get("speaker_normalized", ()))
    # Of a split nothing is known.
    if ready and not alone and set(model.speaker_normalized) != done:
        raise ValueError(
            f"{rows.name} was prepared without the standardisation by speaker that the "
            "model was trained with, or with one that it was not: give it as it was "
            "read, or prepare it with the model's own `FrontEnds`."
        )
    if ready:
        return filled_as_in_training(model, split)
    return with_inputs(model, rows, split)

"""Clips that a person gives as samples of a split, so that all is asked of a split."""

import numpy as np

from mmzoo.data import Corpus, Sequences, Split
from mmzoo.prediction import read_clips
from mmzoo.training.model_inputs import with_inputs


def clip_samples(model, clips, ids=None, speakers=None):
    """Read some clips.

    Args:
        model: a model of mmzoo.
        clips: dict from each modality that it reads to a list, as `mmzoo.predict` takes
            them.
        ids: optional list of str, the name of each clip. Defaults to its number.
        speakers: optional list of str, the speaker of each clip.

    Returns:
        `Split` with what `model.reads_to_answer` names, without labels, and for each
        clip a list of sentences on what it lacks.

    Raises:
        DataError: a clip cannot be read, or has nothing in it.
    """
    read = read_clips(model, clips, speakers)
    count = len(next(iter(clips.values())))
    ids = ids or [f"clip {number}" for number in range(1, count + 1)]
    # Tokens are made of the words below.
    rows = {key: each for key, each, _ in read.values() if key != "tokens"}
    for group in model.joined_steps:
        rows |= _with_common_steps({name: rows[name] for name in group if name in rows})
    pairs = {key: zip(*each, strict=True) for key, each in rows.items()}
    sequences = {key: Sequences.from_list(*each) for key, each in pairs.items()}
    words = [text or "" for text in clips["text"]] if _reads_words(model) else None
    split = Split(sequences, np.zeros(count), ids, speakers or ids, words=words)
    kind = {"group_kind": "speaker"} if speakers else {}
    corpus = Corpus("clips", {"clips": split}, (0, 1), **kind)
    told = [sum(each, []) for each in zip(*(t for *_, t in read.values()), strict=True)]
    return with_inputs(model, corpus, split), told


def _with_common_steps(rows):
    """The same, with masked steps where a clip lacks what is joined step by step."""
    found = {name: [] for name in rows}
    for each in zip(*rows.values(), strict=True):
        longest = max(len(mask) for _, mask in each)
        for name, (frames, mask) in zip(rows, each, strict=True):
            if not len(mask):
                frames = np.zeros((longest, frames.shape[1]), "float32")
                mask = np.zeros(longest, bool)
            found[name].append((frames, mask))
    return found


def _reads_words(model):
    front_end = model.front_ends.get("text")
    return front_end is not None and front_end.raw == "tokens"

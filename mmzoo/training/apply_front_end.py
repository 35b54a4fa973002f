"""Run a front end over a corpus: what is frozen runs once, for all epochs and rows."""

import dataclasses

import numpy as np
from tqdm import tqdm

from mmzoo.data import Batches, Sequences, Split
from mmzoo.data.feature_names import without_names
from mmzoo.data.image_file import PIXELS
from mmzoo.data.provenance import by_split, recorded
from mmzoo.data.speaker_normalization import check_speakers, with_normalized_speakers
from mmzoo.data.token_rows import token_rows
from mmzoo.models.compiled_function import CompiledFunction
from mmzoo.ops.precision import widened


def apply_front_end(corpus, name, front_end, batch_size=32, learns=None):
    """The corpus with a modality that a front end makes, in place of its raw input.

    A frozen front end gives the same frames in every epoch and to every model, so they
    are computed once. A trainable front end runs in the model; here only its token ids
    are computed.

    Args:
        corpus: `Corpus` with `"waveform"` sequences, or with words.
        name: the modality that is made, such as `"audio"`.
        front_end: `LogSpectrogram`, `PretrainedSpeech`, `ImageEncoder`,
            `PretrainedText` or `WordEmbedding`.
        batch_size: int. Fewer are read at once where the front end says so by
            `clips_at_once`. Defaults to `32`.
        learns: optional bool. Whether the front end runs in the model. Defaults to
            `None`: it does where it has weights that learn.

    Returns:
        The corpus; `provenance["made_by"]` names the front end.

    Raises:
        DataError: the front end's frames are standardised by speaker, and the corpus
            does not know its speakers.
    """
    splits, by_speaker = {}, getattr(front_end, "speaker_normalization", False)
    if by_speaker:
        check_speakers(corpus)
    if learns is None:
        learns = bool(front_end.trainable_weights)
    for split_name, split in corpus.splits.items():
        raw = front_end.raw
        if raw == "tokens":
            split = split.with_modality(raw, _tokenized(front_end, split, corpus.name))
        if not learns:
            where = f"{name} of {split_name}"
            frames = _frames(front_end, split, batch_size, where)
            split = split.with_modality(name, frames)
            split = dataclasses.replace(split, sequences=_without(raw, split))
        splits[split_name] = split
    made = {**corpus.provenance.get("made_by", {}), name: type(front_end).__name__}
    provenance = {**without_names(corpus.provenance, name), "made_by": made}
    done = [each for each in provenance.pop("speaker_normalized", ()) if each != name]
    provenance |= {"speaker_normalized": done} if done else {}
    warnings = _cut_texts(front_end, corpus)
    corpus = dataclasses.replace(corpus, splits=splits, provenance=provenance)
    corpus = recorded(corpus, warnings)
    return with_normalized_speakers(corpus, name) if by_speaker else corpus


def _cut_texts(front_end, corpus):
    """A warning of the texts of which a front end reads the beginning alone."""
    if not hasattr(front_end, "is_cut"):
        return []
    counts = {
        name: sum(map(front_end.is_cut, split.words or ()))
        for name, split in corpus.splits.items()
    }
    if not any(counts.values()):
        return []
    return [
        f"Texts are longer than the {front_end.sequence_length} tokens that the text "
        f"encoder reads, and were cut there: {by_split(counts)}."
    ]


def _tokenized(front_end, split, name="this corpus"):
    """Token ids of a split's words, one sequence a sample.

    Args:
        front_end: a layer with `tokenize`.
        split: `Split` with words.
        name: of the corpus, for the error. Defaults to `"this corpus"`.

    Returns:
        `Sequences` as `token_rows` gives them; length 0 where there are no words.
    """
    if split.words is None:
        raise ValueError(
            f"{name} has no words to encode: leave the text out, or give a corpus "
            "that has them."
        )
    rows = token_rows(front_end, list(split.words))
    return Sequences.from_list([tokens[kept] for tokens, kept in rows])


def _without(raw, split):
    """The sequences but for a raw input, unless that is the picture to draw."""
    return {
        name: rows
        for name, rows in split.sequences.items()
        if name != raw or raw == PIXELS
    }


def _frames(front_end, split, batch_size, where):
    """What a frozen front end makes of every sample."""
    raw = front_end.raw
    raw_split = Split(
        {raw: split.sequences[raw]}, np.zeros(len(split)), split.ids, split.groups
    )
    # Classes of length, since a long clip would pad a whole corpus.
    size = min(batch_size, getattr(front_end, "clips_at_once", batch_size), len(split))
    batches = Batches(raw_split, [raw], size, num_buckets=4)

    def made(inputs):
        frames, mask = front_end(inputs[raw], mask=inputs[f"{raw}_mask"])
        # NumPy has no bfloat16.
        return widened(frames), mask

    model = CompiledFunction(front_end, made)
    rows, present = [None] * len(split), [None] * len(split)
    for index in tqdm(range(len(batches)), where, leave=False, disable=None):
        frames, mask = map(np.asarray, model.predict_on_batch(batches[index][0]))
        for sample, row, kept in zip(batches.rows(index), frames, mask, strict=False):
            # Drop trailing padding only: masked cells before the last observed one
            # keep their index.
            length = kept.nonzero()[0].max(initial=-1) + 1
            rows[sample], present[sample] = row[:length], kept[:length]
    return Sequences.from_list(rows, present)

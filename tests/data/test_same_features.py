import dataclasses

import numpy as np

from mmzoo.data.same_features import joined_marks, marks_of, same_features
from mmzoo.data.sequences import Sequences
from tests.data.small_corpus import small_corpus


def test_equal_sequences_have_one_mark_and_others_have_not(rng):
    frames = rng.normal(size=(2, 3)).astype("float32")
    others = [frames, frames[:1], frames[::-1], frames + 1, frames]
    lengths = np.array([len(each) for each in others])
    marks = marks_of(np.concatenate(others), np.ones(lengths.sum(), bool), lengths)
    assert marks[0] == marks[-1]
    assert len(set(marks)) == 4


def test_what_is_stored_for_an_unobserved_step_does_not_count(rng):
    frames = rng.normal(size=(6, 3)).astype("float32")
    frames[2:4] = frames[:2]
    frames[3] = np.nan
    frames[4] = frames[0]
    present = np.array([True, False, True, False, True, True])
    marks = marks_of(frames, present, np.array([2, 2, 2]))
    assert marks[0] == marks[1] != marks[2]
    assert marks_of(frames, np.zeros(6, bool), np.array([6, 0])) == [None, None]


def test_a_sample_is_marked_by_all_its_modalities():
    assert joined_marks([[b"a", None, None], [b"b", b"b", None]]) == [
        (b"a", b"b"),
        (None, b"b"),
        None,
    ]


def test_what_was_not_observed_is_like_nothing(rng):
    corpus = small_corpus(rng)
    empty = {name: rows.select([]) for name, rows in corpus.train.sequences.items()}
    rows = {name: rows.missing(2, rows.features) for name, rows in empty.items()}
    split = dataclasses.replace(corpus.valid, sequences=rows)
    words = dataclasses.replace(corpus.valid, sequences={})
    corpus = dataclasses.replace(corpus, splits={"train": split, "valid": words})
    assert same_features(corpus) == {"train": [None, None], "valid": [None, None]}


def test_marks_do_not_depend_on_the_place_in_an_array(rng):
    corpus = small_corpus(rng)
    alone = Sequences.from_list([corpus.train.sequences["text"][3][0]])
    split = dataclasses.replace(corpus.train.select([3]), sequences={"text": alone})
    text = corpus.with_modalities(["text"])
    marks = same_features(dataclasses.replace(text, splits={**text.splits, "x": split}))
    assert marks["x"] == [marks["train"][3]]

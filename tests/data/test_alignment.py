"""Modalities with steps of their own are brought to those of one."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Corpus, DataError, Sequences, Split, read
from mmzoo.data.alignment import _span_means
from tests.data.small_corpus import small_corpus

NAN, INF = np.nan, np.inf


def unaligned(audio, text, labels=None, present=None):
    """A corpus of one split from lists of columns."""
    sequences = {
        name: Sequences.from_list([np.reshape(row, (-1, 1)) for row in rows])
        for name, rows in {"audio": audio, "text": text}.items()
    }
    if present is not None:
        sequences["audio"] = dataclasses.replace(sequences["audio"], present=present)
    names = tuple("abc"[: len(text)])
    labels = np.zeros(len(text)) if labels is None else labels
    split = Split(sequences, labels, names, names)
    return Corpus("mine", {"train": split}, (-3, 3))


@pytest.mark.parametrize(
    ("frames", "present", "means", "observed"),
    [
        # Spans 0-1, 2-3 and 4-6.
        ([1, 3, 5, 7, 1, 2, 9], None, [2, 6, 4], [1, 1, 1]),
        ([1, 3, 5], None, [1, 3, 5], [1, 1, 1]),
        ([1, 3], None, [1, 1, 3], [1, 1, 1]),
        ([4], None, [4, 4, 4], [1, 1, 1]),
        ([1, 3, 5, 7, 9, 9], [0, 1, 1, 1, 0, 0], [3, 6, 0], [1, 1, 0]),
        ([1, NAN, -INF, 7, INF, NAN], None, [1, 7, 0], [1, 1, 0]),
    ],
)
def test_means_worked_out_by_hand(frames, present, means, observed):
    frames = np.array(frames, "float32")[:, None]
    present = np.ones(len(frames), bool) if present is None else np.array(present, bool)
    found, seen = _span_means(frames, present, 3)
    assert found.dtype == "float32"
    assert found[:, 0].tolist() == means
    assert seen.tolist() == [bool(each) for each in observed]


def test_a_value_that_is_not_finite_hides_no_other_feature():
    frames = np.array([[1, NAN], [3, 5], [7, NAN]], "float32")
    found, seen = _span_means(frames, np.ones(3, bool), 2)
    np.testing.assert_array_equal(found, [[1, NAN], [5, 5]])
    assert seen.all()


def test_each_sample_is_aligned_alone():
    corpus = unaligned([[1, 3, 5, 7], [2], [8, 9]], [[0, 0], [0, 0, 0], [1, 2]])
    aligned = corpus.align_to("text")
    audio, text = (aligned.train.sequences[name] for name in ("audio", "text"))
    rows = [audio[i][0][:, 0].tolist() for i in range(3)]
    assert rows == [[2, 6], [2, 2, 2], [8, 9]]
    np.testing.assert_array_equal(audio.lengths, text.lengths)
    assert text is corpus.train.sequences["text"]
    done = aligned.provenance["aligned"]
    assert done["to"] == "text"
    counts = {"steps": {"audio": [7, 7]}, "masked": {"audio": 0}, "lacking": 0}
    assert done["train"] == counts
    assert "warnings" not in aligned.provenance
    assert "aligned" not in corpus.provenance


def test_masked_steps_are_counted():
    present = np.array([True, True, False, False])
    aligned = unaligned([[1, 3, 5, 7]], [[0, 0]], present=present).align_to("text")
    assert aligned.train.sequences["audio"][0][1].tolist() == [True, False]
    assert aligned.provenance["aligned"]["train"]["masked"] == {"audio": 1}


def test_what_is_missing_stays_missing_and_is_said():
    aligned = unaligned([[1, 3], [], [5]], [[], [1], [2]]).align_to("text")
    assert len(aligned.train) == 3
    assert aligned.train.observed("audio").tolist() == [False, False, True]
    assert aligned.provenance["aligned"]["train"]["lacking"] == 1
    (warning,) = aligned.provenance["warnings"]
    assert "lack" in warning and "1 of train" in warning
    assert warning in aligned.summary()


def test_labels_a_step_are_those_of_the_target():
    labels = Sequences.from_list([np.ones((2, 1)), np.ones((3, 1))])
    corpus = unaligned([[1, 3, 5, 7], [1, 2]], [[0, 0], []], labels)
    rows = corpus.align_to("text").train.sequences["audio"]
    # The labels of a sample without the target stay beside steps that are masked.
    assert rows.lengths.tolist() == [2, 3]
    assert not rows[1][1].any()
    with pytest.raises(DataError, match="'a' has 2 labels, but 4 steps of audio"):
        corpus.align_to("audio")


def test_names_of_steps_that_are_gone_are_counted():
    corpus = unaligned([[1, 3, 5, 7]], [[0, 0]])
    named = dataclasses.replace(corpus.train, step_ids=(("p", "q", "r", "s"),))
    corpus = dataclasses.replace(corpus, splits={"train": named})
    aligned = corpus.align_to("text")
    assert aligned.train.step_ids is None
    assert aligned.provenance["aligned"]["train"]["step_ids_left_out"] == 4
    assert corpus.align_to("audio").train.step_ids == named.step_ids


def test_a_modality_without_frames_is_refused():
    corpus = unaligned([[1]], [[1]])
    with pytest.raises(DataError, match=r"align_to\('video'\).*one of audio, text"):
        corpus.align_to("video")


def test_aligned_data_stay_as_they_are(rng):
    corpus = small_corpus(rng, labels_per="step")
    for name, split in corpus.align_to("text").splits.items():
        for modality, rows in split.sequences.items():
            before = corpus.splits[name].sequences[modality]
            for i in range(len(split)):
                np.testing.assert_array_equal(rows[i][0], before[i][0])
                np.testing.assert_array_equal(rows[i][1], before[i][1])


def test_read_aligns_what_it_has_read(tmp_path):
    corpus = unaligned([[1.0, 2.0, 3.0, 4.0]], [[5.0, 6.0]])
    corpus.save(tmp_path / "mine.h5")
    found = read(tmp_path / "mine.h5", align_to="text", answering=True)
    assert found.splits["train"].sequences["audio"][0][0].ravel().tolist() == [1.5, 3.5]
    assert found.provenance["aligned"]["to"] == "text"

import dataclasses
import types

import numpy as np
import pytest

from mmzoo.explanation.leave_one_out import (
    contribution,
    explained_in_parts,
    observed,
)
from tests.command.small_command import baseline
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend


def together(model, split):
    parts = [*explained_in_parts(model, split)]
    whole = np.concatenate([each for each, _ in parts])
    names = parts[0][1]
    return whole, {n: np.concatenate([each[n] for _, each in parts]) for n in names}


def test_a_modality_that_is_left_out_is_one_that_is_missing(rng):
    """The answer is that of a batch which has no such modality."""
    split, model = small_corpus(rng).test, baseline()
    whole, found = together(model, split)
    for name, other in (("audio", "text"), ("text", "audio")):
        rows = split.sequences[other]
        for index, score in enumerate(found[name]):
            frames, mask = rows.padded([index], rows.lengths[index])
            absent = np.zeros((*mask.shape, model.input_dims[name]), "float32")
            batch = {other: frames, f"{other}_mask": mask, name: absent}
            batch[f"{name}_mask"] = np.zeros_like(mask)
            said = model.predict(batch, verbose=0)["sentiment"][0]
            assert score == pytest.approx(float(said), abs=1e-5)
    assert np.abs(whole - found["audio"]).min() > 1e-4


def test_what_is_not_there_cannot_be_left_out(rng):
    split, model = small_corpus(rng).test, baseline()
    audio = split.sequences["audio"]
    lacking = dataclasses.replace(audio, lengths=audio.lengths * [1, 0, 1])
    split = split.with_modality("audio", lacking)
    assert observed(model, split)["audio"].tolist() == [True, False, True]
    whole, found = together(model, split)
    assert np.isfinite(whole).all()
    # The second has text alone: without it there is nothing to answer.
    for name in ("audio", "text"):
        assert np.isfinite(found[name]).tolist() == [True, False, True]


def test_a_model_of_one_modality_has_nothing_to_leave_out(rng):
    split = small_corpus(rng).test
    model = baseline()
    audio = split.sequences["audio"]
    hidden = dataclasses.replace(audio, present=np.zeros(len(audio.frames), bool))
    whole, found = together(model, split.with_modality("audio", hidden))
    assert np.isfinite(whole).all()
    assert np.isnan([*found.values()]).all()


def test_one_answer_a_step(rng):
    split, model = small_corpus(rng, "step").test, baseline(labels_per="step")
    whole, found = together(model, split)
    assert whole.shape == found["text"].shape == (split.lengths.sum(),)
    assert np.isfinite(found["text"]).all()


def test_contributions():
    model = types.SimpleNamespace(classes=None, several=False)
    assert contribution(model, np.array(0.5), np.array(0.75)) == -0.25
    model.classes = ["a", "b"]
    whole, other = np.array([[0.25, 0.75]] * 2), np.array([[0.5, 0.5], [0.0, 1.0]])
    # Of the class that is predicted with all modalities, in both rows b.
    assert contribution(model, whole, other).tolist() == [0.25, -0.25]
    model.several = True
    change = [[-0.25, 0.25], [0.25, -0.25]]
    assert contribution(model, whole, other).tolist() == change

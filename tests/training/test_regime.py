"""What is trained suits the data."""

import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Sequences
from mmzoo.training import Variant, regime_for
from mmzoo.training.regime import (
    FRAMES,
    MOVING_PICTURES,
    PICTURES,
    RECORDINGS,
    readable,
)
from tests.data.small_corpus import small_corpus


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


@pytest.mark.parametrize(
    ("held", "rows"),
    [
        (
            {"text", "audio", "video"},
            ["text+audio->text+video", "text", "audio", "video", "text+audio+video"],
        ),
        ({"audio", "video"}, ["audio->video", "audio", "video", "audio+video"]),
        ({"face"}, ["face"]),
        (set(), []),
    ],
)
def test_rows_of_frames(held, rows):
    assert FRAMES.rows(held) == rows
    assert [Variant.parse(row).name for row in rows] == rows


def test_rows_of_raw_input():
    model = "image_text_classifier"
    names = [f"{model}:image+text", f"{model}:image", f"{model}:text"]
    assert PICTURES.rows({"image", "text"}) == names
    assert PICTURES.rows({"text"}) == [f"{model}:text"]
    assert RECORDINGS.rows({"audio"}) == ["audio_text_classifier:audio"]


def test_a_regime_is_found_by_what_the_data_hold(corpus):
    clips = mmzoo.data.sample_clips(clips_per_speaker=2)
    pictures = mmzoo.data.sample_pictures(pictures_per_person=3)
    found = [regime_for(each) for each in (corpus, clips, pictures)]
    assert found == [FRAMES, RECORDINGS, PICTURES]
    assert readable(pictures) == {"image", "text"}
    assert readable(clips) == {"audio", "text"}


def test_pictures_over_time_have_a_model_of_their_own(corpus):
    train = corpus.train.with_modality("frames", corpus.train.sequences["audio"])
    faces = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    assert regime_for(faces) is MOVING_PICTURES
    assert MOVING_PICTURES.rows({"frames", "text"}) == ["frame_classifier:frames"]


def test_modalities_with_other_steps_are_not_joined_step_by_step(corpus):
    rows = corpus.train.sequences["text"]
    shorter = Sequences(rows.frames, rows.starts, np.maximum(rows.lengths - 1, 1))
    train = corpus.train.with_modality("text", shorter)
    unaligned = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    regime = regime_for(unaligned)
    names = ["crossmodal_transformer:text+audio+video", "text", "audio", "video"]
    assert regime.variants_of(unaligned) == names
    assert [Variant.parse(name).name for name in names] == names


def test_words_beside_frames_have_steps_of_their_own(corpus):
    splits = {
        name: dataclasses.replace(split, words=("so what",) * len(split))
        for name, split in corpus.with_modalities(["audio", "video"]).splits.items()
    }
    words = dataclasses.replace(corpus, splits=splits)
    names = ["crossmodal_transformer:text+audio+video", "text", "audio", "video"]
    assert regime_for(words).variants_of(words) == names


def test_sizes_are_those_that_the_models_have(corpus):
    baseline, translation = (Variant.parse(name) for name in ("text", "text->audio"))
    assert FRAMES.architecture_for(corpus, [baseline]) == {"units": 96, "dropout": 0.4}
    found = FRAMES.architecture_for(corpus, [baseline, translation])
    assert found["attention"] == "aligned"
    rows = corpus.train.sequences["text"]
    shorter = Sequences(rows.frames, rows.starts, np.maximum(rows.lengths - 1, 1))
    train = corpus.train.with_modality("text", shorter)
    splits = {**corpus.splits, "train": train}
    unaligned = dataclasses.replace(corpus, splits=splits)
    found = FRAMES.architecture_for(unaligned, [translation])
    assert found["attention"] == "global"

import numpy as np
import pytest

import mmzoo
from mmzoo.explanation.clip_samples import clip_samples
from tests.models.small_models import small_baseline
from tests.models.test_audio_text_classifier import small_classifier

pytestmark = pytest.mark.one_backend
SOUND = np.linspace(-0.1, 0.1, 900)


def test_clips_become_samples():
    model = small_classifier()
    clips = {"audio": [SOUND, None], "text": ["good", "bad"]}
    split, told = clip_samples(model, clips, ["a.wav", "b.wav"])
    assert list(split.ids) == ["a.wav", "b.wav"]
    assert set(model.reads_to_answer) <= set(split.sequences)
    assert split.observed("audio").tolist() == [True, False]
    assert list(split.words) == ["good", "bad"]
    assert told == [[], ["the clip has no audio"]]


def test_frames_are_samples_as_they_are(batch):
    model = small_baseline()
    clips = {name: [batch[name][1, :4]] for name in model.source}
    split, _ = clip_samples(model, clips)
    for name, (frames,) in clips.items():
        np.testing.assert_array_equal(split.sequences[name][0][0], frames)
    assert split.words is None and list(split.ids) == ["clip 1"]


def test_a_joined_modality_that_is_missing_has_masked_steps(batch):
    model = small_baseline()
    clips = {name: [batch[name][1, :4]] for name in model.source} | {"video": [None]}
    split, told = clip_samples(model, clips)
    frames, mask = split.sequences["video"][0]
    assert frames.shape == (4, 2) and not mask.any()
    assert told == [["the clip has no video"]]


def test_nothing_is_refused():
    with pytest.raises(mmzoo.data.DataError, match="nothing to answer"):
        clip_samples(small_classifier(), {"audio": [None], "text": [""]})

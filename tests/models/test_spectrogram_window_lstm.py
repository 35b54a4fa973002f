import numpy as np
import pytest

import mmzoo
from mmzoo.layers import LogSpectrogram
from tests.checks import arrays, check_saving
from tests.models.small_models import DIMS, adapted

SMALL = {"window": 3, "step": 2, "channels": 8, "units": 4, "dropout": 0.0}


def small(input_dims=None, **options):
    """A model of audio, as frames."""
    options = {"input_dims": input_dims or {"audio": DIMS["audio"]}, **SMALL, **options}
    return adapted(mmzoo.build_spectrogram_window_lstm(**options))


def test_answers_from_raw_clips_and_is_saved_whole(rng, tmp_path):
    ends = {"audio": LogSpectrogram(num_bins=16, sample_rate=2000)}
    options = {**SMALL, "classes": ["sad", "happy"]}
    model = mmzoo.build_spectrogram_window_lstm(ends, **options)
    mask = np.arange(900) < np.array([900, 500])[:, None]
    clips = {"waveform": rng.normal(size=(2, 900)).astype("float32") * mask}
    check_saving(model, clips | {"waveform_mask": mask}, tmp_path)


def test_options_reach_the_branch():
    model = mmzoo.build_spectrogram_window_lstm({"audio": 16}, num_layers=2)
    branch = model.branches["audio"]
    assert (branch.window, branch.step, branch.units) == (24, 12, 128)
    assert branch.encoder.num_layers == 2 and model.dropout == 0.3
    assert small(pooling="mean").branches["audio"].pooling == "mean"


@pytest.mark.one_backend
def test_learns_the_order_of_far_sounds_as_their_mean_cannot():
    # The small CNN sees 15 frames at once, and the sounds are further apart.
    frames = np.zeros((2, 72, 8), "float32")
    for row, (first, second) in enumerate([(1, 6), (6, 1)]):
        frames[row, 16:24, first] = frames[row, 48:56, second] = 3.0
    batch, labels = {"audio": frames}, np.array([0, 1], "int32")
    own = {**SMALL, "window": 8, "step": 8}
    mean = {"audio_pooling": "mean", "augment": False, "channels": 8, "dropout": 0.0}
    errors = {}
    for name, options in (
        ("spectrogram_window_lstm", own),
        ("audio_text_classifier", mean),
    ):
        classes = ["rises", "falls"]
        model = mmzoo.create_model(name, {"audio": 8}, classes=classes, **options)
        model.compile("adam")
        model.optimizer.learning_rate = 0.03
        for _ in range(40):
            model.train_on_batch(batch, labels)
        said = arrays(model(batch)["emotion"])
        errors[name] = np.ptp(said[:, 0] - said[:, 1]) < 0.1
        if name == "spectrogram_window_lstm":
            assert said.argmax(-1).tolist() == [0, 1]
    assert errors == {"spectrogram_window_lstm": False, "audio_text_classifier": True}


def test_errors():
    with pytest.raises(ValueError, match="names .'text'.: this model reads audio.$"):
        small({"text": 5})
    with pytest.raises(ValueError, match="`step` is between 1 and `window=3`"):
        small(step=4)

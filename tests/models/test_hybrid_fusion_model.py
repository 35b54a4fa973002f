import keras
import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, compiled
from tests.models.small_models import SMALL
from tests.selection import once

NAMES = ["multi_attention_network", "multistage_fusion_network"]


@pytest.mark.parametrize("name", NAMES)
def test_two_calls_agree_to_the_bit(name, batch):
    model = compiled(SMALL[name]())
    first, again = (arrays(model(batch)["sentiment"]) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("name", once(*NAMES))
def test_modalities_read_each_other_a_step_later(name, batch):
    model = SMALL[name]()
    before = arrays(model.states(*model.aligned(batch))[0])
    batch["audio"][:, 0] += 1.0
    after = arrays(model.states(*model.aligned(batch))[0])
    # Audio, text and video, in that order: 4, 3 and 2 states.
    changed = np.abs(after - before)[0, :, 4:].max(axis=-1)
    assert changed[0] == 0.0 and np.all(changed[1:] > 1e-7)


@pytest.mark.parametrize("name", once(*NAMES))
def test_attention_is_the_mean_of_all(name, batch):
    model = SMALL[name]()
    hidden, fused = model.states(*model.aligned(batch))
    again, weights = model.hybrid_lstm.fusion(hidden, return_attention=True)
    # Where all steps were observed, what was fused says nothing of the past.
    assert_close(again[0], fused[0])
    expected = arrays(weights).mean(axis=-2)[..., 4:7].sum(axis=-1)
    assert_close(model.attend(batch)["text"], expected)


def agreement():
    """Audio rises or falls, then video does: do they do the same?

    No mean over steps tells, nor does any sum of what each modality tells alone.
    """
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], "float32")
    moves = np.array([[1, -1, 0, 0], [0, 0, 1, -1]], "float32")
    # (samples, timesteps, 1) each
    audio, video = (signs[:, [i], None] * moves[i, :, None] for i in range(2))
    return {"audio": audio, "video": video}, np.array([1, 0, 0, 1], "int32")


def least_error(name, steps, **options):
    """The least share of mistakes of a model on its way through training."""
    batch, labels = agreement()
    options = {"classes": ["differ", "agree"], "dropout": 0.0, "units": 4, **options}
    model = mmzoo.create_model(name, {"audio": 1, "video": 1}, **options)
    model.compile(keras.optimizers.Adam(0.01))
    least = 1.0
    for _ in range(steps):
        model.reset_metrics()
        logs = model.train_on_batch(batch, labels, return_dict=True)
        least = min(least, logs["emotion_error"])
        if least == 0.0:
            break
    return least


@pytest.mark.one_backend
@pytest.mark.parametrize("name", NAMES)
def test_learns_agreement_across_steps(name):
    assert least_error(name, 100, fused_dim=4, hidden_dim=16) == 0.0


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("options", "least"), [({"encoder": "mean"}, 0.5), ({"fusion": "average"}, 0.25)]
)
def test_late_fusion_learns_no_agreement(options, least):
    assert least_error("late_fusion_network", 40, **options) >= least

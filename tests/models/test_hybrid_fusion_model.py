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
    audio, video = (
        signs[:, [which], None] * np.array(moves, "float32")[:, None]
        for which, moves in ((0, [1, -1, 0, 0]), (1, [0, 0, 1, -1]))
    )
    return {"audio": audio, "video": video}, np.array([1, 0, 0, 1], "int32")


@pytest.mark.one_backend
def test_learns_agreement_across_steps_as_late_fusion_cannot():
    batch, labels = agreement()
    dims, errors = {"audio": 1, "video": 1}, {}
    rivals = {
        "mean": ("late_fusion_network", {"encoder": "mean"}),
        "average": ("late_fusion_network", {"fusion": "average", "units": 4}),
    }
    for key, (name, options) in {
        **{
            name: (name, {"units": 4, "fused_dim": 4, "hidden_dim": 16})
            for name in NAMES
        },
        **rivals,
    }.items():
        model = mmzoo.create_model(
            name, dims, classes=["differ", "agree"], dropout=0.0, **options
        )
        model.compile("adam")
        model.optimizer.learning_rate = 0.02
        for _ in range(60):
            model.train_on_batch(batch, labels)
        found = arrays(model(batch)["emotion"]).argmax(-1)
        errors[key] = np.mean(found != labels)
    assert errors["multi_attention_network"] == errors["multistage_fusion_network"] == 0
    assert min(errors["mean"], errors["average"]) >= 0.25

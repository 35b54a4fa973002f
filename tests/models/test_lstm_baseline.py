import numpy as np
import pytest

import mmzoo
from tests.checks import arrays, assert_close, check_saving, check_training
from tests.models.small_models import DIMS, small_baseline


@pytest.mark.parametrize("modalities", [["text"], ["video", "audio"]])
def test_reads_what_it_declares(modalities, batch):
    model = small_baseline({name: DIMS[name] for name in modalities})
    assert model.reads == model.source == sorted(modalities)
    scores = arrays(model(batch)["sentiment"])
    assert scores.shape == (3,)
    for name in set(DIMS) - set(modalities):
        del batch[name], batch[f"{name}_mask"]
    assert_close(model(batch)["sentiment"], scores)


def test_is_the_head_on_the_joined_modalities(batch):
    model = small_baseline(bidirectional=True, cell="gru", num_layers=2)
    frames, mask = model.modality_concat(batch)
    assert_close(model(batch), {"sentiment": model.head(frames, mask=mask)})
    assert frames.shape == (3, 6, 10)


def test_labels_per_step(batch, rng):
    model = small_baseline(pooling_attention=False, labels_per="step")
    assert model(batch)["sentiment"].shape == (3, 6)
    mask = batch["text_mask"].copy()
    mask[0, :2] = False
    labels = np.where(mask, rng.normal(size=(3, 6)), np.nan).astype("float32")
    targets = {"sentiment": labels, "sentiment_mask": mask}
    check_training(model, batch, targets, below=0.7)


def test_builder_passes_options_on():
    model = mmzoo.build_lstm_baseline({"text": 5}, units=7, clip=None, dropout=0.2)
    config = model.get_config()
    assert (config["units"], config["clip"], config["dropout"]) == (7, None, 0.2)


def test_clip_limits_the_inputs(batch):
    model = small_baseline(clip=0.5)
    frames, _ = model.modality_concat(batch)
    assert np.abs(arrays(frames)).max() == 0.5


@pytest.mark.parametrize("every", [2, 6])
def test_every_leaves_steps_and_their_masks_out(every, batch):
    batch["audio_mask"][0, every - 1 :] = False
    some = {name: each[:, ::every] for name, each in batch.items()}
    model, whole = small_baseline(every=every), small_baseline()
    whole.set_weights(model.get_weights())
    assert_close(model(batch), arrays(whole(some)))
    read = np.arange(6) % every == 0
    for name in DIMS:
        batch[name][:, ~read] = 9.0
    assert_close(model(batch), arrays(whole(some)))


def test_every_is_saved(batch, tmp_path):
    check_saving(small_baseline(every=3), batch, tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels_per": "frame"}, "`labels_per` is one of"),
        ({"cell": "rnn"}, "`cell` is one of"),
        ({"every": 0}, "`every` is at least 1, not 0"),
        ({"every": 2, "labels_per": "step"}, "`every=2` leaves steps out"),
    ],
)
def test_errors_of_the_head_arrive(options, message):
    with pytest.raises(ValueError, match=message):
        small_baseline(pooling_attention=False, **options)

from functools import partial

import numpy as np
import pytest

from mmzoo.layers import ModalityConcat
from tests.checks import (
    arrays,
    assert_close,
    check_batching,
    check_layer,
    check_masking,
)

DIMS = {"text": 5, "audio": 3}


@pytest.fixture
def layer(rng):
    concat = ModalityConcat(DIMS)
    concat.adapt({name: rng.normal(1, 2, (40, d)) for name, d in DIMS.items()})
    return concat


def two(batch):
    return {key: batch[key] for key in ("audio", "audio_mask", "text", "text_mask")}


def test_checks(layer, batch, tmp_path):
    make = partial(ModalityConcat, DIMS)
    check_layer(make, two(batch), tmp_path=tmp_path)
    check_masking(layer, two(batch))
    check_batching(layer, two(batch))


def test_joins_in_sorted_order(layer, batch):
    frames, mask = arrays(layer(two(batch)))
    parts = [
        layer.normalizations[name](batch[name], mask=batch[f"{name}_mask"])
        for name in ("audio", "text")
    ]
    assert_close(frames, np.concatenate(arrays(parts), axis=-1))
    assert_close(mask, batch["text_mask"])
    assert_close(layer(dict(reversed(two(batch).items()))), (frames, mask))


def test_missing_modality_hides_no_other(layer, batch):
    batch["audio_mask"][0, 2] = False
    batch["text_mask"][0, 5] = batch["audio_mask"][0, 5] = False
    frames, mask = arrays(layer(two(batch)))
    assert mask[0, 2] and not mask[0, 5]
    assert np.all(frames[0, 2, :3] == 0) and np.any(frames[0, 2, 3:] != 0)


def test_absent_mask_observes_all(layer, batch):
    _, mask = layer({"audio": batch["audio"], "text": batch["text"]})
    assert np.all(arrays(mask))


def test_subset_and_split(layer, batch):
    frames, _ = layer({"text": batch["text"]}, modalities=["text"])
    assert frames.shape == (3, 6, 5) and layer.features(["text"]) == 5
    joined, _ = layer({"audio": batch["audio"], "text": batch["text"]})
    parts = layer.split(joined, ["text", "audio"])
    assert_close(parts, {"audio": batch["audio"], "text": batch["text"]})


def test_errors(layer, batch):
    with pytest.raises(ValueError, match=r"no \['text'\].*holds \['audio'\]"):
        layer({"audio": batch["audio"]})
    with pytest.raises(ValueError, match=r"'text' has shape \(3, 6, 3\).*timesteps, 5"):
        layer({"audio": batch["audio"], "text": batch["audio"]})
    with pytest.raises(ValueError, match=r"\(6, 3\)|'audio' has shape"):
        layer({"audio": batch["audio"][0], "text": batch["text"]})
    short = {"audio": batch["audio"][:, :4], "text": batch["text"]}
    with pytest.raises(ValueError, match="same steps, not.*'audio': 4.*align them"):
        layer(short)


def test_apart_is_what_is_joined(layer, batch):
    frames, masks = layer.apart(two(batch))
    joined, joint = layer(two(batch))
    assert list(frames) == list(masks) == ["audio", "text"]
    assert_close(joined, np.concatenate(arrays(list(frames.values())), axis=-1))
    assert_close(joint, np.logical_or(*arrays(list(masks.values()))))


def test_apart_takes_other_steps_only_where_it_is_asked(layer, batch):
    short = {"audio": batch["audio"][:, :4], "text": batch["text"]}
    frames, _ = layer.apart(short, aligned=False)
    assert frames["audio"].shape == (3, 4, 3) and frames["text"].shape == (3, 6, 5)
    with pytest.raises(ValueError, match="same steps"):
        layer.apart(short)

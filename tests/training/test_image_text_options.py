import dataclasses

import numpy as np
import pytest

from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.layers import ImageEncoder, WordEmbedding
from mmzoo.training import ImageTextOptions
from tests.layers.small_image import save_backbone

BOTH = ["image", "text"]


@pytest.fixture(scope="module")
def pictures():
    return sample_pictures(pictures_per_person=3, side=16)


def test_what_learns_reads_pixels_and_tokens(pictures):
    options = ImageTextOptions(width=0.25)
    found = options.prepare(pictures, BOTH)
    assert found.modalities == ["pixels", "tokens"]
    assert found.provenance["made_by"] == {
        "image": "ImageEncoder",
        "text": "WordEmbedding",
    }
    model = options.build(found, BOTH, seed=3)
    assert model.reads == ["pixels", "tokens"] and model.fusion == "transformer"
    encoder = model.front_ends["image"]
    assert isinstance(encoder, ImageEncoder) and isinstance(
        model.front_ends["text"], WordEmbedding
    )
    assert (encoder.side, encoder.width, encoder.seed) == (16, 0.25, 3)
    assert options.build(found, ["text"], seed=3).source == ["text"]


def test_a_frozen_preset_is_run_once(pictures, tmp_path):
    save_backbone(tmp_path / "net")
    options = ImageTextOptions(image_encoder=str(tmp_path / "net"))
    found = options.prepare(pictures, ["image"])
    # The pixels stay, to be drawn.
    assert found.modalities == ["image", "pixels"] and found.input_dims["image"] == 8
    # The model that is trained on them still reads files.
    model = options.build(found, ["image"], seed=0)
    assert model.reads == ["image"] and model.front_ends["image"].side == 16
    learning = ImageTextOptions(
        image_encoder=str(tmp_path / "net"), image_fine_tune=True
    )
    assert learning.prepare(pictures, ["image"]).modalities == ["pixels"]


def test_pictures_go_to_other_samples(pictures):
    assert ImageTextOptions().altered(pictures, 0) is pictures
    options = ImageTextOptions(images_shuffled=True)
    found = options.altered(pictures, 0)
    for name, split in found.splits.items():
        before = pictures.splits[name]
        starts = [rows.sequences["pixels"].starts for rows in (before, split)]
        assert np.all(starts[0] != starts[1])
        np.testing.assert_array_equal(*map(np.sort, starts))
        assert split.words == before.words
        np.testing.assert_array_equal(split.labels, before.labels)
    again, other = (options.altered(pictures, seed) for seed in (0, 1))
    orders = [c.train.sequences["pixels"].starts for c in (found, again, other)]
    np.testing.assert_array_equal(orders[0], orders[1])
    assert np.any(orders[0] != orders[2])


def test_few_samples_are_dropped_less():
    assert [ImageTextOptions().dropout_for(count) for count in (240, 2762)] == [
        0.1,
        0.4,
    ]
    assert ImageTextOptions(dropout=0.4).dropout_for(9) == 0.4


def test_captions_of_one_picture_go_to_another_picture_together(pictures):
    rows = pictures.train.sequences["pixels"]
    # The first three samples share a picture, the fourth has none.
    starts, lengths = rows.starts.copy(), rows.lengths.copy()
    starts[:3], lengths[3] = starts[0], 0
    shared = dataclasses.replace(rows, starts=starts, lengths=lengths)
    splits = dict(pictures.splits, train=pictures.train.with_modality("pixels", shared))
    corpus = dataclasses.replace(pictures, splits=splits)
    for seed in range(3):
        found = ImageTextOptions(images_shuffled=True).altered(corpus, seed)
        dealt = found.train.sequences["pixels"]
        assert len(set(dealt.starts[:3])) == 1 and dealt.starts[0] != starts[0]
        assert dealt.lengths[3] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0.5, "image_encoder": "resnet50"}, "`width=0.5` is of the small"),
        ({"fine_tune": True}, "leave it out with `text_encoder='embedding'`"),
    ],
)
def test_options_that_would_be_ignored_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ImageTextOptions(**options)


def test_pictures_are_needed():
    clips = sample_clips(clips_per_speaker=1)
    with pytest.raises(ValueError, match="sample-clips has no pictures"):
        ImageTextOptions().prepare(clips, ["image"])


@pytest.mark.parametrize("name", ["image_out_dim", "attention_heads"])
def test_sizes_are_at_least_1(name):
    with pytest.raises(ValueError, match=f"`{name}` is at least 1, not 0"):
        ImageTextOptions(**{name: 0})

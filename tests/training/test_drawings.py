import dataclasses

import numpy as np
import pytest

from mmzoo.data import Sequences
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.training import AudioTextOptions, ImageTextOptions
from mmzoo.training.drawings import draw_picture, draw_spectrogram
from tests.layers.small_image import save_backbone

SMALL = {"width": 0.25, "image_out_dim": 4, "text_out_dim": 4, "dim_feed_forward": 4}

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


@pytest.fixture(scope="module")
def pictures():
    return ImageTextOptions().prepare(
        sample_pictures(pictures_per_person=3, side=16), ["image", "text"]
    )


def test_spectrogram():
    options = AudioTextOptions(bins=8, channels=4, out_text_dim=4)
    clips = options.prepare(sample_clips(clips_per_speaker=1), ["audio", "text"])
    model = options.build(clips, ["audio"], 0)
    plot, drawn = draw_spectrogram(model, clips.test)
    frames = clips.test.sequences["audio"][0][0]
    assert plot == "attention_over_spectrogram"
    np.testing.assert_array_equal(drawn["spectrogram"], frames)
    assert drawn["weights"].shape == (len(frames),)
    assert drawn["seconds_per_frame"] == pytest.approx(0.01)
    assert draw_spectrogram(options.build(clips, ["text"], 0), clips.test) is None
    mean = dataclasses.replace(options, audio_pooling="mean")
    assert draw_spectrogram(mean.build(clips, ["audio"], 0), clips.test) is None


@pytest.mark.parametrize("fusion", ["transformer", "tokens"])
def test_picture_and_words(pictures, fusion):
    options = ImageTextOptions(**SMALL, fusion=fusion)
    model = options.build(pictures, ["image", "text"], 0)
    plot, drawn = draw_picture(model, pictures.test)
    assert plot == "attention_over_picture"
    assert drawn["picture"].shape == (16, 16, 3) and drawn["weights"].shape == (2, 2)
    assert " ".join(drawn["words"]) == pictures.test.words[0]
    totals = drawn["weights"].sum(), drawn["word_weights"].sum()
    if fusion == "tokens":
        totals = (sum(totals),)
    assert totals == pytest.approx([1.0] * len(totals), abs=1e-4)


def test_bars_are_white(pictures):
    model = ImageTextOptions(**SMALL).build(pictures, ["image"], 0)
    rows = pictures.test.sequences["pixels"]
    frames, present = rows[0]
    present = np.arange(256) >= 64
    barred = Sequences.from_list([frames], [present])
    split = pictures.test.select([0]).with_modality("pixels", barred)
    _, drawn = draw_picture(model, split)
    assert np.all(drawn["picture"][:4] == 255) and "words" not in drawn
    np.testing.assert_array_equal(drawn["picture"][4:], frames.reshape(16, 16, 3)[4:])


def test_cells_of_a_frozen_preset_keep_their_places(pictures, tmp_path):
    save_backbone(tmp_path / "net")
    small = SMALL | {"width": 1.0, "image_encoder": str(tmp_path / "net")}
    options = ImageTextOptions(**small)
    test = pictures.test.select([0])
    frames, _ = test.sequences["pixels"][0]
    # Bars above and below.
    present = (np.arange(256) >= 96) & (np.arange(256) < 160)
    barred = test.with_modality("pixels", Sequences.from_list([frames], [present]))
    splits = dict.fromkeys(("train", "valid", "test"), barred)
    corpus = dataclasses.replace(pictures, splits=splits)
    found = options.prepare(corpus, ["image"])
    cells, kept = found.test.sequences["image"][0]
    model = options.build(found, ["image"], 0)
    rows, columns = model.front_ends["image"].grid
    expected = present.reshape(rows, 16 // rows, 16).any(axis=(1, 2)).repeat(columns)
    np.testing.assert_array_equal(kept, expected[: len(kept)])
    assert len(cells) == expected.nonzero()[0].max() + 1
    _, drawn = draw_picture(model, found.test)
    assert drawn["weights"].shape == (rows, columns)
    assert np.all((drawn["weights"].ravel() > 0) == expected)
    assert drawn["weights"].sum() == pytest.approx(1.0, abs=1e-4)


def test_a_sample_with_picture_and_words_is_chosen(pictures):
    model = ImageTextOptions(**SMALL).build(pictures, ["image", "text"], 0)
    test = pictures.test
    rows = test.sequences["pixels"]
    lengths = np.where(np.arange(len(test)) < 2, 0, rows.lengths)
    some = dataclasses.replace(rows, lengths=lengths)
    _, drawn = draw_picture(model, test.with_modality("pixels", some))
    assert " ".join(drawn["words"]) == test.words[2]
    none = Sequences.missing(len(test), 3)
    assert draw_picture(model, test.with_modality("pixels", none)) is None


def test_words_alone_have_no_picture(pictures):
    model = ImageTextOptions(**SMALL).build(pictures, ["text"], 0)
    assert draw_picture(model, pictures.test) is None

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Batches, Sequences, Split
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.models import Seq2SeqTranslator, build_sentiment_regressor
from mmzoo.training import FrontEnds, TrainingOptions, Variant, plan
from mmzoo.training.drawings import (
    draw,
)
from tests.checks import arrays
from tests.data.small_corpus import small_corpus
from tests.layers.small_image import save_backbone
from tests.models.small_models import SMALL as SMALL_MODELS

SMALL = {"image_dim": 4, "text_dim": 4, "feed_forward_dim": 4}
HEARS = FrontEnds(bins=8)
SEES = FrontEnds(image_width=0.25)

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


@pytest.fixture(scope="module")
def pictures():
    raw = sample_pictures(pictures_per_person=3, side=16)
    return SEES.prepare(raw, ["image", "text"])


def hearing(clips, modalities, **more):
    """An untrained model of clips."""
    variant = Variant.parse(f"audio_text_classifier:{modalities}")
    architecture = {"channels": 4, "text_dim": 4, **more}
    (row,) = plan([variant], TrainingOptions(), architecture, HEARS)
    return row.build(clips, 0)


def seeing(pictures, modalities, ends=SEES, **more):
    """An untrained model of pictures."""
    variant = Variant.parse(f"image_text_classifier:{modalities}")
    (row,) = plan([variant], TrainingOptions(), SMALL | more, ends)
    return row.build(pictures, 0)


def test_spectrogram():
    clips = HEARS.prepare(sample_clips(clips_per_speaker=1), ["audio", "text"])
    model = hearing(clips, "audio")
    plot, drawn = draw(model, clips.test)
    frames = clips.test.sequences["audio"][0][0]
    assert plot == "attention_over_spectrogram"
    np.testing.assert_array_equal(drawn["spectrogram"], frames)
    assert drawn["weights"].shape == (len(frames),)
    assert drawn["seconds_per_frame"] == pytest.approx(0.01)
    assert len(drawn["frequencies"]) == 8 and drawn["trimmed"]
    label = clips.classes[int(clips.test.labels[0])]
    about = f"sample {clips.test.ids[0]}: label {label}, the model says "
    assert drawn["about"].startswith(about)
    assert drawn["about"].endswith(f". Words: {clips.test.words[0]}")
    assert draw(hearing(clips, "text"), clips.test) is None
    mean = hearing(clips, "audio", audio_pooling="mean")
    assert draw(mean, clips.test) is None
    assert draw(model, clips.test)[0] == plot and draw(mean, clips.test) is None


def test_a_clip_without_sound_is_not_drawn():
    clips = HEARS.prepare(sample_clips(clips_per_speaker=1), ["audio"])
    model, rows = hearing(clips, "audio"), clips.test.sequences["audio"]
    silent = Sequences.from_list(
        [rows[i][0] for i in range(len(rows))],
        [rows[i][1] & (i > 0) for i in range(len(rows))],
    )
    _, drawn = draw(model, clips.test.with_modality("audio", silent))
    assert drawn["about"].startswith(f"sample {clips.test.ids[1]}: ")
    np.testing.assert_array_equal(drawn["spectrogram"], rows[1][0])
    none = clips.test.with_modality("audio", Sequences.missing(len(rows), 8))
    assert draw(model, none) is None


def test_frames_that_were_not_observed_are_left_out():
    clips = HEARS.prepare(sample_clips(clips_per_speaker=1), ["audio"])
    frames, present = clips.test.sequences["audio"][0]
    present = present & (np.arange(len(present)) != 3) & (np.arange(len(present)) < 40)
    holes = Sequences.from_list([frames], [present])
    test = clips.test.select([0]).with_modality("audio", holes)
    _, drawn = draw(hearing(clips, "audio"), test)
    assert len(drawn["spectrogram"]) == len(drawn["weights"]) == 40
    assert np.isnan(drawn["spectrogram"]).any(axis=1).nonzero()[0].tolist() == [3]


@pytest.mark.parametrize("chain", ["text->audio", "audio->text", "text->audio->video"])
def test_translation(rng, chain):
    split = worded(rng)
    model = regressor(chain)
    plot, drawn = draw(model, split)
    assert plot == "attention_map"
    assert draw(model, split)[0] == plot
    assert f"{drawn['source']}->{drawn['target']}" == chain
    # The second sample is nearer to 12 steps.
    said = "sample b: label -2.00, the model says "
    assert drawn["about"].startswith(said) and drawn["about"].endswith(". Words: x y z")
    assert drawn["weights"].shape == (3, 3)
    np.testing.assert_allclose(drawn["weights"].sum(axis=1), 1.0, atol=1e-5)
    ends = {"source_words": chain[:4] == "text", "target_words": chain[-4:] == "text"}
    for end, is_text in ends.items():
        assert (drawn.get(end, np.array(())).tolist() == ["x", "y", "z"]) == is_text


def test_steps_that_were_not_observed_are_left_out(rng):
    frames = rng.normal(size=(4, 5))
    text = Sequences.from_list([frames], [[True, False, True, False]])
    audio = Sequences.from_list([rng.normal(size=(4, 3))], [[False, True, True, True]])
    split = Split({"text": text, "audio": audio}, [1.0], ("a",), ("a",))
    _, drawn = draw(regressor("text->audio"), split)
    assert drawn["weights"].shape == (4, 3)
    hidden = np.isnan(drawn["weights"])
    assert hidden[0].all() and hidden[:, 1].all() and not hidden[1:, [0, 2]].any()


def test_no_translation_to_draw(rng):
    split = worded(rng)
    assert draw(regressor("text->audio", attention="none"), split) is None
    missing = split.with_modality("audio", Sequences.missing(2, 3))
    assert draw(regressor("text->audio"), missing) is None


def worded(rng):
    """Two samples of 2 and 3 steps, of which the words are known."""
    widths = {"text": 5, "audio": 3, "video": 2}
    rows = {
        name: Sequences.from_list([rng.normal(size=(n, width)) for n in (2, 3)])
        for name, width in widths.items()
    }
    return Split(rows, [1.0, -2.0], ("a", "b"), ("a", "b"), words=("v w", "x y z"))


def regressor(chain, **options):
    dims = {"text": 5, "audio": 3, "video": 2}
    chain = Variant.parse(chain).chain
    translator = Seq2SeqTranslator(dims, chain, units=3, **options)
    return build_sentiment_regressor(translator, units=3)


@pytest.mark.parametrize("fusion", ["transformer", "tokens"])
def test_picture_and_words(pictures, fusion):
    model = seeing(pictures, "image+text", fusion=fusion)
    plot, drawn = draw(model, pictures.test)
    assert draw(model, pictures.test)[0] == plot
    assert plot == "attention_over_picture"
    assert drawn["picture"].shape == (16, 16, 3) and drawn["weights"].shape == (2, 2)
    assert " ".join(drawn["words"]) == pictures.test.words[0]
    assert drawn["about"].startswith(f"sample {pictures.test.ids[0]}: label ")
    totals = drawn["weights"].sum(), drawn["word_weights"].sum()
    if fusion == "tokens":
        totals = (sum(totals),)
    assert totals == pytest.approx([1.0] * len(totals), abs=1e-4)


def test_bars_are_left_out(pictures):
    model = seeing(pictures, "image")
    rows = pictures.test.sequences["pixels"]
    frames, present = rows[0]
    present = np.arange(256) >= 64
    barred = Sequences.from_list([frames], [present])
    split = pictures.test.select([0]).with_modality("pixels", barred)
    _, drawn = draw(model, split)
    assert np.isnan(drawn["picture"][:4]).all() and "words" not in drawn
    np.testing.assert_array_equal(drawn["picture"][4:], frames.reshape(16, 16, 3)[4:])


def test_cells_of_a_frozen_preset_keep_their_places(pictures, tmp_path):
    save_backbone(tmp_path / "net")
    ends = FrontEnds(image_encoder=str(tmp_path / "net"))
    test = pictures.test.select([0])
    frames, _ = test.sequences["pixels"][0]
    # Bars above and below.
    present = (np.arange(256) >= 96) & (np.arange(256) < 160)
    barred = test.with_modality("pixels", Sequences.from_list([frames], [present]))
    splits = dict.fromkeys(("train", "valid", "test"), barred)
    corpus = dataclasses.replace(pictures, splits=splits)
    found = ends.prepare(corpus, ["image"])
    cells, kept = found.test.sequences["image"][0]
    model = seeing(found, "image", ends)
    rows, columns = model.front_ends["image"].grid
    expected = present.reshape(rows, 16 // rows, 16).any(axis=(1, 2)).repeat(columns)
    np.testing.assert_array_equal(kept, expected[: len(kept)])
    assert len(cells) == expected.nonzero()[0].max() + 1
    _, drawn = draw(model, found.test)
    assert drawn["weights"].shape == (rows, columns)
    assert np.all((drawn["weights"].ravel() > 0) == expected)
    assert drawn["weights"].sum() == pytest.approx(1.0, abs=1e-4)


def test_a_sample_with_picture_and_words_is_chosen(pictures):
    model = seeing(pictures, "image+text")
    test = pictures.test
    rows = test.sequences["pixels"]
    lengths = np.where(np.arange(len(test)) < 2, 0, rows.lengths)
    some = dataclasses.replace(rows, lengths=lengths)
    _, drawn = draw(model, test.with_modality("pixels", some))
    assert " ".join(drawn["words"]) == test.words[2]
    none = Sequences.missing(len(test), 3)
    assert draw(model, test.with_modality("pixels", none)) is None


@pytest.mark.parametrize("name", ["crossmodal_transformer", "memory_fusion_network"])
def test_steps_of_frames(rng, name):
    corpus = small_corpus(rng)
    model = SMALL_MODELS[name]()
    plot, drawn = draw(model, corpus.test)
    assert plot == "attention_over_steps"
    assert list(drawn["modalities"]) == ["audio", "text", "video"]
    assert "the model says" in drawn["about"]
    shown = np.nan_to_num(drawn["weights"])
    # One sample of the split it is, where its steps were observed.
    found = []
    for x, _ in Batches(corpus.test, model.reads, 1, num_buckets=1):
        weights = arrays(model.attend(x))
        rows = [weights[n][0] * x[f"{n}_mask"][0] for n in drawn["modalities"]]
        found.append(np.stack(rows)[:, : shown.shape[1]])
    assert any(np.allclose(each, shown, atol=1e-5) for each in found)


def test_a_model_without_attention_is_not_drawn(rng):
    corpus = small_corpus(rng)
    assert draw(SMALL_MODELS["tensor_fusion_network"](), corpus.test) is None


def test_words_alone_have_no_picture(pictures):
    model = seeing(pictures, "text")
    assert draw(model, pictures.test) is None

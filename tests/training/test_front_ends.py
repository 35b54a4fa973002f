import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data import DataError, Sequences, normalized_speakers
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.layers import ImageEncoder, LogSpectrogram, WordEmbedding
from mmzoo.training import FrontEnds, TrainingOptions, Variant, plan
from mmzoo.training.apply_front_end import apply_front_end
from tests.checks import arrays
from tests.data.small_corpus import corpus_with_words, small_corpus
from tests.layers.small_clip import save_clip
from tests.layers.small_image import save_backbone
from tests.layers.small_speech import KINDS, save_speech


@pytest.fixture
def corpus(rng):
    return corpus_with_words(rng)


@pytest.fixture(scope="module")
def clips():
    return sample_clips(clips_per_speaker=4)


@pytest.fixture(scope="module")
def pictures():
    return sample_pictures(pictures_per_person=3, side=16)


@pytest.mark.one_backend
def test_prepare_makes_frames_once(clips):
    ends = FrontEnds(bins=8, trim_decibels=None)
    found = ends.prepare(clips, ["audio", "text"])
    assert found.modalities == ["audio", "tokens"]
    assert found.train.sequences["audio"].features == 8
    made = {"audio": "LogSpectrogram", "text": "WordEmbedding"}
    assert found.provenance["made_by"] == made
    # The model that is trained on them still gets its front ends.
    given = ends.make_all(found, ["audio", "text"])
    assert {name: type(each).__name__ for name, each in given.items()} == made
    shorter = FrontEnds(bins=8).prepare(clips, ["audio"])
    frames = [c.train.sequences["audio"].lengths.sum() for c in (found, shorter)]
    assert frames[0] > frames[1]


@pytest.mark.one_backend
def test_frames_that_a_corpus_holds_are_left(corpus):
    ends = FrontEnds()
    assert ends.prepare(corpus, ["audio", "text"]) is corpus
    assert ends.make_all(corpus, ["audio", "text"]) == {"audio": 3, "text": 5}
    # Words are read where an encoder is asked for.
    assert isinstance(FrontEnds("embedding").make("text", corpus), WordEmbedding)


@pytest.mark.one_backend
def test_an_encoder_of_words_that_are_not_there_is_refused(rng):
    features = small_corpus(rng)
    message = "`text_encoder='embedding'` reads words, and the text of .* is features"
    with pytest.raises(ValueError, match=message):
        FrontEnds(text_encoder="embedding").prepare(features, ["text"])


def test_what_learns_reads_pixels_and_tokens(pictures):
    ends = FrontEnds(image_width=0.25)
    found = ends.prepare(pictures, ["image", "text"])
    assert found.modalities == ["pixels", "tokens"]
    encoder = ends.make("image", found, seed=3)
    assert isinstance(encoder, ImageEncoder)
    assert (encoder.side, encoder.width, encoder.seed) == (16, 0.25, 3)


@pytest.mark.one_backend
def test_a_frozen_preset_is_run_once(pictures, tmp_path):
    save_backbone(tmp_path / "net")
    ends = FrontEnds(image_encoder=str(tmp_path / "net"))
    found = ends.prepare(pictures, ["image"])
    # The pixels stay, to be drawn.
    assert found.modalities == ["image", "pixels"] and found.input_dims["image"] == 8
    assert ends.make("image", found).side == 16
    learning = dataclasses.replace(ends, image_fine_tune=True)
    assert learning.prepare(pictures, ["image"]).modalities == ["pixels"]


@pytest.mark.one_backend
def test_clip_makes_a_vector_of_pictures_and_of_words_once(pictures, tmp_path):
    save_clip(tmp_path / "clip")
    clip = str(tmp_path / "clip")
    ends = FrontEnds(clip, image_encoder=clip)
    found = ends.prepare(pictures, ["image", "text"])
    assert found.modalities == ["image", "pixels", "text"]
    assert found.input_dims["image"] == found.input_dims["text"] == 6
    assert set(found.train.sequences["text"].lengths) == {1}
    (told,) = (each for each in found.provenance["warnings"] if "Texts" in each)
    assert "longer than the 9 tokens" in told and "24 of train" in told
    learning = dataclasses.replace(ends, fine_tune=True, image_fine_tune=True)
    assert learning.prepare(pictures, ["text"]).modalities == ["pixels", "tokens"]
    variant = Variant.parse("image_text_classifier:image+text")
    options = TrainingOptions(epochs=1)
    row, *_ = plan([variant], options, {"fusion": "concat"}, ends)
    model, history = row.train(found, 0, tmp_path, str)
    assert np.isfinite(history["supervised"]["loss"]).all()
    path = tmp_path / "model.keras"
    model.save(path)
    picture = np.arange(16 * 16 * 3, dtype="uint8").reshape(16, 16, 3)
    # Both, words alone, and a picture alone.
    clips = {"image": [picture, None, picture], "text": ["joy", "joy", ""]}
    said = [mmzoo.predict(each, **clips) for each in (model, mmzoo.load(path))]
    for one, again in zip(*said, strict=True):
        assert one["emotion"] == again["emotion"] in pictures.classes


@pytest.mark.one_backend
@pytest.mark.parametrize("name", ["image", "video"])
def test_what_a_corpus_lacks_is_said(name, clips):
    with pytest.raises(ValueError, match=f"sample-clips has no {name}, neither as"):
        FrontEnds().prepare(clips, [name])


@pytest.mark.one_backend
def test_words_are_needed(clips):
    silent = dataclasses.replace(
        clips,
        splits={n: dataclasses.replace(s, words=None) for n, s in clips.splits.items()},
    )
    with pytest.raises(ValueError, match="has no text, neither as features nor as wo"):
        FrontEnds().prepare(silent, ["text"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_width": 0.5, "image_encoder": "resnet50"}, "`image_width=0.5` is of"),
        ({"fine_tune": True}, "leave it out with `text_encoder=None`"),
        ({"text_states": "table"}, "`text_states` is of a pretrained encoder: leave"),
        ({"text_states": "first"}, "`text_states` is one of .* not 'first'"),
        ({"speech_fine_tune": True}, "name it by `speech_encoder`"),
        ({"speech_encoder": "a", "spectrogram": "linear"}, "`spectrogram='linear'` is"),
        ({"speech_encoder": "a", "time_dim": 9}, "out with `speech_encoder='a'`"),
    ],
)
def test_options_that_would_be_ignored_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        FrontEnds(**options)


@pytest.mark.one_backend
def test_each_fold_has_the_words_of_its_own_training_texts(clips):
    ends = FrontEnds(bins=8)
    folds = ends.prepare_folds(clips, ["audio", "text"], 3)
    assert len(folds) == 3
    for fold in folds:
        assert fold.modalities == ["audio", "tokens"]
        front_end = ends.make("text", fold)
        for split in fold.splits.values():
            ids, mask = front_end.tokenize(split.words[:1])
            found = split.sequences["tokens"][0][0][:, 0]
            assert found.tolist() == ids[0][mask[0]].tolist()
    assert sorted(ends.prepare_folds(clips, ["audio"], 3)[0].modalities) == ["audio"]


@pytest.mark.one_backend
def test_folds_of_the_data_are_their_own(clips):
    with pytest.raises(DataError, match="data that define no folds. Use `k_fold"):
        FrontEnds().prepare_folds(clips, ["text"])
    ids = [id for split in clips.splits.values() for id in split.ids]
    given = [dict.fromkeys(ids, "train") for _ in range(3)]
    for number, fold in enumerate(given):
        fold |= {ids[number]: "test", ids[number + 3]: "valid"}
    given[0].pop(ids[-1])
    clips = dataclasses.replace(clips, given_folds=tuple(given))
    folds = FrontEnds().prepare_folds(clips, ["text"])
    assert [fold.test.ids for fold in folds] == [(id,) for id in ids[:3]]
    assert [fold.valid.ids for fold in folds] == [(id,) for id in ids[3:6]]
    sizes = [len(fold.train) for fold in folds]
    assert sizes == [len(ids) - 3, len(ids) - 2, len(ids) - 2]
    assert [fold.provenance["fold"] for fold in folds] == [0, 1, 2]


@pytest.mark.one_backend
def test_numbered_words_are_not_cut_into_folds(clips):
    prepared = FrontEnds(bins=8).prepare(clips, ["text"])
    for groups in (True, False):
        with pytest.raises(DataError, match="Cut first: `FrontEnds.prepare_folds`"):
            prepared.k_fold(3, groups)


@pytest.mark.one_backend
def test_a_front_end_reads_samples_with_any_number_of_emotions(clips):
    def several(split):
        labels = np.stack([split.labels == 0, split.labels == 1], axis=1)
        return dataclasses.replace(split, labels=labels * 1.0, target="emotions")

    splits = {name: several(split) for name, split in clips.splits.items()}
    names = {"classes": ("a", "b"), "label_range": (0, 1)}
    corpus = dataclasses.replace(clips, splits=splits, **names)
    made = FrontEnds(bins=16).prepare(corpus, ["audio"])
    assert made.train.labels.shape == (len(corpus.train), 2)
    alone = FrontEnds(bins=16).prepare(clips, ["audio"])
    assert made.input_dims == alone.input_dims


def test_samples_in_the_place_of_a_spectrogram():
    clips = mmzoo.data.sample_clips(clips_per_speaker=4)
    corpus = FrontEnds(spectrogram="samples").prepare(clips, ["audio"])
    frames = corpus.train.sequences["audio"][0][0]
    samples = clips.train.sequences["waveform"][0][0][:, 0]
    np.testing.assert_array_equal(frames.reshape(-1)[: len(samples)], samples)
    assert corpus.input_dims == {"audio": 640}


@pytest.mark.one_backend
@pytest.mark.parametrize("kind", KINDS)
def test_a_frozen_speech_encoder_is_run_once(kind, clips, tmp_path):
    splits = {name: split.select(range(4)) for name, split in clips.splits.items()}
    clips = dataclasses.replace(clips, splits=splits)
    ends = FrontEnds(speech_encoder=save_speech(tmp_path / "speech", kind))
    found = ends.prepare(clips, ["audio"])
    assert found.modalities == ["audio"] and found.input_dims == {"audio": 4}
    assert found.provenance["made_by"] == {"audio": "PretrainedSpeech"}
    layer = ends.make("audio", found)
    samples = clips.train.sequences["waveform"][0][0]
    expected = arrays(layer(samples[None])[0])[0]
    np.testing.assert_allclose(
        found.train.sequences["audio"][0][0], expected, atol=1e-4
    )
    options = TrainingOptions(epochs=1)
    variant = Variant.parse("audio_text_classifier:audio")
    row, *_ = plan([variant], options, {"audio_encoder": "dense"}, ends)
    model, history = row.train(found, 0, tmp_path, str)
    assert np.isfinite(history["supervised"]["loss"]).all()
    model.save(tmp_path / "model.keras")
    loaded = mmzoo.load(tmp_path / "model.keras")
    said = [mmzoo.predict(each, audio=samples[:, 0]) for each in (model, loaded)]
    given = [list(each["probabilities"].values()) for each in said]
    np.testing.assert_allclose(*given, atol=1e-5)
    learning = dataclasses.replace(ends, speech_fine_tune=True)
    assert learning.prepare(clips, ["audio"]).modalities == ["waveform"]


@pytest.mark.one_backend
def test_recordings_that_a_speech_encoder_cannot_read(clips, corpus, tmp_path):
    ends = FrontEnds(speech_encoder=save_speech(tmp_path))
    other = dataclasses.replace(clips, provenance={"sample_rate": 8000})
    with pytest.raises(ValueError, match="16000 samples a second, and those of sample"):
        ends.prepare(other, ["audio"])
    with pytest.raises(ValueError, match="reads recordings, and the audio of .* is"):
        ends.prepare(corpus, ["audio"])


def test_encoders_on_this_machine_have_names(tmp_path):
    (tmp_path / "encoder").mkdir()
    folder = str(tmp_path / "encoder")
    ends = FrontEnds(text_encoder=folder, image_encoder="small")
    assert ends.names() == {"text_encoder": "encoder"}
    assert FrontEnds(speech_encoder=folder).names() == {"speech_encoder": "encoder"}
    assert FrontEnds().names() == {}


def test_spectrograms_are_standardised_by_speaker():
    clips = sample_clips(clips_per_speaker=3)
    plain = FrontEnds(bins=8).prepare(clips, ["audio"])
    ends = FrontEnds(bins=8, speaker_normalization=True)
    found = ends.prepare(clips, ["audio"])
    assert ends.make("audio", clips).speaker_normalization
    for name, split in plain.splits.items():
        expected = normalized_speakers(split.sequences["audio"], split.groups)
        made = found.splits[name].sequences["audio"]
        np.testing.assert_allclose(made.frames, expected.frames, atol=1e-5)
    assert found.provenance["speaker_normalized"] == ["audio"]
    assert "speaker_normalized" not in plain.provenance


def test_no_speakers_no_normalization():
    clips = dataclasses.replace(sample_clips(clips_per_speaker=3), group_kind="clip")
    ends = FrontEnds(bins=8, speaker_normalization=True)
    with pytest.raises(DataError, match="it tells no speakers, but each clip"):
        ends.prepare(clips, ["audio"])


@pytest.mark.parametrize(
    "others", [{"spectrogram": "samples"}, {"speech_encoder": "whisper_tiny_en"}]
)
def test_normalization_is_of_spectrograms(others):
    with pytest.raises(ValueError, match="`speaker_normalization.*is of spectrograms"):
        FrontEnds(speaker_normalization=True, **others)


def test_folds_have_statistics_of_their_own():
    """No recording of another split of a fold counts, nor of none."""
    clips = sample_clips(clips_per_speaker=4)
    ends = FrontEnds(bins=8, speaker_normalization=True)
    plain = dataclasses.replace(ends, speaker_normalization=False)
    shared = plain.prepare(clips, ["audio"])
    mixed = dataclasses.replace(
        clips,
        splits={
            name: dataclasses.replace(split, groups=tuple("abcd") * (len(split) // 4))
            for name, split in clips.splits.items()
        },
    )
    for fold in ends.prepare_folds(mixed, ["audio"], 4):
        told = fold.provenance["warnings"]
        (counts,) = [each for each in told if "standardised by all recordings" in each]
        for name, split in fold.splits.items():
            rows = Sequences.concatenate(
                [x.sequences["audio"] for x in shared.splits.values()]
            )
            ids = [id for each in shared.splits.values() for id in each.ids]
            own = rows.select([ids.index(id) for id in split.ids])
            expected = normalized_speakers(own, split.groups)
            made = split.sequences["audio"].in_memory()
            np.testing.assert_allclose(made.frames, expected.frames, atol=1e-4)
            assert f"{len(set(split.groups))} of {name}" in counts


@pytest.mark.parametrize(
    "asked", [{"speaker_normalization": True}, {"spectrogram": "functionals"}]
)
def test_what_is_of_recordings_is_not_of_features(corpus, asked):
    with pytest.raises(ValueError, match="is of recordings, and the audio of"):
        FrontEnds(**asked).prepare(corpus, ["audio"])
    with pytest.raises(ValueError, match="is of recordings, and the audio of"):
        FrontEnds(**asked).prepare_folds(corpus, ["audio"], 2)


def test_unknown_speakers_are_refused_before_anything_is_read(monkeypatch):
    clips = dataclasses.replace(sample_clips(clips_per_speaker=3), group_kind="word")
    layer = LogSpectrogram(num_bins=8, speaker_normalization=True)
    monkeypatch.setattr("mmzoo.training.apply_front_end._frames", None)
    for ask in (
        lambda: apply_front_end(clips, "audio", layer),
        lambda: FrontEnds(speaker_normalization=True).prepare(clips, ["audio"]),
        lambda: FrontEnds(speaker_normalization=True).prepare_folds(clips, ["audio"]),
    ):
        with pytest.raises(DataError, match="it tells no speakers, but each word"):
            ask()

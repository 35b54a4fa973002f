"""A model that standardises by speaker answers as the corpus was prepared."""

import contextlib

import numpy as np
import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.data.sample_clips import sample_clips
from mmzoo.layers import (
    AcousticFunctionals,
    LogSpectrogram,
    SpectrogramCNN,
    WordEmbedding,
)
from mmzoo.models.answer import probabilities
from mmzoo.models.export_formats import _check_onnx
from mmzoo.models.export_signature import export_signature
from mmzoo.training import FrontEnds
from mmzoo.training.measure import predictions
from tests.command.small_command import fails, lines_of, save
from tests.data.small_clips import write_clip
from tests.models.test_audio_text_classifier import small_classifier


@pytest.fixture(scope="module")
def clips():
    return sample_clips(clips_per_speaker=3)


@pytest.fixture(scope="module")
def model(clips):
    ends = FrontEnds(bins=8, speaker_normalization=True)
    found = {"audio": ends.make("audio", clips)}
    model = mmzoo.build_audio_text_classifier(
        found, classes=clips.classes, width=0.1, channels=8
    )
    model.adapt(ends.prepare(clips, ["audio"]).train)
    return model


@pytest.fixture(scope="module")
def asked(clips):
    rows = clips.test.sequences["waveform"]
    recordings = [rows[index][0][:, 0] for index in range(len(rows))]
    return recordings, [*clips.test.groups]


def chances(answers):
    return np.array([[*each["probabilities"].values()] for each in answers])


def test_answers_are_those_of_the_prepared_corpus(model, clips, asked, tmp_path):
    recordings, speakers = asked
    ends = FrontEnds(bins=8, speaker_normalization=True)
    test = ends.prepare(clips, ["audio"]).test
    expected = probabilities(predictions(model, test), False)
    save(model, tmp_path)
    loaded = mmzoo.load(tmp_path / "model.keras")
    found = mmzoo.predict(loaded, speakers, audio=recordings)
    np.testing.assert_allclose(chances(found), expected, atol=1e-4)
    why = mmzoo.explain(loaded, speakers=speakers, audio=recordings)
    np.testing.assert_allclose(chances(why), expected, atol=1e-4)
    assert "fewer than 10 recordings" in found[0]["warnings"][0]


def test_the_order_of_the_clips_does_not_matter(model, asked):
    recordings, speakers = asked
    order = np.random.default_rng(0).permutation(len(speakers))
    found = mmzoo.predict(model, speakers, audio=recordings)
    others = mmzoo.predict(
        model, [speakers[i] for i in order], audio=[recordings[i] for i in order]
    )
    np.testing.assert_allclose(chances(found)[order], chances(others), atol=1e-4)


def test_a_clip_that_cannot_be_read_is_no_recording_of_its_speaker(model, asked):
    recordings, speakers = asked
    expected = mmzoo.predict(model, speakers, audio=recordings)
    broken, whose = ["absent.wav", *recordings], [speakers[0], *speakers]
    with pytest.warns(UserWarning, match="1 of .* clips have no answer"):
        first, *others = mmzoo.predict(model, whose, audio=broken)
    assert "absent.wav: there is no such file" in first["error"]
    np.testing.assert_allclose(chances(others), chances(expected), atol=1e-4)


def test_other_recordings_of_a_speaker_count(model, asked):
    recordings, speakers = asked
    alone = mmzoo.predict(model, "she", audio=recordings[0])["probabilities"]
    among = mmzoo.predict(model, speakers, audio=recordings)[0]["probabilities"]
    assert np.abs(np.array([*alone.values()]) - [*among.values()]).max() > 1e-4


@pytest.mark.parametrize(
    ("speakers", "message"),
    [
        (None, "standardises audio by speaker: give `speakers`, the name"),
        (["a"], "`speakers` has 1 names for 6 clips"),
        (["a", None, *"aaaa"], "`speakers` has None for clip 1: name the speaker"),
    ],
)
def test_speakers_are_asked_for(model, asked, speakers, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.predict(model, speakers, audio=asked[0])


def test_other_models_take_no_speakers():
    with pytest.raises(ValueError, match="this one does not: leave it out"):
        mmzoo.predict(small_classifier(), "she", audio=None, text="good")


def test_a_waveform_is_refused(model):
    with pytest.raises(ValueError, match="a batch of waveform does not suffice"):
        model({"waveform": np.zeros((1, 4000, 1), "float32")})
    with pytest.raises(ValueError, match="which a layer cannot do"):
        SpectrogramCNN(spectrogram=LogSpectrogram(speaker_normalization=True))


def test_a_program_without_mmzoo_standardises(model):
    assert export_signature(model)["audio"].shape == (None, None, 8)


def test_commands_know_speakers(model, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = save(model, tmp_path)
    files = [str(write_clip(tmp_path / f"{name}.wav")) for name in "abc"]
    told = ["predict", path, *files, "--speaker"]
    assert main([*told, "she", "she", "he", "--explain", "why"]) == 0
    shown = capsys.readouterr().out
    assert "3 of 3 clips: its speaker has fewer than 10 recordings" in shown
    found = mmzoo.predict(model, ["she", "she", "he"], audio=files)
    lines = (tmp_path / "predictions.csv").read_text().splitlines()[1:]
    for line, answer in zip(lines, found, strict=True):
        assert answer["emotion"] in line
    assert (tmp_path / "why" / "index.html").exists()
    message = "standardises audio by speaker: give --speaker, the name"
    assert message in fails(capsys, "predict", path, *files)
    message = "--speaker is for clips; DATA names its own"
    assert message in fails(capsys, "predict", path, "sample-clips", "--speaker", "a")


def test_what_is_explained_is_standardised(model, clips, asked):
    recordings, speakers = asked
    expected = chances(mmzoo.predict(model, speakers, audio=recordings))
    for rows in (clips, clips.test):
        found = mmzoo.explain(model, rows)
        np.testing.assert_allclose(chances(found), expected, atol=1e-4)
    plain = FrontEnds(bins=8).prepare(clips, ["audio"])
    with pytest.raises(ValueError, match="without the standardisation by speaker"):
        mmzoo.explain(model, plain)
    with pytest.raises(ValueError, match="rows name their own: leave it out"):
        mmzoo.explain(model, clips, speakers)


def test_a_clip_without_a_recording_is_none_of_its_speaker(asked):
    spectrogram = LogSpectrogram(num_bins=8, speaker_normalization=True)
    ends = {"audio": spectrogram, "text": WordEmbedding(["good"], 4)}
    model = mmzoo.build_audio_text_classifier(ends, classes=["a", "b"], width=0.1)
    recordings, texts = [asked[0][0], *[None] * 9], ["good"] * 10
    first, *others = mmzoo.predict(model, "she", audio=recordings, text=texts)
    assert "fewer than 10 recordings" in first["warnings"][0]
    assert {tuple(each["warnings"]) for each in others} == {("the clip has no audio",)}


def test_one_row_of_functionals_has_no_answer(asked):
    """Less its own mean it is zeros, whatever was said."""
    ends = {"audio": AcousticFunctionals(speaker_normalization=True)}
    model = mmzoo.build_audio_text_classifier(
        ends, classes=["a", "b"], audio_encoder="dense", channels=4
    )
    recordings = asked[0][:3]
    with pytest.raises(ValueError, match="'she' has one recording of one step"):
        mmzoo.predict(model, "she", audio=recordings[0])
    with pytest.warns(UserWarning, match="1 of 3 clips have no answer"):
        found = mmzoo.predict(model, ["she", "she", "he"], audio=recordings)
    assert "'he' has one recording" in found[2]["error"]
    assert found[0]["emotion"] and found[1]["emotion"]


def test_rows_of_a_speaker_who_says_too_little_are_told(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ends = {"audio": AcousticFunctionals(speaker_normalization=True)}
    model = mmzoo.build_audio_text_classifier(
        ends, classes=["a", "b"], audio_encoder="dense", channels=4
    )
    path, table = save(model, tmp_path), ["path,text,label,split,speaker"]
    for name, speaker in zip("xyz", ["she", "he", "she"], strict=True):
        write_clip(tmp_path / f"{name}.wav")
        table.append(f"{name}.wav,,a,test,{speaker}")
    (tmp_path / "labels.csv").write_text("\n".join(table))
    assert main(["predict", path, "labels.csv", "--output", "said.csv"]) == 3
    rows = lines_of(tmp_path / "said.csv")
    assert [bool(row["predicted"]) for row in rows] == [True, False, True]
    assert "'he' has one recording of one step" in rows[1]["error"]
    capsys.readouterr()
    table[1:] = [table[2]]
    (tmp_path / "labels.csv").write_text("\n".join(table))
    assert "'he' has one recording" in fails(capsys, "predict", path, "labels.csv")


def test_files_that_cannot_be_read_are_named(model):
    with pytest.raises(ValueError, match="absent.wav: there is no such file"):
        mmzoo.predict(model, np.array(["she", "he"]), audio=["absent.wav", "b.wav"])
    with pytest.raises(ValueError, match="`speakers` has 1 names for 2 clips"):
        mmzoo.predict(model, 3, audio=["absent.wav", "b.wav"])


def test_an_export_of_frames_needs_no_spectrogram(model):
    """Unless a package is missing, nothing is said against it."""
    with contextlib.suppress(ImportError):
        _check_onnx(model, "tensorflow")

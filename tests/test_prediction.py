import keras
import numpy as np
import PIL.Image
import pytest

import mmzoo
from tests.checks import arrays
from tests.models.small_models import small_baseline
from tests.models.test_audio_text_classifier import small_classifier
from tests.models.test_image_text_classifier import small_pictures

# What is told of a batch's numbers is no matter of the backend that computed them.
pytestmark = pytest.mark.one_backend
RATE = 2000


@pytest.fixture
def wav(tmp_path, rng):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "clip.wav"
    soundfile.write(path, 0.1 * rng.normal(size=1500), RATE, subtype="FLOAT")
    return path


@pytest.mark.every_backend
def test_from_a_sound_file_and_words(wav):
    model = small_classifier()
    answer = mmzoo.predict(model, audio=wav, text="good")
    assert answer["emotion"] in model.classes
    assert sum(answer["probabilities"].values()) == pytest.approx(1.0)
    assert answer["emotion"] == max(
        answer["probabilities"], key=answer["probabilities"].get
    )
    samples = mmzoo.data.audio_file.read_audio(wav, RATE)[0]
    again = mmzoo.predict(model, audio=samples, text="good")
    assert again["probabilities"] == pytest.approx(answer["probabilities"], abs=1e-5)


def test_several_clips_are_as_each_alone(wav):
    model = small_classifier()
    texts = ["good", None, "bad bad good"]
    short = np.linspace(-0.1, 0.1, 300, dtype="float32")
    recordings = [str(wav), short, None]
    answers = mmzoo.predict(model, audio=recordings, text=texts)
    for answer, audio, text in zip(answers, recordings, texts, strict=True):
        alone = mmzoo.predict(model, audio=audio, text=text)["probabilities"]
        assert answer["probabilities"] == pytest.approx(alone, abs=1e-4)


def test_a_loaded_model_needs_no_other_file(wav, tmp_path):
    model = small_classifier()
    model.save(tmp_path / "model.keras")
    loaded = mmzoo.load(tmp_path / "model.keras")
    first, second = (mmzoo.predict(m, audio=wav, text="bad") for m in (model, loaded))
    assert first["probabilities"] == pytest.approx(second["probabilities"], abs=1e-5)


@pytest.fixture
def png(tmp_path, rng):
    path = tmp_path / "wide.png"
    pixels = rng.integers(0, 255, (10, 30, 3)).astype("uint8")
    PIL.Image.fromarray(pixels).save(path)
    return path


@pytest.mark.every_backend
def test_from_a_picture_and_words(png):
    model = small_pictures()
    answers = mmzoo.predict(model, image=[png, None], text=["good", "bad"])
    for answer, image, text in zip(answers, [png, None], ["good", "bad"], strict=True):
        alone = mmzoo.predict(model, image=image, text=text)["probabilities"]
        assert answer["probabilities"] == pytest.approx(alone, abs=1e-4)
    again = mmzoo.predict(model, image=np.asarray(PIL.Image.open(png)), text="good")
    expected = answers[0]["probabilities"]
    assert again["probabilities"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.every_backend
def test_frames_for_a_model_without_front_ends(batch):
    model = small_baseline()
    names = ["audio", "text", "video"]
    clip = {name: batch[name][1, :4] for name in names}
    answer = mmzoo.predict(model, **clip)
    whole = {key: each[1:2, :4] for key, each in batch.items()}
    expected = float(arrays(model(whole)["sentiment"])[0])
    assert answer["sentiment"] == pytest.approx(expected, abs=1e-4)
    without = mmzoo.predict(model, **{**clip, "video": None})
    assert np.isfinite(without["sentiment"])


def test_one_score_a_step(batch):
    model = small_baseline(pooling_attention=False, labels_per="step")
    clips = {n: [batch[n][0], batch[n][1, :4]] for n in ("audio", "text", "video")}
    answers = mmzoo.predict(model, **clips)
    assert [len(each["sentiment"]) for each in answers] == [6, 4]


@pytest.mark.parametrize(
    ("clips", "message"),
    [
        ({}, "reads audio and text, but predict was given nothing"),
        ({"text": "good"}, "was given text. Give exactly these; None for"),
        ({"audio": None, "text": ["good"]}, "either one clip .* or a list of each"),
        ({"audio": [None], "text": ["a", "b"]}, "as many clips of each modality"),
        ({"audio": [], "text": []}, "at least one"),
        ({"audio": np.ones((2, 5)), "text": ""}, r"has shape \(2, 5\). Give a sound"),
        ({"audio": np.full(9, np.nan), "text": "good"}, "none of its 9 samples"),
        ({"audio": np.zeros(0), "text": "good"}, "`audio`: it holds no sample"),
        ({"audio": None, "text": None}, "the clip has no audio and no text"),
        ({"audio": None, "text": " "}, "the clip has no audio and no text"),
        ({"audio": np.ones(9), "text": 7}, "`text`: it is int, no text"),
        ({"audio": "missing.wav", "text": ""}, "missing.wav: there is no such file"),
    ],
)
def test_errors_say_what_to_give(clips, message):
    with pytest.raises(ValueError, match=message):
        mmzoo.predict(small_classifier(), **clips)


def test_what_a_clip_lacks_is_said(wav, tmp_path):
    model = small_classifier()
    assert "warnings" not in mmzoo.predict(model, audio=wav, text="good")
    silent = np.zeros(RATE, "int16")
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "silent.wav", silent, RATE)
    for quiet in (silent, silent.astype("float32"), tmp_path / "silent.wav"):
        answer = mmzoo.predict(model, audio=quiet, text="good")
        assert answer["warnings"] == ["the audio is silent throughout"]
    half = np.linspace(-0.1, 0.1, 300)
    half[3] = np.nan
    answers = mmzoo.predict(model, audio=[half, half], text=["good", None])
    broken = "1 samples of the audio are NaN and count as 0"
    assert [each["warnings"] for each in answers] == [
        [broken],
        [broken, "the clip has no text"],
    ]
    plain = mmzoo.predict(small_pictures(), image=np.ones((4, 4, 3)), text="good")
    assert plain["warnings"] == ["the image is of one colour throughout"]


def test_frames_that_show_nothing_are_absent(batch):
    model = small_baseline()
    clip = {name: batch[name][1, :4] for name in ("audio", "text", "video")}
    zero = mmzoo.predict(model, **{**clip, "video": np.zeros_like(clip["video"])})
    without = mmzoo.predict(model, **{**clip, "video": None})
    assert zero["sentiment"] == pytest.approx(without["sentiment"], abs=1e-6)
    assert "the video is zero in every step" in zero["warnings"][0]
    assert without["warnings"] == ["the clip has no video"]
    for bad in (np.full_like(clip["video"], np.nan), clip["video"][:0]):
        with pytest.raises(ValueError, match="`video`: (none of its|it has no steps)"):
            mmzoo.predict(model, **{**clip, "video": bad})
    with pytest.raises(ValueError, match="has no audio and no text and no video"):
        mmzoo.predict(model, **{name: None for name in clip})


def test_frames_of_another_width():
    with pytest.raises(
        ValueError, match=r"`text` has shape \(3, 2\).*\(timesteps, 5\)"
    ):
        mmzoo.predict(small_baseline({"text": 5}), text=np.ones((3, 2)))


def test_a_translator_predicts_nothing():
    model = mmzoo.build_seq2seq_translator({"text": 5, "audio": 3}, "text", "audio")
    with pytest.raises(ValueError, match="translates and predicts nothing: call its"):
        mmzoo.predict(model, text=np.ones((3, 5)))


def test_words_keep_their_ids_where_floats_are_short():
    """As bfloat16 the ids 303 and 304 would be one."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        words = mmzoo.layers.WordEmbedding([f"w{i}" for i in range(600)], 4)
        model = mmzoo.build_audio_text_classifier({"text": words}, classes=["a", "b"])
        first, second = mmzoo.predict(model, text=["w301", "w302"])
    finally:
        keras.config.set_dtype_policy("float32")
    assert first["probabilities"] != second["probabilities"]


def test_one_bad_file_of_a_list_costs_one_answer(wav, tmp_path):
    model = small_classifier()
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound")
    files, texts = [wav, str(bad), tmp_path / "absent.wav", wav], ["good"] * 4
    with pytest.warns(UserWarning, match="2 of 4 clips have no answer"):
        answers = mmzoo.predict(model, audio=files, text=texts)
    alone = mmzoo.predict(model, audio=wav, text="good")
    for index in (0, 3):
        found = answers[index]["probabilities"]
        assert found == pytest.approx(alone["probabilities"], abs=1e-4)
    for index, name in ((1, "bad.wav"), (2, "absent.wav")):
        assert answers[index]["emotion"] is None
        assert name in answers[index]["error"]
    with pytest.raises(mmzoo.data.DataError, match="bad.wav"):
        mmzoo.predict(model, audio=[bad, bad], text=["", ""])
    with pytest.raises(mmzoo.data.DataError, match="bad.wav"):
        mmzoo.predict(model, audio=bad, text="")


@pytest.mark.parametrize(
    ("audio", "text", "reason"),
    [
        (None, "", "nothing to answer"),
        (np.full(9, np.nan), "good", "none of its 9 samples"),
        (np.zeros(0), "good", "no sample"),
    ],
)
def test_one_clip_of_a_list_without_anything_costs_one_answer(audio, text, reason):
    model = small_classifier()
    with pytest.warns(UserWarning, match="1 of 2 clips have no answer"):
        found, empty = mmzoo.predict(model, audio=[None, audio], text=["good", text])
    assert found["emotion"] in model.classes
    assert empty["emotion"] is None and reason in empty["error"]
    with pytest.raises(mmzoo.data.DataError, match=reason):
        mmzoo.predict(model, audio=[audio], text=[text])

import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data.answerable import rows_to_answer
from mmzoo.explanation.explain import explained_clips, told
from mmzoo.training.measure import predictions_in_parts
from mmzoo.training.model_inputs import with_inputs
from tests.command.small_command import baseline
from tests.data.small_corpus import small_corpus
from tests.models.small_models import SMALL, small_baseline
from tests.models.test_audio_text_classifier import small_classifier

SOUND = np.linspace(-0.1, 0.1, 900)


def test_a_clip():
    model = small_classifier()
    found = mmzoo.explain(model, audio=SOUND, text="good")
    said = mmzoo.predict(model, audio=SOUND, text="good")
    chances, predicted = said["probabilities"], said["emotion"]
    assert found["emotion"] == predicted and "warnings" not in found
    assert found["probabilities"] == pytest.approx(chances, abs=1e-4)
    alone = {"audio": {"audio": None, "text": "good"}}
    alone["text"] = {"audio": SOUND, "text": None}
    for name, clip in alone.items():
        other = mmzoo.predict(model, **clip)
        lacking = found["without"][name]
        assert lacking["emotion"] == other["emotion"]
        left = other["probabilities"]
        assert lacking["probabilities"] == pytest.approx(left, abs=1e-4)
        change = chances[predicted] - left[predicted]
        assert lacking["contribution"] == pytest.approx(change, abs=1e-4)


@pytest.mark.one_backend
def test_attention_is_what_a_plot_takes(tmp_path):
    found = mmzoo.explain(small_classifier(), audio=SOUND, text="good bad")
    assert set(found["attention"]) == {
        "attention_over_spectrogram",
        "attention_over_words",
    }
    for plot, arguments in found["attention"].items():
        path = tmp_path / f"{plot}.png"
        getattr(mmzoo.evaluation, plot)(path=path, **arguments)
        assert path.exists()
    words = found["attention"]["attention_over_words"]
    assert words["words"].tolist() == ["good", "bad"]
    assert words["weights"].sum() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.one_backend
def test_one_bad_clip_of_a_list_costs_one_explanation(tmp_path):
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    sounds = [SOUND, str(tmp_path / "bad.wav"), None]
    with pytest.warns(UserWarning, match="1 of 3 clips have no answer"):
        found = mmzoo.explain(small_classifier(), audio=sounds, text=["good"] * 3)
    assert [each["emotion"] is None for each in found] == [False, True, False]
    assert "bad.wav" in found[1]["error"] and "without" not in found[1]
    assert found[2]["without"] == {"audio": None, "text": None}
    assert found[2]["warnings"] == ["the clip has no audio"]
    assert "attention_over_spectrogram" not in found[2]["attention"]


@pytest.mark.one_backend
def test_frames_as_arrays(batch):
    model = small_baseline()
    clip = {name: batch[name][1, :4] for name in ("audio", "text", "video")}
    found = mmzoo.explain(model, **clip)
    assert found["attention"] == {}
    for name in clip:
        without = mmzoo.predict(model, **{**clip, name: None})["sentiment"]
        lacking = found["without"][name]
        assert lacking["sentiment"] == pytest.approx(without, abs=1e-4)
        added = found["sentiment"] - without
        assert lacking["contribution"] == pytest.approx(added, abs=1e-4)


@pytest.mark.one_backend
def test_a_corpus_and_its_rows(rng):
    corpus = small_corpus(rng)
    model = SMALL["crossmodal_transformer"]()
    found = mmzoo.explain(model, corpus)
    assert [each["id"] for each in found] == list(corpus.test.ids)
    assert all("attention_over_steps" in each["attention"] for each in found)
    (again,) = mmzoo.explain(model, corpus.test.select([1]))
    assert again["sentiment"] == pytest.approx(found[1]["sentiment"], abs=1e-4)
    video = corpus.test.sequences["video"]
    none = dataclasses.replace(video, lengths=0 * video.lengths)
    sequences = dict.fromkeys(("audio", "text", "video"))
    for name, rows in corpus.test.sequences.items():
        sequences[name] = dataclasses.replace(rows, lengths=rows.lengths * [0, 1, 1])
    split = dataclasses.replace(corpus.test, sequences={**sequences, "video": none})
    empty, some, _ = mmzoo.explain(model, split)
    assert empty["sentiment"] is None and "no audio and no text" in empty["error"]
    assert some["without"]["video"] is None and some["without"]["audio"]


@pytest.mark.one_backend
def test_labels_one_a_step(rng):
    split, model = small_corpus(rng, "step").test, baseline(labels_per="step")
    found = mmzoo.explain(model, split)
    for each, steps in zip(found, split.lengths, strict=True):
        lacking = each["without"]["audio"]
        assert len(each["sentiment"]) == len(lacking["contribution"]) == steps


@pytest.mark.one_backend
def test_any_number_of_classes():
    model = small_classifier(classes=["sad", "happy"], target="emotions")
    whole, other = np.array([0.75, 0.25]), np.array([0.25, 0.25])
    found = told(model, whole, {"audio": other, "text": np.full(2, np.nan)})
    assert found["emotions"] == ["sad"]
    lacking = found["without"]["audio"]
    assert lacking["emotions"] == []
    assert lacking["contribution"] == {"sad": 0.5, "happy": 0.0}
    assert found["without"]["text"] is None
    clips = {"audio": [SOUND], "text": ["good"]}
    (answer,) = explained_clips(model, clips)
    assert set(answer["without"]["text"]["contribution"]) == {"sad", "happy"}


@pytest.mark.one_backend
def test_either_rows_or_clips(rng):
    model = small_baseline()
    for given in ({}, {"rows": small_corpus(rng), "text": None}):
        with pytest.raises(ValueError, match="either `rows` or clips"):
            mmzoo.explain(model, **given)
    with pytest.raises(ValueError, match="`rows` is list: give a Corpus or a Split"):
        mmzoo.explain(model, [1])


def test_what_is_not_finite_is_read_as_predict_reads_it(rng):
    corpus = small_corpus(rng)
    model = small_baseline()
    model.adapt(corpus.train)
    spoilt = corpus.test.sequences["text"]
    frames = spoilt.frames.copy()
    frames[0, 0] = np.nan
    rows = corpus.test.with_modality("text", dataclasses.replace(spoilt, frames=frames))
    given = dataclasses.replace(corpus, splits={"test": rows})
    rows = with_inputs(model, given, rows_to_answer(given).split)
    expected = np.concatenate([*predictions_in_parts(model, rows)])
    found = [each["sentiment"] for each in mmzoo.explain(model, given)]
    assert found == pytest.approx(expected.tolist(), abs=1e-6)

"""Test data get worse by the strength that is asked for, and by nothing else."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Sequences
from mmzoo.evaluation import Leaderboard, Row
from mmzoo.training import Experiment, TrainingOptions, Variant, robustness
from mmzoo.training.robustness import (
    FRAMES,
    GAUSSIAN,
    STRENGTHS,
    WORDS,
    _deviations_of,
    _noises_of,
    _noisy,
    curves_of,
    unmeasured,
)
from tests.data.small_corpus import small_corpus

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def present(split, modality):
    return [split.sequences[modality][i][1] for i in range(len(split))]


@pytest.mark.parametrize("modality", ["text", "video"])
def test_the_stronger_loss_loses_more_and_at_last_all(corpus, modality):
    kept = [
        np.concatenate(present(_noisy(corpus.train, modality, FRAMES, x, 0), modality))
        for x in STRENGTHS
    ]
    whole = np.concatenate(present(corpus.train, modality))
    np.testing.assert_array_equal(kept[0], whole)
    assert not kept[-1].any()
    for more, less in zip(kept, kept[1:], strict=False):
        assert not np.any(less & ~more)
    assert kept[0].sum() > kept[2].sum() > 0


def test_the_share_that_is_lost_is_the_strength():
    rows = Sequences.from_list([np.ones((4000, 2))])
    split = dataclasses.replace(
        small_corpus(np.random.default_rng(0)).test.select([0]),
        sequences={"audio": rows},
    )
    lost = _noisy(split, "audio", FRAMES, 0.25, seed=3)
    assert present(lost, "audio")[0].mean() == pytest.approx(0.75, abs=0.03)


def test_other_modalities_and_the_split_itself_stay_as_they_are(corpus):
    before = corpus.test.sequences["audio"].frames.copy()
    for noise in (FRAMES, GAUSSIAN):
        worse = _noisy(corpus.test, "audio", noise, 1.0, 0, np.ones(3))
        for name in ("text", "video"):
            assert worse.sequences[name] is corpus.test.sequences[name]
        np.testing.assert_array_equal(worse.labels, corpus.test.labels)
    np.testing.assert_array_equal(corpus.test.sequences["audio"].frames, before)


def test_noise_has_the_deviations_of_training_and_is_the_same_for_all_models(corpus):
    deviations = _deviations_of(corpus.train, "text")
    rows = corpus.train.sequences["text"]
    np.testing.assert_allclose(deviations, rows.frames.std(axis=0), rtol=1e-5)
    once, again, other, half = (
        _noisy(corpus.test, "text", GAUSSIAN, x, seed, deviations).sequences["text"]
        for x, seed in ((1.0, 0), (1.0, 0), (1.0, 1), (0.5, 0))
    )
    whole = corpus.test.sequences["text"].frames
    np.testing.assert_array_equal(once.frames, again.frames)
    assert not np.allclose(once.frames, other.frames)
    np.testing.assert_allclose(
        once.frames - whole, 2 * (half.frames - whole), atol=1e-5
    )


def test_words_are_lost_where_text_is_numbers_of_words(corpus):
    rows = Sequences.from_list([np.ones((n, 1)) for n in (5, 1, 4)])
    text = {"tokens": rows, "audio": corpus.test.sequences["audio"]}
    test = dataclasses.replace(corpus.test, sequences=text)
    numbered = dataclasses.replace(corpus, splits={"test": test})
    assert _noises_of(numbered, "text") == (WORDS,)
    assert _noises_of(numbered, "audio") == (FRAMES, GAUSSIAN)
    assert _noises_of(numbered, "image") == ()
    assert not np.concatenate(
        present(_noisy(test, "text", WORDS, 1.0, 0), "tokens")
    ).any()
    (told,) = unmeasured(numbered, ["text", "image"])
    assert "to image: it is read as recorded" in told
    assert unmeasured(numbered, ["text"]) == []


def test_a_score_a_seed_and_strength():
    labels = np.array([-2.0, 1.0, 2.0])
    answers = np.array([[labels, -labels], [labels, labels]])

    def row(predictions):
        return Row("text", "supervised", labels, predictions)

    (curve,) = curves_of(row, {(WORDS, "text"): answers}, "acc2_has0")
    np.testing.assert_allclose(curve["scores"], [[1, 0], [1, 1]])
    assert (curve["name"], curve["noise"], curve["modality"]) == ("text", WORDS, "text")


def ranked(corpus, folder, say=str):
    return Experiment(
        [corpus],
        [Variant.parse("audio"), Variant.parse("text")],
        TrainingOptions(epochs=1, batch_size=4),
        1,
        folder,
        architecture={"units": 3},
        leaderboard=Leaderboard({}, "audio"),
        robustness=True,
        say=say,
    ).run()


def test_trained_models_are_asked_again_once(corpus, tmp_path, monkeypatch):
    report = ranked(corpus, tmp_path)
    held = report.to_dict()["leaderboard"]["robustness"]
    assert held["metric"] == "acc2_has0" and held["strengths"] == list(STRENGTHS)
    kinds = {(x["name"], x["modality"], x["noise"]) for x in held["curves"]}
    assert len(kinds) == len(held["curves"]) == 8
    for curve in held["curves"]:
        (row,) = [x for x in report.rows if x.name == curve["name"] and not x.control]
        assert curve["mean"][0] == pytest.approx(row.metrics["acc2_has0"]["mean"])
        if curve["modality"] != curve["name"]:
            assert len(set(curve["mean"])) == 1, "what is not read is not missed"
    assert report.leaderboard.models == {
        "audio": "lstm_baseline",
        "text": "lstm_baseline",
    }
    # Nothing is asked a second time, and a damaged file only by itself.
    monkeypatch.setattr(robustness, "_measured", None)
    assert ranked(corpus, tmp_path).to_dict()["leaderboard"]["robustness"] == held
    monkeypatch.undo()
    path = next(tmp_path.rglob("robustness.npz"))
    path.write_bytes(b"damaged")
    lines = []
    again = ranked(corpus, tmp_path, lines.append)
    assert again.to_dict()["leaderboard"]["robustness"] == held
    assert sum("get worse" in line for line in lines) == 1


def test_a_missing_modality_changes_what_a_model_says(corpus, tmp_path):
    ranked(corpus, tmp_path)
    asked = {}
    for path in tmp_path.rglob("robustness.npz"):
        with np.load(path) as found:
            asked[path.parent.parent.name[:4]] = dict(found)
    lost = asked["text"][f"text.{WORDS}"]
    assert lost.shape == (len(STRENGTHS), 3)
    # Of nothing all samples are told the same, and the whole ones are not.
    assert np.ptp(lost[-1]) == pytest.approx(0, abs=1e-6) and np.ptp(lost[0]) > 1e-4

import dataclasses
import json

import numpy as np
import pytest

from mmzoo.data import Corpus
from mmzoo.evaluation import validate_report
from mmzoo.reading import read_model_card
from mmzoo.training import Experiment, PlannedRow, TrainingOptions, Variant
from mmzoo.training.tuning import TRIAL_SEED
from tests.data.small_corpus import small_corpus

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]
OPTIONS = TrainingOptions(epochs=1, batch_size=4)
SPACE = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "units": [2, 3, 4]}


@pytest.fixture
def corpus():
    return small_corpus(np.random.default_rng(0))


def tuned(corpora, directory, *names, tune=3, space=SPACE, options=OPTIONS, **more):
    more = {"seeds": 1, "say": str, "architecture": {"units": 3}, **more}
    variants = [Variant.parse(name) for name in names or ["text"]]
    return Experiment(
        corpora, variants, options, directory=directory, tune=tune, space=space, **more
    )


def trials_of(folder):
    rows = json.loads((folder / "report.json").read_text())["rows"]
    return {row["name"]: row["tuning"]["trials"] for row in rows if "tuning" in row}


def without_time(trials):
    return [{k: v for k, v in trial.items() if k != "seconds"} for trial in trials]


@pytest.fixture
def trained(monkeypatch):
    """Each training: its row, corpus, seed and history, in order."""
    found, train = [], PlannedRow.train

    def watched(self, corpus, seed, directory, say):
        model, history = train(self, corpus, seed, directory, say)
        found.append((self, corpus, seed, history))
        return model, history

    monkeypatch.setattr(PlannedRow, "train", watched)
    return found


def test_a_row_and_its_control_are_trained_with_the_options_of_the_best_trial(
    corpus, tmp_path, trained, monkeypatch
):
    # As if the highest learning rate were the best, so that not trial 0 is chosen.
    score = lambda row, *_: -row.options.learning_rate  # noqa: E731
    monkeypatch.setattr(PlannedRow, "validation_score", score)
    tuned([corpus], tmp_path, "text->audio", "video", tune=2).run()
    validate_report(json.loads((tmp_path / "report.json").read_text()))
    found = trials_of(tmp_path)
    assert {name: len(each) for name, each in found.items()} == {
        "text->audio": 2,
        "video": 2,
    }
    for name, (first, chosen) in found.items():
        assert first["options"] == {"learning_rate": 0.002, "units": 3}
        assert (first["chosen"], chosen["chosen"]) == (False, True)
        rows = [row for row, _, seed, _ in trained if (row.name, seed) == (name, 0)]
        controls = ["untrained encoder"] if "->" in name else []
        assert [row.control for row in rows] == [None, *controls]
        for row in rows:
            options = {"learning_rate": row.options.learning_rate, **row.architecture}
            assert options == chosen["options"]
    for _, seen, seed, _ in trained:
        assert ("test" in seen.splits) == (seed != TRIAL_SEED)
    assert not list(tmp_path.rglob("trial_*/*.npz")), "checkpoints were left"
    (_, chosen), told = found["text->audio"], read_model_card(tmp_path)["options"]
    assert chosen["options"] == {name: told[name] for name in chosen["options"]}


class Splits(dict):
    """Splits of which one raises, however it is asked for."""

    def __getitem__(self, name):
        if name == "test":
            raise AssertionError("a trial read the test split")
        return super().__getitem__(name)

    def _all(self):
        raise AssertionError("a trial walked over all splits")

    items = values = _all


def test_trials_read_no_test_split(corpus, tmp_path):
    run = tuned([corpus], tmp_path, "text->audio", "text", tune=2)
    tuning = run._tuning
    guarded = Corpus(corpus.name, dict(corpus.splits), corpus.label_range)
    object.__setattr__(guarded, "splits", Splits(corpus.splits))
    with pytest.raises(AssertionError, match="a trial read the test split"):
        guarded.test  # noqa: B018
    tuning.corpora = [guarded]
    for row in (row for row in run._plan if row.change is None):
        assert len(tuning.trials_of(row)) == 2


def test_a_run_that_was_killed_makes_the_same_choice(corpus, tmp_path, monkeypatch):
    def choose(folder, say=str):
        run = tuned([corpus], folder, tune=4, say=say)
        (row,) = run._plan
        row = run._tuning.tuned(row)
        return row.options, row.architecture, run._tuning.summary(run._plan[0])

    *expected, told = choose(tmp_path / "whole")
    trials = told["trials"]
    assert len({json.dumps(trial["options"]) for trial in trials}) == 4
    train = PlannedRow.train

    def killed(self, *arguments):
        if len(list((tmp_path / "parts").rglob("trial.json"))) == kills:
            raise KeyboardInterrupt
        return train(self, *arguments)

    for kills in (1, 3):  # noqa: B007
        with monkeypatch.context() as patch:
            patch.setattr(PlannedRow, "train", killed)
            with pytest.raises(KeyboardInterrupt):
                choose(tmp_path / "parts")
    # One that was damaged is trained again, one of something else, too.
    first, second = sorted((tmp_path / "parts").rglob("trial.json"))[:2]
    first.write_text("{")
    second.write_text(second.read_text().replace('"asked": "', '"asked": "0'))
    lines = []
    *found, told = choose(tmp_path / "parts", lines.append)
    assert found == expected
    assert without_time(told["trials"]) == without_time(trials)
    assert sum("this is done again" in line for line in lines) == 2
    # What is done is not trained again.
    monkeypatch.setattr(PlannedRow, "train", None)
    assert choose(tmp_path / "parts") == (*expected, told)


def test_each_fold_chooses_for_itself_by_the_score_of_its_validation(
    corpus, tmp_path, trained
):
    folds = corpus.k_fold(3)
    run = tuned(folds, tmp_path, tune=2)
    (row,) = run._plan
    rates = [run._tuning.tuned(row, fold).options.learning_rate for fold in range(3)]
    trials = run._tuning.summary(row)["trials"]
    places = [(trial["fold"], trial["number"]) for trial in trials]
    assert places == [(fold, number) for fold in range(3) for number in range(2)]
    assert rates == [t["options"]["learning_rate"] for t in trials if t["chosen"]]
    for trial, (_, seen, seed, history) in zip(trials, trained, strict=True):
        assert seen.valid.ids == folds[trial["fold"]].valid.ids
        assert trial["score"] == min(history["supervised"]["val_sentiment_mae"])
        assert (trial["epochs"], seed) == (1, TRIAL_SEED)


def test_a_trial_that_fails_is_told_and_not_chosen(corpus, tmp_path, monkeypatch):
    train = PlannedRow.train

    def failing(self, *arguments):
        if self.options.learning_rate != OPTIONS.learning_rate:
            raise FloatingPointError("it diverged")
        return train(self, *arguments)

    monkeypatch.setattr(PlannedRow, "train", failing)
    tuned([corpus], tmp_path / "some").run()
    first, *others = trials_of(tmp_path / "some")["text"]
    assert first["chosen"] and [each["fault"] for each in others] == ["it diverged"] * 2
    text = (tmp_path / "some/report.md").read_text()
    assert "| 1 | failed |" in text and "- trial 1: it diverged" in text
    faster = dataclasses.replace(OPTIONS, learning_rate=0.05)
    with pytest.raises(FloatingPointError, match="None of the 3 trials of 'text'"):
        tuned([corpus], tmp_path / "none", options=faster).run()


def test_options_that_repeat_are_not_trained_again(corpus, tmp_path, trained):
    run = tuned([corpus], tmp_path, tune=5, space={"units": [2, 4]})
    trials = run._tuning.trials_of(run._plan[0])
    same = [trial for trial in trials if "same_as" in trial]
    assert len(same) == 2 and len(trained) == 3
    for trial in same:
        other = trials[trial["same_as"]]
        assert (trial["options"], trial["score"]) == (other["options"], other["score"])


def test_no_tuning_leaves_rows_as_they_are(corpus, tmp_path, trained):
    run = tuned([corpus], tmp_path, tune=0, space=None)
    run.run()
    assert [seed for _, _, seed, _ in trained] == [0]
    assert trials_of(tmp_path) == {}
    assert run._tuning.tuned(run._plan[0]) is run._plan[0]
    # What validation chose is no part of the same run.
    with pytest.raises(ValueError, match="tune: 0 there, 3 now"):
        tuned([corpus], tmp_path).run()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"tune": -1}, "`tune` is -1"),
        ({"tune": 0}, "`tune` is 0: .* no `space`"),
        ({"space": {"unit": [1, 2]}}, "no row has an option 'unit'.*'units'"),
    ],
)
def test_what_would_fail_is_refused_at_once(corpus, tmp_path, more, message):
    with pytest.raises(ValueError, match=message):
        tuned([corpus], tmp_path, **more)

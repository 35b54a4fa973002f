import dataclasses
import json

import numpy as np
import pytest

from mmzoo.data import Corpus
from mmzoo.evaluation import validate_report
from mmzoo.reading import read_model_card
from mmzoo.training import (
    Control,
    Experiment,
    FrontEnds,
    PlannedRow,
    TrainingOptions,
    Variant,
)
from mmzoo.training.kept_variants import held_variants
from mmzoo.training.tuning import FIRST_SEED
from tests.data.small_corpus import small_corpus

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]
OPTIONS = TrainingOptions(epochs=1, batch_size=4)
SPACE = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "units": [2, 3, 4]}
SEEDS = [FIRST_SEED, FIRST_SEED + 1]


@pytest.fixture
def corpus():
    return small_corpus(np.random.default_rng(0))


def tuned(corpora, directory, *names, tune=3, space=SPACE, options=OPTIONS, **more):
    more = {"seeds": 1, "tune_seeds": 2, "say": str, **more}
    variants = [Variant.parse(name) for name in names or ["text"]]
    return Experiment(
        corpora,
        variants,
        options,
        directory=directory,
        architecture={"units": 3},
        tune=tune,
        space=space,
        **more,
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


@pytest.fixture
def quick(monkeypatch):
    """Trainings whose score is told by the row and the seed, without any model."""

    def train(row, corpus, seed, directory, say):
        assert "test" not in corpus.splits
        rate = row.options.learning_rate * row.architecture["units"]
        score = np.random.default_rng([seed, int(rate * 1e6)]).random()
        done.append((row, corpus, seed))
        return None, {"supervised": {"val_sentiment_mae": [1.0, float(score)]}}

    done = []
    monkeypatch.setattr(PlannedRow, "train", train)
    return done


@pytest.fixture
def faster_is_better(monkeypatch):
    """As if the highest learning rate were the best, so that not trial 0 is chosen."""
    score = lambda row, *_: -row.options.learning_rate  # noqa: E731
    monkeypatch.setattr(PlannedRow, "validation_score", score)


def test_a_row_and_its_control_are_trained_with_the_options_of_the_best_trial(
    corpus, tmp_path, trained, faster_is_better
):
    tuned([corpus], tmp_path, "text->audio", "video", tune=2, tune_seeds=1).run()
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
        assert ("test" in seen.splits) == (seed not in SEEDS)
    assert not list(tmp_path.rglob("trial_*/supervised.npz")), "checkpoints were left"
    assert not list(tmp_path.rglob("trial_*/*.keras"))
    (_, chosen), told = found["text->audio"], read_model_card(tmp_path)["options"]
    assert chosen["options"] == {name: told[name] for name in chosen["options"]}


def test_a_control_keeps_what_it_takes_of_a_text_encoder(corpus, tmp_path, quick):
    run = tuned([corpus], tmp_path, "text", tune=1, tune_seeds=1)
    control = Control("input table", {"dropout": 0.25}, text_states="table")
    variants = [dataclasses.replace(each, controls=(control,)) for each in run.variants]
    ends = FrontEnds("bert_tiny_en_uncased")
    run = dataclasses.replace(run, variants=variants, front_ends=ends)
    run._tuning.tune(run._train)
    row, table = (run._tuning.tuned(each) for each in run._plan)
    assert (row.front_ends.text_states, table.front_ends.text_states) == (
        "last",
        "table",
    )


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
    run, trained = tuned([corpus], tmp_path, "text->audio", tune=2, tune_seeds=1), []
    guarded = Corpus(corpus.name, dict(corpus.splits), corpus.label_range)
    object.__setattr__(guarded, "splits", Splits(corpus.splits))
    with pytest.raises(AssertionError, match="a trial read the test split"):
        guarded.test  # noqa: B018

    def train(jobs):
        trained.extend(job.run([guarded], str) for job in jobs)
        return {}

    assert run._tuning.tune(train) == {}
    assert len(trained) == 2
    assert all(np.isfinite(each["score"]) for each in trained)


def choose(run, backwards=False):
    """The options that trials choose, and what the report tells of the trials."""

    def train(jobs):
        return run._train(jobs[::-1] if backwards else jobs)

    assert run._tuning.tune(train) == {}
    row = run._tuning.tuned(run._plan[0])
    told = without_time(run._tuning.summary(run._plan[0])["trials"])
    return row.options, row.architecture, told


def test_a_run_that_was_killed_makes_the_same_choice(
    corpus, tmp_path, quick, monkeypatch
):
    def found(folder, say=str, **more):
        return choose(tuned([corpus], tmp_path / folder, tune=4, say=say), **more)

    expected = found("whole")
    assert len({json.dumps(trial["options"]) for trial in expected[-1]}) == 4
    # The default and two of three others go on with the second seed.
    assert sorted(len(each["scores"]) for each in expected[-1]) == [1, 2, 2, 2]
    assert len(quick) == 7
    assert found("backwards", backwards=True) == expected
    train, results = PlannedRow.train, lambda: list((tmp_path / "parts").rglob("*.npz"))

    def killed(self, *arguments):
        if len(results()) == kills:
            raise KeyboardInterrupt
        return train(self, *arguments)

    for kills in (1, 5):  # noqa: B007
        with monkeypatch.context() as patch:
            patch.setattr(PlannedRow, "train", killed)
            with pytest.raises(KeyboardInterrupt):
                found("parts")
    # One that was damaged is trained again, one of something else, too.
    first, second, *_ = sorted(results())
    first.write_bytes(first.read_bytes()[:100])
    with np.load(second) as arrays:
        np.savez(second, **{**arrays, "asked": "another"})
    lines = []
    assert found("parts", lines.append) == expected
    assert sum("this is done again" in line for line in lines) == 2
    assert len(quick) == 7 * 3 + 2
    # What is done is not trained again.
    monkeypatch.setattr(PlannedRow, "train", None)
    assert found("parts") == expected


def test_another_space_keeps_the_trial_of_what_was_asked_for(corpus, tmp_path, quick):
    choose(tuned([corpus], tmp_path))
    quick.clear()
    choose(tuned([corpus], tmp_path, space={"learning_rate": [0.003, 0.004]}))
    assert {row.options.learning_rate for row, *_ in quick} == {0.003, 0.004}


@pytest.mark.slow
def test_trials_of_several_processes_are_those_of_one(corpus, tmp_path):
    names = ["text", "audio"]
    one = tuned([corpus], tmp_path / "one", *names).run()
    two = tuned([corpus], tmp_path / "two", *names, jobs=2).run()
    for row, other in zip(one.rows, two.rows, strict=True):
        np.testing.assert_equal(row.metrics, other.metrics)
    found = [trials_of(tmp_path / name) for name in ("one", "two")]
    for name in names:
        assert without_time(found[0][name]) == without_time(found[1][name])


def test_each_fold_chooses_for_itself_by_the_scores_of_its_validation(
    corpus, tmp_path, monkeypatch
):
    folds = corpus.k_fold(3)
    fold_of = {tuple(fold.valid.ids): number for number, fold in enumerate(folds)}

    def train(row, corpus, seed, *_):
        fold = fold_of[tuple(corpus.valid.ids)]
        # Of each fold, another of the three trials is the best.
        far = abs(units.index(row.architecture["units"]) - fold)
        score = far + (seed - FIRST_SEED) / 10
        return None, {"supervised": {"val_sentiment_mae": [9.0, score, 8.0]}}

    monkeypatch.setattr(PlannedRow, "train", train)
    run = tuned(folds, tmp_path, tune=4, space={"units": [2, 4]})
    (row,) = run._plan
    units = [each["units"] for each in run._tuning._trials_of(row, 0).options]
    assert (units[0], sorted(units)) == (3, [2, 3, 4])
    run._tuning.tune(run._train)
    found = [run._tuning.tuned(row, fold).architecture["units"] for fold in range(3)]
    assert found == units
    trials = run._tuning.summary(row)["trials"]
    places = [(trial["fold"], trial["number"]) for trial in trials]
    assert places == [(fold, number) for fold in range(3) for number in range(3)]
    assert [t["number"] for t in trials if t["chosen"]] == [0, 1, 2]
    best = [trial for trial in trials if trial["chosen"]]
    assert [trial["scores"] for trial in best] == [[0.0, 0.1]] * 3
    assert best[0]["score"] == pytest.approx(0.05) and best[0]["epochs"] == 6


def failing(monkeypatch, fails):
    """Let the rows diverge of which `fails` says so."""
    train = PlannedRow.train

    def diverging(self, *arguments):
        if fails(self):
            raise FloatingPointError("it diverged")
        return train(self, *arguments)

    monkeypatch.setattr(PlannedRow, "train", diverging)


def test_a_trial_that_fails_is_told_and_not_chosen(corpus, tmp_path, monkeypatch):
    asked = OPTIONS.learning_rate
    failing(monkeypatch, lambda row: row.options.learning_rate != asked)
    tuned([corpus], tmp_path, tune_seeds=1).run()
    first, *others = trials_of(tmp_path)["text"]
    assert first["chosen"] and [each["fault"] for each in others] == ["it diverged"] * 2
    text = (tmp_path / "report.md").read_text()
    assert "| 1 | failed |" in text and "- trial 1: it diverged" in text


def test_a_row_without_any_trial_fails_alone(corpus, tmp_path, monkeypatch):
    failing(monkeypatch, lambda row: row.name == "text")
    told = r"^1 of 2 rows could not be tuned; .*\n  - text: none of its 1 trials"
    with pytest.raises(FloatingPointError, match=told) as failed:
        tuned([corpus], tmp_path, "text", "audio", tune=1).run()
    assert str(failed.value).endswith("trained: it diverged")
    # The other row is trained, and alone goes on in the folder.
    assert [each.name for each in held_variants(tmp_path)] == ["audio"]
    monkeypatch.setattr(PlannedRow, "train", None)
    assert tuned([corpus], tmp_path, "audio", tune=1).run().rows[0].name == "audio"


def test_options_that_were_asked_for_have_to_suit_the_row(corpus, tmp_path):
    options = dataclasses.replace(OPTIONS, monitor="nothing")
    with pytest.raises(ValueError, match="`monitor='nothing'` ends no log"):
        tuned([corpus], tmp_path, options=options).run()
    assert held_variants(tmp_path) == []


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
        ({"tune_seeds": 0}, "`tune_seeds` is at least 1, not 0"),
        ({"space": {"unit": [1, 2]}}, "no row has an option 'unit'.*'units'"),
    ],
)
def test_what_would_fail_is_refused_at_once(corpus, tmp_path, more, message):
    with pytest.raises(ValueError, match=message):
        tuned([corpus], tmp_path, **more)

import dataclasses
import json
import shutil
from importlib.util import find_spec

import keras
import numpy as np
import pytest

import mmzoo
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.evaluation import Published, join_reports, validate_report
from mmzoo.reading import read_model_card
from mmzoo.training import (
    Control,
    Experiment,
    FrontEnds,
    TrainingOptions,
    Variant,
    training_job,
)
from mmzoo.training.experiment_remarks import remarks_on_protocol
from mmzoo.training.kept_variants import held_variants
from mmzoo.training.measure import predictions
from tests.data.small_corpus import small_corpus

OPTIONS = TrainingOptions(epochs=1, batch_size=4)

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


@pytest.fixture
def corpus():
    # Each part of a test starts from the same data, as a new process would.
    return small_corpus(np.random.default_rng(0))


def experiment(corpora, directory, *names, options=OPTIONS, seeds=1, say=str, **more):
    variants = [Variant.parse(name) for name in names or ["text"]]
    more = {"variants": variants, "architecture": {"units": 3}, **more}
    return Experiment(
        corpora, options=options, seeds=seeds, directory=directory, say=say, **more
    )


def numbers(report):
    return [(row.title, row.predictions.tolist(), row.metrics) for row in report.rows]


def content(folder):
    return json.loads((folder / "report.json").read_text())


@pytest.mark.every_backend
@pytest.mark.drawn
def test_folder_is_complete(corpus, tmp_path):
    run = experiment([corpus], tmp_path, "text->audio", "video", seeds=2)
    run.run()
    written = content(tmp_path)
    validate_report(written)
    rows = [(r["name"], r.get("control"), r["num_seeds"]) for r in written["rows"]]
    assert rows == [
        ("text->audio", None, 2),
        ("text->audio", "untrained encoder", 2),
        ("video", None, 2),
        ("majority", "majority", 1),
        ("audio+text+video", "ridge", 1),
    ]
    assert written["config"] == json.loads(json.dumps(run.config()))
    for name in ("report.md", "predictions.csv", "history.csv", "attention_map.png"):
        assert (tmp_path / name).stat().st_size
    explained = {key for key in written["rows"][0]["metrics"] if "explained" in key}
    assert len(explained) == 4
    assert not list(tmp_path.rglob(".*"))
    checkpoints = {path.name for path in tmp_path.rglob("trainings/**/*.npz")}
    assert checkpoints == {"result.npz"}
    check_cards(tmp_path, written)


def check_cards(folder, written):
    """The model of a run tells its row's figures, that of each training its own."""
    card, row = read_model_card(folder), written["rows"][0]
    assert card["row"] == row["name"] and card["parameters"] == row["parameters"]
    assert card["figures"]["metrics"] == row["metrics"]
    beside = [each["name"] for each in card["figures"]["beside"]]
    assert beside == ["untrained encoder", "majority", "ridge on audio+text+video"]
    assert card["scores"]["mae"] == row["metrics"]["mae"]["values"][card["seed"]]
    trained = [read_model_card(path) for path in folder.rglob("trainings/**/*.keras")]
    assert len(trained) == 6
    for each in trained:
        (found,) = (
            row["metrics"]["mae"]["values"][each["seed"]]
            for row in written["rows"]
            if (row["name"], row.get("control")) == (each["row"], each["control"])
        )
        assert each["scores"]["mae"] == pytest.approx(found)
        assert each["figures"] is None


def test_figures_that_no_row_will_have_are_refused_before_training(corpus, tmp_path):
    def asked(name, how=None, **figures):
        about = {"variant": "text", "table": "1", "printed": "T", "training": ""}
        published = Published([{**about, "figures": figures}], "A paper")
        return experiment([corpus], tmp_path, name, published=published, **(how or {}))

    asked("text", mae="1.0")
    asked("text->audio", mae="1.0", explained_free_running=".1")
    codes = {"architecture": {"num_codes": 3}}
    decoded = dict.fromkeys(("bleu_greedy", "perplexity_teacher_forced"), "3.0")
    asked("text->audio", **decoded, how=codes)
    with pytest.raises(ValueError, match="but these rows have"):
        asked("text->audio", **decoded)
    for name, metric in (("text", "uar"), ("text", "explained_free_running")):
        with pytest.raises(ValueError, match=rf"figures of \['{metric}'\], but these"):
            asked(name, mae="1.0", **{metric: ".5"})
    assert not any(tmp_path.iterdir())


def test_kept_model_is_of_the_seed_best_on_validation(corpus, tmp_path):
    report = experiment([corpus], tmp_path, "text", seeds=3).run()
    row = report.rows[0]
    scores = [min(h["supervised"]["val_sentiment_mae"]) for h in row.history]
    model = mmzoo.load(tmp_path / "model.keras")
    said = predictions(model, corpus.test)
    best = row.predictions[int(np.argmin(scores))]
    np.testing.assert_allclose(said, best, atol=1e-5)


def test_rerun_trains_nothing_and_says_the_same(corpus, tmp_path):
    first = experiment([corpus], tmp_path).run()
    before, card = content(tmp_path), read_model_card(tmp_path)
    # As if the run had been killed before the model was kept.
    (tmp_path / "model.keras").unlink()
    lines = []
    second = experiment([corpus], tmp_path, say=lines.append).run()
    assert lines == ["[1/1] text"]
    # What is undefined, such as the correlation with a constant, is NaN in both.
    np.testing.assert_equal(numbers(first), numbers(second))
    assert before["rows"] == content(tmp_path)["rows"]
    assert card["has_card"] and card == read_model_card(tmp_path)
    # A training of an earlier version has no card.
    (kept,) = tmp_path.rglob("trainings/**/*.keras")
    mmzoo.load(kept).save(kept)
    run = experiment([corpus], tmp_path)
    run._keep_model(run._plan[0], tmp_path, card["figures"])
    assert (tmp_path / "model.keras").read_bytes() == kept.read_bytes()


def test_damaged_result_is_said_and_done_again(corpus, tmp_path):
    first = experiment([corpus], tmp_path).run()
    (result,) = tmp_path.rglob("result.npz")
    result.write_bytes(result.read_bytes()[:100])
    lines = []
    second = experiment([corpus], tmp_path, say=lines.append).run()
    assert sum("damaged" in line for line in lines) == 1
    # What is undefined, such as the correlation with a constant, is NaN in both.
    np.testing.assert_equal(numbers(first), numbers(second))


def test_folds_are_put_together(corpus, tmp_path):
    folds = corpus.k_fold(3)
    report = experiment(folds, tmp_path).run()
    assert report.ids == tuple(i for fold in folds for i in fold.test.ids)
    labels = np.concatenate([fold.test.labels for fold in folds])
    for row in report.rows:
        np.testing.assert_array_equal(row.labels, labels.astype("float64"))
    assert content(tmp_path)["config"]["folds"] == 3
    assert any("3-fold cross-validation" in each for each in report.remarks)
    assert len(list(tmp_path.rglob("result.npz"))) == 3


def test_a_floor_that_fails_is_told_in_the_report(corpus, tmp_path, monkeypatch):
    def fail(corpus, modalities):
        raise ValueError("infinity in its\nfeatures.")

    monkeypatch.setattr("mmzoo.training.floors._predict_ridge", fail)
    report = experiment([corpus], tmp_path).run()
    assert [row.control for row in report.rows] == [None, "majority"]
    said = "There is no row for ridge on text: infinity in its features."
    assert said in content(tmp_path)["remarks"]
    assert f"- {said}" in (tmp_path / "report.md").read_text()


def other_corpora(corpus):
    """Corpora that differ from this one in one thing."""
    rows = corpus.train.sequences
    louder = {
        **rows,
        "text": dataclasses.replace(rows["text"], frames=rows["text"].frames + 1),
    }
    changed = {
        "samples": {"test": corpus.test.select([0, 1])},
        "labels": {
            "test": dataclasses.replace(corpus.test, labels=-corpus.test.labels)
        },
        "frames": {"train": dataclasses.replace(corpus.train, sequences=louder)},
        "order": {"train": corpus.train.select(np.arange(len(corpus.train))[::-1])},
    }
    return {
        name: dataclasses.replace(corpus, splits={**corpus.splits, **splits})
        for name, splits in changed.items()
    } | {"data": dataclasses.replace(corpus, provenance={"files": "other"})}


CHANGES = ["options", "architecture", "seeds", "precision", "data"]
CHANGES += ["samples", "labels", "frames", "order"]


@pytest.mark.parametrize("change", CHANGES)
def test_folder_of_another_run_is_refused(corpus, tmp_path, change):
    mine = experiment([corpus], tmp_path / "run")
    with mine._folder.claim():
        pass
    before = (tmp_path / "run/run.json").read_text()
    other = {
        "options": {"options": dataclasses.replace(OPTIONS, epochs=5)},
        "architecture": {"architecture": {"units": 5}},
        "seeds": {"seeds": 2},
    }
    others = other_corpora(corpus)
    changed = other.get(change, {"corpora": [others.get(change, corpus)]})
    policy = keras.config.dtype_policy()
    try:
        if change == "precision":
            keras.config.set_dtype_policy("mixed_bfloat16")
        with pytest.raises(
            ValueError, match=r"run\.json\): name another folder with --ou"
        ):
            dataclasses.replace(mine, **changed).run()
    finally:
        keras.config.set_dtype_policy(policy)
    left = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert left == ["run.json", "run.lock"]
    assert (tmp_path / "run/run.json").read_text() == before


def test_a_folder_takes_more_rows(corpus, tmp_path):
    controls = (Control("wider", {"units": 4}),)
    text = [Variant.parse("text", controls=controls)]
    alone = experiment([corpus], tmp_path / "alone", "audio").run()
    first = experiment([corpus], tmp_path / "run", variants=text).run()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("run/**/*.npz")}
    kept.pop(tmp_path / "run/rows.npz")
    both = experiment([corpus], tmp_path / "run", "audio", say=str).run()
    titles = [row.title for row in both.rows]
    assert titles[:3] == ["text", "wider: text", "audio"]
    found = {name: (predicted, scores) for name, predicted, scores in numbers(both)}
    for name, *rest in [*numbers(first)[:2], numbers(alone)[0]]:
        assert found[name] == tuple(rest)
    assert kept == {path: path.stat().st_mtime_ns for path in kept}, "trained anew"
    assert held_variants(tmp_path / "run") == [*text, Variant.parse("audio")]


def with_controls(corpus, directory, *controls):
    """An experiment with one variant whose controls are given as (name, units)."""
    controls = tuple(Control(name, {"units": units}) for name, units in controls)
    variants = [Variant.parse("text", controls=controls)]
    return experiment([corpus], directory, variants=variants)


def test_rows_that_a_name_does_not_tell_apart_are_each_trained(corpus, tmp_path):
    names = ["Größe", "größe", "GRÖSSE", "a/b", "a:b", "../a b", "x" * 300, "x" * 301]
    controls = [(name, 4 + i) for i, name in enumerate(names)]
    run = with_controls(corpus, tmp_path, *controls)
    folders = [run._job(row, 0, 0).folder for row in run._plan[1:]]
    assert len({str(folder).casefold() for folder in folders}) == len(names)
    for folder in folders:
        assert folder.parents[1] == tmp_path / "trainings"
        folder.mkdir(parents=True)


def test_results_of_each_row_are_its_own(corpus, tmp_path):
    run = with_controls(corpus, tmp_path, ("ж", 5), ("и", 4))
    with run._folder.claim():
        found = [run._result(run._job(row, 0, 0))["predictions"] for row in run._plan]
        again = [run._result(run._job(row, 0, 0))["predictions"] for row in run._plan]
    assert not np.array_equal(found[0], found[1])
    assert not np.array_equal(found[1], found[2])
    np.testing.assert_array_equal(found, again)


def test_twins_are_refused_before_training(corpus, tmp_path):
    with pytest.raises(ValueError, match=r"has the row 'a: text \(supervised\)' twice"):
        with_controls(corpus, tmp_path, ("a", 4), ("a", 5)).run()
    assert not list(tmp_path.iterdir())


def test_a_result_of_another_training_is_not_taken(corpus, tmp_path):
    first = experiment([corpus], tmp_path / "a")
    first.run()
    other = dataclasses.replace(OPTIONS, learning_rate=0.1)
    second = experiment([corpus], tmp_path / "b", options=other)
    second.run()
    taken, own = (run._job(run._plan[0], 0, 0).folder for run in (first, second))
    expected = np.load(own / "result.npz")["predictions"]
    shutil.copy(taken / "result.npz", own / "result.npz")
    lines = []
    dataclasses.replace(second, say=lines.append).run()
    assert any("is of another training: this is done again" in line for line in lines)
    np.testing.assert_array_equal(np.load(own / "result.npz")["predictions"], expected)


def test_a_row_that_fails_is_no_part_of_later_runs(corpus, tmp_path):
    options = dataclasses.replace(OPTIONS, monitor="no_such_loss")
    failing = experiment([corpus], tmp_path, options=options)
    with pytest.raises(ValueError, match="`monitor='no_such_loss'` ends no log"):
        failing.run()
    # Nothing of it is left that other options would have to be those of.
    good = experiment([corpus], tmp_path, "text")
    good.run()
    held = content(tmp_path)["rows"], (tmp_path / "run.json").read_text()
    control = (Control("broken", {"fusion": "none such"}),)
    variants = [Variant.parse("late_fusion_network:audio+text", controls=control)]
    more = {"architecture": {"units": 3, "vector_dim": 8}}
    with pytest.raises(ValueError, match="none such"):
        experiment([corpus], tmp_path, variants=variants, **more).run()
    assert [v.name for v in held_variants(tmp_path)] == ["text"]
    assert (tmp_path / "run.json").read_text() == held[1]
    good.run()
    assert content(tmp_path)["rows"] == held[0]


def test_a_folder_in_use_is_refused(corpus, tmp_path):
    mine = experiment([corpus], tmp_path)
    with mine._folder.claim():
        with pytest.raises(ValueError, match="is in use by another run: wait until it"):
            experiment([corpus], tmp_path).run()
    mine.run()


def test_a_file_is_no_folder(corpus, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is no folder: name another with --output"):
        experiment([corpus], tmp_path / "file").run()


LABELLESS = {
    "test": "1 of 3 test labels are not finite",
    "valid": "the split valid has no label",
    "train": "the split train has no label",
}


def test_what_would_fail_late_is_refused_at_once(corpus, tmp_path):
    with pytest.raises(ValueError, match="`seeds` is at least 1, not 0"):
        experiment([corpus], tmp_path, seeds=0)
    with pytest.raises(ValueError, match="`jobs` is at least 1, not 0"):
        experiment([corpus], tmp_path, jobs=0)
    with pytest.raises(ValueError, match="`corpora` is empty"):
        experiment([], tmp_path)
    with pytest.raises(ValueError, match="`variants` is empty"):
        Experiment([corpus], [], OPTIONS, 1, tmp_path)
    with pytest.raises(ValueError, match="`variants` has 'audio' twice"):
        experiment([corpus], tmp_path, "audio", "text", "audio")
    for monitor in ("los", "accuracy"):
        with pytest.raises(ValueError, match=f"`monitor='{monitor}'` ends no log"):
            experiment([corpus], tmp_path, options=TrainingOptions(monitor=monitor))
    subsets = {"new": np.array([0])}
    for given in (corpus.k_fold(3), [small_corpus(np.random.default_rng(0), "step")]):
        with pytest.raises(ValueError, match="`subsets` are of the test samples of"):
            experiment(given, tmp_path, subsets=subsets)
    for name, message in LABELLESS.items():
        labels = corpus.splits[name].labels.copy()
        labels[: 1 if name == "test" else None] = np.nan
        split = dataclasses.replace(corpus.splits[name], labels=labels)
        splits = {**corpus.splits, name: split}
        with pytest.raises(ValueError, match=message):
            experiment([dataclasses.replace(corpus, splits=splits)], tmp_path)
    less = corpus.with_modalities(["text"])
    with pytest.raises(ValueError, match=r"names \['audio'\], but the corpus has"):
        experiment([less], tmp_path, "text->audio")


def test_some_test_samples_alone(corpus, tmp_path):
    run = experiment([corpus], tmp_path)
    subsets = {"new": np.array([0, 2]), "old": np.array([], int)}
    report = dataclasses.replace(run, subsets=subsets).run()
    *_, new, old = report.remarks
    row = report.rows[0]
    expected = np.abs(row.predictions[0] - row.labels)[[0, 2]].mean()
    assert new.startswith("2 of 3 test samples are new; MAE on these: text ")
    assert f"text {expected:.3f} (all {row.metrics['mae']['mean']:.3f})" in new
    assert old == "No test sample is old."


def test_trainings_of_several_machines_are_told(corpus, tmp_path, monkeypatch):
    mine = {"cores_in_use": 2, "threads": {"openmp": 1}}
    # What is loaded later is none of the training's threads.
    places = iter([mine, {"cores_in_use": 2}, {"cores_in_use": 64}])
    monkeypatch.setattr(training_job, "made_on", lambda: next(places))
    report = experiment([corpus], tmp_path, seeds=3).run()
    expected = [mine, {"cores_in_use": 64}]
    assert report.environment["trainings_made_on"] == expected
    assert any("may give slightly other numbers" in each for each in report.remarks)
    again = experiment([corpus], tmp_path, seeds=3).run()
    assert again.environment["trainings_made_on"] == expected


@pytest.mark.parametrize(
    ("folds", "names", "title"),
    [
        (1, ["text"], "made up: text"),
        (1, ["text", "audio"], "made up"),
        (3, ["text", "audio"], "made up, 3 folds"),
    ],
)
def test_a_report_is_titled_by_its_data(corpus, tmp_path, folds, names, title):
    corpus = dataclasses.replace(corpus, name="made up")
    corpora = corpus.k_fold(folds) if folds > 1 else [corpus]
    assert experiment(corpora, tmp_path, *names)._title() == title


@pytest.mark.drawn
def test_clips_and_a_model_of_another_kind_in_one_report(tmp_path):
    ends = FrontEnds(bins=16)
    raw = sample_clips(clips_per_speaker=4)
    clips = ends.prepare(raw, ["audio", "text"])
    mean = Control("mean pooling", {"audio_pooling": "mean"})
    variants = [
        Variant.parse("audio_text_classifier:audio+text"),
        Variant.parse("audio_text_classifier:audio", controls=(mean,)),
        Variant.parse("audio"),
    ]
    report = Experiment(
        [clips],
        variants,
        TrainingOptions(epochs=1, batch_size=16),
        1,
        tmp_path,
        architecture={"channels": 8, "text_dim": 8, "units": 4},
        front_ends=ends,
        say=str,
    ).run()
    assert [(row.name, row.control) for row in report.rows] == [
        ("audio_text_classifier:audio+text", None),
        ("audio_text_classifier:audio", None),
        ("audio_text_classifier:audio", "mean pooling"),
        ("audio", None),
        ("majority", "majority"),
        ("audio", "svm"),
        ("audio", "linear svm"),
        ("text", "logistic regression"),
    ]
    content = report.to_dict()
    validate_report(content)
    assert content["classes"] == list(clips.classes)
    for row in report.rows:
        assert {"accuracy", "uar", "f1_macro", "f1_weighted"} <= set(row.metrics)
        assert set(np.unique(row.predictions)) <= {0, 1, 2, 3}
    assert (tmp_path / "attention_over_spectrogram.png").is_file()
    model = mmzoo.load(tmp_path)
    waveform = raw.test.sequences["waveform"][0][0][:, 0]
    answer = mmzoo.predict(model, audio=waveform, text=raw.test.words[0])
    said = int(report.rows[0].predictions[0, 0])
    assert answer["emotion"] == clips.classes[said]


@pytest.mark.drawn
def test_pictures_with_their_controls(tmp_path):
    ends = FrontEnds(image_width=0.25)
    raw = sample_pictures(pictures_per_person=3, side=16)
    corpus = ends.prepare(raw, ["image", "text"])
    controls = (
        Control("images shuffled", shuffled="image"),
        Control("tokens", {"fusion": "tokens"}),
    )
    variants = [
        Variant.parse("image_text_classifier:image+text", controls=controls),
        Variant.parse("image_text_classifier:image"),
    ]
    small = {"feed_forward_dim": 8}
    report = Experiment(
        [corpus],
        variants,
        TrainingOptions(epochs=1, refit=True),
        1,
        tmp_path,
        architecture=small,
        front_ends=ends,
        say=str,
    ).run()
    names = [(row.name.rpartition(":")[2], row.control) for row in report.rows]
    assert names == [
        ("image+text", None),
        ("image+text", "images shuffled"),
        ("image+text", "tokens"),
        ("image", None),
        ("majority", "majority"),
        ("image", "svm"),
        ("text", "logistic regression"),
        # It needs the extra `lexicon`.
        *[("image+text", "logistic regression")] * bool(find_spec("vaderSentiment")),
    ]
    validate_report(report.to_dict())
    drawn = {path.name for path in tmp_path.glob("attention*.png")}
    assert drawn == {"attention_over_picture.png", "attention_over_picture_2.png"}
    assert any("once more, from the start" in remark for remark in report.remarks)


def test_folds_that_the_data_define_say_what_they_test(corpus):
    ids = [id for split in corpus.splits.values() for id in split.ids]
    ends = [{ids[0]: "test", **dict.fromkeys(ids[1:], "train")} for _ in range(2)]
    given = dataclasses.replace(corpus, given_folds=tuple(ends))
    told = " ".join(remarks_on_protocol(given.own_folds(), OPTIONS))
    assert "each of 1 samples in published lists was tested, 1 tests" in told
    told = " ".join(remarks_on_protocol(corpus.k_fold(3, groups=True), OPTIONS))
    assert "every sample was tested once" in told


def test_classifiers_of_scores_are_compared_as_scores(corpus, tmp_path):
    scores = experiment([corpus], tmp_path / "scores").run()
    made = experiment([corpus.in_classes(7)], tmp_path / "classes").run()
    row, *floors = made.rows
    assert row.training == "supervised, 7 classes"
    assert set(row.metrics) == set(scores.rows[0].metrics)
    for each in made.rows:
        np.testing.assert_array_equal(each.labels, scores.rows[0].labels)
        assert np.isin(each.predictions, np.arange(-3, 4)).all()
    assert {each.training for each in floors} == {"mode", "clip statistics"}
    assert made.label_range == scores.label_range
    assert any("as classifiers of the scores rounded to -3" in x for x in made.remarks)
    # What the model itself says are the classes.
    model = mmzoo.load(tmp_path / "classes/model.keras")
    assert list(model.classes) == ["-3", "-2", "-1", "0", "+1", "+2", "+3"]
    said = predictions(model, corpus.test).argmax(axis=1) - 3
    np.testing.assert_array_equal(said, row.predictions[0])
    both = join_reports([tmp_path / "scores", tmp_path / "classes"])
    assert [each.training for each in both.rows[:1]] == ["supervised"]
    assert row.training in {each.training for each in both.rows}

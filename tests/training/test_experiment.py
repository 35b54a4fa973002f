import dataclasses
import json

import numpy as np
import pytest

import mmzoo
from mmzoo.evaluation import validate_report
from mmzoo.models import Variant
from mmzoo.training import Experiment, Options
from mmzoo.training.measure import predict_sentiment
from tests.data.small_corpus import small_corpus

OPTIONS = Options(units=3, epochs=1, batch_size=4)

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


@pytest.fixture
def corpus():
    # Each part of a test starts from the same data, as a new process would.
    return small_corpus(np.random.default_rng(0))


def experiment(corpora, directory, *names, options=OPTIONS, seeds=1, say=str):
    variants = [Variant.parse(name) for name in names or ["text"]]
    return Experiment(corpora, variants, options, seeds, directory, say=say)


def numbers(report):
    return [(row.title, row.predictions.tolist(), row.metrics) for row in report.rows]


def content(folder):
    return json.loads((folder / "report.json").read_text())


@pytest.mark.every_backend
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


def test_kept_model_is_of_the_seed_best_on_validation(corpus, tmp_path):
    report = experiment([corpus], tmp_path, "text", seeds=3).run()
    row = report.rows[0]
    scores = [min(h["sentiment"]["val_sentiment_mae"]) for h in row.history]
    model = mmzoo.load(tmp_path / "model.keras")
    predictions = predict_sentiment(model, corpus.test, ["text"])
    best = row.predictions[int(np.argmin(scores))]
    np.testing.assert_allclose(predictions, best, atol=1e-5)


def test_rerun_trains_nothing_and_says_the_same(corpus, tmp_path):
    first = experiment([corpus], tmp_path).run()
    before = content(tmp_path)
    lines = []
    second = experiment([corpus], tmp_path, say=lines.append).run()
    assert lines == ["[1/1] text"]
    assert numbers(first) == numbers(second)
    assert before["rows"] == content(tmp_path)["rows"]


def test_damaged_result_is_said_and_done_again(corpus, tmp_path):
    first = experiment([corpus], tmp_path).run()
    (result,) = tmp_path.rglob("result.npz")
    result.write_bytes(result.read_bytes()[:100])
    lines = []
    second = experiment([corpus], tmp_path, say=lines.append).run()
    assert sum("damaged" in line for line in lines) == 1
    assert numbers(first) == numbers(second)


def test_folds_are_put_together(corpus, tmp_path):
    folds = corpus.folds(3)
    report = experiment(folds, tmp_path).run()
    assert report.ids == tuple(i for fold in folds for i in fold.test.ids)
    labels = np.concatenate([fold.test.labels for fold in folds])
    for row in report.rows:
        np.testing.assert_array_equal(row.labels, labels.astype("float64"))
    assert content(tmp_path)["config"]["folds"] == 3
    assert any("3-fold cross-validation" in each for each in report.remarks)
    assert len(list(tmp_path.rglob("result.npz"))) == 3


@pytest.mark.parametrize("change", ["options", "seeds", "variants", "data", "samples"])
def test_folder_of_another_run_is_refused(corpus, tmp_path, change):
    (tmp_path / "run").mkdir()
    mine = experiment([corpus], tmp_path / "run")
    mine._claim(tmp_path / "run")
    before = (tmp_path / "run/run.json").read_text()
    samples = {**corpus.splits, "test": corpus.test.select([0, 1])}
    other = {
        "options": {"options": dataclasses.replace(OPTIONS, units=5)},
        "seeds": {"seeds": 2},
        "variants": {"variants": [Variant.parse("audio")]},
        "data": {"corpora": [dataclasses.replace(corpus, name="other")]},
        "samples": {"corpora": [dataclasses.replace(corpus, splits=samples)]},
    }[change]
    with pytest.raises(ValueError, match=r"run\.json\): name another folder with --ou"):
        dataclasses.replace(mine, **other).run()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["run.json"]
    assert (tmp_path / "run/run.json").read_text() == before


def test_a_file_is_no_folder(corpus, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is no folder: name another with --output"):
        experiment([corpus], tmp_path / "file").run()


def test_what_would_fail_late_is_refused_at_once(corpus, tmp_path):
    with pytest.raises(ValueError, match="`seeds` is at least 1, not 0"):
        experiment([corpus], tmp_path, seeds=0)
    with pytest.raises(ValueError, match="`corpora` is empty"):
        experiment([], tmp_path)
    with pytest.raises(ValueError, match="`variants` is empty"):
        Experiment([corpus], [], OPTIONS, 1, tmp_path)
    with pytest.raises(ValueError, match="`variants` has 'audio' twice"):
        experiment([corpus], tmp_path, "audio", "text", "audio")
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

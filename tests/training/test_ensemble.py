import dataclasses

import numpy as np
import pytest

from mmzoo.command.train import _title
from mmzoo.evaluation import Row, verdicts
from mmzoo.evaluation.report.kept_report import load_kept
from mmzoo.training import Experiment, TrainingOptions, Variant, ensemble_row
from mmzoo.training.ensemble import ensemble_rows
from tests.data.small_corpus import small_corpus, small_emotions

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


def experiment(directory, ensembles, corpus=None, seeds=2):
    return Experiment(
        [corpus or small_corpus(np.random.default_rng(0))],
        [Variant.parse(name) for name in ("text", "audio", "audio->text")],
        TrainingOptions(epochs=1, batch_size=4),
        seeds=seeds,
        directory=directory,
        architecture={"units": 3},
        say=str,
        ensembles=ensembles,
    )


def several_emotions(rng):
    """Samples that have any number of the three emotions."""
    corpus = small_emotions(rng)
    splits = {
        name: dataclasses.replace(
            split,
            labels=rng.integers(0, 2, (len(split), 3)).astype("float32"),
            target="emotions",
        )
        for name, split in corpus.splits.items()
    }
    return dataclasses.replace(corpus, splits=splits, label_range=(0, 1))


def test_the_mean_of_rows_is_a_row(tmp_path):
    report = experiment(tmp_path, [["text", "audio->text"]]).run()
    rows = {row.title: row for row in report.rows}
    found = rows["ensemble of text, audio->text"]
    members = [rows[name] for name in found.members]
    mean = np.mean([row.predictions for row in members], axis=0)
    np.testing.assert_array_equal(found.predictions, mean)
    assert found.num_seeds == 2
    assert found.training == "ensemble"
    for name in ("parameters", "seconds"):
        assert getattr(found, name) == sum(getattr(row, name) for row in members)
    assert found.epochs == 0, "no epoch costs what those of both do"
    # The translation is its member's, not its own.
    assert members[1].explained
    assert not found.explained
    kept = {row.name: row for row in load_kept(tmp_path)["rows"]}
    assert kept[found.name].members == found.members
    assert found.name in (tmp_path / "report.md").read_text()


def test_nothing_is_trained_for_it(tmp_path):
    first = experiment(tmp_path, []).run()
    done = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.npz")}
    second = experiment(tmp_path, [["text", "audio"]]).run()
    assert done == {
        path: path.stat().st_mtime_ns
        for path in tmp_path.rglob("*.npz")
        if path.name == "result.npz"
    }
    assert len(second.rows) == len(first.rows) + 1
    # A folder keeps the ensembles that it was asked for.
    third = experiment(tmp_path, [["text", "audio->text"]]).run()
    names = [row.name for row in third.rows if row.members]
    assert names == ["ensemble of text, audio", "ensemble of text, audio->text"]


def test_it_is_held_against_its_members(rng):
    labels = np.linspace(-3.0, 3.0, 40)
    noise = rng.normal(size=(2, 5, 40))
    rows = [
        Row(name, "supervised", labels, labels + each)
        for name, each in zip(("text", "audio"), noise, strict=True)
    ]
    said = verdicts([*rows, ensemble_row(rows)])
    for name in ("text", "audio"):
        words = f"ensemble of text, audio (ensemble) beats its member {name}: MAE"
        assert any(sentence.startswith(words) for sentence in said)
    assert not any("member" in sentence for sentence in verdicts(rows))


@pytest.mark.parametrize(
    ("ensemble", "message"),
    [
        ([], r"`ensembles`: \[\] needs rows"),
        (["text", "text"], "each of them once"),
        (["text", "vidio"], "there is no row 'vidio'"),
    ],
)
def test_what_makes_no_ensemble(tmp_path, ensemble, message):
    with pytest.raises(ValueError, match=message):
        experiment(tmp_path, [ensemble])


def test_one_row_of_one_seed_makes_none(tmp_path):
    with pytest.raises(ValueError, match=r"\['text'\] has one row of one seed"):
        experiment(tmp_path, [["text"]], seeds=1)


def test_the_seeds_of_a_row_make_one_answer(tmp_path):
    report = experiment(tmp_path, [["text"]]).run()
    rows = {row.title: row for row in report.rows}
    mean = rows["text"].predictions.mean(axis=0, keepdims=True)
    np.testing.assert_array_equal(rows["ensemble of text"].predictions, mean)
    found = rows["ensemble of text"]
    assert found.parameters == 2 * rows["text"].parameters
    assert found.seconds == rows["text"].seconds
    said = (tmp_path / "report.md").read_text()
    assert "ensemble of text (ensemble) gets no verdict: it is one answer" in said


def test_an_ensemble_that_cannot_be_made_is_left_out(rng):
    labels = np.array([0, 1, 1, 0])
    options = {"classes": ("calm", "sad")}
    old = Row("b", "x", labels, [labels], **options)
    known = dataclasses.replace(old, name="a", probabilities=np.eye(2)[[labels]])
    found, left_out = ensemble_rows([["a", "b"], ["a"]], [known, old])
    assert [row.name for row in found] == ["ensemble of a"]
    assert "No ensemble of a, b: how probable the classes of 'b'" in left_out[0]


@pytest.mark.parametrize("corpus", [small_emotions, several_emotions])
def test_classes_are_told_by_their_mean_probability(tmp_path, rng, corpus):
    report = experiment(tmp_path, [["text", "audio"]], corpus(rng)).run()
    rows = {row.title: row for row in report.rows}
    found = rows["ensemble of text, audio"]
    mean = (rows["text"].probabilities + rows["audio"].probabilities) / 2
    np.testing.assert_array_equal(found.probabilities, mean)
    several = found.labels.ndim == 2
    said = mean > 0.5 if several else mean.argmax(axis=-1)
    np.testing.assert_array_equal(found.predictions, said)
    # The most probable class is what each member says itself.
    own = rows["text"].probabilities
    own = own > 0.5 if several else own.argmax(axis=-1)
    np.testing.assert_array_equal(rows["text"].predictions, own)
    kept = {row.name: row for row in load_kept(tmp_path)["rows"]}
    np.testing.assert_array_equal(kept[found.name].probabilities, mean)


def test_a_title_may_have_a_blank_behind_the_model():
    spelt = {"lstm_baseline: text": "text", "untrained encoder: text->audio": None}
    spelt["tensor_fusion_network: text+audio"] = "tensor_fusion_network:text+audio"
    for given, title in spelt.items():
        assert _title(given) == (title or given)


def test_a_control_is_named_as_the_report_names_it(tmp_path):
    title = "untrained encoder: audio->text"
    report = experiment(tmp_path, [["text", title], [title]], seeds=3).run()
    rows = {row.title: row for row in report.rows}
    found = rows[f"ensemble of text, {title}"]
    assert found.members == ("text", title)
    mean = np.mean([rows[name].predictions for name in found.members], axis=0)
    np.testing.assert_array_equal(found.predictions, mean)
    assert rows[f"ensemble of {title}"].num_seeds == 1
    for name in found.members:
        words = f"{found.name} (ensemble)"
        assert any(
            sentence.startswith(words) and f"its member {name}" in sentence
            for sentence in verdicts(report.rows)
        )
    # The folder keeps it for the next time.
    again = experiment(tmp_path, [], seeds=3).run()
    assert found.title in [row.title for row in again.rows]


def test_classes_without_probabilities_make_none():
    row = Row("text", "supervised", [0, 1], [0, 1], classes=("calm", "sad"))
    with pytest.raises(
        ValueError, match="how probable the classes of 'text' are is not known"
    ):
        ensemble_row([row, row])


def test_classes_that_stand_for_scores_have_one(tmp_path):
    corpus = small_corpus(np.random.default_rng(0)).in_classes(7)
    report = experiment(tmp_path, [["text", "audio"]], corpus, seeds=1).run()
    found = {row.title: row for row in report.rows}["ensemble of text, audio"]
    assert found.classes is None

import dataclasses
import json
import pickle

import numpy as np
import pytest

from mmzoo.data import Corpus, Sequences, Split
from mmzoo.reading import read_model_card
from mmzoo.training import (
    Experiment,
    Pretraining,
    ResumableFit,
    TrainingOptions,
    TrainingRun,
    Variant,
    plan,
    pretraining,
)
from mmzoo.training.fingerprint import digest, identity
from mmzoo.training.kept_variants import held_variants
from mmzoo.training.measure import predictions
from mmzoo.training.training_job import TrainingJob
from mmzoo.training.tuning import FIRST_SEED, Tuning
from tests.checks import arrays
from tests.data.small_corpus import small_corpus
from tests.training.test_weight_transfer import told_apart

pytestmark = pytest.mark.usefixtures("eager")

OPTIONS = TrainingOptions(epochs=2, batch_size=4)
SMALL = {"units": 3, "projection": 2}


def wider(corpus):
    """The corpus with every column twice."""
    splits = {}
    for name, split in corpus.splits.items():
        for modality, rows in split.sequences.items():
            doubled = [np.repeat(rows[i][0], 2, axis=1) for i in range(len(rows))]
            split = split.with_modality(modality, Sequences.from_list(doubled))
        splits[name] = split
    return dataclasses.replace(corpus, splits=splits, name="other")


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


@pytest.fixture
def other():
    return wider(small_corpus(np.random.default_rng(8)))


def rows_of(other, name="text->audio", options=OPTIONS, architecture=SMALL):
    first = None if other is None else Pretraining(other)
    return plan([Variant.parse(name)], options, architecture, None, first)


class Unreadable:
    """What fails whoever reads it."""

    def __getattribute__(self, name):
        raise AssertionError(f"read: {name}")


def test_labels_and_test_split_of_the_other_corpus_are_never_read(
    corpus, other, tmp_path
):
    known = digest(identity(rows_of(other)[0]))
    splits = {name: dataclasses.replace(other.splits[name]) for name in other.splits}
    for split in splits.values():
        object.__setattr__(split, "labels", Unreadable())
        object.__setattr__(split, "other_labels", Unreadable())
    unread = dataclasses.replace(other)
    object.__setattr__(unread, "splits", {**splits, "test": Unreadable()})
    row, *_ = rows_of(unread, options=dataclasses.replace(OPTIONS, epochs=1))
    assert digest(identity(rows_of(unread)[0])) == known
    _, history = row.train(corpus, 0, tmp_path, str)
    assert list(history) == [
        "pretrain_audio_translation",
        "audio_translation",
        "sentiment",
    ]
    assert len(history["pretrain_audio_translation"]["val_loss"]) == 1


@pytest.mark.one_backend
def test_columns_are_the_same_by_name_or_else_by_width(corpus):
    names = ("a", "b", "c")
    named = corpus.with_feature_names("audio", names)
    assert Pretraining(corpus).same("audio", named)
    assert Pretraining(named).same("audio", named)
    assert not Pretraining(named).same(
        "audio", corpus.with_feature_names("audio", names[::-1])
    )
    assert not Pretraining(wider(corpus)).same("text", corpus)


END_TO_END = {"train_translator": True, "translation_weight": 0.5}


@pytest.mark.parametrize(
    ("name", "more", "levels", "own"),
    [
        ("text->audio", {}, ["audio"], ["audio_translation", "sentiment"]),
        ("text->audio", END_TO_END, ["audio"], ["sentiment"]),
        (
            "text->audio->video",
            {},
            ["audio", "video"],
            ["audio_translation", "video_translation", "sentiment"],
        ),
    ],
)
def test_phases_start_where_those_without_pretraining_do(
    name, more, levels, own, corpus, other, tmp_path, monkeypatch
):
    """But for the weights that were handed on."""
    phases = []

    def fit(self, name, model, corpus, *_):
        phases.append((name, model, corpus.input_dims))
        self.history[name] = {}

    def teach(self, name, *arguments):
        fit(self, f"pretrain_{name}", *arguments)

    monkeypatch.setattr(TrainingRun, "fit", fit)
    monkeypatch.setattr(pretraining._PretrainingRun, "fit", teach)
    # No state is encoded: that of an untrained encoder does as well.
    monkeypatch.setattr(TrainingRun, "encoded", lambda self, *_: self.corpus)
    row, _, without = rows_of(other, name, architecture=SMALL | more)
    models = [each.train(corpus, 0, tmp_path, str)[0] for each in (row, without)]
    first = [f"pretrain_{level}_translation" for level in levels]
    assert [name for name, *_ in phases] == [*first, *own, *own]
    assert phases[0][2]["text"] == 2 * corpus.input_dims["text"] == 10
    source, taught = phases[0][1], models[0].translator
    handed = {each for each in told_apart(source, taught) if "encoder" in each}
    assert handed == {"translator_0/encoder/projection/kernel"}
    heads = [arrays(model.head.weights) for model in models]
    for first, second in zip(*heads, strict=True):
        np.testing.assert_array_equal(first, second)
    # Each corpus has statistics of its own.
    means = [m.normalizations["audio"].mean for m in (taught, models[1].translator)]
    np.testing.assert_array_equal(*arrays(means))


@pytest.mark.one_backend
def test_the_control_is_the_row_that_nobody_pretrained(corpus, other, tmp_path):
    row, _, without = rows_of(other)
    plain, _ = rows_of(None)
    assert without.control == "without pretraining"
    said = []
    for number, each in enumerate((row, without, plain)):
        model, _ = each.train(corpus, 0, tmp_path / str(number), str)
        said.append(predictions(model, corpus.test))
    np.testing.assert_array_equal(said[1], said[2])
    assert not np.allclose(said[0], said[1])


@pytest.mark.one_backend
def test_interrupted_pretraining_goes_on(corpus, other, tmp_path, monkeypatch):
    row, *_ = rows_of(other)
    whole, history = row.train(corpus, 0, tmp_path / "whole", str)
    write, writes = ResumableFit._write, []

    def interrupted(self):
        write(self)
        writes.append(self.path.stem)
        if len(writes) in (1, 2, 3):
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumableFit, "_write", interrupted)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            row.train(corpus, 0, tmp_path / "parts", str)
    model, parts = row.train(corpus, 0, tmp_path / "parts", str)
    assert writes == [name for name in history for _ in range(2)]
    assert parts == history
    np.testing.assert_array_equal(
        *(predictions(each, corpus.test) for each in (whole, model))
    )


@pytest.mark.one_backend
def test_what_was_learnt_from_tells_rows_apart(other):
    def digests(corpus):
        return [digest(identity(row)) for row in rows_of(corpus)]

    known, plain = digests(other), digests(None)
    train = dataclasses.replace(other.train, labels=-other.train.labels)
    labels = dataclasses.replace(other, splits={**other.splits, "train": train})
    assert digests(labels) == known
    frames = wider(small_corpus(np.random.default_rng(9)))
    assert digests(frames)[0] != known[0] != plain[0]
    named = [
        digests(other.with_feature_names("audio", names))
        for names in (tuple("abcdef"), tuple("fedcba"))
    ]
    assert len({known[0], named[0][0], named[1][0]}) == 3
    assert named[0][1:] == known[1:]
    # What no pretraining reaches stays as it was.
    assert digests(frames)[1:] == known[1:] and known[1] == plain[1]


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("change", "name", "architecture", "words"),
    [
        (lambda c: c.with_modalities(["text"]), "text->audio", SMALL, r"no frames of "),
        (wider, "text->audio", {"units": 3}, r"other columns \(audio 6 and 3, text 10"),
        (wider, "text+audio", {"units": 3}, "is for translations, such as audio->vid"),
        (wider, "text->audio", {"projection": 0}, "`projection` is at least 1, not 0"),
    ],
)
def test_what_cannot_be_pretrained_is_refused(
    change, name, architecture, words, corpus, tmp_path
):
    more = {"architecture": architecture, "pretraining": Pretraining(change(corpus))}
    variants = [Variant.parse(name)]
    with pytest.raises(ValueError, match=words):
        Experiment([corpus], variants, OPTIONS, 1, tmp_path, **more)


@pytest.mark.one_backend
def test_a_corpus_needs_samples_that_choose_the_epoch(corpus):
    train = dataclasses.replace(corpus, splits={"train": corpus.train})
    with pytest.raises(ValueError, match="small has no split 'valid'"):
        Pretraining(train)


@pytest.mark.one_backend
def test_a_report_says_what_was_learnt_from(corpus, tmp_path):
    # The other corpus holds the test samples.
    other = dataclasses.replace(
        corpus, splits={"train": corpus.test, "valid": corpus.valid}, name="leaky"
    )
    run = Experiment(
        [corpus],
        [Variant.parse("text->audio")],
        OPTIONS,
        1,
        tmp_path,
        architecture={"units": 3},
        say=str,
        pretraining=Pretraining(other),
    )
    report = run.run()
    assert [row.control for row in report.rows[:3]] == [
        None,
        "untrained encoder",
        "without pretraining",
    ]
    told = json.loads((tmp_path / "report.json").read_text())
    facts = told["config"]["pretrain"]
    assert facts["name"] == "leaky" and facts["samples"] == {"train": 3, "valid": 2}
    said = [each for each in told["remarks"] if "pretrained" in each]
    assert said == [
        "text->audio was pretrained on leaky (3 training and 2 validation samples, no "
        "label and no test sample of it): 2 epochs (seed 0).",
        "3 of 3 test samples have the very features of a sample of leaky, on which was "
        "pretrained: results may be too good.",
    ]
    assert "leaky" in read_model_card(tmp_path)["options"]["pretrain"]
    assert not list(tmp_path.rglob("pretrain_*"))


def test_jobs_go_to_other_processes_without_its_frames(corpus, other, tmp_path):
    row, *_ = rows_of(other, options=dataclasses.replace(OPTIONS, epochs=1))
    sent = pickle.loads(pickle.dumps(TrainingJob(row, 0, 0, tmp_path / "there", "x")))
    assert sent.row.pretraining.corpus is None
    assert digest(identity(sent.row)) == digest(identity(row))
    here = TrainingJob(row, 0, 0, tmp_path / "here", "x").run([corpus], str)
    there = sent.run([corpus, other], str)
    np.testing.assert_array_equal(there["predictions"], here["predictions"])


def test_controls_of_a_tuned_row_stay_without_pretraining(corpus, other):
    rows = rows_of(other)
    tuning = Tuning(1, 1, {}, rows, [corpus], None, str)
    tuning._trials_of(rows[0], 0).race.scores[0, FIRST_SEED] = 1.0
    assert [tuning.tuned(row).pretraining is None for row in rows] == [
        False,
        True,
        True,
    ]


def test_a_failed_row_is_left_out_where_the_others_alone_would_be_refused(
    corpus, other, tmp_path, monkeypatch
):
    def fail(self, translator, row, run):
        raise FloatingPointError("nothing was learnt")

    monkeypatch.setattr(Pretraining, "teach", fail)
    variants = [Variant.parse("text"), Variant.parse("text->audio")]
    more = {"architecture": SMALL, "pretraining": Pretraining(other), "say": str}
    run = Experiment([corpus], variants, OPTIONS, 1, tmp_path, **more)
    with pytest.raises(FloatingPointError, match="nothing was learnt"):
        run.run()
    assert [each.name for each in held_variants(tmp_path)] == ["text"]
    alone = {"architecture": {"units": 3}, "say": str}
    Experiment([corpus], variants[:1], OPTIONS, 1, tmp_path, **alone).run()


def test_a_model_without_a_projection_is_told_so(corpus, other):
    row, *_ = rows_of(other, "variational_translator:text->audio", architecture={})
    with pytest.raises(ValueError, match="variational_translator has no `projection`"):
        row.pretraining.check([row], corpus)


def revealing(rng, shown, sizes):
    """Text in which audio, and the label, is two directions of 42, beside noise."""
    splits = {}
    for name, count in sizes.items():
        hidden = np.repeat(rng.normal(size=(count, 1, 2)), 2, axis=1)
        others = np.repeat(rng.normal(size=(count, 1, 40)), 2, axis=1)
        frames = {
            "text": hidden @ shown["hidden"] + others @ shown["others"],
            "audio": hidden @ shown["audio"],
        }
        sequences = {
            modality: Sequences.from_list(
                list((each + 0.3 * rng.normal(size=each.shape)).astype("float32"))
            )
            for modality, each in frames.items()
        }
        labels = np.clip(hidden[:, 0] @ [1.0, -1.0], -3, 3).astype("float32")
        names = tuple(f"{name}_{row}" for row in range(count))
        splits[name] = Split(sequences, labels, names, names)
    return Corpus("revealing", splits, (-3.0, 3.0), {"format": "test"})


def errors_with_and_without(seed, folder):
    """Test MAE of a row and of its control, on data that the seed draws, too."""
    rng = np.random.default_rng(seed)
    widths = {"hidden": (2, 60), "others": (40, 60), "audio": (2, 4)}
    shown = {name: rng.normal(size=shape) for name, shape in widths.items()}
    other = revealing(rng, shown, {"train": 600, "valid": 100})
    corpus = revealing(rng, shown, {"train": 100, "valid": 50, "test": 300})
    options = TrainingOptions(
        epochs=20, patience=5, batch_size=64, learning_rate=5e-3, label_share=0.1
    )
    row, _, without = rows_of(other, options=options, architecture={"units": 8})
    found = []
    for number, each in enumerate((row, without)):
        model, _ = each.train(corpus, seed, folder / f"{seed}_{number}" / "seed", str)
        said = predictions(model, corpus.test)
        found.append(np.abs(said - corpus.test.labels).mean())
    return found


@pytest.mark.slow
@pytest.mark.one_backend
def test_pretraining_helps_where_few_samples_have_labels(tmp_path):
    """The same options for both: only where the translator starts differs."""
    found = np.array([errors_with_and_without(seed, tmp_path) for seed in range(3)])
    gain = found[:, 1] - found[:, 0]
    assert gain.mean() > 3 * gain.std(ddof=1) / np.sqrt(len(gain)), found
    assert gain.mean() > 0.1 * found[:, 1].mean(), found

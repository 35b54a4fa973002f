"""`mmzoo train`: from data to a folder that can be used."""

import json

import numpy as np
import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.training import Experiment
from tests.command.small_command import fails, write
from tests.data.small_corpus import small_corpus

SMALL = ["--epochs", "1", "--units", "3"]


@pytest.fixture
def data(rng, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write(small_corpus(rng), tmp_path)


def rows(folder):
    report = json.loads((folder / "report.json").read_text())
    return [(row["name"], row.get("control")) for row in report["rows"]]


@pytest.mark.slow
def test_rows_that_suit_the_data_are_trained(data, tmp_path, capsys):
    assert main(["train", data, *SMALL, "--output", "run"]) == 0
    names = [name for name, control in rows(tmp_path / "run") if not control]
    assert names == [
        "text+audio->text+video",
        "text",
        "audio",
        "video",
        "text+audio+video",
    ]
    assert "Everything is in run" in capsys.readouterr().out
    assert mmzoo.load("run").source == ["audio", "text"]


def test_a_folder_takes_more_rows(data, tmp_path, capsys):
    words = ["train", data, *SMALL, "--output", "run", "--variant"]
    assert main([*words, "text"]) == 0
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.npz")}
    first = rows(tmp_path / "run")
    (tmp_path / "paper.csv").write_text("data,variant,mae\nCMU-MOSI,text,.1\n")
    more = ["tensor_fusion_network:text+audio", "--published", "paper.csv"]
    assert main([*words, *more]) == 0
    found = rows(tmp_path / "run")
    assert found[:2] == [("text", None), ("tensor_fusion_network:text+audio", None)]
    assert len(found) >= len(first) + 1
    assert kept == {path: path.stat().st_mtime_ns for path in kept}, "trained anew"
    published = json.loads((tmp_path / "run/report.json").read_text())["published"]
    assert published["lines"][0]["rows"][0]["below"] == ["mae"]
    assert "printed for CMU-MOSI" in published["warnings"][0]
    # The first row's model stays that of the folder.
    assert mmzoo.load("run").source == ["text"]
    for changed, told in {
        "--epochs": "epochs: 1 there, 2 now",
        "--units": "units: 3 there, 2 now",
        "--num-heads": "",
    }.items():
        assert main([*words, "text", changed, "2"]) == 2
        assert told in capsys.readouterr().err


def test_a_model_is_chosen_without_the_test_split(rng, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    corpus, asked = small_corpus(rng), []
    words = ["train", write(corpus, tmp_path), *SMALL, "--variant", "text"]
    words += ["--without-test"]
    assert "add --folds K" in fails(capsys, *words)

    def run(self):
        asked.append(self)
        raise ValueError("it would train now")

    monkeypatch.setattr(Experiment, "run", run)
    assert main([*words, "--folds", "3"]) == 2
    (found,) = asked
    tested = [id for fold in found.corpora for id in fold.test.ids]
    assert sorted(tested) == sorted([*corpus.train.ids, *corpus.valid.ids])
    met = [set(fold.splits[name].ids) for fold in found.corpora for name in fold.splits]
    assert not set.union(*met) & set(corpus.test.ids)
    assert "test split of the data was not read" in " ".join(found.remarks)


def test_what_the_data_lack_is_told(data, capsys):
    message = fails(capsys, "train", data, "--variant", "text+image")
    assert "--variant needs ['image', 'text']" in message
    message = fails(capsys, "train", data, "--variant", "nothing:text")
    assert "There is no model 'nothing'" in message
    message = fails(capsys, "train", data, "--variant", "text", "--fusion", "vote")
    assert "none of lstm_baseline has an argument ['fusion']" in message


def test_another_corpus_is_pretrained_on(data, tmp_path, capsys, monkeypatch):
    corpus = small_corpus(np.random.default_rng(1))
    other = write(corpus, tmp_path, "other.h5")
    words = [*SMALL, "--pretrain", other, "--output", "run", "--projection", "2"]
    words += ["--label-share", "0.5", "--variant"]
    asked = []

    def run(self):
        asked.append(self)
        raise ValueError("it would train now")

    monkeypatch.setattr(Experiment, "run", run)
    assert main(["train", data, *words, "text->audio", "text"]) == 2
    (found,) = asked
    assert [(row.name, row.control) for row in found._plan] == [
        ("text->audio", None),
        ("text->audio", "untrained encoder"),
        ("text->audio", "without pretraining"),
        ("text", None),
    ]
    assert found.options.label_share == 0.5
    (file,) = found.config()["pretrain"]["files"]
    assert file["name"] == "other.h5" and len(file["sha256"]) == 64
    assert found.pretraining.corpus.splits.keys() == {"train", "valid"}
    assert np.isnan(found.pretraining.corpus.train.labels).all()
    # A row that nothing is pretrained for may be asked for alone, beside the others.
    (tmp_path / "run").mkdir()
    found._folder.write()
    alone = [word for word in words if word not in ("--projection", "2")]
    assert main(["train", data, *alone, "video"]) == 2
    names = [(row.name, row.control) for row in asked[-1]._plan]
    assert names == [*((row.name, row.control) for row in found._plan), ("video", None)]
    assert asked[-1].architecture["projection"] == 2
    (tmp_path / "run" / "run.json").unlink()
    capsys.readouterr()
    write(corpus.with_modalities(["text"]), tmp_path, "other.h5")
    message = fails(capsys, "train", data, *words, "text->audio")
    assert "--pretrain needs ['audio', 'text']" in message


@pytest.mark.slow
def test_raw_words_and_sounds_are_taken_as_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["train", "sample-clips", "--epochs", "1", "--output", "run", "--variant"]
    assert main([*words, "lstm_baseline:text"]) == 0
    assert main([*words, "audio_text_classifier:audio", "--width", "0.25"]) == 0
    names = [name for name, control in rows(tmp_path / "run") if not control]
    assert names == ["text", "audio_text_classifier:audio"]


def test_offered_figures_are_for_their_data_alone(tmp_path):
    from mmzoo.command.train import _figures

    offered = tmp_path / "paper.csv"
    offered.write_text("data,variant,mae\nCMU-MOSI,text,.1\n")
    assert _figures(None, offered, "mosi").data == "CMU-MOSI"
    assert _figures(None, offered, "sample") is None
    assert _figures(offered, None, "sample").data == "CMU-MOSI"
    assert _figures(None, None, "mosi") is None

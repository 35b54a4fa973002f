import csv
import functools
import json
from importlib.util import find_spec

import pytest

import mmzoo
from tests.consistency.tree import ROOT
from tests.data.small_pictures import claim_size, plain, write_picture
from tests.layers.small_text import save_encoder
from tests.recipes.run_recipe import complete, load_recipe, refused, rows_of

MODEL = "image_text_classifier"
SCRIPT = ROOT / "recipes/senticap_image_text.py"
error = functools.partial(refused, SCRIPT)
CLASSES = ["bad", "good"]
METRICS = {"accuracy", "uar", "f1_macro", "f1_weighted"}
QUICK = ["--epochs", "1", "--image-width", "0.25"]


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("senticap_image_text")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Recipes write into `runs` of the folder that they are started in."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def table(tmp_path):
    """A csv with two texts on each of six pictures, one of them without words."""
    texts = {"bad": "a very bad film", "good": "so very good"}
    with open(tmp_path / "labels.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "text", "label", "split"])
        for number, split in enumerate(["train"] * 4 + ["valid", "test"]):
            path = f"pictures/{number}.png"
            write_picture(tmp_path / path, plain(colour=(40 * number, 90, 200)))
            for label in CLASSES:
                text = texts[label] + f" {number}" if number != 2 else label[:0]
                if text or label == "bad":
                    writer.writerow([path, text, label, split])
    return str(tmp_path / "labels.csv")


@pytest.fixture
def captions(tmp_path):
    """SentiCap's json without its images; a test caption is known from training."""
    images = []
    for number, split in enumerate(["train"] * 3 + ["val", "test"]):
        sentences = [
            {"raw": f"a nice dog {number % 4}", "sentiment": 1},
            {"raw": f"an ugly dog on a couch {number}", "sentiment": 0},
        ]
        for each in sentences:
            each["tokens"] = each["raw"].split()
            each["word_sentiment"] = [0.0] * len(each["tokens"])
        name = f"COCO_{number}.jpg"
        images.append(
            {"imgid": number, "sentences": sentences, "split": split, "filename": name}
        )
    path = tmp_path / "senticap_dataset.json"
    path.write_text(json.dumps({"images": images}))
    return str(path)


def test_help_teaches(recipe, capsys):
    with pytest.raises(SystemExit) as stop:
        recipe.main(["--help"])
    assert not stop.value.code
    shown = " ".join(capsys.readouterr().out.split())
    for word in (
        "drawn faces with words (default)",
        "SentiCap, protocols official, without_sentiment_words",
        "columns image or guid, text, label, split, group",
        "bert_base_en_uncased",
        "--fusion X audio_text_classifier: method of FusionHead",
        "the same command goes on where it was",
    ):
        assert word in shown, word


@pytest.fixture
def asked(recipe, monkeypatch):
    """What the recipe asks an experiment for, by the words of its command line."""

    class Asked(Exception):
        """The experiment is not run."""

    def experiment(corpora, variants, options, seeds, output, **more):
        raise Asked(dict(more, variants=variants))

    monkeypatch.setattr("mmzoo.command.train.Experiment", experiment)

    def ask(*words):
        with pytest.raises(Asked) as found:
            recipe.main(list(words))
        return found.value.args[0]

    return ask


def test_controls_are_of_both(asked):
    both, image, text = asked("--fusion", "tokens")["variants"]
    names = [control.name for control in both.controls]
    others = ["transformer", "concat", "tensor", "to the letter"]
    assert names == ["images shuffled", *others]
    assert (image.name, text.name) == (f"{MODEL}:image", f"{MODEL}:text")
    assert not image.controls
    assert [control.name for control in text.controls] == ["to the letter"]
    alone = asked("--no-ablation")["variants"]
    assert len(alone) == 3 and not any(variant.controls for variant in alone)


def test_pictures_without_words(asked, tmp_path, monkeypatch):
    rows = []
    for number, split in enumerate(["train", "train", "valid", "test"] * 2):
        write_picture(tmp_path / f"{number}.png", plain(colour=(9, 30 * number, 9)))
        rows.append(f"{number}.png,{CLASSES[number % 2]},{split}")
    (tmp_path / "labels.csv").write_text("\n".join(["image,label,split", *rows]))
    words = ["--data", str(tmp_path)]
    (only,) = asked(*words)["variants"]
    assert only.name == f"{MODEL}:image"
    left_out = "There are no words: the rows that read them were left out."
    assert left_out in asked(*words)["remarks"]
    message = error(monkeypatch, *words, "--variant", f"{MODEL}:text")
    assert "--variant needs ['text']" in message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "nowhere"], "nowhere: there is no such file or folder"),
        (["--epochs", "0"], "`epochs` is at least 1, not 0"),
        (["--protocol", "ten"], "there is no protocol 'ten'"),
        (["--seeds", "0"], "`seeds` is at least 1"),
    ],
)
def test_errors_are_one_line(monkeypatch, words, message):
    assert message in error(monkeypatch, *words)


def test_errors_about_pictures_are_one_line(monkeypatch, table, captions, tmp_path):
    message = error(monkeypatch, "--data", captions, "--variant", f"{MODEL}:image")
    assert "--variant needs ['image']" in message
    (tmp_path / "pictures/0.png").write_bytes(b"no picture")
    assert "0.png" in error(monkeypatch, "--data", table, "--strict")


@pytest.mark.slow
def test_pictures_to_a_report(recipe, table, tmp_path, capsys):
    recipe.main(["--data", table, *QUICK])
    folder = tmp_path / "runs/labels"
    report = complete(folder, "attention_over_picture.png", "confusion.png")
    assert rows_of(report) == [
        (f"{MODEL}:image+text", None),
        (f"{MODEL}:image+text", "images shuffled"),
        (f"{MODEL}:image+text", "concat"),
        (f"{MODEL}:image+text", "tokens"),
        (f"{MODEL}:image+text", "tensor"),
        (f"{MODEL}:image+text", "to the letter"),
        (f"{MODEL}:image", None),
        (f"{MODEL}:text", None),
        (f"{MODEL}:text", "to the letter"),
        ("majority", "majority"),
        ("image", "svm"),
        ("text", "logistic regression"),
        # It needs the extra `lexicon`.
        *[("image+text", "logistic regression")] * bool(find_spec("vaderSentiment")),
    ]
    assert all(set(row["metrics"]) >= METRICS for row in report["rows"])
    remarks = " ".join(report["remarks"])
    assert "5 of 6 pictures have words of several classes; 10 of 11 samples (91%)" in (
        remarks
    )
    assert "is right about 55% of the samples at most" in remarks
    assert "image is near chance by construction on most samples" in remarks
    assert "Everything is in runs/labels" in capsys.readouterr().out
    model = mmzoo.load(folder / "model.keras")
    answer = mmzoo.predict(model, image=tmp_path / "pictures/5.png", text="very good")
    assert answer["emotion"] in report["classes"] == list(answer["probabilities"])
    # Neither the trainings nor the models are made again.
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("trainings/**/*")}
    assert recipe.main(["--data", table, *QUICK]).to_dict()["rows"] == report["rows"]
    assert kept == {path: path.stat().st_mtime_ns for path in kept}


@pytest.mark.slow
def test_broken_pictures_are_left_out_and_counted(recipe, tmp_path, capsys):
    whole = write_picture(tmp_path / "whole.jpg").read_bytes()
    broken = {
        "truncated.jpg": whole[: len(whole) // 2],
        "empty.jpg": b"",
        "words.jpg": b"I am no picture.",
        "bomb.png": claim_size(50_000, 50_000),
        "missing.jpg": None,
    }
    rows = [f"{name},a word,bad,train" for name in broken]
    for name, content in broken.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    for split in ("train", "train", "valid", "test"):
        for label, blue in (("bad", 200), ("good", 20)):
            name = f"{len(rows)}.png"
            write_picture(tmp_path / name, plain(colour=(30, len(rows), blue)))
            rows.append(f"{name},a word,{label},{split}")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["image,text,label,split", *rows]))
    report = recipe.main(
        ["--data", str(path), *QUICK, "--variant", f"{MODEL}:image"]
    ).to_dict()
    assert report["data"]["dropped"] == {"broken": 5}
    assert report["data"]["cleaned"]["train"]["pixels"]["dropped"] == 5
    shown = capsys.readouterr().out
    assert "train        4         4" in shown
    assert "left out, 5 of 13 pictures that cannot be read" in shown
    assert all(name in shown for name in broken)


@pytest.mark.slow
def test_captions_without_their_images(recipe, captions, tmp_path):
    recipe.main(["--data", captions, *QUICK, "--output", "out"])
    report = complete(tmp_path / "out", "confusion.png")
    assert rows_of(report) == [
        (f"{MODEL}:text", None),
        (f"{MODEL}:text", "to the letter"),
        ("majority", "majority"),
        ("text", "logistic regression"),
    ]
    remarks = " ".join(report["remarks"])
    assert "There are no pictures: the rows that read them were left out." in remarks
    assert "nearly holds the text of 1." in remarks
    assert "Table 1 of Prado Fernández-Vega et al." in remarks
    assert [line["table"] for line in report["published"]["lines"]] == ["1", "5.2.2"]
    assert report["published"]["warnings"] == []
    assert "1 of 2 test samples are without a near duplicate" in remarks
    assert not list((tmp_path / "out").glob("attention*"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
@pytest.mark.parametrize("tuned", [False, True], ids=["frozen", "fine-tuned"])
def test_a_pretrained_encoder(recipe, table, tmp_path, tuned):
    encoder = save_encoder(tmp_path / "bert")
    words = [
        "--data",
        table,
        *QUICK,
        "--variant",
        f"{MODEL}:image+text",
        "--no-ablation",
    ]
    words += ["--text-encoder", encoder, "--fusion", "tokens", "--output", "out"]
    recipe.main(words + ["--fine-tune"] * tuned)
    report = complete(tmp_path / "out", "attention_over_picture.png")
    assert report["config"]["fine_tune"] is tuned
    model = mmzoo.load(tmp_path / "out/model.keras")
    assert model.reads == ["pixels", "tokens" if tuned else "text"]

import csv
import functools
import json

import numpy as np
import pytest

import mmzoo
from tests.consistency.tree import ROOT
from tests.data.readers.test_iemocap import whole_dialog
from tests.data.small_clips import tone, write_clip
from tests.layers.small_text import save_encoder
from tests.recipes.run_recipe import complete, load_recipe, refused, rows_of

MODEL = "audio_text_classifier"
SCRIPT = ROOT / "recipes/iemocap_audio_text.py"
error = functools.partial(refused, SCRIPT)
CLASSES = ["bored", "keen"]
METRICS = {"accuracy", "uar", "f1_macro", "f1_weighted"}
QUICK = ["--epochs", "1", "--width", "0.25"]


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("iemocap_audio_text")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Recipes write into `runs` of the folder that they are started in."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ravdess(tmp_path):
    """A clip each of two emotions from six actors."""
    for number, actor in enumerate((1, 2, 13, 14, 17, 18)):
        for emotion in (3, 4):
            name = f"03-01-{emotion:02d}-01-{1 + number % 2:02d}-01-{actor:02d}.wav"
            sound = tone(pitch=100.0 * emotion + actor)
            write_clip(tmp_path / f"ravdess/Actor_{actor:02d}/{name}", sound)
    return str(tmp_path / "ravdess")


@pytest.fixture
def table(tmp_path):
    """A csv with two clips of each of six speakers, one of them without words."""
    texts = {"bored": "so very bad", "keen": "a very good film"}
    with open(tmp_path / "labels.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "text", "label", "speaker", "split"])
        for speaker, split in enumerate(["train"] * 4 + ["valid", "test"]):
            for place, label in enumerate(CLASSES):
                path = f"clips/{speaker}_{label}.wav"
                write_clip(tmp_path / path, tone(pitch=200.0 + 100 * place + speaker))
                text = texts[label] if speaker != 2 else ""
                writer.writerow([path, text, label, f"speaker{speaker}", split])
    return str(tmp_path / "labels.csv")


@pytest.fixture
def encoder(tmp_path):
    """A folder with a tiny BERT, as KerasHub saves one."""
    return save_encoder(tmp_path / "bert")


def test_help_teaches(recipe, capsys):
    with pytest.raises(SystemExit) as stop:
        recipe.main(["--help"])
    assert not stop.value.code
    shown = " ".join(capsys.readouterr().out.split())
    for word in (
        "synthesised clips (default)",
        "IEMOCAP_full_release protocols four, five, six, ten, improvised, valence",
        "columns path, text, label, speaker, split",
        "bert_base_en_uncased",
        "--fusion X audio_text_classifier: method of FusionHead",
        "the same command goes on where it was",
    ):
        assert word in shown, word


@pytest.fixture
def asked(recipe, monkeypatch):
    """What the experiment is asked for by some words; it is not run."""

    class Asked(Exception):
        """The experiment is not run."""

    def experiment(corpora, variants, options, seeds, output, **more):
        told = {"corpora": corpora, "variants": variants, "options": options}
        raise Asked({**more, **told})

    def find(*words):
        with pytest.raises(Asked) as stop:
            recipe.main([*words])
        return stop.value.args[0]

    monkeypatch.setattr("mmzoo.command.train.Experiment", experiment)
    return find


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--poolings", "lstm", "mean"], ["SER-LSTM", "mean pooling"]),
        (["--poolings"], []),
        (["--audio-encoder", "resnet18", "--poolings", "mean"], ["mean pooling"]),
        (["--audio-encoder", "mean"], []),
        (["--no-ablation"], None),
    ],
)
def test_poolings_stand_beside_the_audio_row(asked, words, names):
    rows = {each.name: each.controls for each in asked(*words)["variants"]}
    own = names is not None and "--audio-encoder" not in words
    letter = ["to the letter"] if own else []
    assert [each.name for each in rows[f"{MODEL}:text"] or ()] == letter
    found = [each.name for each in rows[f"{MODEL}:audio"] or ()]
    assert found == [*letter, *(names or ())]


@pytest.mark.parametrize(
    ("protocol", "figures"),
    [
        ("improvised", [".704"]),
        ("ten", [".36"]),
        ("four", [".729"]),
        ("five", []),
    ],
)
def test_a_session_is_left_out_by_turns_and_a_paper_stands_beside(
    asked, tmp_path, protocol, figures
):
    for number in range(1, 6):
        session = tmp_path / f"IEMOCAP_full_release/Session{number}"
        whole_dialog(session, f"Ses0{number}F_impro01")
    data = ["--data", str(tmp_path / "IEMOCAP_full_release"), "--protocol", protocol]
    told = asked(*data, "--folds", "5", "--variant", f"{MODEL}:audio")
    assert [sorted(set(fold.test.groups)) for fold in told["corpora"]] == [
        [f"Ses0{number}F", f"Ses0{number}M"] for number in range(1, 6)
    ]
    lines = told["published"].lines if told["published"] else []
    found = [x["figures"] for x in lines if x["variant"] == f"{MODEL}:audio"]
    assert [each["accuracy"] for each in found] == figures
    name = told["corpora"][0].name.partition(" fold ")[0]
    assert told["remarks"][-1].endswith(
        f"figures of CMU-MOSI: they and the rows here, of {name}, say nothing of each "
        "other."
    )


def test_words_reach_the_experiment(asked):
    words = ["--fusion", "vote", "--audio-encoder", "alexnet", "--refit", "--variant"]
    words += [f"{MODEL}:audio", "--audio-normalization", "none", "--width", "0.25"]
    words += ["--learning-rate", "0.01", "--class-weight", "None", "--spectrogram"]
    asked = asked(*words, "linear")
    assert asked["architecture"] == {
        "fusion": "vote",
        "audio_encoder": "alexnet",
        "audio_normalization": "none",
        "width": 0.25,
    }
    options = asked["options"]
    assert (options.learning_rate, options.class_weight) == (0.01, None)
    assert options.epochs == 60 and options.refit
    assert asked["front_ends"].spectrogram == "linear"
    (variant,) = asked["variants"]
    assert variant.name == "audio_text_classifier:audio"
    assert [control.name for control in variant.controls] == [
        "to the letter",
        "attention with deviation",
        "mean pooling",
        "linear",
        "mixed regions",
        "SER-LSTM",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "nowhere"], "nowhere: there is no such file or folder"),
        (["--epochs", "0"], "`epochs` is at least 1, not 0"),
        (["--learning-rate", "0"], "`learning_rate` is above 0, not 0.0"),
        (["--protocol", "ten"], "there is no protocol 'ten'"),
    ],
)
def test_errors_are_one_line(monkeypatch, words, message):
    assert message in error(monkeypatch, *words)


def test_errors_about_clips_are_one_line(monkeypatch, ravdess, tmp_path):
    some = ["--data", ravdess, "--variant", f"{MODEL}:text"]
    assert "from 3 to 6" in error(monkeypatch, *some, "--folds", "7")
    assert "`seeds` is at least 1" in error(monkeypatch, *some, "--seeds", "0")
    assert "`width` is above 0" in error(
        monkeypatch,
        "--data",
        ravdess,
        *QUICK[:2],
        "--variant",
        f"{MODEL}:audio",
        "--width",
        "0",
    )
    broken = tmp_path / "ravdess/Actor_01/03-01-03-01-01-01-01.wav"
    broken.write_bytes(b"no sound")
    assert broken.name in error(monkeypatch, *some, "--strict")
    empty = tmp_path / "empty"
    empty.mkdir()
    message = error(monkeypatch, *some, "--text-encoder", empty)
    assert "holds no text encoder" in message


@pytest.mark.slow
def test_actors_to_a_report(recipe, ravdess, tmp_path, capsys):
    recipe.main(["--data", ravdess, *QUICK])
    folder = tmp_path / "runs/ravdess"
    report = complete(folder, "attention_over_spectrogram.png", "confusion.png")
    assert rows_of(report) == [
        (f"{MODEL}:audio+text", None),
        (f"{MODEL}:audio+text", "to the letter"),
        (f"{MODEL}:audio", None),
        (f"{MODEL}:audio", "to the letter"),
        (f"{MODEL}:audio", "attention with deviation"),
        (f"{MODEL}:audio", "mean pooling"),
        (f"{MODEL}:audio", "linear"),
        (f"{MODEL}:audio", "mixed regions"),
        (f"{MODEL}:audio", "SER-LSTM"),
        (f"{MODEL}:text", None),
        (f"{MODEL}:text", "to the letter"),
        ("majority", "majority"),
        ("audio", "svm"),
        ("audio", "linear svm"),
        ("text", "logistic regression"),
    ]
    assert all(set(row["metrics"]) >= METRICS for row in report["rows"])
    assert report["num_samples"] == 4
    assert "Everything is in runs/ravdess" in capsys.readouterr().out
    model = mmzoo.load(folder / "model.keras")
    (wav, *_) = sorted((tmp_path / "ravdess/Actor_17").iterdir())
    answer = mmzoo.predict(model, audio=wav, text="Kids are talking by the door")
    assert answer["emotion"] in report["classes"] == list(answer["probabilities"])
    # Neither the trainings nor the models are made again.
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("trainings/**/*")}
    assert recipe.main(["--data", ravdess, *QUICK]).to_dict()["rows"] == report["rows"]
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    assert set(kept) == set(folder.rglob("trainings/**/*"))


@pytest.mark.slow
# In a batch of clips without words the encoder has one step, which is masked.
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
@pytest.mark.parametrize("tuned", [False, True], ids=["frozen", "fine-tuned"])
def test_own_clips_with_a_pretrained_encoder(recipe, table, encoder, tmp_path, tuned):
    words = ["--data", table, *QUICK, "--text-encoder", encoder, "--no-ablation"]
    recipe.main(words + ["--fine-tune"] * tuned + ["--fusion", "learned"])
    folder = tmp_path / "runs/labels"
    report = complete(folder, "attention_over_spectrogram.png", "confusion.png")
    assert report["classes"] == CLASSES
    assert rows_of(report)[:3] == [
        (f"{MODEL}:audio+text", None),
        (f"{MODEL}:audio", None),
        (f"{MODEL}:text", None),
    ]
    assert json.loads((folder / "config.json").read_text())["fine_tune"] is tuned
    model = mmzoo.load(folder / "model.keras")
    assert ("tokens" in model.reads) is tuned
    wav = tmp_path / "clips/5_keen.wav"
    answer = mmzoo.predict(model, audio=wav, text="very good")
    assert sum(answer["probabilities"].values()) == pytest.approx(1.0)
    assert np.isfinite(list(answer["probabilities"].values())).all()


@pytest.mark.slow
def test_each_speaker_is_tested_once(recipe, table, tmp_path):
    words = ["--data", table, *QUICK, "--variant", f"{MODEL}:text", "--folds", "3"]
    recipe.main([*words, "--output", "out"])
    report = complete(tmp_path / "out", "confusion.png")
    assert report["num_samples"] == 12
    assert report["config"]["folds"] == 3
    assert (f"{MODEL}:text", None) in rows_of(report)


@pytest.mark.slow
@pytest.mark.parametrize("fusion", ["attention", "mean", "vote"])
def test_other_fusions_and_networks(recipe, table, tmp_path, fusion):
    words = [
        "--data",
        table,
        *QUICK,
        "--variant",
        f"{MODEL}:audio+text",
        "--fusion",
        fusion,
    ]
    words += ["--audio-encoder", "alexnet", "--spectrogram", "linear"]
    words += ["--fusion", fusion]
    recipe.main([*words, "--output", "out"])
    report = complete(tmp_path / "out", "attention_over_spectrogram.png")
    assert set(report["rows"][0]["metrics"]) >= METRICS

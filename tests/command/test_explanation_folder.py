import re

import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.command.explanation_folder import NO_ATTENTION, ExplanationFolder
from mmzoo.explanation.leave_one_out import NOTE
from tests.command.small_command import baseline, classifier, lines_of, save, write
from tests.data.small_clips import tone, write_clip
from tests.data.small_corpus import small_corpus


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Explain data or clips; the status, what was printed, the rows, the folder."""
    monkeypatch.chdir(tmp_path)

    def explain(model, *words, output="out.csv"):
        path = save(model, tmp_path)
        command = ["predict", path, *words, "--explain", "why", "--output", output]
        status = main(command)
        rows = lines_of(output) if output.endswith(".csv") else None
        return status, capsys.readouterr().out, rows, tmp_path / "why"

    return explain


def number(cell):
    return float(cell) if cell else None


def test_columns_of_scores(rng, tmp_path, run):
    corpus, model = small_corpus(rng), baseline()
    status, out, rows, folder = run(model, write(corpus, tmp_path), "--pictures", "2")
    columns = ["without_audio", "contribution_audio"]
    columns += ["without_text", "contribution_text"]
    assert list(rows[0])[3:] == ["predicted", *columns, "error"]
    found = mmzoo.explain(model, corpus)
    for row, each in zip(rows, found, strict=True):
        for name, lacking in each["without"].items():
            expected = lacking["sentiment"], lacking["contribution"]
            cells = row[f"without_{name}"], row[f"contribution_{name}"]
            assert [*map(float, cells)] == pytest.approx(expected, abs=1e-5)
    assert status == 0 and NOTE in out and NO_ATTENTION in out
    assert "2 of 3 rows with an answer are drawn; --pictures N" in out
    assert "without text: the score changes by 0." in out
    names = ["index.html", "row_1.png", "row_2.png"]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_the_answers_are_those_without_explanations(rng, tmp_path, run):
    data = write(small_corpus(rng), tmp_path)
    _, _, rows, _ = run(baseline(), data, "--pictures", "0")
    path = str(tmp_path / "model.keras")
    assert main(["predict", path, data, "--output", "plain.csv"]) == 0
    for row, plain in zip(rows, lines_of("plain.csv"), strict=True):
        assert {name: row[name] for name in plain} == plain


@pytest.fixture
def folder(tmp_path):
    """Three recordings, of which the second is none."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, pitch in (("a&b.wav", 200), ("d.wav", 900)):
        write_clip(folder / name, tone(pitch=pitch))
    (folder / "c.wav").write_bytes(b"no sound")
    return folder


def test_clips_with_a_bad_one(folder, run):
    model = classifier(("happy", "sad"))
    status, out, rows, why = run(model, str(folder), "--text", "joy", "joy", "")
    assert status == 3
    change = "contribution_audio_to_probability_of_predicted"
    shown = [(row["without_audio"], bool(row[change])) for row in rows]
    # The last clip has no words, so that without audio nothing is left.
    assert shown[1:] == [("", False), ("", False)] and shown[0][1]
    said = mmzoo.predict(model, audio=None, text="joy")
    assert shown[0][0] == said["emotion"]
    assert "c.wav" in rows[1]["error"]
    files = sorted(path.name for path in why.iterdir())
    assert files == ["index.html", "row_1.png", "row_3.png"]
    page = (why / "index.html").read_text()
    assert "a&amp;b.wav" in page and "Rows without an answer: 1" in page
    assert re.findall('src="([^"]*)"', page) == ["row_1.png", "row_3.png"]
    assert "on average in 1 of 2 rows, and " in out
    assert NO_ATTENTION not in out


def test_one_clip(folder, run):
    words = ["--audio", str(folder / "d.wav"), "--text", "joy"]
    status, out, rows, why = run(classifier(None), *words)
    assert status == 0 and out.startswith("sentiment")
    assert "without text: the score changes by " in out
    assert number(rows[0]["contribution_text"]) is not None
    assert (why / "row_1.png").exists()


def test_other_forms_have_the_same_columns(rng, tmp_path, run):
    data = write(small_corpus(rng), tmp_path)
    run(baseline(), data, "--pictures", "0", output="out.jsonl")
    assert '"contribution_text": ' in (tmp_path / "out.jsonl").read_text()


def test_one_answer_a_step_is_not_drawn(rng, tmp_path, run):
    corpus = small_corpus(rng, "step")
    data, model = write(corpus, tmp_path), baseline(labels_per="step")
    _, out, rows, why = run(model, data)
    assert len(rows) == corpus.test.lengths.sum()
    assert all(row["contribution_audio"] for row in rows)
    assert "a line a step, and no picture" in out and NO_ATTENTION not in out
    assert [path.name for path in why.iterdir()] == ["index.html"]


def test_columns_of_any_number_of_classes(tmp_path):
    model = classifier(("happy", "sad"), target="emotions")
    explaining = ExplanationFolder(tmp_path / "why", model)
    to = [f"contribution_text_to_probability_{name}" for name in ("happy", "sad")]
    assert list(explaining.columns)[3:] == ["without_text", *to]
    lacking = {"emotions": [], "contribution": {"happy": 0.25, "sad": 0.0}}
    answer = {"emotions": ["sad"], "without": {"audio": None, "text": lacking}}
    row = ["a", "a", None, "sad", 0.5, 0.5, None]
    explaining.add(row, answer)
    assert row[6:] == [None, None, None, "none", 0.25, 0.0, None]


def test_pictures_without_a_folder_are_refused(tmp_path, capsys):
    for words in (["--pictures", "3"], ["--explain", "why", "--pictures", "-1"]):
        with pytest.raises(SystemExit):
            main(["predict", "model.keras", "sample", *words])
    err = capsys.readouterr().err
    assert "--pictures is for --explain DIR" in err and "-1" in err

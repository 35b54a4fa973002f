import pytest

import mmzoo
from mmzoo.command.entry import main
from tests.command.small_command import (
    baseline,
    classifier,
    fails,
    lines_of,
    regressor,
    save,
)
from tests.data.small_clips import tone, write_clip


@pytest.fixture
def wav(tmp_path):
    return str(write_clip(tmp_path / "a.wav", rate=44100))


def test_one_clip_is_said(wav, tmp_path, capsys):
    model = classifier()
    path = save(model, tmp_path)
    assert main(["predict", path, "--audio", wav, "--text", "what a joy"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    answer = mmzoo.predict(model, audio=wav, text="what a joy")
    assert first.split() == ["emotion", answer["emotion"]]
    chances = answer["probabilities"]
    assert [line.split()[0] for line in others] == sorted(
        chances, key=chances.get, reverse=True
    )
    assert float(others[0].split()[1]) == pytest.approx(max(chances.values()), abs=1e-3)
    columns = [len(line) - len(line.split()[1]) for line in (first, *others)]
    assert len(set(columns)) == 1


def test_one_clip_with_a_score(wav, tmp_path, capsys):
    model = classifier(None, text=False)
    assert main(["predict", save(model, tmp_path), "--audio", wav]) == 0
    name, score = capsys.readouterr().out.split()
    assert name == "sentiment"
    expected = mmzoo.predict(model, audio=wav)["sentiment"]
    assert float(score) == pytest.approx(expected, abs=1e-3)


def test_clips_that_do_not_fit_are_refused(wav, tmp_path, capsys, rng):
    path = save(classifier(), tmp_path)
    for words, message in [
        (["--image", "a.png"], "reads audio and text, not image. Give --audio and"),
        (["--audio", "absent.wav", "--text", ""], "absent.wav: there is no such file"),
        (
            ["a.wav", "b.wav", "--text", "joy"],
            "gives 1 of text and 2 of audio: give as",
        ),
        (["a.wav", "--audio", "b.wav"], "a.wav: the command gives --audio already"),
        (["sample", "--text", "joy"], "sample: give either DATA, or clips by --text"),
        (["a.wav", "--split", "all"], "--split is for DATA, not for clips"),
        (["--text", "joy", "--protocol", "x"], "--protocol is for DATA, not for"),
        (["sample"], "but here is no recording or word, only audio and text"),
    ]:
        assert message in fails(capsys, "predict", path, *words)
    frames = save(baseline(), tmp_path, "frames.keras")
    error = fails(capsys, "predict", frames, "--audio", wav, "--text", "joy")
    assert "reads audio and text as features" in error
    translator = save(regressor().translator, tmp_path, "translator.keras")
    error = fails(capsys, "predict", translator, "--text", "joy")
    assert "predicts nothing" in error


def test_output_of_one_clip(wav, tmp_path):
    model = classifier(("happy", "sad"), text=False)
    output = str(tmp_path / "one.csv")
    words = ["predict", save(model, tmp_path), "--audio", wav, "--output", output]
    assert main(words) == 0
    (row,) = lines_of(output)
    said = mmzoo.predict(model, audio=wav)
    assert row["id"] == wav and row["predicted"] == said["emotion"]
    assert float(row["probability_sad"]) == pytest.approx(
        said["probabilities"]["sad"], abs=1e-4
    )


@pytest.fixture
def folder(tmp_path):
    """Two recordings, one that is none, and a file of another kind."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, pitch in (("a.wav", 200), ("c.flac", 900)):
        write_clip(folder / name, tone(pitch=pitch))
    (folder / "b.wav").write_bytes(b"no sound")
    (folder / "notes.txt").write_text("mine")
    return folder


def test_a_line_a_clip_of_a_folder(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = classifier(("happy", "sad"))
    path = save(model, tmp_path)
    assert main(["predict", path, str(folder)]) == 3
    rows = lines_of("predictions.csv")
    files = [str(folder / name) for name in ("a.wav", "b.wav", "c.flac")]
    assert [row["id"] for row in rows] == files
    assert [bool(row["error"]) for row in rows] == [False, True, False]
    assert "b.wav: it cannot be read as audio" in rows[1]["error"]
    assert [bool(row["predicted"]) for row in rows] == [True, False, True]
    for row, file in zip(rows, files, strict=True):
        if not row["error"]:
            chance = mmzoo.predict(model, audio=file, text=None)["probabilities"]
            assert float(row["probability_sad"]) == pytest.approx(
                chance["sad"], abs=1e-4
            )
    out = capsys.readouterr().out
    assert "left out 1 others of " in out and "such as notes.txt" in out
    assert "1 of 3 rows have no answer, but an error" in out
    assert "warning: 2 of 3 clips: the clip has no text" in out


def test_clips_are_paired_by_position(folder, tmp_path):
    model = classifier(None)
    files = [str(folder / name) for name in ("a.wav", "c.flac")]
    output = str(tmp_path / "out.csv")
    words = ["--text", "joy", "so lonely", "--output", output]
    assert main(["predict", save(model, tmp_path), *files, *words]) == 0
    found = [float(row["predicted"]) for row in lines_of(output)]
    told = mmzoo.predict(model, audio=files, text=["joy", "so lonely"])
    assert found == pytest.approx([each["sentiment"] for each in told], abs=1e-4)
    assert main(["predict", save(model, tmp_path), *words]) == 0
    assert [row["id"] for row in lines_of(output)] == ["clip 1", "clip 2"]

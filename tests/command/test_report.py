"""`mmzoo report`: the table of runs, and one report of several."""

import dataclasses
import json

import numpy as np
import pytest

from mmzoo.command.entry import main
from mmzoo.evaluation.report.kept_report import load_kept
from tests.command.small_command import fails
from tests.evaluation.report.test_report import make_report
from tests.evaluation.rows import make_row

pytestmark = pytest.mark.one_backend


@pytest.fixture
def runs(tmp_path):
    for name in ("text", "audio"):
        make_report([make_row(name, "supervised")]).write(tmp_path / name)
    return [str(tmp_path / name) for name in ("text", "audio")]


def test_a_table_is_printed(runs, capsys):
    assert main(["report", runs[0]]) == 0
    assert "text" in capsys.readouterr().out


def test_runs_are_joined(runs, tmp_path, capsys):
    assert main(["report", *runs, "--output", str(tmp_path / "both")]) == 0
    assert "wrote" in capsys.readouterr().out
    report = json.loads((tmp_path / "both/report.json").read_text())
    assert [row["name"] for row in report["rows"]] == ["text", "audio"]


def test_a_papers_figures_stand_beside(runs, tmp_path, capsys):
    table, output = tmp_path / "paper.csv", tmp_path / "both"
    table.write_text("source,variant,f1_binary\nDoe,audio,.999\n")
    flags = ["--published", str(table), "--output", str(output)]
    assert main(["report", *runs, *flags]) == 0
    assert "audio (supervised) is below the paper's figure" in capsys.readouterr().out
    assert "## Beside Doe" in (output / "report.md").read_text()


def test_a_faulty_table_of_figures_is_one_line(runs, tmp_path, capsys):
    (tmp_path / "paper.csv").write_text("variant,f1\naudio,.9\n")
    flags = ("--published", str(tmp_path / "paper.csv"))
    message = fails(capsys, "report", *runs, *flags)
    assert "paper.csv: the column 'f1' is no metric" in message


def test_a_folder_without_a_report_is_one_line(tmp_path, capsys):
    message = fails(capsys, "report", str(tmp_path))
    assert "rows.npz: there is no such file. Give the folder of a run" in message


def test_the_mean_of_rows_of_several_runs_is_a_row(runs, tmp_path, capsys):
    output = tmp_path / "both"
    flags = ["--ensemble", "text", "audio", "--output", str(output)]
    assert main(["report", *runs, *flags]) == 0
    text, audio, mean = load_kept(output)["rows"]
    assert mean.title == "ensemble of text, audio"
    expected = (text.predictions + audio.predictions) / 2
    np.testing.assert_allclose(mean.predictions, expected)


def test_a_row_is_named_in_any_order_of_its_modalities(tmp_path, capsys):
    rows = [make_row("text+audio", "supervised"), make_row("text", "supervised")]
    make_report(rows).write(tmp_path / "run")
    flags = ("--ensemble", "audio+text", "text", "--output", str(tmp_path / "both"))
    assert main(["report", str(tmp_path / "run"), *flags]) == 0
    *_, mean = load_kept(tmp_path / "both")["rows"]
    assert mean.title == "ensemble of text+audio, text"


def test_a_mean_of_other_seeds_is_one_line(runs, tmp_path, capsys):
    row = make_row("video", "supervised")
    once = dataclasses.replace(row, predictions=row.predictions[:1])
    make_report([once]).write(tmp_path / "video")
    flags = ("--ensemble", "text", "video")
    message = fails(capsys, "report", *runs, str(tmp_path / "video"), *flags)
    assert "averaged seed by seed, but have {'text': 3, 'video': 1}" in message
    assert "there is no row 'words'" in fails(
        capsys, "report", runs[0], "--ensemble", "words"
    )


def test_rows_of_one_title_are_no_members(runs, tmp_path, capsys):
    """Which of both is meant cannot be said."""
    row = make_row("text", "phases")
    make_report([row]).write(tmp_path / "other")
    flags = ("--ensemble", "text", "audio")
    message = fails(capsys, "report", *runs, str(tmp_path / "other"), *flags)
    assert "--ensemble: 2 rows are called 'text'" in message

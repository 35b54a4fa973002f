"""`mmzoo report`: the table of runs, and one report of several."""

import json

import pytest

from mmzoo.command.entry import main
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

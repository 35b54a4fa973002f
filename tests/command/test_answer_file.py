import json

import pytest

from mmzoo.command.answer_file import WRITERS, write_answers
from mmzoo.command.writable import ANSWERS
from tests.command.small_command import lines_of

COLUMNS = {"id": str, "label": float, "predicted": float, "reason": str}
ROWS = [
    ["-a", 0.5, 0.1, None],
    ["ü,\n", None, -1.25, None],
    ["\udcff", None, None, "it is broken"],
]


def read_json(path):
    return json.loads(path.read_text("utf-8"))


def read_lines(path):
    # A line break within a text is escaped.
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def read_csv(path):
    rows = lines_of(path)
    for row in rows:
        row["id"] = row["id"].removeprefix("'")
        for name, kind in COLUMNS.items():
            row[name] = kind(row[name]) if row[name] else None
    return rows


def read_parquet(path):
    return pytest.importorskip("pyarrow.parquet").read_table(path).to_pylist()


READ = {
    ".csv": read_csv,
    ".json": read_json,
    ".jsonl": read_lines,
    ".parquet": read_parquet,
}


@pytest.mark.parametrize("rows", [ROWS, []], ids=["rows", "none"])
@pytest.mark.parametrize("suffix", ANSWERS)
def test_every_form_holds_the_same(suffix, rows, tmp_path, monkeypatch):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    # The last part is not full.
    monkeypatch.setattr("mmzoo.command.answer_file.ROWS", 2)
    path = tmp_path / f"out{suffix.upper()}"
    write_answers(path, COLUMNS, iter(rows))
    expected = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for row in expected:
        row["id"] = row["id"].replace("\udcff", "?")
    found = READ[suffix](path)
    if suffix == ".csv":
        # Hidden characters are escaped in a csv alone.
        for row in found:
            row["id"] = row["id"].replace("\\udcff", "?")
    assert found == expected
    assert all(list(row) == list(COLUMNS) for row in found)


def test_each_form_has_a_writer():
    assert sorted(WRITERS) == sorted(ANSWERS)


def test_rows_are_written_as_they_come(tmp_path, monkeypatch):
    monkeypatch.setattr("mmzoo.command.answer_file.ROWS", 2)
    kept = []

    def counted(lines):
        kept.append(len(list(lines)))
        return ""

    monkeypatch.setattr("mmzoo.command.answer_file.csv_lines", counted)
    write_answers(tmp_path / "a.csv", COLUMNS, (row for row in ROWS + ROWS))
    assert kept == [1, 2, 2, 2]


def test_what_fails_half_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("old")

    def rows():
        yield ROWS[0]
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        write_answers(path, COLUMNS, rows())
    assert path.read_text() == "old" and [*tmp_path.iterdir()] == [path]

"""A report comes back from the folder that it was written to."""

import numpy as np
import pytest

from mmzoo.evaluation import Report
from mmzoo.evaluation.report.kept_report import KEPT, load_kept
from mmzoo.reading import DataError
from tests.evaluation.report.test_report import HISTORY, make_report
from tests.evaluation.rows import (
    LATENT,
    make_class_row,
    make_explained,
    make_row,
    make_tokens,
)

ROWS = {
    "translation": lambda: [
        make_row(
            explained={**make_explained(), **make_tokens()},
            history=HISTORY * 3,
            parameters=7,
            latent=LATENT,
        ),
        make_row(control="untrained encoder", seconds=2.5, epochs=9),
        make_row("text", "supervised"),
    ],
    "classes": lambda: [make_class_row(), make_class_row(control="mean pooling")],
}


@pytest.mark.parametrize("kind", ROWS)
def test_everything_comes_back(kind, tmp_path):
    report = make_report(ROWS[kind](), remarks=("So.",), title="Some: text")
    report.write(tmp_path)
    again = Report(**load_kept(tmp_path))
    before, after = report.to_dict(), again.to_dict()
    for name in ("rows", "verdicts", "rules", "remarks", "num_samples", "title"):
        assert after[name] == before[name], name
    again.write(tmp_path / "again")
    for name in ("predictions.csv", "results.csv", "history.csv"):
        assert (tmp_path / "again" / name).read_text() == (tmp_path / name).read_text()


def test_damage_is_one_error(tmp_path):
    make_report().write(tmp_path)
    whole = (tmp_path / KEPT).read_bytes()
    for content in (b"", whole[: len(whole) // 2]):
        (tmp_path / KEPT).write_bytes(content)
        with pytest.raises(DataError, match=KEPT):
            load_kept(tmp_path)
    np.savez(tmp_path / KEPT, about="{}")
    with pytest.raises(DataError, match="it is no report that mmzoo wrote"):
        load_kept(tmp_path)

"""On real recordings, looser bars than the measured results, with fewer seeds."""

import pytest

from mmzoo.data import read
from mmzoo.training import Experiment, TrainingOptions, Variant

NOT_WORSE = 0.03


def run(corpus, directory, *names, seeds=1, **options):
    """Each metric of each row, by name and control."""
    variants = [Variant.parse(name) for name in names]
    architecture = {"units": 96, "dropout": 0.4 if len(corpus.train) < 500 else 0.1}
    if any("->" in name for name in names):
        architecture["attention"] = "aligned"
    options = TrainingOptions(**options)
    run = Experiment(
        [corpus], variants, options, seeds, directory, architecture=architecture
    )
    report = run.run()
    return {
        (row.name, row.control): {key: m["mean"] for key, m in row.metrics.items()}
        for row in report.rows
    }


@pytest.mark.slow
def test_mosi_dialogues(real_data, tmp_path):
    corpus = read(real_data / "mosi/mosi_utterances.npz")
    rows = run(corpus, tmp_path, "text+audio+video", "text->audio")
    for name in ("text+audio+video", "text->audio"):
        metrics = rows[name, None]
        assert metrics["acc2_has0"] >= 0.745, name
        assert metrics["mae"] <= 0.94, name
        assert metrics["pearson"] >= 0.60, name
    control = rows["text->audio", "untrained encoder"]
    assert rows["text->audio", None]["mae"] <= control["mae"] + NOT_WORSE


@pytest.mark.slow
def test_mmmo_original_split(real_data, tmp_path):
    corpus = read(real_data / "mmmo")
    rows = run(corpus, tmp_path, "audio+video")
    assert rows["audio+video", None]["pearson"] >= 0.25
    assert rows["audio+video", None]["mae"] < rows["majority", "majority"]["mae"]

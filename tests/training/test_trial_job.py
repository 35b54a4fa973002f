import numpy as np
import pytest

from mmzoo.training import PlannedRow, TrainingOptions, Variant, plan
from mmzoo.training.trial_job import TrialJob
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend


def job(folder, number=1):
    (row,) = plan([Variant.parse("text")], TrainingOptions(epochs=1), {"units": 3})
    return TrialJob(row, 7, 0, folder, "digest", number=number)


def stub(monkeypatch, error):
    def train(row, corpus, *_):
        assert set(corpus.splits) == {"train", "valid"}
        if error:
            raise error
        return None, {"supervised": {"val_sentiment_mae": [0.5, 0.25]}}

    monkeypatch.setattr(PlannedRow, "train", train)


@pytest.mark.parametrize("error", [None, FloatingPointError("nan"), ValueError("no")])
def test_a_score_or_why_there_is_none(rng, tmp_path, monkeypatch, error):
    stub(monkeypatch, error)
    one = job(tmp_path / "trial")
    assert one.name == "text, trial 1, seed 7"
    found = one.run([small_corpus(rng)], str)
    if error is None:
        assert float(found["score"]) == 0.25 and "fault" not in found
    else:
        assert np.isnan(found["score"]) and str(found["fault"]) == str(error)
    assert not (one.folder / "model.keras").exists()


def test_no_draw_is_to_blame_for_what_the_default_refuses(rng, tmp_path, monkeypatch):
    stub(monkeypatch, ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        job(tmp_path / "trial", number=0).run([small_corpus(rng)], str)

import numpy as np
import pytest

from mmzoo.reading import read_model_card
from mmzoo.training import TrainingOptions, Variant, plan
from mmzoo.training.training_job import TrainingJob
from tests.data.small_corpus import small_corpus

pytestmark = [pytest.mark.one_backend, pytest.mark.usefixtures("eager")]


def job(folder, **more):
    options = TrainingOptions(epochs=1, batch_size=4)
    (row,) = plan([Variant.parse("text")], options, {"units": 3})
    return TrainingJob(row, 1, 0, folder, "digest", **more)


def test_names_for_people(tmp_path):
    assert job(tmp_path).name == "text, seed 1"
    assert job(tmp_path, folds=3).name == "text, seed 1, fold 0"


def test_a_training_is_kept_and_done_once(rng, tmp_path):
    corpus, one = small_corpus(rng), job(tmp_path / "made")
    assert one.saved(str) is None
    first = one.run([corpus], str)
    assert first["predictions"].shape == (3,) and str(first["asked"]) == "digest"
    assert read_model_card(one.folder / "model.keras")["seed"] == 1
    before = (one.folder / "result.npz").stat().st_mtime_ns
    # No corpus is asked for.
    np.testing.assert_equal(one.run([], str), first)
    assert (one.folder / "result.npz").stat().st_mtime_ns == before
    left = {path.name for path in one.folder.iterdir()}
    assert left == {"result.npz", "model.keras", "training.lock"}

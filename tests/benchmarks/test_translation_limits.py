import importlib.util
import json
import sys

import numpy as np
import pytest

import mmzoo
from tests.consistency.tree import ROOT


@pytest.fixture(scope="module")
def limits():
    """The benchmark as a module."""
    path = ROOT / "benchmarks/translation_limits.py"
    spec = importlib.util.spec_from_file_location("translation_limits", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small():
    sizes = {"train": 100, "valid": 30, "test": 40}
    return mmzoo.data.sample_corpus(sizes=sizes)


def run(limits, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["translation_limits.py", *map(str, words)])
    limits.main()


def test_the_sample_keeps_its_bound(limits, small, tmp_path, monkeypatch, capsys):
    small.with_modalities(["audio", "video"]).save(tmp_path / "small.h5")
    pairs = ["--pair", "video->audio", "label->audio"]
    written = ["--json", tmp_path / "limits.json"]
    written += ["--predictable", tmp_path / "kept.h5"]
    run(limits, monkeypatch, tmp_path / "small.h5", *pairs, *written)
    found = json.loads((tmp_path / "limits.json").read_text())["video->audio"]
    bound = mmzoo.data.explainable_variance(["video"], ["audio"])
    assert 0.05 < found["test"] < bound + 0.03
    low, high = found["interval"]
    assert low < found["test"] < high
    # The wrong source is worse than none, and the right one adds to the past.
    assert found["shuffled"] < 0.0
    assert found["past+source"] > found["past"] + 0.03
    assert found["of these"] > found["test"] > found["shuffled of these"]
    assert found["columns"] == len(found["chosen"][0])
    kept = mmzoo.data.read(tmp_path / "kept.h5").test.sequences["audio"][0][0]
    whole = small.test.sequences["audio"][0][0]
    np.testing.assert_allclose(kept, whole[:, found["chosen"][0]])
    assert len(found["by column"]) == 74
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("video->audio ") for line in lines)


def test_folds_test_every_sample_once(limits, small):
    few = small.with_modalities(["audio", "video"])
    folds = few.k_fold(3)
    cuts = [(fold, limits.standardised(fold)) for fold in folds]
    pair = limits.Pair(cuts[0][1], "video", "audio")
    one = pair.errors(np.zeros_like(pair.y["test"]), "test")
    assert one.shape == (2, len(folds[0].test), 74)
    found = limits.measure(cuts, "video", "audio")
    assert len(found["chosen"]) == 3
    assert found["test"] > 0.05


def test_the_metric_is_that_of_reports(limits, small, rng):
    frames = limits.standardised(small.with_modalities(["audio", "video"]))
    pair = limits.Pair(frames, "video", "audio")
    target, mask = frames["audio"]["test"]
    predicted = rng.normal(size=target.shape)
    sums = pair.errors(predicted[mask], "test").sum(axis=2)
    expected = mmzoo.evaluation.translation_errors(target, predicted, mask)
    np.testing.assert_allclose(sums, expected, rtol=1e-6)
    share = mmzoo.evaluation.variance_explained(*expected)
    assert limits.explained(pair.errors(predicted[mask], "test")) == pytest.approx(
        share
    )


def test_ridge_is_the_closed_form(limits, rng, monkeypatch):
    x = {key: rng.normal(size=(30, 4)) for key in limits.SPLITS}
    y = {key: rng.normal(size=(30, 3)) for key in limits.SPLITS}
    monkeypatch.setattr(limits, "PENALTIES", np.array([5.0]))
    inputs = x["train"] - x["train"].mean(axis=0)
    outputs = y["train"] - y["train"].mean(axis=0)
    weights = np.linalg.solve(inputs.T @ inputs + 5.0 * np.eye(4), inputs.T @ outputs)
    expected = (x["test"] - x["train"].mean(axis=0)) @ weights
    found = limits.ridge(x, y)(x["test"])
    np.testing.assert_allclose(found, expected + y["train"].mean(axis=0))


def test_each_column_has_a_penalty_of_its_own(limits, rng):
    x = {key: rng.normal(size=(60, 4)) for key in limits.SPLITS}
    noise = {key: rng.normal(size=60) for key in limits.SPLITS}
    y = {key: np.stack([x[key][:, 0], noise[key]], axis=1) for key in limits.SPLITS}
    found = limits.ridge(x, y)(x["test"])
    assert np.square(found[:, 0] - y["test"][:, 0]).mean() < 0.01
    assert np.square(found[:, 1]).mean() < 0.2


def test_views_read_what_is_observed(limits):
    frames = np.arange(8.0).reshape(1, 4, 2)
    mask = np.array([[True, True, False, False]])
    frames = frames * mask[..., None]
    np.testing.assert_array_equal(limits.means(frames, mask)[0], [[1.0, 2.0]] * 4)
    assert limits.window(frames, mask).shape == (1, 4, 10)
    np.testing.assert_array_equal(
        limits.window(frames, mask)[0, 1], [0, 0, 0, 1, 2, 3, 0, 0, 0, 0]
    )
    np.testing.assert_array_equal(
        limits.centred(frames, mask)[0], [[-1, -1], [1, 1], [0, 0], [0, 0]]
    )

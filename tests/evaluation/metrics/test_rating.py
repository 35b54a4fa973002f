import json

import numpy as np
import pytest

from mmzoo.evaluation import RATING_METRICS, Report, environment, rating_metrics
from mmzoo.evaluation.report.schema import validate_report
from tests.evaluation.rows import NUM_SAMPLES, make_row


def reference(labels, predictions):
    """Lin's definition, word by word."""
    covariance = np.cov(labels, predictions, ddof=0)[0, 1]
    apart = (labels.mean() - predictions.mean()) ** 2
    return 2 * covariance / (labels.var() + predictions.var() + apart)


@pytest.mark.parametrize("offset", [0.0, 3.0, 1e6])
def test_matches_the_definition(rng, offset):
    labels = offset + rng.normal(size=50)
    predictions = labels + 0.7 * rng.normal(size=50) + 0.2
    found = rating_metrics(labels, predictions)
    assert found["ccc"] == pytest.approx(reference(labels, predictions), abs=1e-6)
    assert sorted(found) == sorted(RATING_METRICS) == ["ccc", "mae", "pearson"]


def test_agreement_is_more_than_correlation():
    labels = np.array([1.0, 2.0, 4.0, 5.0])
    assert rating_metrics(labels, labels)["ccc"] == pytest.approx(1)
    assert rating_metrics(labels, 6 - labels)["ccc"] == pytest.approx(-1)
    scaled = rating_metrics(labels, labels / 2)
    assert scaled["pearson"] == pytest.approx(1)
    assert scaled["ccc"] < 0.7


@pytest.mark.parametrize("others", [[2.0, 2.0, 2.0], [0.1, 0.1, 0.1], [1.0, 3.0, 9.0]])
def test_agreement_with_a_constant_is_undefined(others):
    for pair in (([2.0, 2.0, 2.0], others), (others, [2.0, 2.0, 2.0])):
        found = rating_metrics(*pair)
        assert np.isnan([found["ccc"], found["pearson"]]).all()
        assert found["mae"] >= 0


def test_weights_repeat_samples(rng):
    labels, predictions = rng.normal(size=(2, 20))
    counts = rng.integers(0, 4, size=(5, 20))
    found = rating_metrics(labels, predictions, counts)
    for i, count in enumerate(counts):
        rows = np.repeat(labels, count), np.repeat(predictions, count)
        assert found["ccc"][i] == pytest.approx(reference(*rows))


def test_a_report_on_ratings_is_valid_and_speaks_of_agreement(tmp_path):
    rows = [make_row("audio", "supervised", target="valence")]
    rows.append(make_row("audio", "supervised", control="mean", target="valence"))
    report = Report(rows, {}, {}, environment(), (1, 5), range(NUM_SAMPLES))
    validate_report(json.loads(json.dumps(report.to_dict())))
    report.write(tmp_path)
    text = (tmp_path / "report.md").read_text()
    assert "CCC" in text and "acc7" not in text and "translation" not in text
    assert (tmp_path / "predicted_against_true.png").exists()
    assert not list(tmp_path.glob("confusion*"))

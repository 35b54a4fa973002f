import numpy as np
import pytest

from mmzoo.evaluation import Row, compare, compare_explained
from tests.evaluation.rows import make_class_row, make_explained, make_row


@pytest.mark.parametrize(
    ("metric", "verdict"), [("mae", "better"), ("pearson", "better")]
)
def test_less_noise_is_better(metric, verdict):
    good, bad = make_row(noise=0.3), make_row(noise=2.0)
    found = compare(good, bad, metric)
    assert found["verdict"] == verdict
    expected = good.metrics[metric]["mean"] - bad.metrics[metric]["mean"]
    assert found["difference"] == pytest.approx(expected)
    assert compare(bad, good, metric)["verdict"] == "worse"


def test_classes_are_judged_by_their_recall():
    good, bad = make_class_row(right=0.9), make_class_row(right=0.2)
    found = compare(good, bad)
    assert found["metric"] == "uar" and found["verdict"] == "better"
    assert found["difference"] > 0
    assert compare(bad, good, "f1_macro")["verdict"] == "worse"


def test_other_classes_cannot_be_compared():
    row, other = make_class_row(), make_class_row(classes=("a", "b", "c", "d"))
    same = Row("b", "phases", row.labels, row.predictions, row.groups)
    for unlike in (other, same):
        with pytest.raises(ValueError, match="their classes, test labels or groups"):
            compare(row, unlike)


def test_a_row_is_not_distinguishable_from_itself():
    found = compare(make_row(), make_row())
    assert found["difference"] == 0.0
    assert found["verdict"] == "not distinguishable"
    # The seeds are drawn apart, so even then the interval has a width.
    assert found["ci95"][0] < 0 < found["ci95"][1]


def test_what_is_hard_for_both_cancels_out(rng):
    labels, shared = np.zeros(200), rng.exponential(size=200)
    row = Row("a", "phases", labels, shared)
    other = Row("b", "phases", labels, shared + 0.05)
    low, high = row.metrics["mae"]["ci95"]
    assert low < other.metrics["mae"]["mean"] < high
    assert compare(row, other)["verdict"] == "better"


def test_luck_of_a_seed_is_no_difference():
    """Equal on average, but one seed of three is far better."""
    labels = np.zeros(100)
    steady = Row("a", "phases", labels, np.full((3, 100), 1.0))
    lucky = Row("b", "phases", labels, np.array([0.1, 1.0, 1.1])[:, None] + labels)
    assert compare(lucky, steady)["verdict"] == "not distinguishable"


def test_other_samples_cannot_be_compared():
    row = make_row()
    with pytest.raises(ValueError, match="cannot be compared in pairs"):
        compare(row, Row("b", "phases", row.labels + 1, row.predictions, row.groups))
    with pytest.raises(ValueError, match="labels or groups differ"):
        compare(row, make_row(groups=None))


def test_explained_difference():
    row = make_row(explained=make_explained(forced=0.4, shuffled=0.1))
    found = compare_explained(
        row, "explained_teacher_forced", "explained_source_shuffled"
    )
    assert found["difference"] == pytest.approx(0.3, abs=0.01)
    assert found["verdict"] == "better"
    low, high = found["ci95"]
    assert low < found["difference"] < high


def test_explained_takes_one_seed_for_a_control_without_seeds():
    explained = make_explained(forced=0.4, copied=0.1)
    errors, deviations = explained["explained_copy_previous"]
    explained["explained_copy_previous"] = (errors[:1], deviations)
    row = make_row(explained=explained)
    found = compare_explained(
        row, "explained_teacher_forced", "explained_copy_previous"
    )
    assert found["verdict"] == "better"


@pytest.mark.parametrize("constant_seeds", [1, 3])
def test_a_metric_that_is_undefined_is_not_compared(constant_seeds):
    row, other = make_row(), make_row(noise=2.0)
    other.predictions[:constant_seeds] = 0.5
    for pair in ((row, other), (other, row)):
        found = compare(*pair, "pearson")
        assert found["verdict"] == "undefined"
        assert np.isnan([found["difference"], *found["ci95"]]).all()
    assert compare(row, other, "mae")["verdict"] == "better"

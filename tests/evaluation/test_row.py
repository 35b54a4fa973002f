import json

import numpy as np
import pytest

from mmzoo.evaluation import (
    Row,
    classification_metrics,
    emotion_metrics,
    metrics_by_emotion,
    sentiment_metrics,
    variance_explained,
)
from tests.evaluation.rows import (
    EMOTIONS,
    make_class_row,
    make_emotion_row,
    make_explained,
    make_row,
)


@pytest.mark.parametrize(
    ("row", "metric", "score"),
    [
        (make_row(), "mae", sentiment_metrics),
        (make_class_row(), "uar", classification_metrics),
        (make_emotion_row(), "mean_f1", emotion_metrics),
    ],
)
def test_values_mean_and_deviation(row, metric, score):
    for seed, predictions in enumerate(row.predictions):
        expected = score(row.labels, predictions)
        found = {name: row.metrics[name]["values"][seed] for name in expected}
        assert found == pytest.approx(expected)
        assert set(row.metrics) == set(expected)
    found = row.metrics[metric]
    assert found["mean"] == pytest.approx(np.mean(found["values"]))
    assert found["std"] == pytest.approx(np.std(found["values"], ddof=1))


def test_classes_are_whole_numbers():
    row = Row("audio", "supervised", [0.0, 3.0], [0.0, 2.0], classes=EMOTIONS)
    assert row.labels.dtype == row.predictions.dtype == "int64"
    assert row.classes == EMOTIONS and row.num_seeds == 1


def test_interval_holds_the_mean():
    for name, found in make_row(explained=make_explained()).metrics.items():
        low, high = found["ci95"]
        assert low <= found["mean"] <= high, name
        assert low < high, name


def test_one_seed_has_no_deviation():
    labels = np.array([1.0, -1.0, 2.0])
    row = Row("text", "end-to-end", labels, labels / 2)
    assert row.num_seeds == 1
    assert row.metrics["mae"]["std"] == 0.0


def test_explained_follows_the_errors():
    explained = make_explained()
    row = make_row(explained=explained)
    for name, (errors, deviations) in explained.items():
        expected = [variance_explained(seed, deviations) for seed in errors]
        assert row.metrics[name]["values"] == pytest.approx(expected)


def test_explained_by_dialogue_with_labels_by_step():
    explained = {"explained_free_running": ([[1.0, 2.0, 3.0]], [4.0, 4.0, 4.0])}
    row = make_row(explained=explained)
    assert row.metrics["explained_free_running"]["values"] == [0.5]
    low, high = row.metrics["explained_free_running"]["ci95"]
    assert (low, high) == (0.25, 0.75)


def test_draws_average_to_the_metric():
    row = make_row()
    draws = row.metric_draws("mae")
    assert draws.shape == (1000, row.num_seeds)
    found = draws.mean(axis=0)
    assert found == pytest.approx(row.metrics["mae"]["values"], rel=0.02)


def test_groups_are_the_units():
    assert make_row().to_dict()["resampled"] == "video"
    assert make_row(groups=None).to_dict()["resampled"] == "sample"
    assert make_class_row().to_dict()["resampled"] == "speaker"


def test_few_groups_are_counted():
    groups = [f"actor{i % 4}" for i in range(60)]
    row = make_class_row(groups=groups)
    assert row.few_groups == 4 and row.units[1] == "sample"
    assert make_class_row().few_groups == make_row(groups=None).few_groups == 0
    assert make_class_row(groups=range(60)).few_groups == 0


def test_is_control_of():
    row, control = make_row(), make_row(control="untrained encoder")
    assert control.is_control_of(row)
    assert not row.is_control_of(row) and not control.is_control_of(control)
    assert not control.is_control_of(make_row(training="end-to-end"))
    assert control.title == "untrained encoder: text->audio"
    assert make_row("majority", control="majority").title == "majority"


def test_to_dict_is_json():
    row = make_row(control="majority", seconds=np.float32(2), extra={"units": 8})
    found = json.loads(json.dumps(row.to_dict(), allow_nan=False))
    assert found["control"] == "majority" and found["extra"] == {"units": 8}
    assert found["seconds"] == 2.0 and found["num_seeds"] == 3
    assert "control" not in make_row().to_dict()


def test_diverged_predictions_name_the_row():
    row = make_row(noise=np.nan)
    with pytest.raises(ValueError, match=r"'text->audio': `predictions` holds 60 NaN"):
        row.metrics  # noqa: B018


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"groups": ["a"]}, "`groups` must name a group for each of the 60"),
        ({"latent": {"bleu": [1]}}, r"`latent` has \['bleu'\]; known are"),
        ({"explained": {"bleu": ([1], [1])}}, r"has \['bleu'\]; known are"),
        ({"group_kind": "actor"}, "'word'.; received 'actor'"),
        ({"classes": EMOTIONS}, "'text->audio': `labels` must be class indices"),
    ],
)
def test_refuses(kwargs, message):
    with pytest.raises(ValueError, match=message):
        make_row(**kwargs)


@pytest.mark.parametrize("classes", ["sad", ("sad",), ("sad", "sad"), ()])
def test_refuses_classes(classes):
    with pytest.raises(ValueError, match="'audio': `classes` must be two names"):
        Row("audio", "supervised", [0, 1], [0, 1], classes=classes)


@pytest.mark.parametrize("predictions", [[0, 4], [0, -1], [0.2, 1], [0, np.nan]])
def test_refuses_what_is_no_class(predictions):
    message = "'audio': `predictions` must be class indices.* 0 to 3"
    with pytest.raises(ValueError, match=message):
        Row("audio", "supervised", [0, 1], predictions, classes=EMOTIONS)


def test_refuses_probabilities_of_another_shape():
    known = {"classes": ("calm", "sad"), "probabilities": np.ones((1, 3, 2))}
    with pytest.raises(ValueError, match=r"here \(1, 2, 2\); received \(1, 3, 2\)"):
        Row("a", "b", [0, 1], [0, 1], **known)


def test_refuses_shapes():
    with pytest.raises(ValueError, match=r"shape \(seeds, N\).*\(1, 2\) and \(3,\)"):
        Row("text", "phases", np.zeros(3), np.zeros(2))
    row = make_row(explained={"explained_free_running": ([[1.0, np.nan]], [1.0, 1.0])})
    with pytest.raises(ValueError, match="must be finite errors"):
        row.metrics  # noqa: B018


def test_some_of_the_samples():
    row = make_row(explained=make_explained())
    some = row.select([3, 1])
    np.testing.assert_array_equal(some.labels, row.labels[[3, 1]])
    np.testing.assert_array_equal(some.predictions, row.predictions[:, [3, 1]])
    assert some.groups == (row.groups[3], row.groups[1]) and not some.explained
    assert make_row(groups=None).select([0]).groups is None


@pytest.mark.parametrize("target", ["sentiment", "valence"])
def test_correlation_with_a_constant_is_undefined(target):
    row = make_row(target=target)
    row.predictions[1] = 0.5
    found = row.metrics["pearson"]
    assert np.isnan(found["values"]).tolist() == [False, True, False]
    assert np.isnan([found["mean"], found["std"], *found["ci95"]]).all()
    held = row.to_dict()["metrics"]
    json.dumps(held, allow_nan=False)
    assert held["pearson"]["mean"] is held["pearson"]["std"] is None
    assert held["pearson"]["values"][1] is None and held["pearson"]["values"][0] > 0
    assert held["pearson"]["ci95"] == [None, None]
    assert held["mae"] == row.metrics["mae"]


def test_resamples_without_a_correlation_are_left_out():
    """Two samples of four are alike in many a resample."""
    labels = np.array([1.0, 1.0, 1.0, 2.0])
    found = Row("text", "end-to-end", labels, labels + [0, 0.1, 0, 0]).metrics
    low, high = found["pearson"]["ci95"]
    assert 0 < low <= found["pearson"]["mean"] <= high <= 1


def test_sizes_are_numbers_of_weights_or_not_there():
    row = make_row(parameters=np.int64(90), trainable_parameters=0).to_dict()
    assert row["parameters"] == 90 and type(row["parameters"]) is int
    assert row["trainable_parameters"] == 0
    assert not {"parameters", "trainable_parameters"} & set(make_row().to_dict())
    for wrong in (-1, 1.5):
        with pytest.raises(ValueError, match=f"`parameters` must .* received {wrong}"):
            make_row(parameters=wrong)


def test_each_emotion_by_itself():
    row = make_emotion_row()
    expected = metrics_by_emotion(row.labels, row.predictions[1])["mean_f1"]
    found = row.to_dict()["by_emotion"]["mean_f1"]
    assert [found[name]["values"][1] for name in EMOTIONS] == pytest.approx(expected)
    assert make_class_row().by_emotion == {}
    some = row.select([3, 1])
    np.testing.assert_array_equal(some.labels, row.labels[[3, 1]])
    one = Row(
        "text", "supervised", row.labels, row.labels == 1, classes=EMOTIONS,
        target="emotions",
    )  # fmt: skip
    assert one.num_seeds == 1


@pytest.mark.parametrize(
    ("labels", "predictions"),
    [(np.ones(3), np.ones(3)), (np.ones((3, 4)), np.ones((2, 2, 4)))],
)
def test_emotions_have_a_column_each(labels, predictions):
    message = r"shape \(seeds, N, classes\) for labels of shape \(N, classes\)"
    with pytest.raises(ValueError, match=message):
        Row("a", "b", labels, predictions, classes=EMOTIONS, target="emotions")
    with pytest.raises(ValueError, match=message):
        Row("a", "b", np.ones((3, 2)), np.ones((3, 2)), classes=EMOTIONS,
            target="emotions")  # fmt: skip


def test_each_class_by_itself():
    row = make_class_row()
    found = row.to_dict()["by_class"]
    hits = (row.labels == 2) & (row.predictions[1] == 2)
    recall = hits.sum() / (row.labels == 2).sum()
    assert found["recall"]["happy"]["values"][1] == pytest.approx(recall)
    assert list(make_row().by_class["f1"])[0] == "-3"
    assert make_emotion_row().by_class == {}
    labels = [0.0, 1.0, 1.0]
    rare = Row("text", "phases", labels, labels).to_dict()["by_class"]
    assert rare["f1"]["+3"]["mean"] is None
    assert rare["share_predicted"]["+1"]["mean"] == pytest.approx(2 / 3)

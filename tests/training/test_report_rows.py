import json

import numpy as np
import pytest

from mmzoo.training import TrainingOptions, Variant, plan
from mmzoo.training.report_rows import ReportRows
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend

OPTIONS = TrainingOptions(epochs=1)


@pytest.fixture
def planned():
    return plan([Variant.parse("text")], OPTIONS)[0]


def result(predictions, parameters=7, **more):
    """What a training leaves of a fold."""
    history = json.dumps({"supervised": {"loss": [1.0, 0.5]}})
    sizes = {"parameters": parameters, "trainable_parameters": 5}
    answers = np.array(predictions, "float32")
    return {"predictions": answers, "history": history, "seconds": 2.0} | sizes | more


def test_folds_stand_side_by_side_and_seeds_below_each_other(rng, planned):
    folds = small_corpus(rng).k_fold(3)
    rows = ReportRows(folds)
    labels, ids, groups = rows.labelled
    assert ids == tuple(id for fold in folds for id in fold.test.ids)
    assert len(labels) == len(groups) == len(ids)
    sizes = [len(fold.test) for fold in folds]
    seeds = [[result(np.full(size, seed)) for size in sizes] for seed in (0, 1)]
    row = rows.of_trainings(planned, seeds)
    assert row.predictions.shape == (2, len(ids))
    np.testing.assert_array_equal(row.predictions[1], np.ones(len(ids)))
    np.testing.assert_array_equal(row.labels, labels)
    assert (row.seconds, row.epochs, row.parameters) == (12.0, 12, 7)
    # The first fold's stand for all.
    assert len(row.history) == 2


def test_folds_of_other_sizes_have_none_in_common(rng, planned):
    rows = ReportRows(small_corpus(rng).k_fold(3))
    sizes = [len(fold.test) for fold in rows.corpora]
    widths = zip(sizes, (7, 9, 7), strict=True)
    row = rows.of_trainings(planned, [[result(np.zeros(n), w) for n, w in widths]])
    assert row.parameters is None and row.trainable_parameters == 5


def test_trainings_that_measured_different_things_have_no_mean(rng, planned):
    corpus = small_corpus(rng)
    plain = result(np.zeros(len(corpus.test)))
    latent = plain | {"latent_kl": 0.1}
    with pytest.raises(ValueError, match="text: its trainings measured different"):
        ReportRows([corpus]).of_trainings(planned, [[plain], [latent]])


def test_classes_of_scores_are_answered_in_scores(rng, planned):
    corpus = small_corpus(rng)
    rows = ReportRows([corpus.in_classes(7)])
    classes = np.arange(len(corpus.test))
    row = rows.of_trainings(planned, [[result(classes)]])
    assert row.training == "supervised, 7 classes" and row.probabilities is None
    np.testing.assert_array_equal(row.predictions[0], classes - 3.0)
    np.testing.assert_allclose(row.labels, corpus.test.labels, rtol=1e-6)

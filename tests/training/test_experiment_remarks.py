"""What a report says of how it was made; `test_experiment` has whole reports."""

import dataclasses
import json

import keras
import pytest

from mmzoo.data.folds import PUBLISHED
from mmzoo.training.experiment_remarks import (
    other_places,
    remarks_on_places,
    remarks_on_protocol,
)
from mmzoo.training.training_options import TrainingOptions
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend
OPTIONS = TrainingOptions()


def test_what_was_read_when(rng):
    corpus = small_corpus(rng)
    assert len(remarks_on_protocol([corpus], OPTIONS)) == 1
    refit = remarks_on_protocol([corpus], TrainingOptions(refit=True))
    assert "on both splits together" in refit[1]
    told = remarks_on_protocol(corpus.k_fold(3), OPTIONS)[1]
    assert "3-fold cross-validation: every sample was tested once" in told
    twice = dataclasses.replace(corpus, provenance={"folds_by": PUBLISHED})
    told = remarks_on_protocol([twice, twice], OPTIONS)[1]
    assert "each of 3 samples in published lists was tested, 3 tests being" in told


def test_places_differ_by_what_changes_numbers():
    backend = keras.backend.backend()
    here = {"cores": 2, "threads": {backend: 1, "other": 3}, "variables": {"OMP_A": 1}}
    same = {**here, "threads": {backend: 1}, "variables": {}}
    other = {**here, "threads": {backend: 2}}
    alike, unlike = ([json.dumps(a), json.dumps(here)] for a in (same, other))
    assert not other_places(alike) and not remarks_on_places(alike)
    assert other_places(unlike) == {"trainings_made_on": [other, here]}
    assert "may give slightly other numbers" in remarks_on_places(unlike)[0]

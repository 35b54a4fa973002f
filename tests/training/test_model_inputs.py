import dataclasses

import numpy as np
import pytest

from mmzoo.training.model_inputs import with_inputs
from tests.checks import arrays
from tests.command.small_command import baseline, classifier, clips
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend


def test_the_models_front_ends_are_run():
    model, corpus = classifier(), clips()
    split = with_inputs(model, corpus, corpus.test)
    assert set(model.reads_to_answer) <= set(split.sequences)
    assert split.sequences["audio"].features == 8


def test_what_is_not_finite_is_the_mean_of_its_column(rng):
    corpus, model = small_corpus(rng), baseline()
    model.adapt(corpus.train)
    rows = corpus.test.sequences["text"]
    zeros = dataclasses.replace(rows, fill=np.zeros(5, "float32"))
    split = with_inputs(model, corpus, corpus.test.with_modality("text", zeros))
    mean = arrays(model.normalizations["text"].mean)
    np.testing.assert_allclose(split.sequences["text"].fill, mean)

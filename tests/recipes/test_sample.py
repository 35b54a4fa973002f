"""The built-in sample has something to learn, and the models learn it."""

import pytest

from mmzoo.data import explainable_variance, sample_corpus
from mmzoo.training import Experiment, TrainingOptions, Variant

TRANSLATION = "text+audio->text+video"
UNIMODAL = ("text", "audio", "video")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The metrics of each row of a run, by name and control."""
    variants = [Variant.parse(name) for name in (TRANSLATION, *UNIMODAL)]
    directory = tmp_path_factory.mktemp("sample")
    corpus = sample_corpus(sizes={"train": 500, "valid": 100, "test": 250})
    options, small = TrainingOptions(epochs=15), {"units": 96, "dropout": 0.1}
    small["attention"] = "aligned"
    run = Experiment([corpus], variants, options, 1, directory, architecture=small)
    return {(row.name, row.control): row.metrics for row in run.run().rows}


def mean(rows, metric, name, control=None):
    return rows[name, control][metric]["mean"]


@pytest.mark.slow
@pytest.mark.parametrize("name", UNIMODAL)
def test_translator_beats_each_single_modality(rows, name):
    assert mean(rows, "mae", TRANSLATION) < mean(rows, "mae", name)


@pytest.mark.slow
def test_translator_beats_the_majority(rows):
    majority = mean(rows, "mae", "majority", "majority")
    assert mean(rows, "mae", TRANSLATION) < majority - 0.1


@pytest.mark.slow
def test_translator_beats_the_line(rows):
    line = mean(rows, "mae", "audio+text+video", "ridge")
    assert mean(rows, "mae", TRANSLATION) < line - 0.05


@pytest.mark.slow
def test_trained_encoder_beats_the_untrained(rows):
    untrained = mean(rows, "mae", TRANSLATION, "untrained encoder")
    assert mean(rows, "mae", TRANSLATION) < untrained


@pytest.mark.slow
def test_free_running_explains_half_of_what_can_be_explained(rows):
    bound = explainable_variance(["text", "audio"], ["text", "video"])
    assert mean(rows, "explained_free_running", TRANSLATION) >= bound / 2


@pytest.mark.slow
def test_shuffled_source_destroys_the_translation(rows):
    assert mean(rows, "explained_source_shuffled", TRANSLATION) < 0.1

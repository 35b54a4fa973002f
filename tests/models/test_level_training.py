import numpy as np
import pytest

import mmzoo
from mmzoo.layers import WordEmbedding
from mmzoo.models.level_training import LevelTraining
from mmzoo.training import TrainingOptions, TrainingRun
from tests.checks import arrays, assert_close
from tests.data.small_corpus import small_corpus
from tests.models.small_models import DIMS, SMALL

# Levels are trained alike on each backend.
pytestmark = pytest.mark.one_backend
LEVELLED = ["contextual_lstm", "convolutional_fusion_network"]
LEVELLED += ["stacked_decision_network"]
LEVELS = [*DIMS, "fusion"]


def learning(model, level):
    """The paths of what learns on a level."""
    model.train_level(level)
    return {weight.path for weight in model.trainable_weights}


@pytest.mark.parametrize("name", LEVELLED)
def test_no_weight_learns_on_two_levels(name):
    model = SMALL[name]()
    assert isinstance(model, LevelTraining) and model.levels == LEVELS
    found = [learning(model, level) for level in LEVELS]
    assert all(found)
    assert sum(map(len, found)) == len(set().union(*found))
    # Answers that only their own modality reads are no part of the whole.
    whole, reads_answers = set().union(*found), name == "stacked_decision_network"
    assert learning(model, None) <= whole
    assert (learning(model, None) == whole) == reads_answers


@pytest.mark.parametrize("name", LEVELLED)
def test_fusion_leaves_what_it_reads_as_it_was(name, rng, tmp_path):
    weights = {}

    class Watched(TrainingRun):
        def fit(self, phase, model, *arguments):
            super().fit(phase, model, *arguments)
            weights[phase] = {each.path: arrays(each) for each in model.weights}

    corpus = small_corpus(rng)
    model = SMALL[name]()
    run = Watched(corpus, TrainingOptions(epochs=2, least_batch=1), 0, tmp_path, str)
    model.begin(run)
    model.train_phases(run)
    assert list(run.history) == LEVELS and model.level is None
    learned, before, after = learning(model, "fusion"), *list(weights.values())[-2:]
    # What draws dropout counts its draws.
    kept = {path for path in after if "seed" not in path} - learned
    assert_close(*({path: w[path] for path in kept} for w in (before, after)), 0)
    assert any((before[path] != after[path]).any() for path in learned)


@pytest.mark.parametrize("name", LEVELLED)
def test_the_level_is_kept_in_a_file(name, batch, tmp_path):
    model = SMALL[name]()
    model.train_level("text")
    said = arrays(model(batch))
    assert list(said) == ["sentiment"]
    model.save(tmp_path / "model.keras")
    loaded = mmzoo.load(tmp_path / "model.keras")
    assert loaded.level == "text"
    assert_close(loaded(batch), said)


@pytest.mark.parametrize("name", LEVELLED)
def test_one_phase_end_to_end(name, rng, tmp_path):
    model = SMALL[name](end_to_end=True)
    options = TrainingOptions(epochs=1, least_batch=1)
    run = TrainingRun(small_corpus(rng), options, 0, tmp_path, str)
    model.train_phases(run)
    assert list(run.history) == ["supervised"]


@pytest.mark.parametrize("name", LEVELLED)
def test_a_front_end_learns_with_its_modality(name):
    dims = {"text": WordEmbedding(["good", "film"], 4), "audio": 3}
    model = getattr(mmzoo, f"build_{name}")(dims)
    for level in (None, *model.levels):
        model.train_level(level)
        assert model.reads_to_answer == ["audio", "tokens"], level
        assert model.front_ends["text"].trainable == (level in (None, "text"))


@pytest.mark.parametrize("name", LEVELLED)
def test_unknown_level(name):
    with pytest.raises(ValueError, match=r"`level` is one of \['audio', .* not 'face'"):
        SMALL[name]().train_level("face")
    assert np.array_equal(SMALL[name]().levels, LEVELS)

import numpy as np
import pytest

import mmzoo
from tests.checks import check_training
from tests.models.small_models import DIMS, adapted

SMALL = {
    "units": {"audio": 4, "text": 3, "video": 2},
    "memory_dim": 5,
    "hidden_dim": 16,
    "dropout": 0.0,
}


def small(input_dims=None, **options):
    """A network on all modalities, or on some."""
    options = {"input_dims": input_dims or DIMS, **SMALL, **options}
    return adapted(mmzoo.build_memory_fusion_network(**options))


# On each backend tests/models/test_registry.py trains the model.
@pytest.mark.one_backend
@pytest.mark.parametrize("classes", [None, ["low", "middle", "high"]])
@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_learns_scores_and_classes(classes, labels_per, batch, rng):
    model = small(classes=classes, labels_per=labels_per)
    target = "emotion" if classes else "sentiment"
    mask = batch["text_mask"] if labels_per == "step" else np.ones(3, bool)
    labels = np.arange(mask.size).reshape(mask.shape) % 3
    labels = labels.astype("int32") if classes else labels - 1.2
    answer = model(batch)[target]
    assert answer.shape == (mask.shape + (3,) if classes else mask.shape)
    targets = {target: labels, f"{target}_mask": mask}
    check_training(model, batch, targets, below=0.6, steps=40)


def test_gates_that_do_not_read_the_memory_learn(batch, targets):
    model = small(gates_read_memory=False)
    assert not any("gates_memory" in weight.path for weight in model.weights)
    check_training(model, batch, targets, below=0.6)

"""On unbalanced classes the defaults find the rare ones."""

import numpy as np
import pytest

from mmzoo.data import Corpus, Sequences, Split
from mmzoo.training import Experiment, TrainingOptions, Variant

pytestmark = pytest.mark.one_backend
CLASSES = ("often", "seldom", "rare")
SHARES = (0.6, 0.3, 0.1)


def split(name, size, rng):
    """Frames whose mean leans to their class by less than they scatter."""
    labels = rng.choice(3, size, p=SHARES).astype("int32")
    frames = rng.normal(size=(size, 4, 6))
    frames[..., :3] += 0.6 * np.eye(3)[labels][:, None]
    ids = tuple(f"{name}_{i}" for i in range(size))
    sequences = {"text": Sequences.from_list(list(frames))}
    return Split(sequences, labels, ids, ids, target="emotion")


def corpus():
    rng = np.random.default_rng(0)
    sizes = {"train": 400, "valid": 150, "test": 300}
    splits = {name: split(name, size, rng) for name, size in sizes.items()}
    return Corpus("unbalanced", splits, (0, 2), {"format": "test"}, CLASSES)


def test_the_defaults_find_the_rare_classes(tmp_path):
    variants = [Variant.parse("lstm_baseline:text")]
    options = TrainingOptions(epochs=8, learning_rate=0.01)
    small = {"units": 4}
    run = Experiment([corpus()], variants, options, 1, tmp_path, architecture=small)
    network, majority, *_ = run.run().rows
    found = [row.metrics["f1_macro"]["mean"] for row in (network, majority)]
    assert majority.control == "majority" and found[0] > found[1] + 0.25
    said = network.predictions.ravel()
    assert set(said) == {0, 1, 2}, "a class is never answered"

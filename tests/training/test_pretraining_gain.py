"""With few labels, a pretrained translator does better than one from scratch."""

import numpy as np
import pytest

from mmzoo.data import Corpus, Sequences, Split
from mmzoo.training import Pretraining, TrainingOptions, Variant, plan
from mmzoo.training.measure import predictions

pytestmark = [pytest.mark.slow, pytest.mark.one_backend]
STEPS, WIDTHS, NUISANCES = 3, {"text": 30, "audio": 4}, 3


def make_corpus(seed, **sizes):
    """Two hidden quantities: text tells them amid much else, audio nearly as they are.

    The label is the mean of the first one, so a translation finds what tells it.
    """
    # Corpora differ in their samples, not in what their columns mean.
    mix, rng = np.random.default_rng(0), np.random.default_rng(seed)
    text, audio = (mix.normal(size=(2, width)) for width in WIDTHS.values())
    nuisance = 2 * mix.normal(size=(NUISANCES, WIDTHS["text"]))
    splits = {}
    for name, count in sizes.items():
        hidden = rng.normal(size=(count, STEPS, 2))
        others = rng.normal(size=(count, STEPS, NUISANCES)) @ nuisance
        told = {
            "text": hidden @ text + others + 2 * rng.normal(size=others.shape),
            "audio": hidden @ audio + 0.3 * rng.normal(size=(count, STEPS, 4)),
        }
        labels = np.clip(3 * hidden[..., 0].mean(axis=1), -3, 3)
        ids = tuple(f"{name}_{seed}_{number}" for number in range(count))
        rows = {key: Sequences.from_list(frames) for key, frames in told.items()}
        splits[name] = Split(rows, labels, ids, ids)
    return Corpus("made", splits, (-3.0, 3.0), {"format": "made"})


def test_pretraining_beats_scratch_at_a_tenth_of_the_labels(tmp_path):
    other = make_corpus(1, train=256, valid=64)
    corpus = make_corpus(2, train=80, valid=40, test=200)
    options = TrainingOptions(
        epochs=12,
        patience=3,
        batch_size=64,
        least_steps=4,
        learning_rate=0.01,
        label_share=0.1,
    )
    small = {"units": 8, "cell": "gru", "attention": "aligned", "window": 1}
    variant = Variant.parse("text->audio")
    row, _, scratch = plan([variant], options, small, None, Pretraining(other))
    assert scratch.control == "without pretraining"
    errors = {}
    for each in (row, scratch):
        for seed in range(3):
            folder = tmp_path / f"{each.control} {seed}"
            model, _ = each.train(corpus, seed, folder, str)
            wrong = np.abs(predictions(model, corpus.test) - corpus.test.labels)
            errors.setdefault(each.control, []).append(wrong.mean())
    pretrained, alone = (np.mean(found) for found in errors.values())
    assert pretrained < 0.95 * alone, errors

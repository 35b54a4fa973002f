"""Rows to test with."""

import numpy as np

from mmzoo.evaluation import Row

NUM_SAMPLES, NUM_VIDEOS = 60, 12
EMOTIONS = ("neutral", "calm", "happy", "sad")


def make_row(name="text->audio", training="phases", noise=0.5, seeds=3, **kwargs):
    """A row on labels that are the same whatever the arguments."""
    generator = np.random.default_rng(0)
    labels = np.clip(generator.normal(0, 1.5, NUM_SAMPLES).round(1), -3, 3)
    labels[:4] = 0.0
    errors = np.random.default_rng(1).normal(size=(seeds, NUM_SAMPLES))
    groups = [f"video{i % NUM_VIDEOS}" for i in range(NUM_SAMPLES)]
    kwargs = {"groups": groups, **kwargs}
    return Row(name, training, labels, labels + noise * errors, **kwargs)


def make_class_row(name="audio", training="supervised", right=0.7, seeds=3, **kwargs):
    """A row of classes, of which about the share `right` is said rightly."""
    kwargs = {"classes": EMOTIONS, **kwargs}
    count = len(kwargs["classes"])
    labels = np.random.default_rng(3).integers(count, size=NUM_SAMPLES)
    generator = np.random.default_rng(4)
    guesses = generator.integers(count, size=(seeds, NUM_SAMPLES))
    predictions = np.where(generator.random(guesses.shape) < right, labels, guesses)
    groups = [f"actor{i % NUM_VIDEOS}" for i in range(NUM_SAMPLES)]
    kwargs = {"groups": groups, "group_kind": "speaker", **kwargs}
    return Row(name, training, labels, predictions, **kwargs)


def make_emotion_row(name="text", training="supervised", right=0.7, **kwargs):
    """A row of emotions of which a sample has any number, some not known."""
    generator = np.random.default_rng(5)
    labels = (generator.random((NUM_SAMPLES, 4)) < 0.4).astype(float)
    said = generator.random((3, *labels.shape)) < right
    predictions = np.where(said, labels, 1 - labels)
    labels[::7, 1] = np.nan
    kwargs = {"classes": EMOTIONS, "target": "emotions", **kwargs}
    return Row(name, training, labels, predictions, **kwargs)


LATENT = {
    "active_units": [5.0, 0.0, 4.0],
    "latent_units": [8.0, 8.0, 8.0],
    "latent_kl": [2.5, 0.5, 1.5],
}


def make_explained(forced=0.4, free=0.2, shuffled=0.0, copied=0.1, spread=0.01):
    """Errors that explain about as much as the arguments say."""
    generator = np.random.default_rng(2)
    deviations = generator.uniform(50, 100, NUM_SAMPLES)

    def errors(share):
        shares = share + spread * generator.normal(size=(3, NUM_SAMPLES))
        return (1 - shares) * deviations

    return {
        f"explained_{name}": (errors(share), deviations)
        for name, share in (
            ("teacher_forced", forced),
            ("free_running", free),
            ("source_shuffled", shuffled),
            ("copy_previous", copied),
        )
    }


def make_tokens(right=0.4, frequent=0.2):
    """Sums of ten tokens a sequence, of which these shares are right."""
    generator = np.random.default_rng(6)
    size = np.full(NUM_SAMPLES, 10.0)

    def hits(share):
        return generator.binomial(10, share, size=(3, NUM_SAMPLES)), size

    accuracy = dict.fromkeys(
        ("teacher_forced", "free_running", "greedy", "sampled", "source_shuffled"),
        right,
    )
    accuracy |= {"most_frequent": frequent}
    nats = {"teacher_forced": 1.0, "source_shuffled": 2.0, "unigram": 3.0}
    counts = np.tile([4.0, 3.0, 2.0, 1.0, 5.0, 4.0, 3.0, 2.0, 5.0], (3, NUM_SAMPLES, 1))
    ways = ("free_running", "greedy", "sampled", "source_shuffled")
    return {
        **{f"token_accuracy_{name}": hits(share) for name, share in accuracy.items()},
        **{
            f"perplexity_{name}": (np.full((3, NUM_SAMPLES), 10 * each), size)
            for name, each in nats.items()
        },
        **{f"bleu_{name}": (counts, size / 2) for name in ways},
        "explained_codebook": (np.full((3, NUM_SAMPLES), 2.5), size),
    }

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Batches, Sequences
from mmzoo.training import Experiment, TrainingOptions, TrainingRun, Variant
from mmzoo.training.mixed_batches import MixedBatches
from tests.data.small_corpus import small_corpus, small_emotions

pytestmark = pytest.mark.one_backend


@pytest.fixture
def corpus():
    return small_corpus(np.random.default_rng(0))


def both(split, classes=False, **changes):
    """The same batches, mixed and not."""
    options = {"modalities": ["audio", "text"], "batch_size": 4, "seed": 3} | changes
    return MixedBatches(0.7, classes, split, **options), Batches(split, **options)


def drawn(mixed, samples, known):
    """Partners and shares of a batch, as the equations draw them."""
    generator = np.random.default_rng([mixed.seed, mixed.epoch, *samples])
    other = np.arange(mixed.batch_size)
    other[: len(samples)] = generator.permutation(len(samples))
    share = generator.beta(mixed.alpha, mixed.alpha, mixed.batch_size)
    share = np.maximum(share, 1 - share)
    return other, np.where(known & known[other], share, 1), generator


def test_frames_and_scores_are_averaged(corpus):
    mixed, plain = both(corpus.train)
    moved = 0
    for index in range(len(mixed)):
        (x, y), (x0, y0) = mixed[index], plain[index]
        other, share, _ = drawn(mixed, mixed.rows(index), y0["sentiment_mask"])
        for row in range(4):
            pair = (row, share[row]), (other[row], 1 - share[row])
            score = sum(part * y0["sentiment"][i] for i, part in pair)
            np.testing.assert_allclose(y["sentiment"][row], score, atol=1e-6)
            for name in ("audio", "text"):
                mask = x0[f"{name}_mask"]
                for step in range(mask.shape[1]):
                    told = [(i, p) for i, p in pair if mask[i, step] and p]
                    assert x[f"{name}_mask"][row, step] == bool(told)
                    total = sum(part for _, part in told) or 1
                    frame = sum(p / total * x0[name][i, step] for i, p in told)
                    np.testing.assert_allclose(x[name][row, step], frame, atol=1e-6)
        np.testing.assert_array_equal(y["sentiment_mask"], y0["sentiment_mask"])
        moved += (share < 1).sum()
    assert moved > 4


def test_of_two_classes_one_is_drawn():
    split = small_emotions(np.random.default_rng(0)).train
    mixed, plain = both(split, True, modalities=["audio"])
    for epoch in range(8):
        mixed.set_epoch(epoch)
        plain.set_epoch(epoch)
        for index in range(len(mixed)):
            y, y0 = mixed[index][1], plain[index][1]
            assert y["emotion"].dtype == "int32"
            known = y0["emotion_mask"]
            other, share, generator = drawn(mixed, mixed.rows(index), known)
            kept = generator.random(4) < share
            said = np.where(kept, y0["emotion"], y0["emotion"][other])
            np.testing.assert_array_equal(y["emotion"], said)


@pytest.mark.parametrize("name", ["sentiment", "mood"])
def test_classes_are_drawn_whatever_they_are_called(corpus, tmp_path, name):
    corpus = corpus.in_classes(7)
    splits = {
        key: dataclasses.replace(split, target=name)
        for key, split in corpus.splits.items()
    }
    meanings = {
        key: dataclasses.replace(each, target=name)
        for key, each in corpus.meanings.items()
    }
    corpus = dataclasses.replace(corpus, splits=splits, meanings=meanings)
    run = TrainingRun(corpus, TrainingOptions(mixup=0.7), 0, tmp_path, str)
    batches = run._training_batches(corpus.train, ["text"], 7)
    given = set(corpus.train.labels)
    for epoch in range(8):
        batches.set_epoch(epoch)
        assert set(batches[0][1][name]) <= given


def test_what_cannot_be_mixed_is_refused_before_training(corpus, tmp_path):
    splits = {}
    for name, split in corpus.splits.items():
        ids = Sequences.from_list([np.ones((2, 1))] * len(split))
        splits[name] = split.with_modality("tokens", ids)
    words = dataclasses.replace(corpus, splits=splits)
    options, variants = TrainingOptions(mixup=0.2), [Variant.parse("audio+text")]
    with pytest.raises(ValueError, match="ids of words have no mean: .* frozen"):
        Experiment([words], variants, options, 1, tmp_path)
    steps = small_corpus(np.random.default_rng(0), "step")
    with pytest.raises(ValueError, match="needs a label a sequence, and each step"):
        Experiment([steps], variants, options, 1, tmp_path)
    emotions = small_emotions(np.random.default_rng(0))
    options = TrainingOptions(class_weight={"hapy": 2.0})
    with pytest.raises(ValueError, match=r"`class_weight` names \['hapy'\]"):
        Experiment([emotions], [Variant.parse("audio")], options, 1, tmp_path)


def test_a_sample_without_a_label_mixes_with_none(corpus):
    labels = np.array(corpus.train.labels)
    labels[::2] = np.nan
    mixed, plain = both(dataclasses.replace(corpus.train, labels=labels), batch_size=2)
    for index in range(len(mixed)):
        for found, known in zip(mixed[index], plain[index], strict=True):
            if plain[index][1]["sentiment_mask"].all():
                continue
            for name, values in known.items():
                np.testing.assert_allclose(found[name], values, atol=1e-6)


def test_one_seed_and_epoch_mix_in_one_way(corpus):
    first, again = (both(corpus.train, shuffle=True)[0] for _ in range(2))
    for each in (first, again):
        each.set_epoch(5)
    np.testing.assert_array_equal(first[0][0]["audio"], again[0][0]["audio"])
    again.set_epoch(6)
    assert first[0][0]["audio"].shape != again[0][0]["audio"].shape or not np.allclose(
        first[0][0]["audio"], again[0][0]["audio"]
    )


def test_ids_of_words_and_labels_a_step_are_refused(corpus):
    split = corpus.train
    ids = Sequences.from_list([np.ones((2, 1))] * len(split))
    with pytest.raises(ValueError, match=r"`mixup=0.7` averages .* a text encoder"):
        both(split.with_modality("tokens", ids), modalities=["tokens"])
    lengths = split.sequences["audio"].lengths
    steps = [np.zeros((length, 1)) for length in lengths]
    stepwise = dataclasses.replace(split, labels=Sequences.from_list(steps))
    with pytest.raises(ValueError, match="each step of these has one"):
        both(stepwise, modalities=["audio"])


@pytest.mark.usefixtures("eager")
def test_a_training_mixes_what_teaches_alone(tmp_path, corpus, monkeypatch):
    seen = []
    whole = MixedBatches._batch
    monkeypatch.setattr(
        MixedBatches,
        "_batch",
        lambda self, *given: seen.append(self.split) or whole(self, *given),
    )
    Experiment(
        [corpus],
        [Variant.parse("text")],
        TrainingOptions(epochs=1, batch_size=4, mixup=0.2),
        seeds=1,
        directory=tmp_path,
        architecture={"units": 3},
        say=str,
    ).run()
    assert seen
    assert all(split.ids == corpus.train.ids for split in seen)

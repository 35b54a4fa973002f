import warnings

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Batches, Sequences, Split
from tests.checks import arrays, assert_close
from tests.data.small_corpus import small_corpus
from tests.models.small_models import SMALL, small_baseline, small_translator
from tests.selection import few_everywhere

# Statistics are counted in NumPy.
over_models = pytest.mark.parametrize("name", few_everywhere(mmzoo.list_models()))


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def statistics(model):
    """Mean and deviation of each modality."""
    found = {}
    for name, layer in model.normalizations.items():
        part = getattr(layer, "standardization", getattr(layer, "normalization", layer))
        found[name] = arrays([part.mean.value, part.deviation.value])
    return found


def own_steps(split, name):
    """The observed steps of a split's samples, read one by one."""
    pairs = [split.sequences[name][index] for index in range(len(split))]
    return np.concatenate([frames[present] for frames, present in pairs])


@over_models
def test_a_fold_is_adapted_to_its_own_training_steps(name, corpus):
    for fold in corpus.k_fold(3):
        model = SMALL[name]()
        model.adapt(fold.train)
        for modality, (mean, deviation) in statistics(model).items():
            steps = own_steps(fold.train, modality)
            shared = fold.train.sequences[modality].frames
            assert len(steps) < len(shared), "the frames are not shared: test nothing"
            assert_close(mean, steps.mean(axis=0), 1e-4)
            assert_close(deviation, steps.std(axis=0), 1e-4)


def spoilt(split, name):
    """The split with one value of each kind that is not finite, in one modality."""
    rows = split.sequences[name].in_memory()
    frames = rows.frames.copy()
    frames[[1, 2, 4], 0] = [np.inf, -np.inf, np.nan]
    spoilt = Sequences(frames, rows.starts, rows.lengths, np.ones(len(frames), bool))
    return split.with_modality(name, spoilt), frames


@over_models
def test_what_is_not_finite_is_ignored_and_counted(name, corpus):
    model = SMALL[name]()
    split, frames = spoilt(corpus.train, "text")
    with pytest.warns(UserWarning, match="NaN or infinite: 3 of text"):
        model.adapt(split)
    mean, deviation = statistics(model)["text"]
    kept = np.where(np.isfinite(frames), frames, np.nan)
    assert_close(mean, np.nanmean(kept, axis=0), 1e-4)
    assert_close(deviation, np.nanstd(kept, axis=0), 1e-4)
    assert np.all(deviation > 0.1)


@over_models
def test_a_dict_of_frames_gives_the_same(name, corpus):
    first, second, third = (SMALL[name]() for _ in range(3))
    rows = corpus.train.sequences
    first.adapt(corpus.train)
    second.adapt({each: own_steps(corpus.train, each) for each in first.input_dims})
    third.adapt({each: rows[each] for each in first.input_dims})
    assert_close(statistics(second), statistics(first))
    assert_close(statistics(third), statistics(first))


@over_models
def test_nonsense_is_refused(name, corpus):
    model = SMALL[name]()
    before = statistics(model)
    x = Batches(corpus.train, batch_size=8)[0][0]
    wide = corpus.train.with_modality("text", Sequences.missing(7, 9))
    lacking = corpus.with_modalities(["video"]).train
    empty = corpus.train.with_modality("text", Sequences.missing(7, 5))
    for given, message in (
        (corpus, "training split, `corpus.train`, not .*Corpus"),
        (np.zeros((4, 5)), "training split, `corpus.train`, not .*ndarray"),
        (x, r"has shape \(8, 6, .\) where `adapt` reads \(steps, features\)"),
        (wide, "'text' has 9 features in `split`, but this model reads 5"),
        (lacking, r"needs frames of \[.*'text'.*given \['video'\]"),
        ({"txt": np.zeros((4, 5))}, r"needs frames of .*given \['txt'\]"),
        (empty, "'text': `adapt` was given no observed frame"),
    ):
        with pytest.raises(ValueError, match=message):
            model.adapt(given)
    assert_close(statistics(model)["text"], before["text"])


def test_codebooks_are_fitted_to_the_training_split(corpus):
    fold = corpus.k_fold(3)[0]
    whole, pieces = (small_translator(num_codes=3) for _ in range(2))
    batch = Batches(fold.train, whole.reads, len(fold.train), num_buckets=1)[0][0]
    for model, given in ((whole, batch), (pieces, fold.train)):
        model.adapt(fold.train)
        model.adapt_codebooks(given)
    centres = arrays(whole.codebooks[0].centroids.value)
    assert_close(pieces.codebooks[0].centroids.value, centres)
    fold.train.sequences["audio"].frames[0] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pieces.adapt(fold.train)
    pieces.adapt_codebooks(fold.train)
    assert np.all(np.isfinite(arrays(pieces.codebooks[0].centroids.value)))


def test_a_sample_without_any_step(rng):
    rows = Sequences.from_list([rng.normal(size=(4, 5)), np.zeros((0, 5))])
    split = Split({"text": rows}, [0.0, 1.0], ("a", "b"), ("a", "b"))
    model = small_baseline({"text": 5})
    model.adapt(split)
    assert_close(statistics(model)["text"][0], rows.frames.mean(axis=0))

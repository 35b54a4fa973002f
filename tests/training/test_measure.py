import dataclasses

import numpy as np
import pytest
from keras.ops import convert_to_numpy

from mmzoo import build_lstm_baseline, build_seq2seq_translator
from mmzoo.data import Batches, Sequences, Split
from mmzoo.evaluation import copy_previous, translation_errors
from mmzoo.evaluation.metrics.translation import EXPLAINED_METRICS, TRANSLATION_METRICS
from mmzoo.training.measure import (
    labelled,
    measure_translation,
    other_samples,
    predictions,
)
from tests.data.small_corpus import WIDTHS, small_corpus

LENGTHS = (5, 1, 4)  # of the small corpus' test split


def translator(**options):
    return build_seq2seq_translator(WIDTHS, "text", "audio+video", units=4, **options)


def test_labels_a_sequence(rng):
    test = small_corpus(rng).test
    labels, ids, groups = labelled(test)
    np.testing.assert_array_equal(labels, test.labels)
    assert (ids, groups) == (test.ids, test.groups)


def test_labels_a_step(rng):
    test = small_corpus(rng, "step").test
    labels, ids, groups = labelled(test)
    assert labels.shape == (sum(LENGTHS),)
    np.testing.assert_array_equal(labels[5:6], test.labels[1][0][:, 0])
    assert ids[4:7] == ("test_0[4]", "test_1[0]", "test_2[0]")
    assert groups[4:7] == ("test_video_0", "test_video_0", "test_video_1")


def test_steps_keep_their_own_names(rng):
    names = tuple(
        tuple(f"{i}{step}" for step in range(n)) for i, n in enumerate(LENGTHS)
    )
    test = dataclasses.replace(small_corpus(rng, "step").test, step_ids=names)
    assert labelled(test)[1] == tuple(name for row in names for name in row)


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_predictions_stand_beside_their_labels(rng, labels_per):
    test = small_corpus(rng, labels_per).test
    model = build_lstm_baseline({"text": 5}, units=3, labels_per=labels_per)
    said = predictions(model, test)
    assert said.dtype == "float64"
    assert said.shape == labelled(test)[0].shape
    x = Batches(test.select([2]), ["text"], batch_size=1)[0][0]
    last = np.asarray(model.predict_on_batch(x)["sentiment"])[0]
    np.testing.assert_allclose(said[-np.size(last) :], last, atol=1e-5)


def test_every_metric_of_a_translation(rng):
    corpus = small_corpus(rng)
    model = translator()
    explained, attention = measure_translation(model, corpus.test)
    assert set(explained) == set(EXPLAINED_METRICS)
    for errors, deviations in explained.values():
        assert errors.shape == deviations.shape == (3,)
        np.testing.assert_array_equal(
            deviations, explained["explained_teacher_forced"][1]
        )
    # The longest sample is the nearest to what can be read.
    assert attention.shape == (5, 5)
    np.testing.assert_allclose(attention.sum(axis=1), 1.0, atol=1e-5)


def test_teacher_forced_and_copied_errors_are_those_of_the_definition(rng):
    test = small_corpus(rng).test
    model = translator()
    explained, _ = measure_translation(model, test)
    x = Batches(test, batch_size=3, num_buckets=1)[0][0]
    target, mask = (convert_to_numpy(part) for part in model.target_frames(x))
    forced = convert_to_numpy(model(x)["audio+video_translation"])
    expected = translation_errors(target, forced, mask)[0]
    errors = explained["explained_teacher_forced"][0]
    np.testing.assert_allclose(errors, expected, rtol=1e-4)
    expected = translation_errors(target, copy_previous(target, mask), mask)[0]
    errors = explained["explained_copy_previous"][0]
    np.testing.assert_allclose(errors, expected, rtol=1e-4)


def with_text(split, arrays):
    return split.with_modality("text", Sequences.from_list(arrays))


def test_shuffled_source_is_anothers(rng):
    test = small_corpus(rng).test
    model = translator()
    explained, _ = measure_translation(model, test)
    gaps = explained["explained_source_shuffled"][0]
    gaps = gaps - explained["explained_teacher_forced"][0]
    assert np.all(gaps != 0.0)
    # Where all sources are equal, another's does as well.
    frames, arrays = rng.normal(size=(5, 5)), small_corpus(rng).test.sequences
    same = Split(
        {
            name: Sequences.from_list([rng.normal(size=(5, width)) for _ in range(3)])
            for name, width in WIDTHS.items()
            if name in arrays
        },
        test.labels,
        test.ids,
        test.groups,
    )
    explained, _ = measure_translation(model, with_text(same, [frames] * 3))
    np.testing.assert_allclose(
        explained["explained_source_shuffled"][0],
        explained["explained_teacher_forced"][0],
        rtol=1e-5,
    )


def test_free_running_does_not_see_the_target(rng):
    test = small_corpus(rng).test
    model = translator()
    doubled = test.with_modality(
        "audio",
        Sequences.from_list([2 * test.sequences["audio"][i][0] for i in range(3)]),
    )
    first, second = (measure_translation(model, split)[0] for split in (test, doubled))
    x = Batches(test, batch_size=3, num_buckets=1)[0][0]
    free = np.asarray(model.translate_standardised(x, 5)[0])
    for split, explained in ((test, first), (doubled, second)):
        x = Batches(split, batch_size=3, num_buckets=1)[0][0]
        target, mask = (convert_to_numpy(part) for part in model.target_frames(x))
        np.testing.assert_allclose(
            explained["explained_free_running"][0],
            translation_errors(target, free, mask)[0],
            rtol=1e-4,
        )


def test_no_map_without_attention(rng):
    model = translator(attention="none")
    assert measure_translation(model, small_corpus(rng).test)[1] is None


def test_codes_are_measured_in_frames(rng):
    corpus = small_corpus(rng)
    model = translator(num_codes=4)
    batch = Batches(corpus.train, batch_size=7, num_buckets=1)[0][0]
    model.adapt_codebooks(batch)
    explained, attention = measure_translation(model, corpus.test, train=corpus.train)
    assert list(explained) == list(TRANSLATION_METRICS)
    assert all(np.isfinite(errors).all() for errors, _ in explained.values())
    assert attention is None
    x = Batches(corpus.test, batch_size=3, num_buckets=1)[0][0]
    own, _ = model.translate_standardised(x, 5)
    target, mask = (convert_to_numpy(part) for part in model.target_frames(x))
    expected = translation_errors(target, own, mask)[0]
    errors, _ = explained["explained_free_running"]
    np.testing.assert_allclose(errors, expected, rtol=1e-4)
    # In batches of two, samples and draws stay with their targets.
    parts, _ = measure_translation(model, corpus.test, batch_size=2)
    assert set(explained) - set(parts) == {
        "token_accuracy_most_frequent",
        "perplexity_unigram",
    }
    for name, pair in parts.items():
        np.testing.assert_allclose(pair[0], explained[name][0], rtol=1e-4)
        np.testing.assert_array_equal(pair[1], explained[name][1])


def test_batches_change_nothing(rng):
    test = small_corpus(rng).test
    model = translator()
    whole, attention = measure_translation(model, test, seed=1)
    parts, same = measure_translation(model, test, seed=1, batch_size=2)
    np.testing.assert_allclose(attention, same, atol=1e-5)
    for name, pair in whole.items():
        np.testing.assert_allclose(parts[name], pair, rtol=1e-4, atol=1e-5)


def test_no_sample_keeps_its_own():
    found = other_samples(7, seed=0)
    assert sorted(found) == list(range(7)) and np.all(found != np.arange(7))
    assert other_samples(7, seed=0).tolist() == found.tolist()
    assert other_samples(7, seed=1).tolist() != found.tolist()

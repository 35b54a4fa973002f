import numpy as np
import pytest
from keras.ops import convert_to_numpy

from mmzoo import build_lstm_baseline, build_seq2seq_translator
from mmzoo.data import Batches, Sequences, Split
from mmzoo.training.encoding import _in_order, _suiting, encode_split, map_split
from tests.data.small_corpus import WIDTHS, small_corpus


def alone(split, index, modalities):
    """The batch that has one sample only, without padding."""
    return Batches(split.select([index]), modalities, batch_size=1)[0][0]


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_every_sample_gets_what_the_model_says_of_it_alone(rng, labels_per):
    train = small_corpus(rng, labels_per).train
    model = build_lstm_baseline(WIDTHS, units=3, labels_per=labels_per)
    results = list(map_split(model, train, sorted(WIDTHS), batch_size=2))
    assert len(results) == len(train)
    for index, result in enumerate(results):
        x = alone(train, index, sorted(WIDTHS))
        expected = np.asarray(model.predict_on_batch(x)["sentiment"])[0]
        assert result.shape == expected.shape
        np.testing.assert_allclose(result, expected, atol=1e-5)


def test_batch_may_be_larger_than_the_split(rng):
    test = small_corpus(rng).test
    model = build_lstm_baseline({"audio": 3}, units=3)
    few, many = (list(map_split(model, test, ["audio"], size)) for size in (1, 64))
    np.testing.assert_allclose(few, many, atol=1e-5)


@pytest.mark.parametrize("form", [np.array, list])
def test_rows_wait_for_those_before_them(form):
    """Parts of several buckets: answers come in the order of the samples."""
    parts = [[0, 1], [3, 5], [2, 4], [6, 7]]
    given = ((np.array(part), form([n * 10 for n in part])) for part in parts)
    found = [*_in_order(given)]
    assert [[*part] for part in found] == [[0, 10], [20, 30, 40, 50], [60, 70]]
    assert all(isinstance(part, type(form([]))) for part in found)


@pytest.mark.parametrize(("features", "rows"), [(3, 512), (1000, 256), (90000, 64)])
def test_batches_are_as_large_as_suits_the_frames(features, rows):
    frames = Sequences.from_list([np.zeros((1, features)), np.zeros((4, features))])
    names = ("a", "b")
    split = Split({"audio": frames}, np.zeros(2), names, names)
    assert _suiting(split, ["audio"]) == rows
    # A token is a number, but an encoder makes hundreds of it.
    assert _suiting(split, ["tokens"]) == 64


def test_states_are_those_of_the_encoder(rng):
    train = small_corpus(rng).train
    translator = build_seq2seq_translator(WIDTHS, "text+video", "audio", units=4)
    states = encode_split(translator, train, levels=1, batch_size=2)
    np.testing.assert_array_equal(states.lengths, train.lengths)
    for index in range(len(train)):
        x = alone(train, index, ["text", "video"])
        expected = convert_to_numpy(translator.encode(x)[0])[0]
        np.testing.assert_allclose(states[index][0], expected, atol=1e-5)


def test_a_step_is_observed_where_any_source_is(rng):
    train = small_corpus(rng).train
    both = build_seq2seq_translator(WIDTHS, "text+video", "audio", units=2)
    states = encode_split(both, train, levels=1)
    assert all(states[i][1].all() for i in range(len(train)))
    # The first of several steps of the video was not observed.
    video = build_seq2seq_translator(WIDTHS, "video", "audio", units=2)
    states = encode_split(video, train, levels=1)
    for i in range(len(train)):
        first = min(1, train.lengths[i] - 1)
        steps = np.arange(train.lengths[i])
        np.testing.assert_array_equal(states[i][1], steps >= first)


def test_states_of_few_digits_are_kept_in_float32(rng):
    train = small_corpus(rng).train
    wide, narrow = (
        build_seq2seq_translator(WIDTHS, "text", "audio", units=4, dtype=dtype)
        for dtype in ("float32", "mixed_bfloat16")
    )
    narrow.set_weights(wide.get_weights())
    states, right = (encode_split(each, train, levels=1) for each in (narrow, wide))
    assert states[0][0].dtype == "float32"
    np.testing.assert_allclose(states[0][0], right[0][0], atol=0.03)

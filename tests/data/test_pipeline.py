import dataclasses

import keras
import numpy as np
import pytest

from mmzoo.data import Batches, Sequences, Split, batches
from tests.data.small_corpus import small_corpus, small_emotions, small_split


@pytest.fixture
def train(rng):
    """Seven samples of lengths 4, 1, 6, 3, 5, 2 and 6."""
    return small_corpus(rng).train


def collect(plan):
    """Every batch of a pass, real and filled rows."""
    return [plan[i] for i in range(len(plan))]


def assert_equal_batches(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        for left, right in zip(one, other, strict=True):
            assert sorted(left) == sorted(right)
            for key in left:
                assert left[key].dtype == np.asarray(right[key]).dtype
                np.testing.assert_array_equal(left[key], right[key])


def test_one_batch_by_hand():
    text = Sequences.from_list([[[1.0], [2.0]], [[3.0]]], [[True, False], [True]])
    split = Split({"text": text}, [0.5, -1.0], ("a", "b"), ("a", "b"))
    ((x, y),) = collect(Batches(split, batch_size=3))
    np.testing.assert_array_equal(x["text"][..., 0], [[1, 0], [3, 0], [0, 0]])
    np.testing.assert_array_equal(x["text_mask"], [[1, 0], [1, 0], [0, 0]])
    np.testing.assert_array_equal(y["sentiment"], [0.5, -1.0, 0.0])
    np.testing.assert_array_equal(y["sentiment_mask"], [True, True, False])


def test_types_and_shapes(train):
    x, y = Batches(train, batch_size=4)[0]
    assert {key: value.shape for key, value in x.items()} == {
        "audio": (4, 6, 3),
        "audio_mask": (4, 6),
        "text": (4, 6, 5),
        "text_mask": (4, 6),
        "video": (4, 6, 2),
        "video_mask": (4, 6),
    }
    assert {value.dtype.name for value in x.values()} == {"float32", "bool"}
    assert y["sentiment"].dtype == np.float32
    assert y["sentiment_mask"].dtype == bool


def test_labels_per_step(rng):
    train = small_corpus(rng, labels_per="step").train
    _, y = Batches(train, batch_size=4)[0]
    assert y["sentiment"].shape == (4, 6)
    np.testing.assert_array_equal(y["sentiment_mask"].sum(axis=1), [4, 1, 6, 3])
    np.testing.assert_array_equal(y["sentiment"][0, :4], train.labels[0][0][:, 0])


def test_emotions_are_integers(rng):
    _, y = Batches(small_emotions(rng).train, batch_size=4)[1]
    assert sorted(y) == ["emotion", "emotion_mask"]
    assert y["emotion"].dtype == np.int32
    np.testing.assert_array_equal(y["emotion"], [1, 2, 0, 0])
    np.testing.assert_array_equal(y["emotion_mask"], [True, True, True, False])


def test_scores_that_are_called_emotion_are_not_cut(train):
    split = dataclasses.replace(train, target="emotion")
    _, y = Batches(split, batch_size=4)[0]
    np.testing.assert_array_equal(y["emotion"], split.labels[:4])


def test_other_targets_keep_their_name_and_type(train):
    split = dataclasses.replace(train, target="valence")
    _, y = Batches(split, batch_size=4)[0]
    assert sorted(y) == ["valence", "valence_mask"]
    assert y["valence"].dtype == np.float32


def test_emotions_of_steps(rng):
    train = small_corpus(rng, labels_per="step").train
    labels = dataclasses.replace(train.labels, frames=np.ones_like(train.labels.frames))
    split = dataclasses.replace(train, labels=labels, target="emotion")
    _, y = Batches(split, batch_size=4)[0]
    assert y["emotion"].dtype == np.int32
    np.testing.assert_array_equal(y["emotion"].sum(axis=1), [4, 1, 6, 3])


@pytest.mark.parametrize("num_buckets", [1, 3])
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_pass_has_every_sample_once_in_the_order_stated(train, shuffle, num_buckets):
    plan = Batches(train, batch_size=2, shuffle=shuffle, num_buckets=num_buckets)
    assert sorted(plan.order) == list(range(7))
    np.testing.assert_array_equal(
        plan.order, np.concatenate([plan.rows(i) for i in range(len(plan))])
    )
    labels = [y["sentiment"][y["sentiment_mask"]] for _, y in collect(plan)]
    np.testing.assert_array_equal(np.concatenate(labels), train.labels[plan.order])
    for index, (x, _) in enumerate(collect(plan)):
        for row, sample in enumerate(plan.rows(index)):
            frames, present = train.sequences["video"][sample]
            shown = x["video"][row][x["video_mask"][row]]
            np.testing.assert_array_equal(shown, frames[present])


def test_order_of_the_split_without_shuffling(train):
    np.testing.assert_array_equal(Batches(train, batch_size=2).order, np.arange(7))


def test_order_depends_on_seed_and_epoch_alone(train):
    plan = Batches(train, shuffle=True, seed=1)
    first = plan.order
    plan.set_epoch(5)
    fifth = plan.order
    plan.set_epoch(0)
    np.testing.assert_array_equal(plan.order, first)
    assert not np.array_equal(first, fifth)
    other = Batches(train, shuffle=True, seed=1)
    other.set_epoch(5)
    np.testing.assert_array_equal(other.order, fifth)
    assert not np.array_equal(Batches(train, shuffle=True, seed=2).order, first)


def test_buckets_hold_samples_of_like_length(train):
    plan = Batches(train, batch_size=3, num_buckets=3)
    steps = [x["text"].shape[1] for x, _ in collect(plan)]
    assert steps == [1, 4, 6]
    assert [len(plan.rows(i)) for i in range(3)] == [1, 3, 3]


def test_number_of_buckets_follows_what_they_save(rng):
    split = small_split("train", rng, rng.permutation([1] * 90 + [30] * 10))
    plans = [Batches(split, batch_size=10, passes=passes) for passes in (1, 1000)]
    assert [{x["text"].shape[1] for x, _ in collect(plan)} for plan in plans] == [
        {30},
        {1, 30},
    ]


def test_a_part_that_is_not_read_is_not_counted(rng):
    split = small_split("train", rng, (3, 5, 4, 3))
    audio = Sequences.from_list([rng.normal(size=(n, 3)) for n in (900, 2, 2, 800)])
    plan = Batches(split.with_modality("audio", audio), ["text"], 2, num_buckets=2)
    assert [x["text"].shape[1] for x, _ in collect(plan)] == [3, 5]


def test_a_split_without_samples_has_no_batch(rng):
    assert len(Batches(small_split("train", rng, (3, 5)).select([]))) == 0


def test_a_missing_modality_is_masked_and_keeps_its_shape(rng):
    split = small_split("train", rng, (3, 5))
    text = split.sequences["text"]
    gone = Sequences(text.frames, text.starts, [3, 0])
    x, _ = Batches(split.with_modality("text", gone), batch_size=2)[0]
    assert x["text"].shape == (2, 5, 5)
    np.testing.assert_array_equal(x["text_mask"].sum(axis=1), [3, 0])
    assert not x["text"][1].any()


def test_unaligned_modalities_have_lengths_of_their_own(rng):
    split = small_split("train", rng, (3, 5))
    audio = Sequences.from_list([rng.normal(size=(n, 3)) for n in (20, 9)])
    x, _ = Batches(split.with_modality("audio", audio))[0]
    assert x["text"].shape[1] == 5
    assert x["audio"].shape[1] == 20


def test_modalities_and_keys_limit_what_is_emitted(train):
    x, _ = Batches(train, ["video", "audio"])[0]
    assert sorted(x) == ["audio", "audio_mask", "video", "video_mask"]
    x, _ = Batches(train, ["text", "video"], keys=["text_mask", "text"])[0]
    assert sorted(x) == ["text", "text_mask"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"modalities": ["smell"]}, r"modalities=\['smell'\]: the split has"),
        ({"keys": ["text", "label"]}, r"keys=\['label'\]: the batches offer"),
        ({"batch_size": 0}, "batch_size must be at least 1, received 0"),
        ({"num_buckets": 0}, "num_buckets must be at least 1, received 0"),
        ({"passes": 0}, "passes must be at least 1, received 0"),
    ],
)
def test_refuses(train, arguments, message):
    with pytest.raises(ValueError, match=message):
        Batches(train, **arguments)


@pytest.mark.parametrize("labels_per", ["sequence", "step"])
def test_dataset_has_the_same_batches(rng, labels_per):
    pytest.importorskip("tensorflow", reason="tf.data needs TensorFlow")
    train = small_corpus(rng, labels_per).train
    settings = {"batch_size": 2, "shuffle": True, "seed": 3, "num_buckets": 2}
    plan, other = Batches(train, **settings), Batches(train, **settings)
    dataset = plan.as_dataset()
    assert int(dataset.cardinality()) == len(plan)
    for epoch in (0, 1, 7):
        plan.set_epoch(epoch)
        other.set_epoch(epoch)
        assert_equal_batches(collect(other), list(dataset.as_numpy_iterator()))
    assert plan.epoch == 7


def test_batches_gives_the_backend_its_form(train):
    plan = batches(train, ["text"], batch_size=2)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        assert isinstance(plan, tf.data.Dataset)
    else:
        assert isinstance(plan, Batches)
    x, _ = next(iter(plan))
    assert sorted(x) == ["text", "text_mask"]


class Regressor(keras.Model):
    """The least model that reads the batch contract."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        error = keras.ops.abs(y["sentiment"] - y_pred[:, 0])
        return keras.ops.mean(error * keras.ops.cast(y["sentiment_mask"], "float32"))


@pytest.mark.every_backend
@pytest.mark.parametrize("form", ["arrays", "dataset"])
def test_fit_follows_the_epochs(train, form):
    if form == "dataset":
        pytest.importorskip("tensorflow", reason="tf.data needs TensorFlow")
    text = keras.Input((None, 5), name="text")
    pooled = keras.layers.GlobalMaxPooling1D()(text)
    model = Regressor({"text": text}, keras.layers.Dense(1)(pooled))
    model.compile("sgd")
    plan = Batches(train, batch_size=2, shuffle=True, keys=["text"])
    read, make = [], plan._batch
    plan._batch = lambda samples, bounds: read.append(samples) or make(samples, bounds)
    data = plan.as_dataset() if form == "dataset" else plan
    model.fit(
        data, epochs=3, shuffle=False, verbose=0, callbacks=[plan.follow_epochs()]
    )
    # Keras may have looked at some batches before the first epoch.
    read = [list(samples) for samples in read[-3 * len(plan) :]]
    expected = []
    for epoch in range(3):
        plan.set_epoch(epoch)
        expected += [list(plan.rows(i)) for i in range(len(plan))]
    assert read == expected


@pytest.mark.parametrize("make", [small_corpus, small_emotions])
def test_a_label_that_is_not_there_is_masked(make, rng):
    split = make(rng).train
    labels = split.labels.astype("float32")
    labels[2] = np.nan
    y = Batches(dataclasses.replace(split, labels=labels), batch_size=8)[0][1]
    assert y[f"{split.target}_mask"].tolist() == [1, 1, 0, 1, 1, 1, 1, 0]
    assert np.all(np.isfinite(y[split.target]))


def test_aligned_modalities_share_their_length_beside_one_with_other_steps():
    """One lacks the audio: its row is as long as the video's, in its own bucket."""
    lengths = {"audio": (2, 0, 9), "video": (2, 7, 9), "text": (3, 3, 20)}
    sequences = {
        name: Sequences.from_list([np.ones((steps, 2)) for steps in each])
        for name, each in lengths.items()
    }
    split = Split(sequences, np.zeros(3), ("a", "b", "c"), ("a", "b", "c"))
    plan = Batches(split, batch_size=1, num_buckets=3)
    shapes = [{n: x[n].shape[1] for n in lengths} for x, _ in collect(plan)]
    assert all(each["audio"] == each["video"] for each in shapes)
    assert [each["video"] for each in shapes] == [2, 7, 9]
    assert shapes[1]["text"] == 3

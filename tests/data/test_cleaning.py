import dataclasses
import re

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Corpus, DataError, Sequences, Split, read
from mmzoo.data.cleaning import clean, looked_over
from tests.checks import arrays
from tests.data.small_corpus import small_corpus, small_emotions


@pytest.fixture
def corpus(rng):
    return small_corpus(rng)


def spoiled(corpus, split, modality, change):
    """The corpus with `change(frames)` made to a copy of one modality's frames."""
    rows = corpus.splits[split].sequences[modality]
    frames = rows.frames.copy()
    change(frames)
    rows = dataclasses.replace(rows, frames=frames)
    part = corpus.splits[split].with_modality(modality, rows)
    return dataclasses.replace(corpus, splits={**corpus.splits, split: part})


def with_nan(frames):
    frames[0, 0] = np.nan
    frames[1, 0], frames[1, 1], frames[2, 0] = np.inf, -np.inf, -np.inf


def test_clean_corpus_is_only_counted(corpus):
    cleaned = clean(corpus, "file")
    assert (
        cleaned.train.sequences["text"].frames is corpus.train.sequences["text"].frames
    )
    counts = cleaned.provenance["cleaned"]
    nothing = {"nan": 0, "inf": 0, "clipped": 0, "dropped": 0, "not_observed": 0}
    assert counts["train"]["text"] == nothing
    assert counts["train"]["video"] == {**nothing, "not_observed": 6}
    assert cleaned.provenance["warnings"] == []
    assert cleaned.provenance["format"] == "test"


def test_values_that_are_not_finite_are_read_as_a_mean_and_counted(corpus):
    cleaned = clean(spoiled(corpus, "test", "audio", with_nan), "file")
    counts = cleaned.provenance["cleaned"]["test"]["audio"]
    assert (counts["nan"], counts["inf"]) == (1, 3)
    rows = corpus.train.sequences["audio"]
    mean = np.concatenate([rows[index][0] for index in range(len(rows))]).mean(axis=0)
    ((frames, _),) = cleaned.test.sequences["audio"].blocks()
    assert np.isfinite(frames).all()
    np.testing.assert_allclose(frames[0, 0], mean[0], rtol=1e-5)
    np.testing.assert_allclose(frames[1, :2], mean[:2], rtol=1e-5)
    ((raw, _),) = cleaned.test.sequences["audio"].blocks(raw=True)
    assert np.isnan(raw[0, 0]), "that it was not known is kept"
    assert cleaned.provenance["cleaned"]["train"]["audio"]["nan"] == 0


@pytest.mark.parametrize("way", ["memory", "file", "folds", "joined", "selected"])
def test_unknown_values_change_no_statistics(way, tmp_path, rng):
    """A third of all values is missing from a column of mean 5 and deviation 2."""
    sizes = {"train": 40, "valid": 10, "test": 10}
    splits, labels = {}, [1.0, -1.0] * 20
    for name, count in sizes.items():
        frames = rng.normal(5.0, 2.0, (count, 30, 2))
        frames[rng.random(frames.shape) < 1 / 3] = np.nan
        rows = Sequences.from_list(list(frames))
        ids = tuple(f"{name}{index}" for index in range(count))
        splits[name] = Split({"audio": rows}, labels[:count], ids, ids)
    corpus = Corpus("small", splits, (-3, 3))
    if way == "file":
        corpus.save(tmp_path / "a.h5")
        corpus = read(tmp_path / "a.h5")
    else:
        corpus = clean(corpus, "data")
    if way == "folds":
        corpus = corpus.folds(3)[0]
    elif way == "joined":
        corpus = corpus.with_valid_in_train()
    train = corpus.train.select(range(20)) if way == "selected" else corpus.train
    model = mmzoo.build_lstm_baseline({"audio": 2}, units=2)
    model.adapt(train)
    (layer,) = model.normalizations.values()
    mean, deviation = (np.asarray(arrays(w)) for w in (layer.mean, layer.deviation))
    np.testing.assert_allclose(mean, 5.0, atol=0.3)
    np.testing.assert_allclose(deviation, 2.0, atol=0.15)
    x, _ = next(iter(mmzoo.data.Batches(train, batch_size=8)))
    assert np.isfinite(x["audio"]).all()


def test_only_the_rows_of_the_split_are_counted(corpus):
    broken = spoiled(corpus, "train", "audio", with_nan)
    splits = {**corpus.splits, "train": broken.train.select([3, 4])}
    cleaned = clean(dataclasses.replace(corpus, splits=splits), "file", strict=True)
    assert cleaned.provenance["cleaned"]["train"]["audio"]["nan"] == 0


def test_strict_refuses_them(corpus):
    broken = spoiled(corpus, "test", "audio", with_nan)
    with pytest.raises(DataError, match="file: the audio of test has 1 NaN and 3 inf"):
        clean(broken, "file", strict=True)


def test_zero_modality_is_refused(corpus):
    broken = spoiled(corpus, "valid", "text", lambda frames: frames.fill(0))
    with pytest.raises(DataError, match="the text of valid is zero throughout"):
        clean(broken, "file")


def test_only_the_modalities_asked_for_are_checked(corpus):
    broken = spoiled(corpus, "valid", "text", lambda frames: frames.fill(0))
    assert clean(broken, "file", modalities=["video"]).modalities == ["video"]


@pytest.mark.parametrize("modalities", [["text", "smell"], []])
def test_unknown_modalities_are_refused(corpus, modalities):
    with pytest.raises(
        DataError, match=r"of a corpus with \['audio', 'text', 'video'\]"
    ):
        clean(corpus, "file", modalities=modalities)


@pytest.mark.parametrize("split", ["train", "valid", "test"])
@pytest.mark.parametrize("how", ["empty", "absent"])
def test_empty_split_is_refused(corpus, split, how):
    splits = dict(corpus.splits)
    rows = splits.pop(split)
    if how == "empty":
        splits[split] = rows.select([])
    with pytest.raises(DataError, match=f"the split '{split}' is empty"):
        clean(dataclasses.replace(corpus, splits=splits), "file")


def test_splits_of_unequal_features_are_refused(corpus):
    other = Sequences.from_list([np.ones((2, 9))] * 2)
    splits = {**corpus.splits, "valid": corpus.valid.with_modality("text", other)}
    with pytest.raises(DataError, match="'text': 9.* in valid and .*'text': 5"):
        clean(dataclasses.replace(corpus, splits=splits), "file")


@pytest.mark.parametrize("value", [3.5, -4.0, np.nan])
def test_label_outside_its_range_is_refused(corpus, value):
    labels = corpus.test.labels.copy()
    labels[1] = value
    test = dataclasses.replace(corpus.test, labels=labels)
    broken = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    message = rf"1 labels of test are outside \[-3, 3\], the first is {value:g}"
    with pytest.raises(DataError, match=message):
        clean(broken, "file")


def test_step_labels_are_checked_too(rng):
    corpus = small_corpus(rng, labels_per="step")
    assert clean(corpus, "file").labels_per == "step"
    labels = corpus.test.labels
    high = dataclasses.replace(labels, frames=labels.frames + 7)
    short = dataclasses.replace(labels, lengths=labels.lengths - 1)
    for wrong, message in ((high, "10 labels of test"), (short, "more or fewer")):
        test = dataclasses.replace(corpus.test, labels=wrong)
        broken = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
        with pytest.raises(DataError, match=message):
            clean(broken, "file")


def test_video_in_two_splits_is_a_warning(corpus):
    groups = ("train_video_0", *corpus.test.groups[1:])
    test = dataclasses.replace(corpus.test, groups=groups)
    shared = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    (warning,) = clean(shared, "file").provenance["warnings"]
    assert warning.startswith("1 video is in both train and test")
    assert "train_video_0" in warning


def test_missing_modality_is_a_warning(corpus):
    none = Sequences.missing(7, 5)
    splits = {**corpus.splits, "train": corpus.train.with_modality("text", none)}
    cleaned = clean(dataclasses.replace(corpus, splits=splits), "file")
    assert cleaned.provenance["warnings"] == ["7 of 7 samples of train lack text."]


def test_speakers_are_called_speakers(rng):
    corpus = small_emotions(rng)
    groups = ("train_speaker_0", "train_speaker_1", "train_speaker_1")
    test = dataclasses.replace(corpus.test, groups=groups)
    shared = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    (warning,) = clean(shared, "file").provenance["warnings"]
    assert warning.startswith("2 speakers are in both train and test")


def test_label_between_two_classes_is_refused(rng):
    corpus = small_emotions(rng)
    test = dataclasses.replace(corpus.test, labels=[0, 0.5, 2])
    broken = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    message = "1 labels of test are no index of a class, the first is 0.5"
    with pytest.raises(DataError, match=message):
        clean(broken, "file")


def test_class_that_train_lacks_is_a_warning(rng):
    corpus = small_emotions(rng)
    train = dataclasses.replace(corpus.train, labels=[0, 2, 0, 2, 0, 2, 0])
    poor = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    warnings = clean(poor, "file").provenance["warnings"]
    assert warnings == ["no sample of train is 'calm': the class cannot be learnt."]


def test_splits_of_two_targets_are_refused(corpus):
    test = dataclasses.replace(corpus.test, target="valence")
    mixed = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    with pytest.raises(DataError, match="the targets of its splits are .*'valence'"):
        clean(mixed, "file")


def test_what_the_reader_counted_is_added(corpus):
    told = {"test": {"audio": {"nan": 5, "clipped": 2}}}
    broken = spoiled(corpus, "test", "audio", with_nan)
    provenance = {**broken.provenance, "cleaned": told}
    broken = dataclasses.replace(broken, provenance=provenance)
    counts = clean(broken, "file").provenance["cleaned"]
    expected = {"nan": 6, "inf": 3, "clipped": 2, "dropped": 0, "not_observed": 0}
    assert counts["test"]["audio"] == expected
    assert counts["train"]["audio"]["nan"] == 0


LACKING = {"empty": (0, 1), "zero": (4, 0), "unobserved": (4, 1), "nan": (4, np.nan)}


@pytest.fixture(params=LACKING)
def lacking(request, rng):
    """A corpus of which every second sample lacks its video, in one of these ways."""
    steps, value = LACKING[request.param]
    splits = {}
    for name in ("train", "valid", "test"):
        videos = [rng.normal(size=(4, 2)) for _ in range(6)]
        for index in range(0, 6, 2):
            videos[index] = np.full((steps, 2), value)
        present = [np.ones(len(each), bool) for each in videos]
        if request.param == "unobserved":
            present[::2] = [np.zeros(4, bool)] * 3
        text = Sequences.from_list([rng.normal(size=(4, 5)) for _ in range(6)])
        video = Sequences.from_list(videos, present)
        names = tuple(f"{name}{index}" for index in range(6))
        splits[name] = Split({"text": text, "video": video}, [0.0] * 6, names, names)
    return Corpus("small", splits, (-3, 3))


@pytest.mark.parametrize("way", ["memory", "file", "one array"])
def test_what_was_not_observed_is_absent(lacking, way, tmp_path):
    if way == "file":
        lacking.save(tmp_path / "a.h5")
        cleaned = read(tmp_path / "a.h5")
    elif way == "one array":
        pool = Split.concatenate(list(lacking.splits.values()))
        rows = np.arange(18)
        splits = {n: pool.select(rows[i::3]) for i, n in enumerate(lacking.splits)}
        cleaned = clean(dataclasses.replace(lacking, splits=splits), "data")
    else:
        cleaned = clean(lacking, "data")
    told = cleaned.provenance["warnings"]
    for split in ("train", "valid", "test"):
        assert f"3 of 6 samples of {split} lack video." in told
        rows = cleaned.splits[split]
        assert rows.observed("text").all()
        assert int(rows.observed("video").sum()) == 3
        masks = rows.sequences["video"].padded(np.arange(6), 4)[1]
        np.testing.assert_array_equal(masks.any(axis=1), rows.observed("video"))
    assert re.search(r"video +2 +3 +3 +3", cleaned.summary())
    for fold in cleaned.folds(3):
        assert sum(map(len, fold.splits.values())) == 9
        for part in fold.splits.values():
            assert part.observed("video").all()


def test_recordings_and_pictures_of_zeros_are_there(rng):
    """Silence and black were recorded; they get remarks of their own."""
    for modality in ("waveform", "pixels"):
        rows = Sequences.from_list([np.zeros((4, 1)), rng.normal(size=(4, 1))])
        split = Split({modality: rows}, [0.0, 1.0], ("a", "b"), ("a", "b"))
        assert split.observed(modality).all()
        splits = {name: split for name in ("train", "valid", "test")}
        cleaned = clean(Corpus("small", splits, (-3, 3)), "data")
        assert not any("lack" in each for each in cleaned.provenance["warnings"])
        assert cleaned.train.sequences[modality].observed.all()


@pytest.mark.parametrize("value", [1e38, -1e38, 1e20])
def test_features_beyond_all_scales_are_refused(corpus, value):
    def spoil(frames):
        frames[0, 0] = value

    broken = spoiled(corpus, "train", "audio", spoil)
    with pytest.raises(DataError, match="file: the audio of train goes up to 1e"):
        clean(broken, "file")


def test_ids_that_several_samples_share_are_a_warning(corpus):
    same = ("same",) * len(corpus.train)
    train = dataclasses.replace(corpus.train, ids=same)
    splits = {**corpus.splits, "train": train}
    told = clean(dataclasses.replace(corpus, splits=splits), "file")
    assert told.provenance["warnings"][0].startswith(
        "7 samples share 1 ids (such as sa"
    )


def test_a_corpus_built_by_hand_is_looked_over(corpus):
    text = corpus.train.sequences["text"].in_memory()
    text.frames[0, 0], text.frames[1, 0] = np.nan, np.inf
    train = corpus.train.with_modality("text", text)
    known = corpus.train.select([3, 4])
    test = dataclasses.replace(known, ids=("new", corpus.valid.ids[0]))
    splits = {**corpus.splits, "train": train, "test": test}
    built = dataclasses.replace(corpus, splits=splits, provenance={})
    seen = looked_over(built)
    told = "\n".join(seen.provenance["warnings"])
    assert "2 samples share 1 ids" in told
    assert "text of train has 1 NaN and 1 infinite values" in told
    assert "of another split: 2 (such as new, those of" in told
    frames, _ = seen.train.sequences["text"].padded(np.arange(len(train)), 8)
    assert np.isfinite(frames).all()
    assert looked_over(seen) is seen


def test_a_corpus_that_was_read_is_left_alone(corpus):
    cleaned = clean(corpus, "there")
    assert looked_over(cleaned) is cleaned


def with_copy(corpus, split, row=0, **changes):
    """The corpus with a copy of a training sample at the end of a split."""
    copied = dataclasses.replace(
        corpus.train.select([row]), ids=("new",), groups=("new",), **changes
    )
    joined = Split.concatenate([corpus.splits[split], copied])
    return dataclasses.replace(corpus, splits={**corpus.splits, split: joined})


@pytest.mark.parametrize("way", ["memory", "file"])
def test_features_that_two_splits_share_are_a_warning(corpus, way, tmp_path):
    shared = with_copy(corpus, "test", 3)
    if way == "file":
        shared.save(tmp_path / "a.h5")
        told = read(tmp_path / "a.h5").provenance["warnings"]
    else:
        told = clean(shared, "file").provenance["warnings"]
    assert told == [
        "Samples of test with the very features of a sample of another split: 1 (such "
        "as new, those of train_3 of train): results are too good."
    ]


def test_samples_that_a_split_repeats_are_a_warning(corpus):
    told = clean(with_copy(corpus, "train", 3), "file").provenance["warnings"]
    assert told == [
        "Samples of train with the very features and words of an earlier one of it: 1 "
        "(such as new, those of train_3): they count more than once."
    ]


def test_several_texts_of_one_picture_are_no_repetition(corpus):
    said = [f"text {row}" for row in range(len(corpus.train))]
    train = dataclasses.replace(corpus.train, words=said)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": train})
    other = with_copy(corpus, "train", 3, words=("another text",))
    assert clean(other, "file").provenance["warnings"] == []
    (told,) = clean(with_copy(corpus, "train", 3), "file").provenance["warnings"]
    assert told.startswith("Samples of train with the very features and words")


def test_samples_of_which_nothing_was_observed_are_no_twins(corpus):
    def silence(frames):
        frames[:] = 0

    for modality in corpus.modalities:
        for split in ("train", "test"):
            corpus = spoiled(corpus, split, modality, silence)
    told = clean(corpus, "file", answering=True).provenance["warnings"]
    assert all("lack" in each for each in told)

"""Another label is chosen from a corpus as while reading."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Batches, Corpus, DataError, Sequences, Split, read
from mmzoo.data.facts import facts_of
from mmzoo.data.other_labels import exchanged
from tests.data.readers import field_pickles as pickles
from tests.data.readers.test_csd_labels import relabelled
from tests.data.readers.test_mvsa import write as write_mvsa
from tests.data.readers.test_reading import clips_with_labels
from tests.data.small_corpus import assert_same_split, small_corpus, small_labels


def mosei(rng, folder):
    return relabelled(
        rng, folder, "All Labels", np.maximum(rng.uniform(-1, 3, (12, 7)), 0)
    )


def pickled(make, name="data.pkl", **options):
    def write(rng, folder):
        return pickles.write_pickle(folder / name, make(rng, **options))

    return write


FORMATS = {
    "MOSEI": (mosei, ("sentiment", "happy", "fear")),
    "CH-SIMS": (
        pickled(pickles.mmsa, sims=True),
        ("regression_labels", "regression_labels_A", "classification_labels"),
    ),
    "IEMOCAP of MulT": (pickled(pickles.mult, iemocap=True), ("happy", "angry")),
    "POM of LMF": (pickled(pickles.lmf, labels=3), ("2", "0")),
    "csv": (lambda rng, folder: clips_with_labels(folder), ("valence", "arousal")),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_choice_is_what_reading_gives_and_what_is_converted(kind, rng, tmp_path):
    write, names = FORMATS[kind]
    path = write(rng, tmp_path)
    by_name = {name: read(path, label=name) for name in names}
    first, *others = by_name
    corpus = by_name[first]
    corpus.save(tmp_path / "corpus.h5")
    for name in (*others, first):
        expected = by_name[name]
        for found in (
            corpus.with_label(name),
            read(tmp_path / "corpus.h5", label=name),
        ):
            assert found.label_range == pytest.approx(expected.label_range)
            assert (found.target, found.classes) == (expected.target, expected.classes)
            assert found.label == expected.label == found.provenance["label"]
            assert found.label_names == expected.label_names
            others_told = {found.provenance["label"], *found.provenance["other_labels"]}
            assert others_told == set(found.label_names)
            for split in expected.splits:
                assert_same_split(found.splits[split], expected.splits[split])


def test_labels_of_an_emotion_with_other_samples_are_left_aside(rng, tmp_path):
    content = pickles.lmf_emotions(rng)
    corpus = read(pickles.write_pickle(tmp_path / "a.pkl", content), label="happy")
    assert corpus.label_names == ["happy"]
    assert "angry is left aside: its covarep of train are" in str(corpus.provenance)
    for split in content[b"angry"]:
        labels = content[b"angry"][split][b"label"]
        content[b"angry"][split] = {**content[b"happy"][split], b"label": labels}
    corpus = read(pickles.write_pickle(tmp_path / "b.pkl", content), label="happy")
    assert corpus.with_label("angry").classes == ("not angry", "angry")


def test_tweets_have_the_labels_of_text_and_picture(tmp_path):
    said = ("positive,positive", "negative,negative")
    tweets = {number: said[number % 2] for number in range(1, 31)}
    tweets |= {31: "neutral,negative"}
    corpus = read(write_mvsa(tmp_path, tweets))
    assert corpus.label_names == ["both", "text", "image"]
    found = {}
    for name in corpus.label_names:
        for split in corpus.with_label(name).splits.values():
            labels = dict(zip(split.ids, split.labels, strict=True))
            found[name] = found.get(name, ()) + (
                (labels["31"],) if "31" in labels else ()
            )
    assert found == {"both": (0,), "text": (1,), "image": (0,)}


def test_lacking_labels(rng):
    def lacking(n):
        return np.where(np.arange(n) == 1, np.nan, 2.0)

    corpus = small_labels(rng, happy=lacking)
    happy = corpus.with_label("happy")
    assert [len(each) for each in happy.splits.values()] == [6, 1, 2]
    assert happy.provenance["dropped"] == {"without the label happy": 3}
    assert "left out, without the label happy: 3." in happy.provenance["warnings"]
    assert len(exchanged(corpus, "happy", answering=True).train) == 7
    none = small_labels(rng, happy=lambda n: np.full(n, np.nan))
    with pytest.raises(DataError, match="no sample of train has the label happy"):
        none.with_label("happy")


def test_choice_is_checked(rng):
    corpus = small_labels(rng, happy=lambda n: np.full(n, 4), mood=lambda n: [0.5] * n)
    with pytest.raises(DataError, match=r"7 labels of train are outside \[0, 3\]"):
        corpus.with_label("happy")
    with pytest.raises(DataError, match="7 labels of train are no index of a class"):
        corpus.with_label("mood")
    with pytest.raises(DataError, match="label='sad' is none of its 3 labels: senti"):
        corpus.with_label("sad")
    with pytest.raises(DataError, match="none of its 1 labels: sentiment"):
        small_corpus(rng).with_label("sad")


def test_warnings_are_those_of_the_classes_that_are_read(rng):
    corpus = small_labels(rng, mood=np.ones).with_label("mood")
    assert corpus.provenance["warnings"] == [
        "no sample of train is 'bad': the class cannot be learnt."
    ]
    assert corpus.with_label("sentiment").provenance["warnings"] == []
    assert corpus.with_label(0).label == "sentiment"


def test_what_is_cut_and_joined_keeps_all_labels(rng):
    corpus = small_labels(rng)
    folds = corpus.k_fold(3)
    for name in corpus.label_names:
        parts = [fold.with_label(name).test.labels for fold in folds]
        whole = [each.labels for each in corpus.with_label(name).splits.values()]
        assert sorted(np.concatenate(parts)) == sorted(np.concatenate(whole))
    both = corpus.with_valid_in_train().with_label("happy")
    assert both.train.labels.tolist() == [0, 1, 2, 3, 0, 1, 2, 0, 1]


def test_labels_one_a_step(rng):
    corpus = small_labels(rng, "step")
    steps = {
        key: {"happy": Sequences.from_list([np.ones((n, 1)) for n in split.lengths])}
        for key, split in corpus.splits.items()
    }
    splits = {
        key: dataclasses.replace(split, other_labels={**split.other_labels, **new})
        for (key, split), new in zip(corpus.splits.items(), steps.values(), strict=True)
    }
    found = dataclasses.replace(corpus, splits=splits).with_label("happy")
    assert found.labels_per == "step" and found.with_label("mood").labels_per != "step"
    assert found.test.labels.frames.tolist() == [[1.0]] * 10


def test_one_that_cannot_be_used_is_left_aside(rng):
    corpus = small_labels(rng, happy=lambda n: np.ones(n + 1))
    assert corpus.label_names == ["sentiment", "mood"]
    (told,) = corpus.provenance["warnings"]
    assert told.startswith("the label happy is left aside: Split: the parts differ")


def test_labels_that_have_no_meaning_are_refused(rng):
    corpus = small_labels(rng)
    with pytest.raises(DataError, match="the other labels of train are .*'happy', 'mo"):
        dataclasses.replace(corpus, meanings={})
    bare = dataclasses.replace(corpus.train, other_labels={})
    with pytest.raises(DataError, match=r"the other labels of train are \[\]"):
        Corpus("a", {"train": bare}, (-3, 3), meanings=corpus.meanings)
    with pytest.raises(DataError, match="the other labels of its parts differ"):
        Split.concatenate([corpus.train, bare])


def test_several_labels_are_classes_of_which_a_sample_has_any_number(rng, tmp_path):
    def lacking(n):
        return np.where(np.arange(n) == 1, np.nan, np.arange(n) % 4)

    corpus = small_labels(rng, happy=lacking)
    found = corpus.with_label(["mood", 1])
    assert (found.target, found.classes) == ("emotions", ("mood", "happy"))
    assert found.label == found.provenance["label"] == ["mood", "happy"]
    assert found.provenance["other_labels"] == ["sentiment"]
    expected = [[0, 0], [1, np.nan], [0, 1], [1, 1], [0, 0], [1, 1], [0, 1]]
    np.testing.assert_array_equal(found.train.labels, expected)
    found.save(tmp_path / "a.h5")
    again = read(tmp_path / "a.h5")
    np.testing.assert_array_equal(again.train.labels, expected)
    assert again.classes == found.classes and again.label == found.label
    assert "any of 2 classes a sequence" in again.summary()
    assert facts_of(again)["splits"]["train"]["labels"] == {
        "count": 13,
        "missing": 1,
        "counts": {"mood": 3, "happy": 4},
        "majority": None,
    }
    assert again.with_label("sentiment").train.labels.shape == (7,)
    chosen = read(tmp_path / "a.h5", label=["sentiment", "mood"], answering=True)
    assert chosen.classes == ("sentiment", "mood")
    (x, y), *_ = Batches(found.train, batch_size=7, num_buckets=1)
    np.testing.assert_array_equal(y["emotions_mask"], ~np.isnan(expected))
    np.testing.assert_array_equal(y["emotions"], np.nan_to_num(expected))


def test_emotions_of_files_are_read_at_once(rng, tmp_path):
    path = mosei(rng, tmp_path)
    corpus = read(path, label=["happy", "sad", "fear"])
    fear = read(path, label="fear")
    np.testing.assert_array_equal(corpus.test.labels[:, 2], fear.test.labels > 0)
    path = pickles.write_pickle(tmp_path / "a.pkl", pickles.mult(rng, iemocap=True))
    corpus = read(path, label=["neutral", "happy", "sad", "angry"])
    stored = read(path, label="angry").train.labels
    np.testing.assert_array_equal(corpus.train.labels[:, 3], stored)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (["sentiment", "mood"], r"sentiment is in \[-3, 3\]. Of several at once each"),
        (["mood"], r"label=\['mood'\] names 1 labels. Name two or more"),
        (["mood", "sad"], "label='sad' is none of its 3 labels"),
        ([], "names 0 labels"),
    ],
)
def test_what_cannot_be_read_at_once_is_refused(rng, label, message):
    with pytest.raises(DataError, match=message):
        small_labels(rng).with_label(label)


def test_labels_of_emotions_have_a_row_a_sample(rng):
    corpus = small_labels(rng).with_label(["happy", "mood"])
    with pytest.raises(DataError, match="labels of emotions have no shape"):
        dataclasses.replace(corpus.train, labels=np.ones(7))
    with pytest.raises(DataError, match="2 labels a sample with 3 classes"):
        dataclasses.replace(corpus, classes=("a", "b", "c"))
    with pytest.raises(DataError, match=r"0 or 1: the range is \(0, 1\)"):
        dataclasses.replace(corpus, label_range=(0, 3))
    step = small_labels(rng, "step").with_label("mood")
    wide = dataclasses.replace(step.meanings["sentiment"], label_range=(0, 3))
    step = dataclasses.replace(step, meanings={**step.meanings, "sentiment": wide})
    with pytest.raises(DataError, match="several labels are one a step"):
        step.with_label(["sentiment", "mood"])


def test_class_that_training_lacks_is_warned_of(rng):
    corpus = small_labels(rng, happy=np.zeros).with_label(["happy", "mood"])
    (told,) = corpus.provenance["warnings"]
    assert told == "no sample of train is 'happy': the class cannot be learnt."


def test_a_number_never_counts_past_what_was_left_aside(rng):
    corpus = small_labels(rng)
    told = {**corpus.provenance, "other_labels": ["anger", "happy", "mood"]}
    corpus = dataclasses.replace(corpus, provenance=told)
    for label in (2, "1", ["happy", 2]):
        with pytest.raises(DataError, match="could not carry anger. Name one of sent"):
            corpus.with_label(label)
    assert corpus.with_label("mood").target == "mood"

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Sequences
from mmzoo.training import Control, FrontEnds, TrainingOptions, Variant, plan
from mmzoo.training.fingerprint import column_names, digest, fingerprint, identity
from tests.data.small_corpus import small_corpus

MEAN = Control("mean", {"audio_pooling": "mean"})
KINDS = {
    "translation": Variant.parse("text->audio"),
    "fusion": Variant.parse("audio_text_classifier:audio", controls=(MEAN,)),
}
# What an option may hold beside its default.
PARTS = {"options": TrainingOptions(), "front_ends": FrontEnds()}
# Another value of each option, whatever it is.
OTHERS = {
    "schedule": "cosine",
    "spectrogram": "linear",
    "image_encoder": "resnet50",
    "class_weight": None,
    "monitor": "loss",
    "precision": "mixed_bfloat16",
    "text_encoder": "bert",
    "speech_encoder": "whisper",
}


def other(name, value):
    if name in OTHERS:
        return OTHERS[name]
    return (not value) if isinstance(value, bool) else (value or 1) * 2


@pytest.fixture
def corpus():
    return small_corpus(np.random.default_rng(0))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_option_tells_rows_apart(kind, part):
    first, *others = plan([KINDS[kind]], TrainingOptions(), None, FrontEnds())
    found = {digest(identity(row)) for row in (first, *others)}
    fields = dataclasses.fields(PARTS[part])
    for field in fields:
        # Some options do not go together, which is none of this test's business.
        changed = dataclasses.replace(PARTS[part])
        value = other(field.name, getattr(changed, field.name))
        object.__setattr__(changed, field.name, value)
        found.add(digest(identity(dataclasses.replace(first, **{part: changed}))))
    assert len(found) == 1 + len(others) + len(fields)


def test_every_argument_of_a_builder_tells_rows_apart():
    found = set()
    for given in ({}, {"scale": 0.2}, {"scale": 0.3}, {"channels": 8}):
        row, _ = plan([KINDS["fusion"]], TrainingOptions(), given)
        found.add(digest(identity(row)))
    assert len(found) == 4


def test_the_same_row_is_the_same(kind="fusion"):
    first, second = (plan([KINDS[kind]], TrainingOptions())[0] for _ in range(2))
    assert identity(first) == identity(second)


def words(encoder):
    """A row that reads words by an encoder."""
    variant = Variant.parse("audio_text_classifier:text")
    (row,) = plan([variant], TrainingOptions(), None, FrontEnds(encoder))
    return digest(identity(row))


def test_content_of_a_file_that_an_option_names_counts(tmp_path):
    found = set()
    for text in ("a 1", "a 2"):
        (tmp_path / "vectors.txt").write_text(text)
        found |= {words(str(tmp_path / "vectors.txt")), words(str(tmp_path))}
    assert len(found) == 4


@pytest.mark.parametrize("name", ["", ".", "x" * 5000, "a\0b"])
def test_an_odd_name_is_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = words(name)
    (tmp_path / "new").write_text("new")
    assert (words(name) == before) == (name != ".")


def variations(corpus):
    """The corpus, changed in one thing each time."""
    train = corpus.train
    yield dataclasses.replace(corpus, label_range=(-9, 9))
    yield dataclasses.replace(corpus, group_kind="speaker")
    for name in ("ids", "groups"):
        values = ("other", *getattr(train, name)[1:])
        yield with_train(corpus, **{name: values})
    yield with_train(corpus, words=("a",) * len(train))
    yield with_train(corpus, target="valence")
    yield with_train(corpus, labels=-train.labels)
    for name, rows in train.sequences.items():
        for changed in (
            rows.select(np.arange(len(rows))[::-1]),
            Sequences(rows.frames + 1e-6, rows.starts, rows.lengths, rows.present),
            Sequences(
                rows.frames, rows.starts, rows.lengths, np.zeros(len(rows.frames))
            ),
        ):
            yield with_train(corpus, sequences={**train.sequences, name: changed})


def with_train(corpus, **changes):
    train = dataclasses.replace(corpus.train, **changes)
    return dataclasses.replace(corpus, splits={**corpus.splits, "train": train})


def test_everything_in_a_corpus_counts(corpus):
    corpora = [corpus, *variations(corpus)]
    found = [fingerprint([each]) for each in corpora]
    assert len({digest(each) for each in found}) == len(corpora)
    assert fingerprint([corpus, corpora[1]]) != fingerprint([corpora[1], corpus])
    assert fingerprint([small_corpus(np.random.default_rng(0))]) == found[0]


def test_names_of_columns_count_for_their_modality(corpus):
    assert column_names(corpus) == {}
    one, other = (
        column_names(corpus.with_feature_names("audio", names))
        for names in (("a", "b", "c"), ("a", "c", "b"))
    )
    assert set(one) == set(other) == {"audio"} and one != other


def test_a_modality_counts_for_itself(corpus):
    before = fingerprint([corpus])
    assert set(before) == {"samples", *corpus.modalities}
    rows = corpus.train.sequences
    louder = dataclasses.replace(rows["text"], frames=rows["text"].frames + 1)
    after = fingerprint([with_train(corpus, sequences={**rows, "text": louder})])
    assert {name for name in before if before[name] != after[name]} == {"text"}


def test_raw_input_counts_for_what_was_made_of_it(corpus):
    raw = corpus.with_modality(
        "waveform",
        {name: rows.sequences["text"] for name, rows in corpus.splits.items()},
    )
    assert "waveform" in fingerprint([raw])
    made = dataclasses.replace(raw, provenance={"made_by": {"audio": "Some"}})
    assert set(fingerprint([made])) == {"samples", *corpus.modalities}


def test_the_last_bits_of_computed_frames_do_not_count(corpus):
    corpus = dataclasses.replace(corpus, provenance={"made_by": {"text": "Some"}})
    rows = corpus.train.sequences["text"]

    def with_frames(frames):
        changed = dataclasses.replace(rows, frames=frames)
        return fingerprint(
            [with_train(corpus, sequences={**corpus.train.sequences, "text": changed})]
        )

    same = with_frames(rows.frames * np.float32(1 + 1e-7))
    assert same == fingerprint([corpus])
    assert with_frames(rows.frames * 1.1) != same


def test_blocks_do_not_count(corpus, monkeypatch):
    whole = fingerprint([corpus])
    monkeypatch.setattr("mmzoo.training.fingerprint.BLOCK", 40)
    assert fingerprint([corpus]) == whole

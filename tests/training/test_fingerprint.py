import dataclasses

import numpy as np
import pytest

import mmzoo
from mmzoo.data import Sequences
from mmzoo.training import AudioTextOptions, FusionVariant, Options
from mmzoo.training.fingerprint import digest, fingerprint, identity
from tests.data.small_corpus import small_corpus

KINDS = {
    "translation": (Options(), mmzoo.models.Variant.parse("text->audio")),
    "fusion": (
        AudioTextOptions(),
        FusionVariant(("audio",), {"mean": {"audio_pooling": "mean"}}),
    ),
}
# Another value of each option, whatever it is.
OTHERS = {
    "training": "end-to-end",
    "cell": "gru",
    "attention": "global",
    "fusion": "mean",
    "audio_encoder": "alexnet",
    "audio_pooling": "mean",
    "audio_normalization": "batch",
    "spectrogram": "linear",
    "text_encoder": "bert",
    "dropout": 0.25,
}


def other(name, value):
    if name in OTHERS:
        return OTHERS[name]
    return (not value) if isinstance(value, bool) else (value or 1) * 2


@pytest.fixture
def corpus():
    return small_corpus(np.random.default_rng(0))


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_tells_rows_apart(kind):
    options, variant = KINDS[kind]
    first, *others = options.plan([variant])
    found = {digest(identity(row)) for row in (first, *others)}
    fields = dataclasses.fields(options)
    for field in fields:
        # Some options do not go together, which is none of this test's business.
        changed = dataclasses.replace(first, options=dataclasses.replace(options))
        value = other(field.name, getattr(options, field.name))
        object.__setattr__(changed.options, field.name, value)
        found.add(digest(identity(changed)))
    assert len(found) == 1 + len(others) + len(fields)


def test_the_same_row_is_the_same(kind="fusion"):
    options, variant = KINDS[kind]
    first, second = (options.plan([variant])[0] for _ in range(2))
    assert identity(first) == identity(second)


def test_content_of_a_file_that_an_option_names_counts(tmp_path):
    found = set()
    for text in ("a 1", "a 2"):
        (tmp_path / "vectors.txt").write_text(text)
        for place in (tmp_path / "vectors.txt", tmp_path):
            options = AudioTextOptions(text_encoder=str(place))
            (row,) = options.plan([FusionVariant(("text",))])
            found.add(digest(identity(row)))
    assert len(found) == 4


@pytest.mark.parametrize("name", ["", ".", "x" * 5000, "a\0b"])
def test_an_odd_name_is_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (row,) = AudioTextOptions(text_encoder=name).plan([FusionVariant(("text",))])
    before = digest(identity(row))
    (tmp_path / "new").write_text("new")
    assert (digest(identity(row)) == before) == (name != ".")


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
    assert len(set(found)) == len(corpora)
    assert fingerprint([corpus, corpora[1]]) != fingerprint([corpora[1], corpus])
    assert fingerprint([small_corpus(np.random.default_rng(0))]) == found[0]


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

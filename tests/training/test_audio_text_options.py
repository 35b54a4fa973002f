import dataclasses

import pytest

from mmzoo.data import DataError
from mmzoo.data.sample_clips import sample_clips
from mmzoo.layers import LogSpectrogram, WordEmbedding
from mmzoo.training import AudioTextOptions, FusionVariant
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend


@pytest.fixture(scope="module")
def clips():
    return sample_clips(clips_per_speaker=4)


def test_prepare_makes_frames_once(clips):
    options = AudioTextOptions(bins=8, trim_decibels=None)
    found = options.prepare(clips, ["audio", "text"])
    assert found.modalities == ["audio", "tokens"]
    assert found.train.sequences["audio"].features == 8
    assert found.provenance["made_by"] == {
        "audio": "LogSpectrogram",
        "text": "WordEmbedding",
    }
    # The model that is trained on them still gets its front ends.
    assert isinstance(options.front_end("audio", found), LogSpectrogram)
    assert isinstance(options.front_end("text", found), WordEmbedding)
    shorter = AudioTextOptions(bins=8).prepare(clips, ["audio"])
    frames = [c.train.sequences["audio"].lengths.sum() for c in (found, shorter)]
    assert frames[0] > frames[1]


def test_frames_that_a_corpus_holds_are_left(rng):
    corpus = small_corpus(rng)
    options = AudioTextOptions(audio_encoder="mean")
    assert options.front_end("audio", corpus) is None
    assert options.prepare(corpus, ["audio"]) is corpus


def test_plan_puts_controls_after_their_variant():
    controls = {"mean pooling": {"audio_pooling": "mean"}}
    variants = [FusionVariant(("audio",), controls), FusionVariant(("audio", "text"))]
    rows = AudioTextOptions(epochs=3).plan(variants)
    assert [(row.name, row.control) for row in rows] == [
        ("audio", None),
        ("audio", "mean pooling"),
        ("audio+text", None),
    ]
    assert rows[1].options.audio_pooling == "mean"
    assert rows[0].options.audio_pooling == "attention"
    assert rows[1].options.epochs == 3


def test_words_are_needed(clips):
    silent = dataclasses.replace(
        clips,
        splits={n: dataclasses.replace(s, words=None) for n, s in clips.splits.items()},
    )
    with pytest.raises(ValueError, match="has no words"):
        AudioTextOptions().prepare(silent, ["text"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": 0}, "`channels` is at least 1, not 0"),
        ({"audio_encoder": "vgg"}, "`audio_encoder` is one of .* not 'vgg'"),
        ({"spectrogram": "log"}, "`spectrogram` is one of .* not 'log'"),
    ],
)
def test_errors_come_before_training(options, message):
    with pytest.raises(ValueError, match=message):
        AudioTextOptions(**options)


def test_each_fold_has_the_words_of_its_own_training_texts(clips):
    options = AudioTextOptions(bins=8)
    folds = options.prepare_folds(clips, ["audio", "text"], 3)
    assert len(folds) == 3
    for fold in folds:
        assert fold.modalities == ["audio", "tokens"]
        front_end = options.front_end("text", fold)
        for split in fold.splits.values():
            ids, mask = front_end.tokenize(split.words[:1])
            found = split.sequences["tokens"][0][0][:, 0]
            assert found.tolist() == ids[0][mask[0]].tolist()
    assert sorted(options.prepare_folds(clips, ["audio"], 3)[0].modalities) == ["audio"]


def test_numbered_words_are_not_cut_into_folds(clips):
    prepared = AudioTextOptions(bins=8).prepare(clips, ["text"])
    for cut in (prepared.group_folds, prepared.folds):
        with pytest.raises(DataError, match="Cut first: `prepare_folds`"):
            cut(3)

import time

import numpy as np
import pytest

from mmzoo.data import Split, read, sample_clips


@pytest.fixture(scope="module")
def corpus():
    return sample_clips()


def test_shapes_and_names(corpus):
    assert corpus.classes == ("neutral", "happy", "sad", "angry")
    assert (corpus.target, corpus.group_kind) == ("emotion", "speaker")
    assert corpus.input_dims == {"waveform": 1}
    assert [len(split) for split in corpus.splits.values()] == [320, 80, 80]
    for split in corpus.splits.values():
        np.testing.assert_array_equal(
            np.bincount(split.labels.astype(int)), len(split) // 4
        )
        assert 9600 <= split.lengths.min() <= split.lengths.max() <= 19200
        assert all(split.words)
    groups = [set(split.groups) for split in corpus.splits.values()]
    assert [len(each) for each in groups] == [8, 2, 2]
    assert len(set.union(*groups)) == 12
    frames = corpus.train.sequences["waveform"].frames
    assert frames.dtype == np.float32
    assert np.abs(frames).max() <= 1.0


def test_it_is_built_in_and_needs_no_cleaning():
    start = time.process_time()
    corpus = read("sample-clips")
    assert time.process_time() - start < 20  # half a second on an idle core
    assert corpus.provenance["format"] == "sample-clips"
    assert corpus.provenance["sample_rate"] == 16000
    assert corpus.provenance["warnings"] == []
    assert corpus.summary().endswith("nothing was cleaned")


def test_seed_decides(corpus):
    first = sample_clips(seed=1, clips_per_speaker=4)
    again = sample_clips(seed=1, clips_per_speaker=4)
    other = sample_clips(seed=2, clips_per_speaker=4)
    frames = [each.train.sequences["waveform"].frames for each in (first, again, other)]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert frames[0].shape != frames[2].shape
    assert first.test.words == again.test.words
    assert len(first.train) == 32


def features(split):
    """Loudness, its movement, the syllables and the pitch of each clip."""
    rows = []
    for frames, _ in split.sequences["waveform"]:
        pieces = np.lib.stride_tricks.sliding_window_view(frames[:, 0], 640)[::320]
        loudness = np.log((pieces**2).mean(axis=1))
        power = np.abs(np.fft.rfft(pieces, 2048)) ** 2
        likeness = np.fft.irfft(power)[:, 50:220] / (pieces**2).sum(axis=1)[:, None]
        pitch = -np.log2(50 + likeness.argmax(axis=1))[likeness.max(axis=1) > 0.5]
        rise = np.polyfit(np.arange(len(pitch)), pitch, 1)[0] * len(pitch)
        rhythm = np.abs(np.fft.rfft(loudness - loudness.mean(), 512))[8:80].argmax()
        change = np.diff(loudness)
        bright = np.log(power[:, 100:300].mean() / power[:, 10:60].mean())
        rows.append([loudness.mean(), loudness.std(), change.std(), change.max()])
        rows[-1] += [change.min(), rhythm, rise, pitch.std(), bright]
    return np.array(rows)


def accuracy(train, unseen, labels):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return model.fit(train, labels[0]).score(unseen, labels[1])


def test_words_tell_a_part_the_voice_more_both_most(corpus):
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer().fit(corpus.train.words)
    # The four speakers that no model trains on.
    splits = (corpus.train, Split.concatenate([corpus.valid, corpus.test]))
    labels = [split.labels for split in splits]
    words = [counter.transform(split.words).toarray() for split in splits]
    voices = [features(split) for split in splits]
    both = [np.hstack(pair) for pair in zip(words, voices, strict=True)]
    by_words, by_voice, by_both = (accuracy(*x, labels) for x in (words, voices, both))
    assert 0.5 <= by_words <= 0.7
    assert by_voice >= 0.8
    assert by_both > max(by_words, by_voice)

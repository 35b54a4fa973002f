import time

import numpy as np
import pytest

from mmzoo.data import Split, near_duplicates, read, sample_pictures
from mmzoo.data.sample_pictures import SAYINGS

SIDE = 64


@pytest.fixture(scope="module")
def corpus():
    return sample_pictures()


def test_shapes_and_names(corpus):
    assert corpus.classes == ("negative", "neutral", "positive")
    assert (corpus.target, corpus.group_kind) == ("emotion", "person")
    assert corpus.input_dims == {"pixels": 3}
    assert [len(split) for split in corpus.splits.values()] == [240, 60, 60]
    for split in corpus.splits.values():
        np.testing.assert_array_equal(
            np.bincount(split.labels.astype(int)), len(split) // 3
        )
        assert (split.lengths == SIDE**2).all()
        assert all(split.words)
    groups = [set(split.groups) for split in corpus.splits.values()]
    assert [len(each) for each in groups] == [8, 2, 2]
    assert len(set.union(*groups)) == 12
    rows = corpus.train.sequences["pixels"]
    assert rows.frames.dtype == np.float32
    assert 0 <= rows.frames.min() < 100 < rows.frames.max() <= 255
    # Some pictures are wide, some are upright, some fill the square.
    shapes = {(p.reshape(SIDE, SIDE)[0].any(), p[::SIDE].any()) for _, p in rows}
    assert shapes == {(True, True), (True, False), (False, True)}


def test_it_is_built_in_and_needs_no_cleaning():
    start = time.process_time()
    corpus = read("sample-pictures")
    assert time.process_time() - start < 20  # a third of a second on an idle core
    assert corpus.provenance["format"] == "sample-pictures"
    assert corpus.provenance["side"] == SIDE
    assert corpus.provenance["warnings"] == []
    assert corpus.summary().endswith("nothing was cleaned")


def test_seed_decides(corpus):
    first, again, other = (
        sample_pictures(seed=seed, pictures_per_person=6, side=16) for seed in (1, 1, 2)
    )
    frames = [each.train.sequences["pixels"].frames for each in (first, again, other)]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert frames[0].shape == (8 * 6 * 256, 3)
    assert (frames[0] != frames[2]).any()
    assert first.test.words == again.test.words


def looks(split):
    """Whether the mouth of each picture smiles or frowns, and the light behind."""
    rows = []
    for pixels, present in split.sequences["pixels"]:
        dark = present & (pixels.max(axis=1) < 60)
        down, across = np.divmod(np.flatnonzero(dark), SIDE)
        mouth = down > (down.min() + down.max()) / 2
        curve = -np.polyfit(across[mouth], down[mouth], 2)[0] * np.ptp(across)
        rows.append([curve > 0.2, curve < -0.2, *pixels[present].mean(axis=0) / 255])
    return np.array(rows, float)


def sayings(split):
    """Which saying of which mood each sentence has."""
    return np.array(
        [
            [any(each and each in text for each in kind) for kind in SAYINGS.values()]
            for text in split.words
        ],
        float,
    )


def products(pair):
    """All products of what the words and what the picture tell."""
    words, picture = pair
    return np.hstack(
        [words, picture, *(words[:, [i]] * picture for i in range(words.shape[1]))]
    )


def accuracy(train, unseen, labels):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, max_iter=5000)
    return model.fit(train, labels[0]).score(unseen, labels[1])


def test_each_tells_a_part_both_more_and_irony_both_at_once(corpus):
    # The four people that no model trains on.
    splits = (corpus.train, Split.concatenate([corpus.valid, corpus.test]))
    labels = [split.labels for split in splits]
    words, pictures = [sayings(s) for s in splits], [looks(s) for s in splits]
    pairs = list(zip(words, pictures, strict=True))
    by_words, by_picture = accuracy(*words, labels), accuracy(*pictures, labels)
    by_both = accuracy(*map(np.hstack, pairs), labels)
    by_products = accuracy(*map(products, pairs), labels)
    assert 0.5 <= by_words <= 0.7
    assert 0.5 <= by_picture <= 0.72
    assert by_both >= max(by_words, by_picture) + 0.08
    assert by_products >= by_both + 0.08


def test_irony_turns_the_face_around(corpus):
    ironic = sayings(corpus.train)[:, -1].astype(bool)
    look = looks(corpus.train)[ironic]
    shown = look[:, 0] - look[:, 1]
    moods = corpus.train.labels[ironic] - 1
    assert 30 <= len(moods) <= 70
    assert np.corrcoef(shown, moods)[0, 1] < -0.8


def test_no_picture_comes_again(corpus):
    found = near_duplicates(corpus, most_bits=0)
    assert found.counts["picture"] == 0

"""What must be known of the data is said."""

import dataclasses

import mmzoo
from mmzoo.data import near_duplicates
from mmzoo.training import data_remarks
from mmzoo.training.data_remarks import NEW
from tests.data.small_corpus import small_corpus


def test_frames_need_no_remark(rng):
    assert data_remarks(small_corpus(rng)) == ([], {})


def test_what_was_left_out_is_said(rng):
    corpus = small_corpus(rng)
    remarks, _ = data_remarks(corpus, ["image", "text"])
    assert remarks == ["There are no pictures: the rows that read them were left out."]


def test_known_texts_are_counted():
    corpus = mmzoo.data.sample_pictures(pictures_per_person=3)
    first, *_ = corpus.train.words
    words = (first, *(f"new {number}" for number in range(len(corpus.test) - 1)))
    test = dataclasses.replace(corpus.test, words=words)
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    remarks, subsets = data_remarks(corpus)
    assert "nearly holds the text of 1 and" in remarks[0]
    assert 0 not in subsets[NEW]


def test_what_no_row_reads_makes_no_sample_old():
    corpus = mmzoo.data.sample_pictures(pictures_per_person=3)
    test = dataclasses.replace(corpus.test, words=corpus.train.words[:1] * 6)
    test = dataclasses.replace(corpus.test, words=test.words[: len(corpus.test)])
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "test": test})
    (pictures, *_), subsets = data_remarks(corpus, read={"image"})
    assert "nearly holds the picture of" in pictures
    met = near_duplicates(corpus, kinds=["picture"])
    assert not met.text.any()
    expected = met.others.tolist() if met.picture.any() else None
    assert (subsets[NEW].tolist() if subsets else None) == expected
    (texts,), subsets = data_remarks(corpus, read={"text"})
    assert f"the text of {len(corpus.test)}." in texts
    assert not len(subsets[NEW])
    assert data_remarks(corpus, read={"audio"}) == ([], {})

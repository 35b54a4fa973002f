"""What is read from any format, saved and read again is the same."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmzoo.data import read
from tests.data.damage.samples import CORPORA
from tests.data.readers import field_pickles
from tests.data.small_corpus import assert_same_split

UNALIGNED = {"text": 5, "audio": 7, "vision": 6}
PICKLES = {
    "mmsa": (),
    "mmsa unaligned": (UNALIGNED,),
    "mult": (),
    "mult unaligned": (UNALIGNED, "str"),
    "multibench": (),
    "instances": (),
    "lmf": (),
    "bclstm": (),
    "dialogues": (),
}


def check_round_trip(path, folder):
    """Read, save and read again, and compare all that both hold."""
    corpus = read(path)
    corpus.save(folder / "corpus.h5")
    again = read(folder / "corpus.h5")
    for name in ("label_range", "classes", "target", "group_kind", "label_names"):
        assert getattr(again, name) == getattr(corpus, name), name
    assert again.feature_names == corpus.feature_names
    assert list(again.splits) == list(corpus.splits)
    for name, split in corpus.splits.items():
        assert_same_split(split, again.splits[name])


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_of_any_format(name, tmp_path):
    (tmp_path / "format").mkdir()
    check_round_trip(CORPORA[name](tmp_path / "format"), tmp_path)


@pytest.mark.parametrize("kind", PICKLES)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_pickles_of_any_content_and_protocol(kind, tmp_path_factory, seed, protocol):
    folder = tmp_path_factory.mktemp("pickle")
    make = getattr(field_pickles, kind.split()[0])
    content = make(np.random.default_rng(seed), *PICKLES[kind])
    path = field_pickles.write_pickle(folder / "text.pkl", content, protocol)
    check_round_trip(path, folder)

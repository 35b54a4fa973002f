"""What is read from a pickle, saved and read again is the same."""

import numpy as np
import pytest

from mmzoo.data import read
from tests.data.readers import field_pickles
from tests.data.small_corpus import assert_same_split

UNALIGNED = {"text": 5, "audio": 7, "vision": 6}
KINDS = {
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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_saved_corpus_is_the_one_that_was_read(kind, seed, tmp_path):
    rng = np.random.default_rng(seed)
    content = getattr(field_pickles, kind.split()[0])(rng, *KINDS[kind])
    protocol = int(rng.integers(6))
    path = field_pickles.write_pickle(tmp_path / "text.pkl", content, protocol)
    corpus = read(path)
    corpus.save(tmp_path / "corpus.h5")
    again = read(tmp_path / "corpus.h5")
    assert again.label_range == corpus.label_range
    assert again.classes == corpus.classes
    for name, split in corpus.splits.items():
        assert_same_split(split, again.splits[name])

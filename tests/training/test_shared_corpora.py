import multiprocessing.reduction

import h5py
import numpy as np
import pytest

import mmzoo
from mmzoo.training.shared_corpora import SharedCorpora, taken_apart
from tests.data.small_corpus import assert_same_split, small_corpus, small_labels

pytestmark = pytest.mark.one_backend


def again(corpora, path):
    """The corpora as another process finds them."""
    shared = SharedCorpora.write(corpora, path)
    return multiprocessing.reduction.ForkingPickler.loads(
        multiprocessing.reduction.ForkingPickler.dumps(shared)
    ).read()


@pytest.mark.parametrize("make", [small_corpus, small_labels])
def test_another_process_finds_the_same(make, rng, tmp_path):
    folds = make(rng).k_fold(3)
    found = again(folds, tmp_path / "arrays")
    for one, other in zip(folds, found, strict=True):
        assert (one.name, one.provenance) == (other.name, other.provenance)
        assert one.meanings == other.meanings
        for name, split in one.splits.items():
            assert_same_split(split, other.splits[name])


def test_folds_share_their_arrays(rng, tmp_path):
    first, second, _ = again(small_corpus(rng).k_fold(3), tmp_path / "arrays")
    frames = [fold.train.sequences["text"].frames for fold in (first, second)]
    assert np.shares_memory(*frames)


def test_what_is_in_a_file_stays_there(rng, tmp_path):
    small_corpus(rng).save(tmp_path / "data.h5")
    corpus = mmzoo.data.read(tmp_path / "data.h5")
    (found,) = again([corpus], tmp_path / "arrays")
    frames = found.train.sequences["text"].frames
    assert isinstance(frames, h5py.Dataset)
    for name, split in corpus.splits.items():
        assert_same_split(split, found.splits[name])
    _, arrays = taken_apart([corpus], in_files=False)
    held = sum(rows.frames.size for rows in corpus.train.sequences.values())
    assert sum(map(len, arrays)) > held * 4

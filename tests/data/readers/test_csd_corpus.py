import pytest

from mmzoo.data import DataError, read
from tests.data.readers.small_csd import VIDEOS, small_roots, write_csd, write_folder


def test_a_video_of_no_fold_is_left_out_of_the_published_splits(rng, tmp_path):
    path = write_csd(tmp_path / "mosi", rng, videos=(*VIDEOS, "other"))
    corpus = read(path)
    dropped = corpus.provenance["dropped"]
    assert dropped == {"its video is in no published split": 2}
    assert read(path, answering=True).splits["unnamed"].groups == ("other", "other")


def test_a_published_split_without_a_video_is_an_error(rng, tmp_path):
    path = write_csd(tmp_path / "mosi", rng, videos=VIDEOS[:4])
    with pytest.raises(DataError, match="test"):
        read(path)


def test_everything_that_was_done_can_be_written_as_json(rng, tmp_path):
    roots = small_roots(rng)
    roots["phones"] = roots["words"]
    corpus = read(write_folder(tmp_path / "mosi", roots))
    corpus.save(tmp_path / "corpus.h5")
    again = read(tmp_path / "corpus.h5").provenance
    for key in ("roots", "left_aside", "alignment", "folds_of"):
        assert again[key] == corpus.provenance[key]

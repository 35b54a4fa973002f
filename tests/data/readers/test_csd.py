import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmzoo.data import DataError, known_features, read
from tests.data.readers.small_csd import (
    VIDEOS,
    add_root,
    bytes_of,
    small_roots,
    steps_of,
    write_csd,
    write_folder,
    write_root,
)
from tests.data.small_corpus import assert_same_split

TRAIN, VALID, TEST = VIDEOS[0], VIDEOS[2], VIDEOS[4]


@pytest.fixture
def by_hand(rng, tmp_path):
    """Small roots whose first video has few frames, at times that cut words."""
    roots = small_roots(rng)
    words = np.array([[0.0, 0.5], [0.5, 1.0], [1.0, 1.3], [1.3, 2.0]])
    roots["words"][TRAIN] = words, bytes_of("sp", "it", "is", "fun")
    roots["glove_vectors"][TRAIN] = words, np.arange(16.0).reshape(4, 4) + 1
    # The first spans two words, the third only touches 1.0, none overlaps 1.3 to 2.0.
    times = [[0.4, 0.6], [0.0, 0.2], [0.9, 1.0], [1.1, 1.2], [1.2, 1.3], [3.0, 4.0]]
    sound = [[3, 0, 30], [1, 0, 10], [5, 0, 50], [7, 2, 70], [8, 4, 80], [9, 9, 9]]
    roots["COVAREP"][TRAIN] = times, np.array(sound, "float64")
    # The second label begins inside the third word.
    roots["Opinion Segment Labels"][TRAIN] = [[0, 1.0], [1.2, 2.0]], [[2.4], [-1.0]]
    return write_folder(tmp_path / "mosi", roots)


def test_alignment_worked_out_by_hand(by_hand):
    corpus = read(by_hand)
    train = corpus.train
    assert train.ids[:2] == (f"{TRAIN}[0]", f"{TRAIN}[1]")
    assert train.groups[0] == TRAIN
    np.testing.assert_allclose(train.labels[:2], [2.4, -1.0], atol=1e-6)
    first, present = train.sequences["audio"][0]
    np.testing.assert_allclose(first, [[2, 0, 20], [4, 0, 40]], atol=1e-6)
    assert present.all()
    second, present = train.sequences["audio"][1]
    np.testing.assert_allclose(second, [[7.5, 3, 75], [0, 0, 0]], atol=1e-6)
    assert present.tolist() == [True, False]
    text = np.arange(16.0).reshape(4, 4) + 1
    np.testing.assert_allclose(train.sequences["text"][1][0], text[2:], atol=1e-6)
    assert train.words[:2] == ("it", "is fun")
    assert train.step_ids[:2] == (("sp", "it"), ("is", "fun"))
    told = corpus.provenance["alignment"]
    assert told["imputed"] == {"audio": 1}
    assert told["silent"] == {"steps": 6}
    assert any("words without frames" in each for each in corpus.provenance["warnings"])


def test_each_modality_at_its_own_rate(by_hand):
    train = read(by_hand, "unaligned").train
    np.testing.assert_allclose(
        train.sequences["audio"][0][0], [[1, 0, 10], [3, 0, 30], [5, 0, 50]]
    )
    # Its frame from 1.1 to 1.2 only touches the label.
    np.testing.assert_allclose(train.sequences["audio"][1][0], [[8, 4, 80]])
    assert train.sequences["text"].lengths[:2].tolist() == [2, 2]
    assert train.step_ids is None and train.words[1] == "is fun"


def test_published_splits_are_found_by_the_videos(rng, tmp_path):
    corpus = read(write_csd(tmp_path / "mosi", rng))
    assert corpus.name == corpus.provenance["folds_of"] == "CMU-MOSI"
    assert [len(corpus.splits[name]) for name in corpus.splits] == [4, 4, 4]
    assert set(corpus.test.groups) == set(VIDEOS[4:])
    assert corpus.label_range == (-3, 3) and corpus.target == "sentiment"
    assert corpus.provenance["roots"]["video"] == "FACET_4.2 (FACET_4.2.csd)"


def test_other_videos_are_cut_by_a_seed(rng, tmp_path):
    path = write_csd(tmp_path / "own", rng, videos=[f"v{n}" for n in range(6)])
    corpus = read(path)
    assert corpus.provenance["cut_by"] == "seed" and corpus.name == "own"
    assert any("cut by a seed" in each for each in corpus.provenance["warnings"])
    groups = [set(split.groups) for split in corpus.splits.values()]
    assert len(set.union(*groups)) == sum(map(len, groups)) == 6


def test_a_video_without_a_modality_is_left_out_and_counted(rng, tmp_path):
    roots = small_roots(rng)
    del roots["COVAREP"][TRAIN]
    roots["COVAREP"]["of no label"] = roots["COVAREP"][TEST]
    path = write_folder(tmp_path / "mosi", roots)
    corpus = read(path)
    assert TRAIN not in corpus.train.groups
    assert corpus.provenance["dropped"] == {"nothing of audio is in it": 2}
    assert TRAIN in read(path, modalities=["text", "video"]).train.groups
    answered = read(path, answering=True)
    assert not answered.train.observed("audio")[:2].any()


def test_values_that_are_not_finite_take_no_part_in_means(rng, tmp_path):
    roots = small_roots(rng)
    sound = np.ones((20, 3))
    sound[0, 1] = -np.inf
    roots["COVAREP"][TRAIN] = roots["COVAREP"][TRAIN][0], sound
    path = write_folder(tmp_path / "mosi", roots)
    corpus = read(path)
    np.testing.assert_allclose(corpus.train.sequences["audio"][0][0], 1.0)
    assert corpus.provenance["alignment"]["not finite, in no mean"] == {"audio": 1}
    with pytest.raises(DataError, match="infinite"):
        read(path, strict=True)


def test_entries_that_are_segments_are_read_as_they_are(rng, tmp_path):
    with h5py.File(tmp_path / "mosi.hdf5", "w") as file:
        for name, (width, steps) in {
            "COVAREP": (3, 2),
            "FACET_4.2": (2, 2),
            "Opinion Segment Labels": (1, 1),
        }.items():
            frames = rng.normal(size=(steps, width)).clip(-3, 3)
            entries = {f"{video}[3]": (None, frames) for video in VIDEOS}
            add_root(file, name, entries, data=None)
        entries = {f"{video}[3]": (None, bytes_of("so", "sp")) for video in VIDEOS}
        add_root(file, "words", entries, data=None)
    corpus = read(tmp_path / "mosi.hdf5")
    assert corpus.provenance["format"] == "csd"
    assert corpus.train.ids[0] == f"{TRAIN}[3]" and corpus.train.words[0] == "so"
    assert corpus.train.step_ids[0] == ("so", "sp")
    assert corpus.train.sequences["audio"].lengths.tolist() == [2, 2]
    with pytest.raises(DataError, match="cannot undo"):
        read(tmp_path / "mosi.hdf5", "unaligned")


def test_dimension_names_are_feature_names(rng, tmp_path):
    roots = small_roots(rng)
    path = write_folder(tmp_path / "mosi", roots)
    names = ["F0", "VUV", "NAQ"]
    # As the SDK's template, whose comma is missing.
    key = "dimension namescomputational sequence version"
    write_root(path, "COVAREP", roots["COVAREP"], metadata={key: names})
    assert read(path).feature_names == {"audio": tuple(names)}
    # As the SDK's own file of word vectors has them.
    write_root(path, "COVAREP", roots["COVAREP"], metadata={key: ["vector"] * 3})
    assert read(path).feature_names == {}


def test_a_root_without_dimension_names_is_known_by_its_own(rng, tmp_path):
    roots = small_roots(rng)
    wide = {
        video: (times, rng.normal(size=(len(times), 74)))
        for video, (times, _) in roots["COVAREP"].items()
    }
    corpus = read(write_folder(tmp_path / "mosi", {**roots, "COVAREP": wide}))
    assert corpus.feature_names == {"audio": known_features("COVAREP")}


def test_one_file_alone_says_what_is_missing(rng, tmp_path):
    path = write_csd(tmp_path / "mosi", rng)
    with pytest.raises(DataError, match="it has no labels; its roots are COVAREP"):
        read(path / "COVAREP.csd")
    (path / "words.csd").unlink()
    (path / "glove_vectors.csd").unlink()
    with pytest.raises(DataError, match='protocol "unaligned"'):
        read(path)
    assert sorted(read(path, "unaligned").modalities) == ["audio", "video"]


@pytest.mark.parametrize("kind", ["external", "dead", "group", "cut"])
def test_links_and_damage(rng, tmp_path, kind):
    path = write_csd(tmp_path / "mosi", rng)
    file = path / "COVAREP.csd"
    if kind == "cut":
        file.write_bytes(file.read_bytes()[:3000])
    else:
        with h5py.File(file, "r+") as content:
            place = f"COVAREP/data/{TRAIN}/features"
            del content[place]
            if kind == "external":
                content[place] = h5py.ExternalLink("other.h5", "/x")
            elif kind == "dead":
                content[place] = h5py.SoftLink("/nowhere")
            else:
                content.create_group(place)
    if kind in ("external", "cut"):
        with pytest.raises(DataError, match=r"COVAREP.csd"):
            read(path)
        return
    corpus = read(path)
    assert TRAIN not in corpus.train.groups
    assert any("1 entries of COVAREP" in each for each in corpus.provenance["warnings"])
    with pytest.raises(DataError, match=r"COVAREP.csd"):
        read(path, strict=True)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1), protocol=st.sampled_from(["words", "unaligned"]))
def test_saved_and_read_again_is_the_same(seed, protocol, tmp_path_factory):
    rng, folder = np.random.default_rng(seed), tmp_path_factory.mktemp("csd")
    roots = small_roots(rng, VIDEOS[::2])
    for video in VIDEOS[::2]:
        count = int(rng.integers(1, 9))
        times = steps_of(rng.uniform(0, 2, count), 0.3)
        roots["COVAREP"][video] = times, rng.normal(size=(count, 3))
    try:
        corpus = read(write_folder(folder / "mosi", roots), protocol)
    except DataError as error:
        assert "no" in str(error)
        return
    corpus.save(folder / "corpus.h5")
    again = read(folder / "corpus.h5")
    for name, split in corpus.splits.items():
        assert_same_split(split, again.splits[name])

from mmzoo.data import read
from tests.data.readers.small_csd import (
    VIDEOS,
    bytes_of,
    small_roots,
    steps_of,
    write_folder,
)

TRAIN = VIDEOS[0]


def test_a_segment_without_words_is_left_out(rng, tmp_path):
    roots = small_roots(rng)
    times, labels = roots["Opinion Segment Labels"][TRAIN]
    roots["Opinion Segment Labels"][TRAIN] = [[0, 1], [7, 8]], labels
    corpus = read(write_folder(tmp_path / "mosi", roots))
    assert corpus.train.ids[:2] == (f"{TRAIN}[0]", f"{VIDEOS[1]}[0]")
    assert corpus.provenance["dropped"] == {"nothing of text is in it": 1}


def test_entries_of_one_video_that_were_cut_are_joined(rng, tmp_path):
    roots = small_roots(rng)
    whole = read(write_folder(tmp_path / "whole", roots))
    times, frames = roots["COVAREP"].pop(TRAIN)
    for number, part in enumerate((slice(7, 20), slice(0, 7))):
        roots["COVAREP"][f"{TRAIN}[{number}]"] = times[part], frames[part]
    cut = read(write_folder(tmp_path / "cut", roots))
    before, after = (each.train.sequences["audio"].frames for each in (whole, cut))
    assert (before == after).all()


def test_words_alone_are_aligned_to(rng, tmp_path):
    roots = small_roots(rng)
    del roots["glove_vectors"]
    corpus = read(write_folder(tmp_path / "mosi", roots))
    assert corpus.modalities == ["audio", "video"]
    assert corpus.train.sequences["video"].lengths.tolist() == [2, 2, 2, 2]
    assert corpus.train.words[:2] == ("it", "is fun")


def test_words_of_other_times_are_found_by_overlap(rng, tmp_path):
    roots = small_roots(rng)
    # As of vectors that leave silences out.
    times, frames = roots["glove_vectors"][TRAIN]
    roots["glove_vectors"][TRAIN] = times[1:], frames[1:]
    times = steps_of([0.0, 0.52, 1.02, 1.52], 0.5)
    roots["words"][TRAIN] = times, bytes_of("sp", "it", "is", "fun")
    train = read(write_folder(tmp_path / "mosi", roots)).train
    assert train.step_ids[:2] == (("it",), ("is", "fun"))


def test_without_labels_whole_videos_are_answered(rng, tmp_path):
    roots = small_roots(rng)
    del roots["Opinion Segment Labels"]
    corpus = read(write_folder(tmp_path / "mosi", roots), answering=True)
    assert corpus.test.ids == VIDEOS[4:]
    assert corpus.test.sequences["audio"].lengths.tolist() == [4, 4]


def test_words_alone_are_a_corpus(rng, tmp_path):
    roots = small_roots(rng)
    times, labels = roots["Opinion Segment Labels"][TRAIN]
    roots["Opinion Segment Labels"][TRAIN] = [[0, 0.4], [1, 2]], labels
    names = ("words", "Opinion Segment Labels")
    path = write_folder(tmp_path / "mosi", {name: roots[name] for name in names})
    corpus = read(path)
    assert corpus.modalities == [] and corpus.train.words[:2] == ("is fun", "it")
    assert corpus.provenance["dropped"] == {"nothing of words is in it": 1}


def test_labels_of_segments_with_times_cut_whole_videos(rng, tmp_path):
    roots = small_roots(rng)
    whole = read(write_folder(tmp_path / "whole", roots))
    roots["Opinion Segment Labels"] = {
        f"{video}[{number}]": (times[number : number + 1], labels[number][None])
        for video, (times, labels) in roots["Opinion Segment Labels"].items()
        for number in range(2)
    }
    cut = read(write_folder(tmp_path / "cut", roots))
    assert cut.train.ids == whole.train.ids
    before, after = (each.train.sequences["audio"].frames for each in (whole, cut))
    assert (before == after).all()

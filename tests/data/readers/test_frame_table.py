from mmzoo.data.readers.file_table import Entry
from mmzoo.data.readers.frame_table import FrameTable
from tests.data.small_frames import pictures, write_clip_of_pictures


def test_side_and_most_are_those_asked_for(tmp_path):
    entries = []
    for number, split in enumerate(("train", "valid", "test")):
        path = tmp_path / f"{number}.npy"
        write_clip_of_pictures(path, pictures(path.name, count=3 + number))
        entries.append(Entry(path, path.name, number, f"p{number}", split))
    table = FrameTable("clips", tmp_path, entries, (0, 2), "rule", side=4, most=4)
    corpus = table.corpus(strict=True)
    assert corpus.input_dims == {"frames": 4 * 4 * 3}
    assert corpus.train.sequences["frames"].frames.dtype == "uint8"
    assert [int(corpus.splits[n].lengths[0]) for n in corpus.splits] == [3, 4, 4]
    assert corpus.provenance["warnings"] == [
        "of clips with more than 4 frames as many were read, evenly spaced: 1, namely "
        "2.npy."
    ]
    assert corpus.group_kind == "speaker"

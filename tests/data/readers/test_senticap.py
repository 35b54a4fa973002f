import json
import time

import numpy as np
import pytest

from mmzoo.data import DataError, read
from tests.data.small_pictures import gradient, write_picture

SPLITS = ("train", "train", "val", "test")


def sentence(raw, sentiment, flags):
    tokens = raw.lower().strip(".").split()
    flags = [float(flag) for flag in flags]
    return {
        "tokens": tokens,
        "word_sentiment": flags,
        "sentiment": sentiment,
        "raw": raw,
    }


@pytest.fixture
def images():
    """Four images with a caption of each class."""
    return [
        {
            "imgid": 100 + number,
            "sentences": [
                sentence("A nice dog  on a couch.", 1, "011000"),
                sentence("an ugly dog", 0, "011"),
            ],
            "split": split,
            "filename": f"COCO_{number}.jpg",
        }
        for number, split in enumerate(SPLITS)
    ]


def write(folder, images, name="senticap_dataset.json"):
    (folder / name).write_text(json.dumps({"images": images}))
    return folder / name


def test_without_the_images_the_words_are_read(tmp_path, images):
    path = write(tmp_path, images)
    for place in (tmp_path, path):
        corpus = read(place, strict=True)
        assert corpus.name == "SentiCap (official)"
        assert corpus.provenance["protocol"] == "official"
        assert corpus.modalities == []
        assert corpus.classes == ("negative", "positive")
        assert (corpus.target, corpus.group_kind) == ("emotion", "image")
        assert corpus.train.ids == ("100_0", "100_1", "101_0", "101_1")
        assert corpus.train.groups == ("100", "100", "101", "101")
        np.testing.assert_array_equal(corpus.train.labels, [1, 0, 1, 0])
        assert corpus.test.words == ("A nice dog on a couch.", "an ugly dog")
        assert corpus.provenance["pictures"] == "none"
        assert corpus.provenance["warnings"] == [
            "there are no pictures: only the words were read."
        ]
        (file,) = corpus.provenance["files"]
        assert file["name"] == "senticap_dataset.json"


def test_words_of_sentiment_can_be_taken_out(tmp_path, images):
    corpus = read(write(tmp_path, images), "without_sentiment_words")
    assert corpus.test.words == ("a on a couch", "an")
    assert corpus.provenance["other_protocols"] == ["official"]


@pytest.mark.parametrize("folder", ["images", "val2014", "."])
def test_captions_share_their_image(tmp_path, images, folder):
    for number, image in enumerate(images):
        write_picture(tmp_path / folder / image["filename"], gradient(9 + number))
    corpus = read(write(tmp_path, images), strict=True)
    assert corpus.input_dims == {"pixels": 3}
    rows = corpus.train.sequences["pixels"]
    assert rows.starts.tolist() == [0, 0, 4096, 4096]
    assert rows.frames.shape == (4 * 4096, 3)
    assert len(corpus.provenance["files"]) == 5
    assert corpus.provenance["warnings"] == []


def test_captions_of_a_broken_image_are_left_out(tmp_path, images):
    for image in images:
        write_picture(tmp_path / "images" / image["filename"])
    (tmp_path / "images/COCO_1.jpg").unlink()
    path = write(tmp_path, images)
    corpus = read(path)
    assert corpus.train.ids == ("100_0", "100_1")
    assert corpus.provenance["dropped"] == {"broken": 2}
    with pytest.raises(DataError, match=r"COCO_1\.jpg: there is no such file"):
        read(path, strict=True)


def test_image_that_is_there_twice_numbers_its_captions_on(tmp_path, images):
    images.append({**images[3], "sentences": [sentence("a dog", 1, "00")]})
    assert read(write(tmp_path, images)).test.ids == ("103_0", "103_1", "103_2")


@pytest.mark.parametrize("key", ["imgid", "filename"])
def test_image_in_two_splits_is_refused(tmp_path, images, key):
    images.append({**images[3], "split": "train", "imgid": 7, "filename": "b.jpg"})
    images[-1][key] = images[3][key]
    with pytest.raises(DataError, match=r"\.json: image \d+ is in both test and train"):
        read(write(tmp_path, images))


def test_content_counts_not_the_name(tmp_path, images):
    assert len(read(write(tmp_path, images, "mine.json")).train) == 4
    (tmp_path / "other.json").write_text('{"images": []}')
    with pytest.raises(DataError, match="of no format that mmzoo reads"):
        read(tmp_path / "other.json")


@pytest.mark.parametrize("key", ["imgid", "sentences", "split", "filename"])
def test_image_that_lacks_something_is_refused(tmp_path, images, key):
    del images[1][key]
    with pytest.raises(DataError, match=rf"\.json: its image 1 has no proper {key}"):
        read(write(tmp_path, images))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"split": "best"}, "the split of image 101 is 'best'"),
        ({"filename": "../a.jpg"}, r"image 101 names '\.\./a\.jpg', no plain file"),
        ({"split": "val"}, None),
        ({"sentences": [{"raw": "a", "sentiment": 2}]}, "caption 101_0 is 2"),
        ({"sentences": [{"sentiment": 1}]}, "caption 101_0 has no proper text .'raw'"),
        ({"sentences": [7]}, "caption 101_0 has no proper text"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, images, change, message):
    images[1].update(change)
    path = write(tmp_path, images)
    if message is None:
        assert len(read(path).valid) == 4
    else:
        with pytest.raises(DataError, match=rf"dataset\.json: .*{message}"):
            read(path)


def test_flags_that_do_not_fit_are_refused(tmp_path, images):
    images[0]["sentences"][1]["word_sentiment"].pop()
    path = write(tmp_path, images)
    assert len(read(path).train) == 4
    with pytest.raises(DataError, match="caption 100_1 has no proper text"):
        read(path, "without_sentiment_words")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"images": 3}', '{"images": []}'])
def test_file_that_is_no_list_of_images_is_refused(tmp_path, text):
    (tmp_path / "senticap_dataset.json").write_text(text)
    with pytest.raises(DataError, match=r"dataset\.json: it (is no proper|lists no)"):
        read(tmp_path)


def test_split_without_an_image_is_refused(tmp_path, images):
    with pytest.raises(DataError, match=r"split 'test'\. Each image is in one split"):
        read(write(tmp_path, images[:3]))


def test_real_file(real_data):
    path = real_data / "senticap"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    start = time.process_time()
    corpus = read(path, strict=True)
    assert time.process_time() - start < 20
    assert sum(len(split) for split in corpus.splits.values()) == 8869
    assert len(set().union(*(split.groups for split in corpus.splits.values()))) == 2225
    plain = read(path, "without_sentiment_words")
    assert plain.test.ids == corpus.test.ids
    words = [sum(len(text.split()) for text in c.test.words) for c in (plain, corpus)]
    assert 0.6 < words[0] / words[1] < 0.9

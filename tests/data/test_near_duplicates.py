import sys
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from mmzoo.data import (
    Corpus,
    Sequences,
    Split,
    near_duplicates,
    read,
    read_image,
    sample_pictures,
)

# The function hides its module under the package's name.
near_duplicates_file = sys.modules["mmzoo.data.near_duplicates"]

SIDE = 64


@pytest.fixture
def photos(rng):
    """Pictures that differ, smooth as photos are."""

    def photo(number):
        coarse = rng.integers(0, 256, (6, 6, 3)).astype("uint8")
        size = (200, 120 + 10 * number)
        return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)

    return [photo(number) for number in range(8)]


def pixels_of(image, path, **settings):
    if image is None:
        return np.zeros((0, 3)), np.zeros(0, bool)
    image.save(path, **settings)
    return read_image(path, SIDE)[:2]


def corpus_of(folder, train, test, words=None, **settings):
    """A corpus of these pictures; the first of train validates too."""
    splits = {}
    for name, images in (("train", train), ("valid", train[:1]), ("test", test)):
        pairs = [
            pixels_of(image, folder / f"{name}{i}.{settings.get('format', 'png')}")
            for i, image in enumerate(images)
        ]
        rows = Sequences.from_list(*map(list, zip(*pairs, strict=True)))
        names = tuple(f"{name}{i}" for i in range(len(images)))
        own = None if words is None else tuple(words[name])
        splits[name] = Split(
            {"pixels": rows}, np.zeros(len(images)), names, names, words=own
        )
    return Corpus("small", splits, (0, 1))


@pytest.mark.parametrize(
    ("text", "again", "same"),
    [
        ("RT @anna_b: So HAPPY!! https://t.co/x1", "so happy...", True),
        ("so happy @bo www.a.org/b", "#so happy", True),
        ("Größe 7", "GRÖSSE 7", True),
        ("one_two", "one two", True),
        ("I don\u2019t", "i don't", True),
        ("cafe\u0301 \uff27ood", "caf\u00e9 good", True),
        ("\u0915\u093e", "\u0915\u0940", False),
        ("art and part", "a and pa", False),
        ("so happy", "happy so", False),
        ("@a http://b 😀!", "@c :-)", False),
        ("", "", False),
    ],
)
def test_texts_without_what_passes(tmp_path, photos, text, again, same):
    words = {"train": [text], "valid": ["other"], "test": [again]}
    found = near_duplicates(corpus_of(tmp_path, photos[:1], photos[1:2], words))
    assert found.text.tolist() == [same]


def test_texts(tmp_path, photos):
    words = {
        "train": ["So happy", "@x", "sad"],
        "valid": ["A DAY"],
        "test": ["so HAPPY! @y", "@z", "a day.", "happy"],
    }
    corpus = corpus_of(tmp_path, photos[:3], photos[3:7], words)
    found = near_duplicates(corpus)
    assert found.text.tolist() == [True, False, True, False]
    assert not found.picture.any()
    assert found.counts == {"text": 2, "picture": 0, "either": 2}
    assert found.others.tolist() == [1, 3]
    assert corpus.test.select(found.others).ids == ("test1", "test3")


def test_pictures_survive_scaling_brightness_and_compression(tmp_path, photos):
    first = photos[0]
    brighter = first.point(lambda value: int(0.8 * value + 30))
    small = first.resize((90, 54))
    coarse = Image.open(_compressed(first, tmp_path / "coarse.jpg"))
    grey = first.convert("L")
    test = [first, brighter, small, coarse, grey, photos[5]]
    found = near_duplicates(corpus_of(tmp_path, photos[:4], test))
    assert found.picture.tolist() == [True] * 5 + [False]
    assert found.counts == {"text": 0, "picture": 5, "either": 5}


def _compressed(image, path):
    image.save(path, quality=20)
    return path


def test_plain_and_missing_pictures_are_like_none(tmp_path, photos):
    plain = [Image.new("RGB", (50, 50), colour) for colour in ("white", "navy")]
    train = [photos[0], plain[0], None]
    found = near_duplicates(corpus_of(tmp_path, train, [plain[0], plain[1], None]))
    assert not found.either.any()
    found = near_duplicates(corpus_of(tmp_path, plain, [photos[0], plain[0]]))
    assert not found.either.any()


@pytest.mark.parametrize("size", [(1, 1), (64, 1), (1, 64), (64, 5), (40, 64)])
def test_strips_have_a_hash(tmp_path, rng, size):
    noise = rng.integers(0, 256, (*size, 3)).astype("uint8")
    image = Image.fromarray(noise)
    corpus = corpus_of(tmp_path, [image], [image])
    assert near_duplicates(corpus).picture.tolist() == [size != (1, 1)]


def rounded_otherwise(pixels, generator):
    """The same pixels as another machine's arithmetic might give them."""
    return pixels + generator.uniform(-1e-3, 1e-3, pixels.shape)


def test_rounding_decides_nothing(rng):
    """Cells of one colour stand side by side in a drawing: their greys are equal."""
    split = sample_pictures(pictures_per_person=6).test
    rows = split.sequences["pixels"]
    for pixels, present in (rows[index] for index in range(len(rows))):
        found = near_duplicates_file._hash(pixels, present)
        assert 0 in found
        again = near_duplicates_file._hash(rounded_otherwise(pixels, rng), present)
        np.testing.assert_array_equal(found, again)


@pytest.mark.parametrize("side", [1, 5, 9, 64])
def test_strips_add_up_exactly(rng, side):
    grey = rng.integers(0, 256_000, (side, 3))
    found = near_duplicates_file._summed(grey, 9)
    assert found.dtype == np.int64
    # Each row is in as many strips' sums as it has ninths.
    np.testing.assert_array_equal(found.sum(axis=0), 9 * grey.sum(axis=0))
    expected = [
        sum(
            Fraction(max(0, min(i + 1, (s + 1) * side / 9) - max(i, s * side / 9)))
            * int(grey[i, 0])
            for i in range(side)
        )
        for s in map(Fraction, range(9))
    ]
    assert [9 * each for each in expected] == found[:, 0].tolist()


def test_number_of_bits_can_be_chosen(tmp_path, photos):
    corpus = corpus_of(tmp_path, photos[:4], photos[4:])
    assert near_duplicates(corpus, most_bits=128).picture.all()


def test_corpus_without_pictures_has_texts(rng):
    corpus = read("sample-clips")
    found = near_duplicates(corpus)
    assert not found.picture.any()
    assert found.counts["text"] == found.text.sum()


def test_real_folder(real_data):
    path = real_data / "tweets"
    if not path.is_dir():
        pytest.skip(f"no {path}")
    found = near_duplicates(read(path))
    assert found.counts == {"text": 25, "picture": 14, "either": 25}
    assert len(found.others) == 421 - 25

"""One picture gives one answer, in whatever colours its file has it."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageCms

from mmzoo.data import read_image
from mmzoo.data.readers.pictures_csv import read
from tests.data.small_pictures import gradient, write_picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped():
    """A profile whose red is sRGB's green, and the other way round."""
    names = {b"rXYZ": b"?XYZ", b"gXYZ": b"rXYZ", b"?XYZ": b"gXYZ"}
    profile = SRGB
    for name, other in names.items():
        profile = profile.replace(name, other)
    return profile.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))


def shown(path):
    pixels, present, found = read_image(path, side=8)
    return pixels[present].reshape(8, 8, 3), found


@pytest.mark.parametrize(
    ("kind", "tolerance"), [("png", 0.5), ("tiff", 0.5), ("webp", 8), ("jpg", 8)]
)
def test_colours_are_those_of_the_profile(kind, tolerance, tmp_path):
    path = write_picture(
        tmp_path / f"a.{kind}", gradient(8, 8), icc_profile=swapped(), quality=95
    )
    pixels, found = shown(path)
    expected = gradient(8, 8)[..., [1, 0, 2]]
    assert np.abs(pixels - expected).mean() <= tolerance
    assert not found.profile_fault


@pytest.mark.parametrize("profile", [swapped(), SRGB, b"junk"])
def test_a_profile_is_opened_once(profile, tmp_path, monkeypatch):
    opened = []

    class Counting(ImageCms.ImageCmsProfile):
        def __init__(self, source):
            # Those that were made here, such as sRGB, are opened already.
            opened.extend([source] if isinstance(source, io.BytesIO) else [])
            super().__init__(source)

    monkeypatch.setattr(ImageCms, "ImageCmsProfile", Counting)
    path = write_picture(tmp_path / "a.png", gradient(8, 8), icc_profile=profile)
    shown(path)
    assert len(opened) == 1


def test_srgb_itself_changes_no_level(tmp_path):
    path = write_picture(tmp_path / "a.png", gradient(8, 8), icc_profile=SRGB)
    np.testing.assert_array_equal(shown(path)[0], gradient(8, 8))


def test_transparent_colours_are_laid_on_white_first(tmp_path):
    pixels = np.dstack([gradient(8, 8), np.full((8, 8), 255, "uint8")])
    pixels[0, 0, 3] = 0
    path = write_picture(tmp_path / "a.png", pixels, icc_profile=swapped())
    found = shown(path)[0]
    assert np.abs(found[0, 0] - 255).max() <= 2
    assert np.abs(found[1:] - gradient(8, 8)[1:, :, [1, 0, 2]]).max() <= 2


def test_lab_is_read_as_the_colours_that_it_means(tmp_path):
    lab = ImageCms.profileToProfile(
        Image.fromarray(gradient(8, 8)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    path = write_picture(tmp_path / "a.tiff", lab)
    # Eight bits of Lab are coarse where a colour is near the border of sRGB.
    assert np.abs(shown(path)[0] - gradient(8, 8)).mean() <= 3


@pytest.mark.parametrize(
    ("profile", "grey", "fault"),
    [(b"junk", False, "cannot be read"), (SRGB, True, "is of RGB, but .* are L")],
)
def test_profile_that_cannot_be_used_is_counted(profile, grey, fault, tmp_path):
    pixels = gradient(8, 8)[..., 0] if grey else gradient(8, 8)
    path = write_picture(tmp_path / "a.png", pixels, icc_profile=profile)
    write_picture(tmp_path / "b.png", gradient(8, 8))
    found = shown(path)[1]
    assert re.search(fault, found.profile_fault)
    plain = write_picture(tmp_path / "c.png", pixels)
    np.testing.assert_array_equal(shown(path)[0], shown(plain)[0])
    rows = ["image,text,label,split", "a.png,one,good,train", "b.png,two,bad,train"]
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n")
    corpus = read(tmp_path / "labels.csv", "classes", None, answering=True)
    told = [each for each in corpus.provenance["warnings"] if "colour profile" in each]
    assert len(told) == 1 and "1, namely a.png" in told[0]

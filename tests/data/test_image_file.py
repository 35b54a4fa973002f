import concurrent.futures
import time
import warnings

import numpy as np
import pytest
from PIL import Image

from mmzoo.data import DataError, ImageFile, image_file, read_image
from mmzoo.data.image_file import MOST_PIXELS
from tests.data.small_pictures import claim_size, gradient, plain, write_picture


def square(path, side=8):
    """The pixels as `(side, side, 3)`, and which are present."""
    pixels, present, _ = read_image(path, side)
    return pixels.reshape(side, side, 3), present.reshape(side, side)


def test_pixels_stand_in_the_order_of_text(tmp_path):
    path = write_picture(tmp_path / "a.png", gradient(8, 8))
    pixels, present, found = read_image(str(path), side=8)
    assert (pixels.shape, pixels.dtype) == ((64, 3), np.float32)
    assert (present.shape, present.dtype) == ((64,), bool)
    np.testing.assert_array_equal(pixels, gradient(8, 8).reshape(64, 3))
    assert found == ImageFile(width=8, height=8, mode="RGB", format="PNG")
    assert read_image(path)[0].shape == (64 * 64, 3)


@pytest.mark.parametrize(("width", "height"), [(8, 4), (4, 8)])
def test_bars_keep_the_aspect_ratio(tmp_path, width, height):
    path = write_picture(tmp_path / "a.png", gradient(width, height))
    pixels, present = square(path)
    rows, columns = slice(2, 6) if height == 4 else slice(0, 8), slice(0, 8)
    if width == 4:
        columns = slice(2, 6)
    expected = np.zeros((8, 8), bool)
    expected[rows, columns] = True
    np.testing.assert_array_equal(present, expected)
    np.testing.assert_array_equal(pixels[rows, columns], gradient(width, height))
    assert not pixels[~present].any()


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1, 1), (8, 8)), ((20000, 1), (8, 1)), ((1, 20000), (1, 8)), ((3, 2), (8, 5))],
)
def test_no_size_loses_a_side(tmp_path, size, shown):
    path = write_picture(tmp_path / "a.png", plain(*size))
    pixels, present = square(path)
    assert (present.any(axis=0).sum(), present.any(axis=1).sum()) == shown
    assert present.sum() == shown[0] * shown[1]
    np.testing.assert_array_equal(pixels[present], [(200, 30, 60)] * present.sum())


def test_smaller_is_the_mean_of_what_is_there(tmp_path):
    board = np.indices((32, 32)).sum(axis=0) % 2
    path = write_picture(tmp_path / "a.png", (255 * board).astype("uint8"))
    pixels, _ = square(path)
    np.testing.assert_allclose(pixels, 127.5, atol=3)


@pytest.mark.parametrize(
    ("mode", "kind", "tolerance"),
    [
        ("RGB", "png", 0),
        ("RGB", "bmp", 0),
        ("RGB", "ppm", 0),
        ("RGB", "tiff", 0),
        ("RGB", "webp", 12),
        ("RGB", "jpg", 12),
        ("P", "gif", 40),
        ("P", "png", 40),
        ("CMYK", "jpg", 12),
        ("CMYK", "tiff", 2),
        ("YCbCr", "tiff", 3),
        ("RGBA", "png", 0),
    ],
)
def test_every_mode_and_format_shows_the_same(tmp_path, mode, kind, tolerance):
    image = Image.fromarray(gradient(16, 16)).convert(mode)
    path = write_picture(tmp_path / f"a.{kind}", image)
    pixels, _, found = read_image(path, 16)
    difference = np.abs(pixels - gradient(16, 16).reshape(-1, 3))
    assert difference.mean() <= tolerance
    assert found.mode == mode


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey(tmp_path, mode):
    image = Image.fromarray(plain(colour=(255,) * 3)).convert(mode)
    image.putpixel((0, 0), (0, 255) if mode == "LA" else 0)
    pixels, present = square(write_picture(tmp_path / "a.png", image))
    assert pixels[present].min() == 0
    assert pixels[present].max() == 255
    np.testing.assert_array_equal(pixels[..., 0], pixels[..., 2])


@pytest.mark.parametrize("kind", ["png", "tiff", "pgm"])
def test_grey_of_16_bits_is_scaled(tmp_path, kind):
    grey = np.linspace(0, 65535, 64).astype("uint16").reshape(8, 8)
    path = write_picture(tmp_path / f"a.{kind}", Image.fromarray(grey))
    pixels, _ = square(path)
    np.testing.assert_allclose(pixels[..., 0], grey / 257, atol=0.51)


def test_grey_of_real_numbers_is_scaled_or_refused(tmp_path):
    grey = np.linspace(0, 1, 64, dtype="float32").reshape(8, 8)
    path = write_picture(tmp_path / "a.tiff", Image.fromarray(grey))
    np.testing.assert_allclose(square(path)[0][..., 1], 255 * grey, atol=0.51)
    for worst in (-1, 7, np.nan):
        grey[3, 3] = worst
        write_picture(tmp_path / "a.tiff", Image.fromarray(grey))
        with pytest.raises(DataError, match=r"a\.tiff: its grey goes from"):
            read_image(path)


def test_what_is_transparent_is_white(tmp_path):
    image = Image.fromarray(plain()).convert("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 127))
    pixels, _ = square(write_picture(tmp_path / "a.png", image))
    np.testing.assert_array_equal(pixels[1, 0], [255, 255, 255])
    np.testing.assert_allclose(pixels[1, 1], 128, atol=1)
    np.testing.assert_array_equal(pixels[1, 2], [200, 30, 60])


@pytest.mark.parametrize("transparency", [0, bytes([0, 255])])
def test_what_is_transparent_in_a_palette_is_white(tmp_path, transparency):
    image = Image.new("P", (8, 8))
    image.putpalette([0, 0, 0, 200, 30, 60])
    image.putpixel((3, 3), 1)
    path = write_picture(tmp_path / "a.png", image, transparency=transparency)
    pixels, _ = square(path)
    np.testing.assert_array_equal(pixels[0, 0], [255, 255, 255])
    np.testing.assert_array_equal(pixels[3, 3], [200, 30, 60])


def test_first_picture_of_an_animation(tmp_path):
    first, second = (Image.fromarray(plain(colour=(c,) * 3)) for c in (250, 10))
    for kind in ("gif", "png", "webp", "tiff"):
        path = tmp_path / f"a.{kind}"
        write_picture(path, first, save_all=True, append_images=[second])
        pixels, present = square(path)
        np.testing.assert_allclose(pixels[present], 250, atol=2)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_camera_that_was_turned(tmp_path, orientation):
    upright = Image.fromarray(gradient(16, 8))
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = write_picture(tmp_path / "a.png", stored, exif=exif)
    pixels, present, found = read_image(path, 16)
    np.testing.assert_array_equal(pixels[present], gradient(16, 8).reshape(-1, 3))
    assert (found.width, found.height) == (16, 8)


def test_damaged_note_of_the_camera_is_passed_over(tmp_path):
    for note in (b"Exif\0\0nothing", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"):
        path = write_picture(tmp_path / "a.jpg", exif=note)
        assert read_image(path)[2].width == 8


def test_large_photo_is_decoded_in_part(tmp_path):
    path = write_picture(tmp_path / "a.jpg", gradient(1600, 1200), quality=95)
    pixels, present, found = read_image(path, 16)
    assert (found.width, found.height) == (1600, 1200)
    expected = np.linspace(8, 247, 16)
    middle = pixels.reshape(16, 16, 3)[8]
    np.testing.assert_allclose(middle[:, 0], expected, atol=4)


def test_content_counts_not_the_name(tmp_path):
    write_picture(tmp_path / "a.jpg", format="PNG")
    assert read_image(tmp_path / "a.jpg")[2].format == "PNG"


def test_missing_file_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "a.jpg", tmp_path / ("a" * 300)):
        with pytest.raises(DataError, match="no such file|a folder|File name too long"):
            read_image(place)
    with pytest.raises(ValueError, match="`side` is at least 1, not 0"):
        read_image(tmp_path, side=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"To be or not to be. " * 40, "it cannot be read as a picture .cannot ident"),
        (bytes(4000), "it cannot be read as a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it cannot be read as"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, content, message):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(DataError, match=rf"a\.jpg: .*{message}"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("kind", ["jpg", "png", "gif", "bmp", "webp", "tiff", "ppm"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_truncated_file_is_refused(tmp_path, kind, share, rng):
    noise = rng.integers(0, 256, (40, 40, 3)).astype("uint8")
    path = write_picture(tmp_path / f"a.{kind}", noise)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=rf"a\.{kind}: it cannot be read as a picture"):
        read_image(path)


@pytest.mark.parametrize("width", [MOST_PIXELS // 1000 + 1, 200_000, 2**31 - 1])
def test_header_that_claims_too_much_is_refused(tmp_path, width):
    path = tmp_path / "a.png"
    path.write_bytes(claim_size(width, 1000))
    with pytest.raises(DataError, match=r"a\.png: (its header says \d+ x 1000|it can)"):
        read_image(path)


@pytest.mark.parametrize("kind", ["jpg", "png", "gif", "tiff", "webp"])
def test_damaged_bytes_never_do_worse_than_a_data_error(tmp_path, kind, rng):
    whole = write_picture(tmp_path / f"a.{kind}").read_bytes()
    for _ in range(60):
        content = np.frombuffer(whole, "uint8").copy()
        places = rng.integers(0, len(content), 3)
        content[places] = rng.integers(0, 256, 3)
        (tmp_path / f"b.{kind}").write_bytes(content.tobytes())
        try:
            pixels, _, _ = read_image(tmp_path / f"b.{kind}")
        except DataError:
            continue
        assert 0 <= pixels.min() <= pixels.max() <= 255


def test_warnings_of_pillow_do_not_leak(tmp_path, monkeypatch):
    path = write_picture(tmp_path / "a.png", gradient(20, 20))
    # Pillow warns from here on.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(read_image, [path] * 100))
        assert not caught
        Image.open(path).close()
        assert len(caught) == 1
    assert warnings.filters == before


def test_large_pictures_are_decoded_one_at_a_time(tmp_path, monkeypatch):
    inside, most = [], []

    def coloured(image, *args):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return image.convert("RGB"), ""

    monkeypatch.setattr(image_file, "coloured", coloured)
    path = write_picture(tmp_path / "a.png", gradient(60, 40))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(read_image, [path] * 8))
        assert max(most) > 1
        most.clear()
        monkeypatch.setattr(image_file, "LARGE", 60 * 40 - 1)
        list(pool.map(read_image, [path] * 8))
    assert max(most) == 1

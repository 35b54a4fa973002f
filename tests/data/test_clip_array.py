import io
import struct

import numpy as np
import pytest
from PIL import Image, features

from mmzoo.data import DataError, read_audio, read_image
from mmzoo.data.clip_array import audio_from_array, image_from_array
from tests.data.small_pictures import gradient

SIDE = 16
RATE = 16000


@pytest.fixture
def colours():
    """Levels of red, green and blue that a palette of 256 colours holds."""
    return gradient(16, 12) // 32 * 32


def grey_of(colours):
    return colours[..., 0]


def bmp_of_32_bits(colours, alpha):
    """A BMP with masks for four channels, the fourth of which many writers leave 0."""
    height, width = colours.shape[:2]
    levels = np.concatenate([colours[::-1, :, ::-1], alpha[::-1, :, None]], axis=2)
    content = levels.astype("uint8").tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    sizes = struct.pack(
        "<IiiHHIIiiII", 108, width, height, 1, 32, 3, len(content), *[0] * 4
    )
    head = sizes + masks + bytes(52)
    start = 14 + len(head)
    return (
        struct.pack("<2sIHHI", b"BM", start + len(content), 0, 0, start)
        + head
        + content
    )


def saved(image, kind, **settings):
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def colour_files(colours):
    """The bytes of files that all show one picture in colour."""
    opaque = np.full(colours.shape[:2], 255, "uint8")
    image = Image.fromarray(colours)
    with_alpha = Image.fromarray(np.dstack([colours, opaque]))
    yield from (saved(image, kind) for kind in ("PNG", "BMP", "TIFF", "PPM"))
    yield from (saved(with_alpha, kind) for kind in ("PNG", "TIFF", "BMP"))
    yield from (saved(each, "WEBP", lossless=True) for each in (image, with_alpha))
    palette = image.quantize(256)
    yield from (saved(palette, kind) for kind in ("PNG", "GIF", "TIFF", "BMP"))
    yield saved(image.convert("CMYK"), "TIFF")
    yield saved(image, "JPEG2000")
    wide = (colours.astype(">u2") * 257).tobytes()
    yield b"P6 16 12 65535\n" + wide
    yield bmp_of_32_bits(colours, opaque)
    yield bmp_of_32_bits(colours, 0 * opaque)


def grey_files(grey):
    image = Image.fromarray(grey)
    yield from (saved(image, kind) for kind in ("PNG", "BMP", "TIFF", "PPM", "GIF"))
    yield from (saved(image.convert("LA"), kind) for kind in ("PNG", "TIFF"))
    yield from (saved(image.convert("RGBA"), kind) for kind in ("PNG", "TIFF"))
    wide = grey.astype("uint16") * 257
    yield from (saved(Image.fromarray(wide), kind) for kind in ("PNG", "TIFF", "PPM"))
    yield saved(Image.fromarray(wide.astype("int32")), "TIFF")
    yield saved(Image.fromarray((grey / 255).astype("float32")), "TIFF")


def arrays_of(levels):
    opaque = np.full(levels.shape[:2], 255, "uint8")
    for each in (levels, np.dstack([levels, opaque])):
        yield each
        yield each.astype("uint16") * 257
        for kind in ("float32", "float64"):
            yield each.astype(kind) / 255
    yield Image.fromarray(levels)


@pytest.mark.parametrize("channels", ["colour", "grey"])
def test_one_picture_is_one_answer(tmp_path, colours, channels):
    levels = colours if channels == "colour" else grey_of(colours)
    expected = np.zeros((SIDE, SIDE, 3), "float32")
    expected[2:14] = levels if channels == "colour" else levels[..., None]
    files = colour_files(levels) if channels == "colour" else grey_files(levels)
    for number, content in enumerate(files):
        path = tmp_path / f"{number}.picture"
        path.write_bytes(content)
        pixels, present, found = read_image(path, SIDE)
        np.testing.assert_array_equal(
            pixels, expected.reshape(-1, 3), err_msg=f"{number} {found}"
        )
    for array in arrays_of(levels):
        pixels, again = image_from_array(array, SIDE)
        np.testing.assert_array_equal(pixels, expected.reshape(-1, 3))
        np.testing.assert_array_equal(again, present)


def test_black_and_white(tmp_path):
    board = np.indices((SIDE, SIDE)).sum(axis=0) % 2 == 0
    image = Image.fromarray(board)
    for kind in ("PNG", "TIFF", "BMP", "GIF", "PPM"):
        (tmp_path / "a").write_bytes(saved(image, kind))
        pixels = read_image(tmp_path / "a", SIDE)[0]
        np.testing.assert_array_equal(pixels, image_from_array(board, SIDE)[0])


@pytest.mark.skipif(not features.check("avif"), reason="Pillow reads no AVIF here")
def test_avif_is_read(tmp_path, colours):
    (tmp_path / "a").write_bytes(saved(Image.fromarray(colours), "AVIF", quality=100))
    pixels, present, found = read_image(tmp_path / "a", SIDE)
    assert found.format == "AVIF"
    assert np.abs(pixels[present] - colours.reshape(-1, 3)).mean() < 8


def test_avif_is_named_where_it_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("mmzoo.data.image_file._reads_avif", lambda: False)
    (tmp_path / "a.png").write_bytes(b"\0\0\0\x1cftypavif" + bytes(99))
    with pytest.raises(DataError, match=r"it is AVIF, .* Install Pillow 11\.3 or"):
        read_image(tmp_path / "a.png")


def test_one_transparent_grey_of_16_bits_is_white(tmp_path):
    wide = np.array([[0, 257 * 100], [257 * 200, 0]], "uint16")
    (tmp_path / "a").write_bytes(saved(Image.fromarray(wide), "PNG", transparency=0))
    pixels = read_image(tmp_path / "a", 2)[0]
    assert pixels[:, 0].tolist() == [255, 100, 200, 255]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full((4, 4, 3), 7.0), "its grey goes from 7 to 7. Write it with grey from"),
        (np.full((4, 4, 3), np.nan), "its grey goes from nan"),
        (-np.ones((4, 4)), "its grey goes from -1"),
        (np.full((4, 4, 3), 9, "uint16"), "its grey goes to 9, but white is 65535"),
        (np.ones((4, 4, 3), "int64"), "its levels are int64"),
        (np.ones((4, 4), complex), "its levels are complex128"),
        (np.array([["a"]]), "its levels are str"),
        (np.zeros((3, 8, 8), "uint8"), r"shape \(3, 8, 8\). Give one picture, \(hei"),
        (np.zeros((1, 8, 8, 3), "uint8"), r"shape \(1, 8, 8, 3\)"),
        (np.zeros((0, 8, 3), "uint8"), r"shape \(0, 8, 3\)"),
        (7.0, r"shape \(\)"),
    ],
)
def test_arrays_that_are_no_picture_are_refused(array, message):
    with pytest.raises(DataError, match=f"`image`: .*{message}"):
        image_from_array(array)


def test_levels_of_8_bits_in_a_wider_file_are_refused(tmp_path):
    for kind in ("uint16", "int32"):
        levels = np.full((4, 4), 200, kind)
        (tmp_path / "a").write_bytes(saved(Image.fromarray(levels), "TIFF"))
        with pytest.raises(DataError, match="its grey goes to 200, but white is 65535"):
            read_image(tmp_path / "a")


@pytest.fixture
def wave():
    """Samples that 8 bits hold exactly."""
    steps = np.round(100 * np.sin(np.arange(2000) / 20))
    return (steps / 128).astype("float32")


def test_one_sound_is_one_answer(tmp_path, wave):
    soundfile = pytest.importorskip("soundfile")
    containers = {
        "WAV": ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"),
        "FLAC": ("PCM_S8", "PCM_16", "PCM_24"),
        "AIFF": ("PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"),
        "CAF": ("PCM_16", "FLOAT"),
        "W64": ("PCM_16",),
    }
    for channels in (1, 2, 4):
        samples = np.repeat(wave[:, None], channels, axis=1)
        for kind, types in containers.items():
            for subtype in types:
                path = tmp_path / "a"
                soundfile.write(path, samples, RATE, format=kind, subtype=subtype)
                found = read_audio(path, RATE)[0]
                np.testing.assert_array_equal(found, wave, err_msg=f"{kind} {subtype}")
        for kind in ("int16", "int32", "float32", "float64"):
            array = soundfile.read(path, dtype=kind)[0]
            np.testing.assert_array_equal(audio_from_array(array)[0], wave)
        for kind, silence in (("int8", 0), ("uint8", 128)):
            array = (samples * 128 + silence).astype(kind)
            np.testing.assert_array_equal(audio_from_array(array)[0], wave)


def test_one_sound_of_other_rates_is_nearly_one(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    found = {}
    for rate in (RATE, 22050, 44100, 48000):
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
        soundfile.write(tmp_path / "a.wav", tone, rate, subtype="FLOAT")
        found[rate] = read_audio(tmp_path / "a.wav", RATE)[0][500:-500]
    for each in found.values():
        np.testing.assert_allclose(each, found[RATE], atol=2e-3)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full(9, np.nan), "none of its 9 samples is a finite number"),
        (np.full((9, 2), np.inf), "none of its 18 samples is a finite"),
        (np.zeros(0), "it holds no sample"),
        (np.zeros((2, 900)), r"the array has shape \(2, 900\)"),
        (np.zeros((9, 2, 2)), r"the array has shape \(9, 2, 2\)"),
        (0.5, r"the array has shape \(\)"),
        (np.full(9, 3000.0), "100% of its samples are outside"),
        (np.zeros(9, "int64"), "its samples are int64, whose full scale is not known"),
        (np.zeros(9, "uint16"), "its samples are uint16"),
        (np.zeros(9, complex), "its samples are complex128"),
        (np.zeros(9, bool), "its samples are bool"),
        (np.array([None] * 9), "its samples are object"),
    ],
)
def test_arrays_that_are_no_sound_are_refused(array, message):
    with pytest.raises(DataError, match=f"`audio`: .*{message}"):
        audio_from_array(array)


def test_what_is_not_finite_is_counted(wave, tmp_path):
    soundfile = pytest.importorskip("soundfile")
    wave[3:5], wave[7], wave[9] = np.nan, -np.inf, 2.0
    soundfile.write(tmp_path / "a.wav", wave, RATE, subtype="FLOAT")
    for samples, found in (audio_from_array(wave), read_audio(tmp_path / "a.wav")):
        assert (found.nan, found.inf, found.clipped) == (2, 1, 1)
        assert samples[[3, 4, 7, 9]].tolist() == [0, 0, 0, 1]
    soundfile.write(tmp_path / "a.wav", np.full(9, np.nan), RATE, subtype="FLOAT")
    with pytest.raises(DataError, match="none of its 9 samples is a finite number"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.parametrize("told", [0, 2**36 - 1, 4000])
def test_flac_whose_header_lies_about_its_length(tmp_path, wave, told):
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.flac", wave, RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    # The last 36 bits of the 18 bytes from the start of the first block on.
    content[21] = content[21] & 0xF0 | told >> 32
    content[22:26] = struct.pack(">I", told & 0xFFFFFFFF)
    (tmp_path / "a.flac").write_bytes(content)
    reasons = "does not say how long it is|promises|cut short"
    with pytest.raises(DataError, match=reasons):
        read_audio(tmp_path / "a.flac")

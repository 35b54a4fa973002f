import struct
from pathlib import Path

import pytest

from mmzoo.data import DataError, read_audio, read_image
from mmzoo.data.unread_format import format_of, is_unread_recording, refuse_unread

BOX = struct.pack(">I", 32)
HEADS = {
    "HEIC": [BOX + b"ftypheic", BOX + b"ftypmif1", BOX + b"ftyphevc"],
    "MP4": [BOX + b"ftypM4A ", BOX + b"ftypisom", BOX + b"ftypqt  ", BOX + b"moov"],
    "AAC": [b"\xff\xf1\x50\x80", b"\xff\xf9\x50\x80"],
    "WebM or Matroska": [b"\x1a\x45\xdf\xa3"],
    "HTML": [b"\n<!DOCTYPE html><html>", b"<html>"],
    "SVG": [b'<?xml version="1.0"?><svg>', b"<svg>"],
    "JPEG XL": [b"\0\0\0\x0cJXL \r\n"],
    "Windows Media": [b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"],
    "AVI": [b"RIFF\0\0\0\0AVI "],
    "AMR": [b"#!AMR\n"],
}


@pytest.mark.parametrize(
    ("kind", "head"), [(kind, head) for kind, each in HEADS.items() for head in each]
)
@pytest.mark.parametrize("reader", [read_audio, read_image])
def test_the_content_names_the_format(tmp_path, kind, head, reader):
    path = tmp_path / "a.wav"
    path.write_bytes(head + bytes(3000))
    assert format_of(path) == kind
    with pytest.raises(DataError, match=f"a.wav: it is {kind}, a format .* not read"):
        reader(path)


@pytest.mark.parametrize("suffix", ["m4a", "aac", "mp4", "mov", "webm", "MP4", "wma"])
def test_sound_is_refused_with_the_command_that_converts_it(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"nothing that can be told" * 99)
    with pytest.raises(DataError, match=r"it is .* `ffmpeg -i a\.\w+ a\.wav`"):
        read_audio(path)


def test_a_picture_of_an_iphone_is_named(tmp_path):
    path = tmp_path / "a.heic"
    for content in (HEADS["HEIC"][0] + bytes(99), b"nothing" * 99):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"it is HEIC.*heif-convert a\.heic a\.png"):
            read_image(path)


def test_what_is_read_is_not_refused(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\xff\xfb\x90\x64" + bytes(400))
    # MP3 by its content, whatever its name.
    refuse_unread(path)
    with pytest.raises(DataError, match="it is MP4"):
        refuse_unread(path, by_name=True)


def test_the_name_tells_a_video():
    told = {
        name: is_unread_recording(Path(name)) for name in ("a.mp4", "a.MOV", "a.aac")
    }
    assert all(told.values())
    assert not any(is_unread_recording(Path(name)) for name in ("a.wav", "a.heic", "a"))

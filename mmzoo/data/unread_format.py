"""Formats that are not read: what they are, and how to turn them into some that are."""

from pathlib import Path

from mmzoo.data.errors import DataError
from mmzoo.reading import open_regular

# Bytes at the start of a file that tell its format.
HEAD = 4096
# What a file of ISO's base format says of itself, from its eighth byte.
PICTURE_BRANDS = {"HEIC": (b"hei", b"hev", b"mif1", b"msf1"), "AVIF": (b"avi",)}
# Starts of other formats, pictures and recordings.
STARTS = {
    "HTML": (b"<!doctype html", b"<html"),
    "PDF": (b"%PDF-",),
    "SVG": (b"<svg",),
    "JPEG XL": (b"\xff\x0a", b"\0\0\0\x0cjxl "),
    "Photoshop": (b"8BPS",),
    "icon": (b"\0\0\x01\0",),
    "WebM or Matroska": (b"\x1a\x45\xdf\xa3",),
    "Windows Media": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",),
    "AMR": (b"#!AMR",),
    "Flash video": (b"FLV\x01",),
}
# Where the content tells nothing, the name may.
SUFFIXES = {
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".avif": "AVIF",
    ".jxl": "JPEG XL",
    ".svg": "SVG",
    ".m4a": "MP4",
    ".m4b": "MP4",
    ".mp4": "MP4",
    ".m4v": "MP4",
    ".mov": "MP4",
    ".3gp": "MP4",
    ".aac": "AAC",
    ".webm": "WebM or Matroska",
    ".mkv": "WebM or Matroska",
    ".wma": "Windows Media",
    ".amr": "AMR",
    ".avi": "AVI",
}
RECORDINGS = ("MP4", "AAC", "AVI", "AMR", "Flash video")
RECORDINGS += ("WebM or Matroska", "Windows Media")
REMEDIES = {
    "HEIC": "Convert it to PNG or JPEG, such as by `heif-convert {name} {stem}.png`",
    "AVIF": "Install Pillow 11.3 or later, or convert it to PNG, such as by "
    "`ffmpeg -i {name} {stem}.png`",
    "HTML": "It is a page of the web in place of the file: download it again",
}


def format_of(path: Path) -> str | None:
    """The format of a file that is neither a picture nor a recording that is read.

    Args:
        path: The file.

    Returns:
        Its name, by the content, or by the file's name where the content tells
        nothing; `None` for any other file.
    """
    with open_regular(path) as file:
        head = file.read(HEAD)
    if head[4:8] == b"ftyp":
        for kind, brands in PICTURE_BRANDS.items():
            if head[8:12].startswith(brands):
                return kind
        return "MP4"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "MP4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    # The frames of AAC begin as those of MP3 do, but for the two bits of the layer.
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "AAC"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for kind, starts in STARTS.items():
        if text.startswith(starts) or head.startswith(starts):
            return kind
    return "SVG" if text.startswith(b"<?xml") and b"<svg" in text else None


def is_unread_recording(path: Path) -> bool:
    """Whether a file is called as recordings and videos are that are not read.

    Args:
        path: The file, which is not opened.

    Returns:
        Whether it is, by its suffix.
    """
    return SUFFIXES.get(path.suffix.lower()) in RECORDINGS


def refuse_unread(path: Path, by_name: bool = False) -> None:
    """Refuse a file of a format that is not read, by the name of that format.

    Args:
        path: The file.
        by_name: Whether the file's name may tell, where its content does not: once it
            could not be read. Defaults to `False`.

    Raises:
        DataError: If it is of such a format.
    """
    kind = format_of(path) or (SUFFIXES.get(path.suffix.lower()) if by_name else None)
    if kind is None:
        return
    remedy = REMEDIES.get(kind, "Convert it to PNG or JPEG")
    if kind in RECORDINGS:
        remedy = "Take its sound out, by `ffmpeg -i {name} {stem}.wav`"
    remedy = remedy.format(name=path.name, stem=path.stem)
    raise DataError(path, f"it is {kind}, a format that is not read", remedy)

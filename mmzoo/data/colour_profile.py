"""The colours of a picture as a screen shows them, by the profile in its file."""

import io

# Which of Pillow's modes has the colours of a kind of profile.
MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
GREYS = ("1", "L", "LA")


def profile_fault(image) -> str:
    """Why the colour profile of a picture is not used, empty where it is, or is none.

    Args:
        image: Of Pillow's, of any mode.

    Returns:
        str.
    """
    if not image.info.get("icc_profile"):
        return ""
    space = _space(image.info["icc_profile"])
    if space not in MODES:
        return "its colour profile cannot be read"
    kind = "GRAY" if image.mode in GREYS or image.mode[0] in "IF" else "RGB"
    kind = {"CMYK": "CMYK", "LAB": "Lab"}.get(image.mode, kind)
    if space != kind:
        return f"its colour profile is of {space}, but its colours are {image.mode}"
    return ""


def in_srgb(image, profile: bytes | None):
    """A picture without transparency in sRGB's red, green and blue.

    What has no profile is in sRGB already, as every program takes it; colours of Lab
    have a meaning of their own.

    Args:
        image: Of Pillow's, of any mode but those of 16 or 32 bits.
        profile: The bytes of an ICC profile that fits the picture's colours.

    Returns:
        The picture of Pillow's, of mode `"RGB"`.
    """
    from PIL import ImageCms

    if profile is None and image.mode != "LAB":
        return image.convert("RGB")
    source = ImageCms.createProfile("LAB") if profile is None else _opened(profile)
    # sRGB itself stays as it is, to the last level.
    if profile is not None and "srgb" in _described(source).lower():
        return image.convert("RGB")
    mode = MODES[_space(profile)] if profile is not None else "LAB"
    target = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(
        image.convert(mode), source, target, outputMode="RGB"
    )


def _opened(profile: bytes):
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


def _described(profile) -> str:
    return profile.profile.profile_description or ""


def _space(profile: bytes) -> str | None:
    """The colour space of a profile, `None` where it is damaged."""
    try:
        return _opened(profile).profile.xcolor_space.strip()
    except Exception:
        # The library raises whatever a damaged profile leads it to.
        return None

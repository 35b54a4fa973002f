"""The colours of a picture as a screen shows them, by the profile in its file."""

import io

# Which of Pillow's modes has the colours of a kind of profile.
MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
GREYS = ("1", "L", "LA")


def opened_profile(image):
    """The colour profile of a picture, and why it is not used.

    Args:
        image: Of Pillow's, of any mode.

    Returns:
        The profile of Pillow's, `None` where there is none that fits the picture's
        colours; and the reason, empty where there is none at all or it fits.
    """
    from PIL import ImageCms

    if not image.info.get("icc_profile"):
        return None, ""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        space = _space(profile)
    except Exception:
        # The library raises whatever a damaged profile leads it to.
        space = None
    if space not in MODES:
        return None, "its colour profile cannot be read"
    kind = "GRAY" if image.mode in GREYS or image.mode[0] in "IF" else "RGB"
    kind = {"CMYK": "CMYK", "LAB": "Lab"}.get(image.mode, kind)
    if space != kind:
        fault = f"its colour profile is of {space}, but its colours are {image.mode}"
        return None, fault
    return profile, ""


def in_srgb(image, profile):
    """A picture without transparency in sRGB's red, green and blue.

    What has no profile is in sRGB already, as every program takes it; colours of Lab
    have a meaning of their own.

    Args:
        image: Of Pillow's, of any mode but those of 16 or 32 bits.
        profile: What `opened_profile` returns of it.

    Returns:
        The picture of Pillow's, of mode `"RGB"`.
    """
    from PIL import ImageCms

    if profile is None and image.mode != "LAB":
        return image.convert("RGB")
    # sRGB itself stays as it is, to the last level.
    if profile is not None and "srgb" in _described(profile).lower():
        return image.convert("RGB")
    source = profile or ImageCms.createProfile("LAB")
    mode = MODES[_space(profile)] if profile is not None else "LAB"
    target = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(
        image.convert(mode), source, target, outputMode="RGB"
    )


def _described(profile) -> str:
    return profile.profile.profile_description or ""


def _space(profile) -> str:
    """The colour space of a profile."""
    return profile.profile.xcolor_space.strip()

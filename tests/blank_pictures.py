"""A plugin of pytest by which most tests write blank pictures.

Drawing is half of what a report costs. The tests of pictures draw each of them, and
those marked `drawn` all pictures of a report, on the one backend that runs the whole
suite; elsewhere a blank one stands in.
"""

import contextlib
from unittest import mock

import pytest

DRAWING = ("/evaluation/", "/consistency/")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f0001010100b138f6140000000049454e44ae4260"
    "82"
)
BLANK = {"png": PNG, "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>'}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Let a test and its fixtures write blank pictures, unless it is of pictures."""
    with contextlib.nullcontext() if _draws(item) else _blank():
        return (yield)


def _draws(item):
    marked = "drawn" in item.keywords and not item.config.getoption("--backend-only")
    return marked or any(folder in item.nodeid for folder in DRAWING)


def _blank():
    def savefig(figure, file, format, **settings):
        file.write(BLANK[format])

    return mock.patch("matplotlib.figure.Figure.savefig", savefig)

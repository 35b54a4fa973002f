import io
import struct

import pytest

from mmzoo.reading import PickledBytes
from mmzoo.reading.pickle_source import MOST_HELD, PickleSource


def source(content):
    return PickleSource(io.BytesIO(content), "a.pkl", len(content))


def test_numbers_texts_and_lines():
    assert source(b"\x02\x01").number("<H") == 258
    assert source(b"\x02\x00\x01").integer("<B") == 256
    assert source(b"01\n").integer_line() is True
    assert source(b"-70L\n").long_line() == -70
    assert source(b"\x03a\xc3\xa9").text("<B") == "a\u00e9"
    assert source(b"a\\u00e9\n").text_line() == "a\u00e9"
    assert source(b"'a\\x00b'\n").literal() == b"a\0b"


@pytest.mark.parametrize("digits", [b"010", b"0x10", b"1_0", b"12L", b" 1", b"+1", b""])
def test_whole_numbers_that_python_reads_otherwise_are_refused(digits):
    with pytest.raises(ValueError, match="it has the whole number"):
        source(digits + b"\n").integer_line()


def test_what_is_long_stays_in_the_file():
    size = MOST_HELD + 1
    content = struct.pack("<I", size) + b"a" * size
    for found in (source(content).raw("<I"), source(content).text("<I")):
        assert isinstance(found, PickledBytes)
        assert (found.start, found.length) == (4, size)
    quoted = source(b"'" + b"\\x00" * size + b"'\n").literal()
    assert (quoted.start, quoted.stored, quoted.length) == (1, 4 * size, size)


@pytest.mark.parametrize("size", [2**31, 2**60])
def test_nothing_is_read_beyond_the_end(size):
    with pytest.raises(ValueError, match="ends before"):
        source(struct.pack("<Q", size)).raw("<Q")
    with pytest.raises(ValueError, match="a line without an end"):
        source(b"abc").line()
    with pytest.raises(ValueError, match="without quotes"):
        source(b"abc\n").literal()

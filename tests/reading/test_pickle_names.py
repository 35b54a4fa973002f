import pickle

import numpy as np
import pytest

from mmzoo.reading.pickle_names import as_text, known_name, plain_key
from mmzoo.reading.pickled_array import PickledType


def test_names_stand_for_functions_of_this_package_alone():
    assert known_name("numpy._core.multiarray", "scalar").name.startswith("numpy.core")
    assert known_name("__builtin__", "set").make([1]) == {1}
    for module, name in [("os", "system"), ("builtins", "eval"), ("numpy", "load")]:
        assert known_name(module, name) is None


def test_scalars_of_objects_are_refused():
    scalar = known_name("numpy.core.multiarray", "scalar").make
    assert scalar(PickledType("f8"), np.float64(2).tobytes()) == 2
    with pytest.raises(ValueError, match="is an object"):
        scalar(PickledType("O8"), pickle.dumps(1))


def test_keys_are_plain_and_have_hashes_of_their_own():
    assert [plain_key(each) for each in (b"a", "b", 3, None)] == ["a", "b", 3, None]
    for key in ((1,), 2**61 - 1 + 2**61, [], {}):
        with pytest.raises(ValueError, match="a key is"):
            plain_key(key)
    assert known_name("collections", "OrderedDict").make([[b"a", 1]]) == {"a": 1}
    with pytest.raises(ValueError, match="two keys"):
        known_name("collections", "OrderedDict").make([[b"a", 1], ["a", 2]])
    with pytest.raises(ValueError, match="two keys"):
        known_name("builtins", "set").make([b"a", "a"])
    assert as_text(b"\xe9") == "\u00e9"


def test_bytes_are_made_as_python_makes_them():
    encode, made = known_name("_codecs", "encode").make, known_name("builtins", "bytes")
    assert encode("\u00e9", "latin1") == made.make("\u00e9", "latin1") == b"\xe9"
    # Python would take UTF-8 where no coding is named, and refuse a text alone.
    with pytest.raises(TypeError):
        encode("\u00e9")
    with pytest.raises(ValueError, match="in the place of another type"):
        made.make("a")

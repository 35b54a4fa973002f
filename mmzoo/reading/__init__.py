"""Files that strangers made: opened, measured and parsed with one clear error."""

from mmzoo.reading.archive import (
    array_names,
    check_unpacked,
    open_archive,
    read_arrays,
)
from mmzoo.reading.data_error import DataError, parsing
from mmzoo.reading.model_card import read_model_card
from mmzoo.reading.pickle_file import is_pickle, read_pickle
from mmzoo.reading.pickled_array import PickledArray, PickledBytes
from mmzoo.reading.probed_hdf5 import check_hdf5
from mmzoo.reading.regular_file import (
    check_regular,
    inside_folder,
    open_regular,
    read_regular,
)
from mmzoo.reading.text_file import common_encoding, decode, read_json, read_text

__all__ = [
    "DataError",
    "PickledArray",
    "PickledBytes",
    "array_names",
    "check_hdf5",
    "check_regular",
    "check_unpacked",
    "common_encoding",
    "decode",
    "inside_folder",
    "is_pickle",
    "open_archive",
    "open_regular",
    "parsing",
    "read_arrays",
    "read_json",
    "read_model_card",
    "read_pickle",
    "read_regular",
    "read_text",
]

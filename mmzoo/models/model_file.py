"""A `.keras` file of a stranger: what it declares, compared with what it holds."""

import contextlib
import functools
import math
import re
import threading

import keras

from mmzoo.reading import DataError, check_hdf5, open_archive
from mmzoo.reading.keras_file import CONFIG, NO_FILE, REMEDY, WEIGHTS, read_json

MOST_OF_NUMBERS = 2**20
# Other numbers of a config are never so large without a weight to show for it.
NO_SIZES = re.compile("seed|shared_object_id")
# A model may make some weights twice, and each has a header in the file.
COPIES, HEADER_BYTES, FREE_BYTES = 2, 256, 2**20
# A large encoder has some hundreds of layers, most of which have a group in the file.
FREE_LAYERS, BYTES_OF_LAYER, MOST_LAYERS = 200, 512, 3000
# What layers read a file for, where the config gives a name in place of the content.
NAMES_OF_FILES = {"weights", "vocabulary", "merges", "proto"}
# Counting weights changes a method of Keras for all threads.
_ONE_AT_A_TIME = threading.RLock()
OWN = '`mmzoo.load(path, trust=("mine",))`, or `--trust mine` of a command'


def check_model_file(path, trust=()):
    """Refuse what is no model of mmzoo's, or declares more than it holds.

    Args:
        path: a `.keras` file.
        trust: names of other packages that its outermost class may be registered in.

    Returns:
        int, the bytes of its weights.

    Raises:
        DataError: naming the file, what is wrong with it, and what to do.
    """
    with open_archive(path, NO_FILE, REMEDY) as archive:
        config = read_json(path, archive, CONFIG)
        weights = archive.getinfo(WEIGHTS).file_size
        name = config.get("registered_name") or config.get("class_name")
    if str(name).partition(">")[0] not in ("mmzoo", *trust):
        own = f"trust the package of your own that registers it ({OWN})"
        fault = f"this holds {name!r}, no model of mmzoo's"
        raise DataError(path, fault, f"{REMEDY}, or {own}")
    _check_config(path, config, max(weights, MOST_OF_NUMBERS))
    check_hdf5(path, WEIGHTS)
    return weights


def _check_config(path, config, most):
    """Refuse a config that names files, or a size that its weights do not show."""
    todo = [("config", config)]
    while todo:
        key, value = todo.pop()
        if isinstance(value, dict):
            todo.extend(value.items())
            for name in NAMES_OF_FILES & value.keys():
                if isinstance(value[name], str):
                    fault = f"its config names another file, {name}={value[name]!r}"
                    raise DataError(path, fault, REMEDY)
        elif isinstance(value, list):
            todo.extend((key, each) for each in value)
        elif isinstance(value, int | float) and not NO_SIZES.search(key):
            if abs(value) > most and math.isfinite(value):
                fault = f"its config says {key}={value:g}, but it holds few weights"
                raise DataError(path, fault, REMEDY)


@contextlib.contextmanager
def weights_within(path, size):
    """Refuse layers and weights beyond those of a file before memory is taken.

    Args:
        path: the file, which the error names.
        size: int. Bytes of the weights that it holds.

    Raises:
        DataError: if the layers that are made inside ask for more.
    """
    layer, count = keras.layers.Layer, _Count(size)
    with _ONE_AT_A_TIME:
        old = {name: vars(layer)[name] for name in ("__new__", "add_weight")}
        layer.__new__ = staticmethod(count.layers_made(layer.__new__))
        layer.add_weight = count.weights_added(layer.add_weight)
        try:
            yield
        except Exception as error:
            # Keras wraps what a layer raises.
            if not count.exceeded:
                raise
            fault = f"its config asks for more weights than it holds ({size:,} bytes)"
            raise DataError(path, fault, REMEDY) from error
        finally:
            for name, method in old.items():
                setattr(layer, name, method)


class _Count:
    """Layers and bytes of weights that one thread may still make."""

    def __init__(self, size):
        self.left, self.thread = COPIES * size + FREE_BYTES, threading.get_ident()
        self.layers = min(FREE_LAYERS + size // BYTES_OF_LAYER, MOST_LAYERS)

    @property
    def exceeded(self):
        return self.left < 0 or self.layers < 0

    def _take(self, size, layers=0):
        if threading.get_ident() == self.thread:
            self.left, self.layers = self.left - size, self.layers - layers
        if self.exceeded:
            raise MemoryError("there are more weights than the file holds")

    def layers_made(self, new):
        """What makes a layer, counted."""

        @functools.wraps(new)
        def counted(cls, *args, **kwargs):
            self._take(0, layers=1)
            return new(cls, *args, **kwargs)

        return counted

    def weights_added(self, add_weight):
        """What adds a weight to a layer, counted."""

        @functools.wraps(add_weight)
        def counted(layer, *args, **kwargs):
            self._take(_bytes(layer, *args, **kwargs))
            return add_weight(layer, *args, **kwargs)

        return counted


def _bytes(layer, *args, **kwargs):
    """What a weight takes in a file, its header included."""
    shape = args[0] if args else kwargs.get("shape")
    bits = re.search(r"\d+", str(kwargs.get("dtype") or layer.variable_dtype))
    each = int(bits[0]) // 8 if bits else 1
    return HEADER_BYTES + each * math.prod(shape or ())

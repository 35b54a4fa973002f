import importlib.metadata

import mmzoo
from mmzoo.version import __version__


def test_it_is_that_of_the_package():
    assert mmzoo.__version__ == __version__ == importlib.metadata.version("mmzoo")

"""Multimodal sentiment and emotion models for Keras 3.

```python
from mmzoo import build_seq2seq_translator
```

Keras takes seconds to import, and a command must read its arguments before that. So the
library is imported with the first name that is used, or at once where Keras is there.
"""

import importlib
import sys
import typing

from mmzoo.version import __version__ as __version__

if typing.TYPE_CHECKING or "keras" in sys.modules:
    from mmzoo.library import *  # noqa: F403


def __getattr__(name):
    # `from mmzoo import *` asks for `__all__`; other such names are Python's own.
    if name == "__all__" or not name.startswith("__"):
        library = importlib.import_module("mmzoo.library")
        if name in ("__all__", *library.__all__):
            return getattr(library, name)
    raise AttributeError(f"module 'mmzoo' has no attribute {name!r}")


def __dir__():
    library = importlib.import_module("mmzoo.library")
    return sorted({*globals(), *library.__all__})

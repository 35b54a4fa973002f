"""Multimodal sentiment and emotion models for Keras 3.

```python
from mmzoo import build_seq2seq_translator
```
"""

import sys

from mmzoo_command import __version__ as __version__

# While Python looks for what `python -m` runs, the first word is "-m": the command
# reads its arguments before it imports what is heavy.
if sys.argv[:1] != ["-m"] or "mmzoo" not in sys.orig_argv:
    from mmzoo import data as data
    from mmzoo import evaluation as evaluation
    from mmzoo import layers as layers
    from mmzoo import models as models
    from mmzoo import ops as ops
    from mmzoo import reading as reading
    from mmzoo import training as training
    from mmzoo.models import build_audio_text_classifier as build_audio_text_classifier
    from mmzoo.models import (
        build_hierarchical_translator as build_hierarchical_translator,
    )
    from mmzoo.models import build_image_text_classifier as build_image_text_classifier
    from mmzoo.models import build_lstm_baseline as build_lstm_baseline
    from mmzoo.models import build_sentiment_regressor as build_sentiment_regressor
    from mmzoo.models import build_seq2seq_translator as build_seq2seq_translator
    from mmzoo.models import create_model as create_model
    from mmzoo.models import list_models as list_models
    from mmzoo.models import load as load
    from mmzoo.prediction import predict as predict

"""Everything that `mmzoo` offers, imported at once, so that Keras knows its classes."""

import mmzoo.data as data
import mmzoo.evaluation as evaluation
import mmzoo.layers as layers
import mmzoo.models as models
import mmzoo.ops as ops
import mmzoo.reading as reading
import mmzoo.training as training
from mmzoo.explanation import explain
from mmzoo.models import *  # noqa: F403
from mmzoo.models import create_model, list_models, load
from mmzoo.prediction import predict
from mmzoo.reading import read_model_card

__all__ = [
    "create_model",
    "data",
    "evaluation",
    "explain",
    "layers",
    "list_models",
    "load",
    "models",
    "ops",
    "predict",
    "read_model_card",
    "reading",
    "training",
]
# Every model is built from the package's face.
__all__ += [name for name in dir(models) if name.startswith("build_")]

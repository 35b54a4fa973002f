"""Everything that `mmzoo` offers, imported at once, so that Keras knows its classes."""

import mmzoo.data as data
import mmzoo.evaluation as evaluation
import mmzoo.layers as layers
import mmzoo.models as models
import mmzoo.ops as ops
import mmzoo.reading as reading
import mmzoo.training as training
from mmzoo.models import (
    build_audio_text_classifier,
    build_hierarchical_translator,
    build_image_text_classifier,
    build_lstm_baseline,
    build_sentiment_regressor,
    build_seq2seq_translator,
    create_model,
    list_models,
    load,
)
from mmzoo.prediction import predict

__all__ = [
    "build_audio_text_classifier",
    "build_hierarchical_translator",
    "build_image_text_classifier",
    "build_lstm_baseline",
    "build_sentiment_regressor",
    "build_seq2seq_translator",
    "create_model",
    "data",
    "evaluation",
    "layers",
    "list_models",
    "load",
    "models",
    "ops",
    "predict",
    "reading",
    "training",
]

"""Models: the parts composed, under names."""

from mmzoo.models.audio_text_classifier import (
    build_audio_text_classifier as build_audio_text_classifier,
)
from mmzoo.models.fusion_model import FusionModel as FusionModel
from mmzoo.models.hierarchical_translator import (
    build_hierarchical_translator as build_hierarchical_translator,
)
from mmzoo.models.image_text_classifier import (
    build_image_text_classifier as build_image_text_classifier,
)
from mmzoo.models.lstm_baseline import LSTMBaseline as LSTMBaseline
from mmzoo.models.lstm_baseline import build_lstm_baseline as build_lstm_baseline
from mmzoo.models.registry import create_model as create_model
from mmzoo.models.registry import list_models as list_models
from mmzoo.models.registry import load as load
from mmzoo.models.sentiment_regressor import SentimentRegressor as SentimentRegressor
from mmzoo.models.sentiment_regressor import (
    build_sentiment_regressor as build_sentiment_regressor,
)
from mmzoo.models.seq2seq_translator import Seq2SeqTranslator as Seq2SeqTranslator
from mmzoo.models.seq2seq_translator import (
    build_seq2seq_translator as build_seq2seq_translator,
)
from mmzoo.models.variant import Variant as Variant

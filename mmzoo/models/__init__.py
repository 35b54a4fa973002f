"""Models: the parts composed, under names."""

from mmzoo.models.adaptation_gate_transformer import *
from mmzoo.models.audio_text_classifier import build_audio_text_classifier
from mmzoo.models.co_memory_network import *
from mmzoo.models.contextual_lstm import *
from mmzoo.models.convolutional_fusion_network import *
from mmzoo.models.crossmodal_transformer import *
from mmzoo.models.cyclic_translator import *
from mmzoo.models.frame_classifier import *
from mmzoo.models.fusion_model import FusionModel
from mmzoo.models.gated_embedding_network import *
from mmzoo.models.graph_memory_fusion_network import *
from mmzoo.models.hidden_markov_model import *
from mmzoo.models.hierarchical_semantic_network import *
from mmzoo.models.hierarchical_translator import build_hierarchical_translator
from mmzoo.models.high_level_recurrent_network import *
from mmzoo.models.hybrid_interaction_network import *
from mmzoo.models.image_text_classifier import build_image_text_classifier
from mmzoo.models.image_text_interaction_network import *
from mmzoo.models.intermodal_attention_network import *
from mmzoo.models.late_fusion_network import *
from mmzoo.models.low_rank_fusion_network import *
from mmzoo.models.lstm_baseline import LSTMBaseline, build_lstm_baseline
from mmzoo.models.memory_fusion_network import *
from mmzoo.models.multi_attention_network import *
from mmzoo.models.multi_view_attention_network import *
from mmzoo.models.multi_view_network import *
from mmzoo.models.multimodal_bitransformer import *
from mmzoo.models.multimodal_factorization_model import *
from mmzoo.models.multimodal_infomax import *
from mmzoo.models.multimodal_model import MultimodalModel
from mmzoo.models.multistage_fusion_network import *
from mmzoo.models.registry import create_model, list_models, load, register_model
from mmzoo.models.self_supervised_multitask import *
from mmzoo.models.semantic_attention_network import *
from mmzoo.models.sentiment_regressor import (
    SentimentRegressor,
    build_sentiment_regressor,
)
from mmzoo.models.seq2seq_translator import Seq2SeqTranslator, build_seq2seq_translator
from mmzoo.models.shared_private_network import *
from mmzoo.models.stacked_decision_network import *
from mmzoo.models.staged_fusion_model import StagedFusionModel
from mmzoo.models.tensor_fusion_network import *
from mmzoo.models.variation_embedding_network import *
from mmzoo.models.variational_translator import *

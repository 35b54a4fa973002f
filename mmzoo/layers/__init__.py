"""The parts, each of use on its own in anybody's Keras model."""

from mmzoo.layers.acoustic_functionals import AcousticFunctionals as AcousticFunctionals
from mmzoo.layers.answer_head import AnswerHead as AnswerHead
from mmzoo.layers.attention_pooling import AttentionPooling as AttentionPooling
from mmzoo.layers.attentional_fusion import AttentionalFusion as AttentionalFusion
from mmzoo.layers.channel_attention import ChannelAttention as ChannelAttention
from mmzoo.layers.clip_image import CLIPImage as CLIPImage
from mmzoo.layers.clip_text import CLIPText as CLIPText
from mmzoo.layers.co_memory import CoMemory as CoMemory
from mmzoo.layers.context_decoder import ContextDecoder as ContextDecoder
from mmzoo.layers.delta_memory import DeltaMemory as DeltaMemory
from mmzoo.layers.ecapa_tdnn import ECAPATDNN as ECAPATDNN
from mmzoo.layers.entropy_memory import EntropyMemory as EntropyMemory
from mmzoo.layers.frame_cnn import FrameCNN as FrameCNN
from mmzoo.layers.frame_cnn_3d import FrameCNN3D as FrameCNN3D
from mmzoo.layers.frame_codebook import FrameCodebook as FrameCodebook
from mmzoo.layers.frame_statistics import FrameStatistics as FrameStatistics
from mmzoo.layers.fusion_graph import FusionGraph as FusionGraph
from mmzoo.layers.fusion_head import FusionHead as FusionHead
from mmzoo.layers.gated_co_attention import GatedCoAttention as GatedCoAttention
from mmzoo.layers.gated_memory import GatedMemory as GatedMemory
from mmzoo.layers.gated_shift import GatedShift as GatedShift
from mmzoo.layers.gaussian_hmm import GaussianHMM as GaussianHMM
from mmzoo.layers.gaussian_latent import GaussianLatent as GaussianLatent
from mmzoo.layers.gaussian_prediction import GaussianPrediction as GaussianPrediction
from mmzoo.layers.graph_memory import GraphMemory as GraphMemory
from mmzoo.layers.hierarchical_stack import HierarchicalStack as HierarchicalStack
from mmzoo.layers.hybrid_lstm import HybridLSTM as HybridLSTM
from mmzoo.layers.image_augmentation import ImageAugmentation as ImageAugmentation
from mmzoo.layers.image_cnn import ImageCNN as ImageCNN
from mmzoo.layers.image_encoder import ImageEncoder as ImageEncoder
from mmzoo.layers.local_response_normalization import (
    LocalResponseNormalization as LocalResponseNormalization,
)
from mmzoo.layers.log_spectrogram import LogSpectrogram as LogSpectrogram
from mmzoo.layers.lstm_system import LSTMSystem as LSTMSystem
from mmzoo.layers.luong_attention import LuongAttention as LuongAttention
from mmzoo.layers.masked_adaptive_pooling import (
    MaskedAdaptivePooling as MaskedAdaptivePooling,
)
from mmzoo.layers.masked_batch_normalization import (
    MaskedBatchNormalization as MaskedBatchNormalization,
)
from mmzoo.layers.masked_normalization import MaskedNormalization as MaskedNormalization
from mmzoo.layers.mixed_region_pooling import MixedRegionPooling as MixedRegionPooling
from mmzoo.layers.modality_concat import ModalityConcat as ModalityConcat
from mmzoo.layers.modality_embedding import ModalityEmbedding as ModalityEmbedding
from mmzoo.layers.modality_gate import ModalityGate as ModalityGate
from mmzoo.layers.modality_tokens import ModalityTokens as ModalityTokens
from mmzoo.layers.modality_translator import ModalityTranslator as ModalityTranslator
from mmzoo.layers.moonshine_states import MoonshineStates as MoonshineStates
from mmzoo.layers.multi_view_lstm import MultiViewLSTM as MultiViewLSTM
from mmzoo.layers.pairwise_attention import PairwiseAttention as PairwiseAttention
from mmzoo.layers.perceptron import Perceptron as Perceptron
from mmzoo.layers.pretrained_speech import PretrainedSpeech as PretrainedSpeech
from mmzoo.layers.pretrained_text import PretrainedText as PretrainedText
from mmzoo.layers.raw_audio_cnn import RawAudioCNN as RawAudioCNN
from mmzoo.layers.raw_audio_frames import RawAudioFrames as RawAudioFrames
from mmzoo.layers.recurrent import GRU as GRU
from mmzoo.layers.recurrent import LSTM as LSTM
from mmzoo.layers.recurrent_summary import RecurrentSummary as RecurrentSummary
from mmzoo.layers.res2_block import Res2Block as Res2Block
from mmzoo.layers.residual_block import ResidualBlock as ResidualBlock
from mmzoo.layers.sequence_branch import SequenceBranch as SequenceBranch
from mmzoo.layers.sequence_decoder import SequenceDecoder as SequenceDecoder
from mmzoo.layers.sequence_encoder import SequenceEncoder as SequenceEncoder
from mmzoo.layers.sequence_head import SequenceHead as SequenceHead
from mmzoo.layers.shared_private import SharedPrivate as SharedPrivate
from mmzoo.layers.spectrogram_augmentation import (
    SpectrogramAugmentation as SpectrogramAugmentation,
)
from mmzoo.layers.spectrogram_branch import SpectrogramBranch as SpectrogramBranch
from mmzoo.layers.spectrogram_cnn import SpectrogramCNN as SpectrogramCNN
from mmzoo.layers.spectrogram_resnet import SpectrogramResNet as SpectrogramResNet
from mmzoo.layers.statistics_pooling import StatisticsPooling as StatisticsPooling
from mmzoo.layers.surrogate_inference import SurrogateInference as SurrogateInference
from mmzoo.layers.tensor_fusion import TensorFusion as TensorFusion
from mmzoo.layers.text_cnn import TextCNN as TextCNN
from mmzoo.layers.time_delay_layer import TimeDelayLayer as TimeDelayLayer
from mmzoo.layers.transformer_fusion import TransformerFusion as TransformerFusion
from mmzoo.layers.utterance_context import UtteranceContext as UtteranceContext
from mmzoo.layers.variational_modality_translator import (
    VariationalModalityTranslator as VariationalModalityTranslator,
)
from mmzoo.layers.vector_decoder import VectorDecoder as VectorDecoder
from mmzoo.layers.whisper_states import WhisperStates as WhisperStates
from mmzoo.layers.word_embedding import WordEmbedding as WordEmbedding
from mmzoo.layers.x_vector import XVector as XVector

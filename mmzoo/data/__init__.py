"""Corpora of multimodal sequences, their readers and their batches."""

from mmzoo.data.answerable import Answerable, rows_to_answer
from mmzoo.data.audio_file import AudioFile, read_audio
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.explainable_sentiment import explainable_sentiment
from mmzoo.data.explainable_variance import explainable_variance
from mmzoo.data.feature_sets import known_features
from mmzoo.data.frame_file import FrameFile, read_frames
from mmzoo.data.image_file import ImageFile, read_image
from mmzoo.data.known_data_sets import (
    KnownDataSet,
    known_data_set,
    known_data_sets,
)
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.near_duplicates import NearDuplicates, near_duplicates
from mmzoo.data.pipeline import Batches, batches
from mmzoo.data.readers import read
from mmzoo.data.sample_clips import sample_clips
from mmzoo.data.sample_pictures import sample_pictures
from mmzoo.data.sequences import Sequences
from mmzoo.data.shared_pictures import SharedPictures, shared_pictures
from mmzoo.data.speaker_normalization import normalized_speakers
from mmzoo.data.split import Split
from mmzoo.data.synthetic import sample_corpus

__all__ = [
    "Answerable",
    "AudioFile",
    "Batches",
    "Corpus",
    "DataError",
    "FrameFile",
    "ImageFile",
    "KnownDataSet",
    "LabelMeaning",
    "NearDuplicates",
    "Sequences",
    "SharedPictures",
    "Split",
    "batches",
    "explainable_sentiment",
    "explainable_variance",
    "known_data_set",
    "known_data_sets",
    "known_features",
    "near_duplicates",
    "normalized_speakers",
    "read",
    "read_audio",
    "read_frames",
    "read_image",
    "rows_to_answer",
    "sample_clips",
    "sample_corpus",
    "sample_pictures",
    "shared_pictures",
]

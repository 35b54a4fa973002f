"""Corpora of multimodal sequences, their readers and their batches."""

from mmzoo.data.corpus import Corpus, Split
from mmzoo.data.errors import DataError
from mmzoo.data.pipeline import Batches, batches
from mmzoo.data.readers import read
from mmzoo.data.sequences import Sequences
from mmzoo.data.synthetic import explainable_variance, sample_corpus

__all__ = [
    "Batches",
    "Corpus",
    "DataError",
    "Sequences",
    "Split",
    "batches",
    "explainable_variance",
    "read",
    "sample_corpus",
]

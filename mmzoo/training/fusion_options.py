"""What can be chosen about a fusion model and its training."""

import dataclasses
import functools

import keras

from mmzoo.layers.fusion_head import METHODS
from mmzoo.layers.log_spectrogram import LogSpectrogram
from mmzoo.models.text_front_end import make_text_front_end, takes_words
from mmzoo.training.front_ends import apply_front_end
from mmzoo.training.fusion_row import plan_fusions

CHOICES = {
    "audio_encoder": ("small", "alexnet", "mean"),
    "audio_pooling": ("attention", "mean", "linear"),
    "audio_normalization": (None, "full", "batch", "none"),
    "spectrogram": ("mel", "linear"),
    "fusion": METHODS,
}


@dataclasses.dataclass(frozen=True)
class FusionOptions:
    """Options of an audio-text model, with Table 3's values where a CPU bears them.

    Args:
        audio_encoder: `"small"` or `"alexnet"`, see `SpectrogramCNN`; `"mean"` for
            features that are no spectrogram.
        audio_pooling: `"attention"`, `"mean"` or `"linear"`, see `SpectrogramBranch`.
        audio_normalization: `"full"`, `"batch"` or `"none"`; `None`: what suits the
            network.
        width: factor on the network's inner channels.
        channels: C, the features of a region.
        scale: lambda of eq. 2.
        spectrogram: `"mel"` or `"linear"`.
        bins: mel bins.
        trim_decibels: leading and trailing frames that are so much quieter than the
            loudest are cut away; `None` keeps them.
        time_dim: frames that are read at the most.
        augment: whether spectrograms are changed in training.
        text_encoder: `"embedding"`, `"word2vec"`, a text file of word vectors, or the
            name or folder of a KerasHub preset.
        fine_tune: whether a pretrained text encoder is trained too.
        text_units: width of a bidirectional LSTM on the text; 0 leaves it out.
        text_dropout: fraction of what the text branch reads and pools that is dropped.
        out_text_dim: width of the text's vector.
        fusion: method of `FusionHead`.
        dropout: before the head.
        epochs: the most epochs.
        patience: epochs without a better one before the training stops.
        batch_size: clips of a batch.
        learning_rate: Adam's first; it falls along a cosine.
        refit: whether each model is trained once more, on the training and validation
            splits together, for as many epochs as validation chose.

    Example:
    ```python
    options = mmzoo.training.FusionOptions(audio_pooling="mean", epochs=5)
    ```
    """

    audio_encoder: str = "small"
    audio_pooling: str = "attention"
    audio_normalization: str | None = None
    width: float = 0.5
    channels: int = 256
    scale: float = 0.3
    spectrogram: str = "mel"
    bins: int = 64
    trim_decibels: float | None = 40.0
    time_dim: int = 750
    augment: bool = True
    text_encoder: str = "embedding"
    fine_tune: bool = False
    text_units: int = 0
    text_dropout: float = 0.0
    out_text_dim: int = 256
    fusion: str = "concat"
    dropout: float = 0.4
    epochs: int = 70
    patience: int = 30
    batch_size: int = 32
    learning_rate: float = 1e-3
    refit: bool = False

    def __post_init__(self):
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` is one of {known}, not {getattr(self, name)!r}."
                )
        for name in ("dropout", "text_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` is from 0 to below 1, not {getattr(self, name)}."
                )
        for name in ("epochs", "patience", "batch_size", "channels"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is at least 1, not {getattr(self, name)}.")
        if not self.learning_rate > 0:
            raise ValueError(f"`learning_rate` is above 0, not {self.learning_rate}.")

    def plan(self, variants):
        """The rows of an experiment.

        Args:
            variants: list of `FusionVariant`.

        Returns:
            List of `FusionRow`.
        """
        return plan_fusions(variants, self)

    def learning_rate_for(self, steps):
        """Adam's learning rate: it falls to 0 over all epochs, along a cosine.

        Args:
            steps: int. Of an epoch.

        Returns:
            A `keras.optimizers.schedules.CosineDecay`.
        """
        return keras.optimizers.schedules.CosineDecay(
            self.learning_rate, steps * self.epochs
        )

    def batch_size_for(self, num_samples):
        """Clips of a batch.

        Args:
            num_samples: int. Of the training split.

        Returns:
            An int.
        """
        return min(self.batch_size, num_samples)

    def front_end(self, name, corpus):
        """What makes a modality's frames; `None` where the corpus holds them ready.

        Args:
            name: `"audio"` or `"text"`.
            corpus: `Corpus`; a vocabulary comes from its training words.

        Returns:
            A layer, or `None`.
        """
        if name == "text" and corpus.train.words is not None:
            return make_text_front_end(
                self.text_encoder, corpus.train.words, self.fine_tune
            )
        if name == "text" and name not in corpus.modalities:
            raise ValueError(
                f"{corpus.name} has no words and no text features: leave the text out."
            )
        made = corpus.provenance.get("made_by", {})
        if "waveform" not in corpus.modalities and name not in made:
            return None
        return LogSpectrogram(
            self.spectrogram,
            self.bins,
            time_dim=self.time_dim,
            trim_decibels=self.trim_decibels,
        )

    def prepare(self, corpus, modalities):
        """Run what is frozen, once for all rows and seeds.

        Args:
            corpus: `Corpus` of clips.
            modalities: list of `"audio"` and `"text"`.

        Returns:
            The corpus with their frames, or the tokens of an encoder that learns.
        """

        def add(found, name):
            front_end = self.front_end(name, found)
            return apply_front_end(found, name, front_end) if front_end else found

        return functools.reduce(add, modalities, corpus)

    def prepare_folds(self, corpus, modalities, k):
        """Cut a corpus into folds by group, and run what is frozen.

        What takes its words from training texts is made for each fold, from the fold's
        own; all else once.

        Args:
            corpus: `Corpus` of clips.
            modalities: list of `"audio"` and `"text"`.
            k: int. Folds, see `Corpus.group_folds`.

        Returns:
            List of `k` corpora.
        """
        own = takes_words(self.text_encoder)
        later = [name for name in modalities if name == "text" and own]
        shared = self.prepare(
            corpus, [name for name in modalities if name not in later]
        )
        return [self.prepare(fold, later) for fold in shared.group_folds(k)]

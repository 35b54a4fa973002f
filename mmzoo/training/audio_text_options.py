"""What can be chosen about the audio-text model and its training."""

import dataclasses

from mmzoo.layers.fusion_head import METHODS
from mmzoo.layers.log_spectrogram import LogSpectrogram
from mmzoo.models.audio_text_classifier import build_audio_text_classifier
from mmzoo.training.drawings import draw_spectrogram
from mmzoo.training.text_fusion_options import TextFusionOptions


@dataclasses.dataclass(frozen=True)
class AudioTextOptions(TextFusionOptions):
    """Options of an audio-text model, with Table 3's values where a CPU bears them.

    Args:
        fusion: method of `FusionHead`.
        epochs: the most epochs.
        patience: epochs without a better one before the training stops.
        batch_size: clips of a batch at the most, see `batch_size_for`.
        learning_rate: Adam's first; it falls along a cosine.
        text_encoder: `"embedding"`, `"word2vec"`, a text file of word vectors, or the
            name or folder of a KerasHub preset.
        fine_tune: whether a pretrained text encoder is trained too.
        text_units: width of a bidirectional LSTM on the text; 0 leaves it out.
        text_dropout: fraction of what the text branch reads and pools that is dropped.
        dropout: before the head.
        refit: whether each model is trained once more, on the training and validation
            splits together, for as many epochs as validation chose, over which the
            learning rate falls anew.
        audio_encoder: `"small"` or `"alexnet"`, see `SpectrogramCNN`; `"mean"` for
            features that are no spectrogram.
        audio_pooling: `"attention"`, `"deviation"`, `"mean"` or `"linear"`, see
            `SpectrogramBranch`.
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
        out_text_dim: width of the text's vector.

    Example:
    ```python
    options = mmzoo.training.AudioTextOptions(audio_pooling="mean", epochs=5)
    ```
    """

    fusion: str = "concat"
    epochs: int = 60
    patience: int = 30
    batch_size: int = 16
    learning_rate: float = 3e-3
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
    out_text_dim: int = 256

    CHOICES = {
        "audio_encoder": ("small", "alexnet", "mean"),
        "audio_pooling": ("attention", "deviation", "mean", "linear"),
        "audio_normalization": (None, "full", "batch", "none"),
        "spectrogram": ("mel", "linear"),
        "fusion": METHODS,
    }
    AT_LEAST_1 = (*TextFusionOptions.AT_LEAST_1, "channels")

    def raw_front_end(self, name, corpus, seed):
        """A `LogSpectrogram`, or `None` where the corpus holds frames of its own."""
        made = corpus.provenance.get("made_by", {})
        if "waveform" not in corpus.modalities and name not in made:
            return None
        return LogSpectrogram(
            self.spectrogram,
            self.bins,
            time_dim=self.time_dim,
            trim_decibels=self.trim_decibels,
        )

    def build(self, corpus, modalities, seed):
        """The audio-text model of some modalities.

        Args:
            corpus: `Corpus` as `prepare` made it.
            modalities: list of `"audio"` and `"text"`.
            seed: int. Of the augmentation.

        Returns:
            A `FusionModel`.
        """
        return build_audio_text_classifier(
            self.ends(corpus, modalities, seed),
            classes=corpus.classes,
            target=corpus.target,
            fusion=self.fusion,
            dropout=self.dropout,
            channels=self.channels,
            text_dim=self.out_text_dim,
            scale=self.scale,
            time_dim=self.time_dim,
            audio_encoder=self.audio_encoder,
            width=self.width,
            audio_normalization=self.audio_normalization,
            audio_pooling=self.audio_pooling,
            augment=self.augment,
            seed=seed,
            text_units=self.text_units,
            text_dropout=self.text_dropout,
        )

    def draw(self, model, split):
        """A spectrogram and when the model looks at it, where it reads one."""
        return draw_spectrogram(model, split)

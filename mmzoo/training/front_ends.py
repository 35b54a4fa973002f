"""Which layers make a corpus' frames from raw input."""

import dataclasses
import functools
import math
from pathlib import Path

from mmzoo.data.audio_file import SAMPLE_RATE
from mmzoo.data.image_file import PIXELS
from mmzoo.data.speaker_normalization import check_speakers, with_normalized_speakers
from mmzoo.layers.acoustic_functionals import AcousticFunctionals
from mmzoo.layers.clip_image import CLIPImage
from mmzoo.layers.clip_preset import is_clip
from mmzoo.layers.image_encoder import NETWORKS, ImageEncoder
from mmzoo.layers.log_spectrogram import LogSpectrogram
from mmzoo.layers.pretrained_speech import PretrainedSpeech
from mmzoo.layers.pretrained_text import STATES
from mmzoo.layers.raw_audio_frames import RawAudioFrames
from mmzoo.models.text_front_end import make_text_front_end, takes_words
from mmzoo.training.apply_front_end import apply_front_end

CHOICES = {
    "spectrogram": ("mel", "linear", "functionals", "samples"),
    "text_states": STATES,
}
# What a pretrained speech encoder takes no notice of.
OF_SPECTROGRAMS = ("spectrogram", "bins", "trim_decibels", "time_dim")
OF_SPECTROGRAMS += ("speaker_normalization",)


# What a modality is made from, for people.
RAW = {"audio": "recordings", "image": "pictures", "text": "words"}


@dataclasses.dataclass(frozen=True)
class FrontEnds:
    """How recordings, words and pictures become frames.

    A modality that the corpus holds as frames has no front end. A front end that
    learns is made anew for each training; a frozen one runs once, in `prepare`.

    Args:
        text_encoder: `"embedding"`, `"word2vec"`, a text file of word vectors, or the
            name or folder of a KerasHub preset, which may be a CLIP; `None` takes the
            corpus' text features where it has any, and else learns an embedding.
        fine_tune: whether a pretrained text encoder is trained too.
        text_states: what is taken of a pretrained text encoder: `"last"`, the states of
            its last layer, or `"table"`, the rows of its input table, which know no
            surrounding words.
        spectrogram: `"mel"`, `"linear"`; `"functionals"`: statistics over time of the
            former, for `audio_encoder="dense"`; or `"samples"`: none, but the samples
            of each step, for `audio_encoder="raw"`.
        bins: mel bins; samples have none.
        trim_decibels: leading and trailing frames that are so much quieter than the
            loudest are cut away, but for samples; `None` keeps them.
        time_dim: frames that are read at the most; a speech encoder reads all.
        speaker_normalization: whether spectrograms, or functionals, are standardised by
            all recordings of their speaker in a split, whose labels are not read; to
            answer, the model then needs several recordings of a speaker.
        speech_encoder: name or folder of a KerasHub preset of Whisper or Moonshine, to
            read recordings in the place of a spectrogram, for a model that reads its
            states, such as with `audio_encoder="dense"`.
        speech_fine_tune: whether the speech encoder is trained too.
        image_encoder: `"small"`, `"resnet50"`, or the name or folder of a KerasHub
            preset, which may be a CLIP.
        image_fine_tune: whether a pretrained image encoder is trained too.
        image_width: factor on the channels of the small image encoder.
        augment: whether pictures are changed in training.

    Example:
    ```python
    clips = mmzoo.data.sample_clips(clips_per_speaker=4)
    ends = mmzoo.training.FrontEnds(bins=16)
    corpus = ends.prepare(clips, ["audio", "text"])
    corpus.input_dims["audio"]  # 16
    ```
    """

    text_encoder: str | None = None
    fine_tune: bool = False
    text_states: str = "last"
    spectrogram: str = "mel"
    bins: int = 64
    trim_decibels: float | None = 40.0
    time_dim: int = 750
    speaker_normalization: bool = False
    speech_encoder: str | None = None
    speech_fine_tune: bool = False
    image_encoder: str = "small"
    image_fine_tune: bool = False
    image_width: float = 1.0
    augment: bool = True

    def __post_init__(self):
        for name, known in CHOICES.items():
            if (value := getattr(self, name)) not in known:
                raise ValueError(f"`{name}` is one of {list(known)}, not {value!r}.")
        asked = {"fine_tune": self.fine_tune, "text_states": self.text_states != "last"}
        for name, of_encoder in asked.items():
            if of_encoder and takes_words(self.text_encoder or "embedding"):
                raise ValueError(
                    f"`{name}` is of a pretrained encoder: leave it out with "
                    f"`text_encoder={self.text_encoder!r}`."
                )
        if self.image_width != 1.0 and self.image_encoder != "small":
            raise ValueError(
                f"`image_width={self.image_width}` is of the small network; leave it "
                f"out with `image_encoder={self.image_encoder!r}`."
            )
        if self.speaker_normalization and self.spectrogram == "samples":
            raise ValueError(
                "`speaker_normalization` is of spectrograms: leave it out with "
                "`spectrogram='samples'`."
            )
        self._check_speech()

    def _check_speech(self):
        if self.speech_encoder is None:
            if self.speech_fine_tune:
                raise ValueError(
                    "`speech_fine_tune` is of a pretrained speech encoder: name it by "
                    "`speech_encoder`, or leave it out."
                )
            return
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in OF_SPECTROGRAMS and value != field.default:
                raise ValueError(
                    f"`{field.name}={value!r}` is of spectrograms, and a speech "
                    "encoder reads the samples: leave it out with "
                    f"`speech_encoder={self.speech_encoder!r}`."
                )

    @property
    def sound_made_by(self):
        """The class of what reads recordings; `object` where nobody asked for one."""
        if self.speech_encoder is not None:
            return PretrainedSpeech
        asked = {"functionals": AcousticFunctionals, "samples": RawAudioFrames}
        return asked.get(self.spectrogram, object)

    def names(self):
        """The encoders that are files or folders, without the path to them.

        Returns:
            Dict from `"text_encoder"`, `"speech_encoder"` and `"image_encoder"` to a
            name.
        """
        kinds = ("text_encoder", "speech_encoder", "image_encoder")
        given = {name: getattr(self, name) for name in kinds}
        paths = {name: Path(value).absolute() for name, value in given.items() if value}
        return {name: path.name for name, path in paths.items() if path.exists()}

    def make(self, name, corpus, seed=None):
        """The front end of a modality, untrained.

        Args:
            name: of the modality.
            corpus: `Corpus`; a vocabulary comes from its training words.
            seed: optional int. Of what a front end draws in training.

        Returns:
            A layer, or `None` where the corpus holds frames of its own.

        Raises:
            ValueError: the corpus has nothing that the modality, or the text encoder
                that was asked for, is made of.
        """
        held = name in corpus.modalities
        given = held and name not in corpus.provenance.get("made_by", {})
        encoder = {"audio": "speech_encoder", "text": "text_encoder"}.get(name)
        if given and name == "audio":
            self._refuse_features(corpus)
        if given and (encoder is None or getattr(self, encoder) is None):
            return None
        makers = {"audio": self._audio, "image": self._image, "text": self._text}
        made = makers[name](corpus, seed) if name in makers else None
        if made is None and not held:
            raise ValueError(
                f"{corpus.name} has no {name}, neither as features nor as "
                f"{RAW.get(name, 'anything else')}: leave the {name} out."
            )
        if made is None and given:
            raise ValueError(
                f"`{encoder}={getattr(self, encoder)!r}` reads {RAW[name]}, and the "
                f"{name} of {corpus.name} is features without them: leave it out."
            )
        return made

    def _refuse_features(self, corpus):
        """Refuse what is of recordings where the audio is features."""
        asked = {"speaker_normalization": self.speaker_normalization}
        asked["spectrogram"] = self.spectrogram in ("functionals", "samples")
        for name, of_recordings in asked.items():
            if of_recordings:
                raise ValueError(
                    f"`{name}={getattr(self, name)!r}` is of recordings, and the audio "
                    f"of {corpus.name} is features: leave it out."
                )

    def _audio(self, corpus, seed):
        made = "audio" in corpus.provenance.get("made_by", {})
        if "waveform" not in corpus.modalities and not made:
            return None
        if self.speech_encoder is not None:
            return self._speech(corpus)
        if self.speaker_normalization:
            check_speakers(corpus)
        if self.spectrogram == "samples":
            return RawAudioFrames(time_dim=self.time_dim)
        read = {"time_dim": self.time_dim, "trim_decibels": self.trim_decibels}
        by_speaker = {"speaker_normalization": self.speaker_normalization}
        if self.spectrogram == "functionals":
            spectrogram = LogSpectrogram(num_bins=self.bins, **read)
            return AcousticFunctionals(spectrogram, **by_speaker)
        return LogSpectrogram(self.spectrogram, self.bins, **read, **by_speaker)

    def _speech(self, corpus):
        encoder = PretrainedSpeech.from_preset(
            self.speech_encoder, trainable=self.speech_fine_tune
        )
        found = corpus.provenance.get("sample_rate", SAMPLE_RATE)
        if found != encoder.sample_rate:
            raise ValueError(
                f"`speech_encoder={self.speech_encoder!r}` reads recordings with "
                f"{encoder.sample_rate} samples a second, and those of {corpus.name} "
                f"have {found}: bring them to {encoder.sample_rate} first."
            )
        return encoder

    def _image(self, corpus, seed):
        if PIXELS not in corpus.modalities:
            return None
        side = math.isqrt(int(corpus.train.sequences[PIXELS].lengths.max()))
        if is_clip(self.image_encoder):
            return CLIPImage.from_preset(
                self.image_encoder, side, trainable=self.image_fine_tune
            )
        changes = {"augment": self.augment, "seed": seed}
        if self.image_encoder in NETWORKS:
            return ImageEncoder(self.image_encoder, side, self.image_width, **changes)
        return ImageEncoder.from_preset(
            self.image_encoder, side, trainable=self.image_fine_tune, **changes
        )

    def _text(self, corpus, seed):
        if corpus.train.words is None:
            return None
        encoder = self.text_encoder or "embedding"
        given = corpus.train.words, self.fine_tune, self.text_states
        return make_text_front_end(encoder, *given)

    def make_all(self, corpus, modalities, seed=None):
        """What each modality of a model begins with.

        Args:
            corpus: `Corpus`.
            modalities: list of names.
            seed: optional int. Of the training.

        Returns:
            Dict from modality to its front end, or to the width of its frames.
        """
        made = {name: self.make(name, corpus, seed) for name in modalities}
        return {
            name: corpus.input_dims[name] if end is None else end
            for name, end in made.items()
        }

    def prepare(self, corpus, modalities):
        """Run what is frozen, once for all rows and seeds.

        Args:
            corpus: `Corpus`.
            modalities: list of names.

        Returns:
            The corpus with their frames, or the tokens of an encoder that learns.
        """

        def add(found, name):
            front_end = self.make(name, found)
            return apply_front_end(found, name, front_end) if front_end else found

        return functools.reduce(add, modalities, corpus)

    def prepare_folds(self, corpus, modalities, k=None):
        """Cut a corpus into folds, and run what is frozen.

        Where samples share a group, groups are cut, else samples. What takes its words
        from training texts is made for each fold, from the fold's own, and so is what
        is standardised by speaker; all else once.

        Args:
            corpus: `Corpus`.
            modalities: list of names.
            k: optional int. Folds, see `Corpus.k_fold`; where not given, those of
                `Corpus.own_folds`.

        Returns:
            List of corpora, one a fold.
        """
        own = takes_words(self.text_encoder or "embedding")
        later = [name for name in modalities if name == "text" and own]
        first = [name for name in modalities if name not in later]
        # The statistics of a speaker are of a fold's own splits.
        by_speaker = self.speaker_normalization and "audio" in first
        plain = dataclasses.replace(self, speaker_normalization=False)
        if by_speaker:
            # What is refused is refused before all recordings are read.
            self.make("audio", corpus)
        shared = plain.prepare(corpus, first)
        samples = sum(map(len, corpus.splits.values()))
        groups = {group for split in corpus.splits.values() for group in split.groups}
        if k is None:
            folds = shared.own_folds()
        else:
            folds = shared.k_fold(k, groups=len(groups) < samples)
        if by_speaker:
            folds = [with_normalized_speakers(fold, "audio") for fold in folds]
        return [self.prepare(fold, later) for fold in folds]

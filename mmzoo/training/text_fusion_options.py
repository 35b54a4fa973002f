"""What can be chosen about every fusion model that reads words beside something."""

import dataclasses
import functools

import keras

from mmzoo.layers.fusion_head import METHODS
from mmzoo.models.text_front_end import make_text_front_end, takes_words
from mmzoo.training.front_ends import apply_front_end
from mmzoo.training.fusion_row import plan_fusions

# A small corpus takes more steps than few full batches make.
LEAST_STEPS = 20
LEAST_BATCH = 8


@dataclasses.dataclass(frozen=True)
class TextFusionOptions:
    """Options that the audio-text and the image-text model share.

    A subclass says in `build` which model it is, in `raw_front_end` what reads the
    other modality, and in `CHOICES` what may be chosen.

    Args:
        fusion: method of `FusionHead`.
        epochs: the most epochs.
        patience: epochs without a better one before the training stops.
        batch_size: samples of a batch at the most, see `batch_size_for`.
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
    """

    # What the papers' tables say of each model is the subclass's to say.
    fusion: str
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    text_encoder: str = "embedding"
    fine_tune: bool = False
    text_units: int = 0
    text_dropout: float = 0.0
    dropout: float = 0.4
    refit: bool = False

    # No annotations: these are no fields.
    CHOICES = {"fusion": METHODS}
    AT_LEAST_1 = ("epochs", "patience", "batch_size")

    def __post_init__(self):
        for name, known in self.CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` is one of {known}, not {getattr(self, name)!r}."
                )
        for name in ("dropout", "text_dropout"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise ValueError(f"`{name}` is from 0 to below 1, not {value}.")
        for name in self.AT_LEAST_1:
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` is at least 1, not {getattr(self, name)}.")
        if self.fine_tune and takes_words(self.text_encoder):
            raise ValueError(
                f"`fine_tune` is of a pretrained encoder: leave it out with "
                f"`text_encoder={self.text_encoder!r}`."
            )
        if not self.learning_rate > 0:
            raise ValueError(f"`learning_rate` is above 0, not {self.learning_rate}.")

    @property
    def text_options(self):
        """Options of the text's `SequenceBranch`."""
        return {"recurrent_units": self.text_units, "dropout": self.text_dropout}

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
        """Samples of a batch: fewer where an epoch would have fewer than 20 steps.

        Args:
            num_samples: int. Of the training split.

        Returns:
            An int.
        """
        size = max(LEAST_BATCH, num_samples // LEAST_STEPS)
        return min(self.batch_size, size, num_samples)

    def raw_front_end(self, name, corpus, seed):
        """What makes the frames of the modality that is no text, or `None`."""
        raise NotImplementedError

    def build(self, corpus, modalities, seed):
        """The model of some modalities."""
        raise NotImplementedError

    def draw(self, model, split):
        """A sample and where the model looks; see `mmzoo.training.drawings`."""
        raise NotImplementedError

    def altered(self, corpus, seed):
        """The corpus as this model is to see it: as it is.

        Args:
            corpus: `Corpus`.
            seed: int. Of the training.

        Returns:
            The corpus.
        """
        return corpus

    def front_end(self, name, corpus, seed=None):
        """What makes a modality's frames; `None` where the corpus holds them ready.

        Args:
            name: of the modality.
            corpus: `Corpus`; a vocabulary comes from its training words.
            seed: optional int. Of what a front end draws in training.

        Returns:
            A layer, or `None`.
        """
        if name != "text":
            return self.raw_front_end(name, corpus, seed)
        if corpus.train.words is not None:
            return make_text_front_end(
                self.text_encoder, corpus.train.words, self.fine_tune
            )
        if name not in corpus.modalities:
            raise ValueError(
                f"{corpus.name} has no words and no text features: leave the text out."
            )
        return None

    def ends(self, corpus, modalities, seed):
        """What each modality of a model begins with.

        Args:
            corpus: `Corpus`.
            modalities: list of names.
            seed: int. Of the training.

        Returns:
            Dict from modality to its front end, or to the width of its frames.
        """
        made = {name: self.front_end(name, corpus, seed) for name in modalities}
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
            front_end = self.front_end(name, found)
            return apply_front_end(found, name, front_end) if front_end else found

        return functools.reduce(add, modalities, corpus)

    def prepare_folds(self, corpus, modalities, k):
        """Cut a corpus into folds by group, and run what is frozen.

        What takes its words from training texts is made for each fold, from the fold's
        own; all else once.

        Args:
            corpus: `Corpus`.
            modalities: list of names.
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

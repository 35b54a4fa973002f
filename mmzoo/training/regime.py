"""What is trained on a kind of data where nobody asks for anything else."""

import dataclasses

from mmzoo.data.alignment import is_aligned
from mmzoo.data.frame_file import FRAMES as MOVING
from mmzoo.data.image_file import PIXELS
from mmzoo.training.plan import arguments_of

TRIMODAL = "text+audio->text+video"
ORDER = ("text", "audio", "video")


@dataclasses.dataclass(frozen=True)
class Regime:
    """The rows, the training and the sizes that suit a kind of data.

    Args:
        rows: function from the modalities that a corpus has to a list of names of
            variants; the model of the first one is what a run is for.
        options: dict of arguments of `TrainingOptions`.
        architecture: function from a corpus to a dict of arguments of the builders.
        modalities: names of those that such data have as a rule.

    Example:
    ```python
    corpus = mmzoo.data.sample_corpus(sizes={"train": 6, "valid": 2, "test": 2})
    regime = mmzoo.training.regime_for(corpus)
    regime.variants_of(corpus)[0]  # "text+audio->text+video"
    ```
    """

    rows: object
    options: dict
    architecture: object
    modalities: tuple = ()

    def variants_of(self, corpus):
        """The rows that a corpus has everything for.

        Args:
            corpus: `Corpus`.

        Returns:
            List of names of variants.
        """
        return self.rows(readable(corpus))

    def architecture_for(self, corpus, variants):
        """The arguments that the builders of some variants have.

        Args:
            corpus: `Corpus`.
            variants: list of `Variant`.

        Returns:
            Dict of arguments.
        """
        known = {name for variant in variants for name in arguments_of(variant)}
        given = self.architecture(corpus)
        return {name: value for name, value in given.items() if name in known}


def regime_for(corpus):
    """The regime of a corpus, by what it holds.

    Args:
        corpus: `Corpus`.

    Returns:
        A `Regime`: that of pictures, of pictures over time, of recordings, or of other
        frames, which differ in their steps or do not.
    """
    if PIXELS in corpus.modalities:
        return PICTURES
    if MOVING in corpus.modalities:
        return MOVING_PICTURES
    if "waveform" in corpus.modalities:
        return RECORDINGS
    return FRAMES if _aligned(corpus) else UNALIGNED


def _aligned(corpus):
    """Whether the modalities of each sample have the same steps, where it has them."""
    if corpus.modalities and "text" in readable(corpus) - set(corpus.modalities):
        # Words are read as tokens, which have steps of their own.
        return False
    return is_aligned(corpus)


def readable(corpus):
    """The modalities that a corpus has, or that a front end makes for it.

    Args:
        corpus: `Corpus`.

    Returns:
        Set of names.
    """
    made = {PIXELS: "image", "waveform": "audio", "tokens": "text"}
    held = {made.get(name, name) for name in corpus.modalities}
    return held | ({"text"} if any(corpus.train.words or ()) else set())


def _rows_of_frames(held):
    """A translation, each modality alone, and all of them joined."""
    known = [name for name in ORDER if name in held]
    names = known + sorted(held - set(known))
    if set(ORDER) <= held:
        translations = [TRIMODAL]
    else:
        translations = ["->".join(names[:2])] if len(names) > 1 else []
    joined = ["+".join(names)] if len(names) > 1 else []
    return [*translations, *names, *joined]


def _rows_of_unaligned(held):
    """All modalities by a model that needs no common steps, and each alone."""
    names = [name for name in ORDER if name in held] + sorted(held - set(ORDER))
    joined = [f"crossmodal_transformer:{'+'.join(names)}"] if len(names) > 1 else []
    return [*joined, *names]


def _rows_of(model, *names):
    """A function that makes rows of a model, both modalities first."""

    def rows(held):
        paths = dict.fromkeys(["+".join(names), *names])
        return [f"{model}:{path}" for path in paths if set(path.split("+")) <= held]

    return rows


def _sizes_for_frames(corpus):
    steps = {tuple(rows.lengths) for rows in corpus.train.sequences.values()}
    return {
        "units": 96,
        # Fewer sequences than these overfit without a strong dropout.
        "dropout": 0.4 if len(corpus.train) < 500 else 0.1,
        # Where all are as long, a step of each is the same moment.
        "attention": "aligned" if len(steps) == 1 else "global",
    }


def _sizes_for_pictures(corpus):
    return {"dropout": 0.4 if len(corpus.train) >= 1000 else 0.1}


FRAMES = Regime(_rows_of_frames, {}, _sizes_for_frames)
UNALIGNED = Regime(_rows_of_unaligned, {}, _sizes_for_frames)
RECORDINGS = Regime(
    _rows_of("audio_text_classifier", "audio", "text"),
    {
        "epochs": 60,
        "patience": 30,
        "batch_size": 16,
        "least_steps": 20,
        "least_batch": 8,
        "learning_rate": 3e-3,
        "schedule": "cosine",
    },
    lambda corpus: {},
    ("audio", "text"),
)
MOVING_PICTURES = Regime(
    _rows_of("frame_classifier", MOVING),
    {
        "epochs": 40,
        "patience": 20,
        "batch_size": 16,
        "least_steps": 20,
        "least_batch": 8,
        "learning_rate": 1e-3,
        "schedule": "cosine",
    },
    lambda corpus: {},
    (MOVING,),
)
PICTURES = Regime(
    _rows_of("image_text_classifier", "image", "text"),
    {
        "epochs": 20,
        "patience": 10,
        "batch_size": 64,
        "least_steps": 20,
        "least_batch": 8,
        "learning_rate": 1e-3,
        "schedule": "cosine",
    },
    _sizes_for_pictures,
    ("image", "text"),
)

"""Models of which some parts learn and others do not, by every way to get there."""

from mmzoo.layers import ImageEncoder, SequenceBranch, WordEmbedding
from mmzoo.models import FusionModel
from tests.layers.small_image import small_backbone
from tests.layers.small_text import small_encoder
from tests.models.small_models import (
    SMALL,
    small_baseline,
    small_classifier,
    small_hierarchy,
    small_regressor,
    small_translator,
)


def fine_tuned(**options):
    """A regressor whose translator learns."""
    translator = small_translator(cell="gru")
    return small_regressor(translator, train_translator=True, **options)


def at_level(level):
    """A translator in a phase of its training."""
    model = small_hierarchy()
    model.train_level(level)
    return model


def turned(model, *parts):
    """The model with some parts frozen by hand, or thawed where they were frozen."""
    for part in parts:
        part.trainable = not part.trainable
    return model


def frozen_head():
    """A part of a part is frozen."""
    model = small_baseline()
    return turned(model, model.head.encoder)


def frozen_branch():
    """One of two branches is frozen."""
    model = small_classifier()
    return turned(model, model.branches["audio"])


def thawed_encoder():
    """A part of what the constructor freezes learns."""
    model = small_regressor()
    return turned(model, model.translator.stack.translators[0].encoder)


def with_front_end(name, front_end, **options):
    """A classifier that makes its frames itself."""
    branch = SequenceBranch(4, pooling="mean", name=f"{name}_branch", **options)
    return FusionModel({name: front_end}, {name: branch}, ["a", "b"])


def words(**options):
    """A front end of word vectors."""
    return WordEmbedding(["good", "bad"], 3, name="words", **options)


def pictures(network="small", **options):
    """A front end of images."""
    return ImageEncoder(network, side=16, width=0.25, name="pictures", **options)


PARTLY_FROZEN = {
    "fine-tuned": fine_tuned,
    "end to end": lambda: fine_tuned(translation_weight=0.5),
    "first level": lambda: at_level(0),
    "second level": lambda: at_level(1),
    "a modality alone": lambda: SMALL["contextual_lstm"](level="text"),
    "regressor on a second level": lambda: small_regressor(at_level(1)),
    "frozen head": frozen_head,
    "frozen branch": frozen_branch,
    "frozen at birth": lambda: with_front_end("text", words(), trainable=False),
    "thawed encoder": thawed_encoder,
    "frozen words": lambda: with_front_end("text", words(trainable=False)),
    "frozen text": lambda: with_front_end("text", small_encoder()),
    "learned text": lambda: with_front_end("text", small_encoder(trainable=True)),
    "frozen pictures": lambda: with_front_end("image", pictures(trainable=False)),
    "learned pictures": lambda: with_front_end("image", pictures()),
    "frozen backbone": lambda: with_front_end(
        "image", pictures(small_backbone(), trainable=False)
    ),
}

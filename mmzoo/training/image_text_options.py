"""What can be chosen about the image-text model and its training."""

import dataclasses
import math

import numpy as np

from mmzoo.data.image_file import PIXELS
from mmzoo.data.shared_pictures import pictures_of
from mmzoo.layers.image_encoder import NETWORKS, ImageEncoder
from mmzoo.models.image_text_classifier import build_image_text_classifier
from mmzoo.training.drawings import draw_picture
from mmzoo.training.measure import other_samples
from mmzoo.training.text_fusion_options import TextFusionOptions


@dataclasses.dataclass(frozen=True)
class ImageTextOptions(TextFusionOptions):
    """Options of an image-text model, with Table 4's sizes.

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
        dropout: of the transformer encoder and before each layer of the head. `None`:
            Table 4's 0.4, but 0.1 with fewer than 1000 training samples, which cannot
            learn through it in so few steps.
        refit: whether each model is trained once more, on the training and validation
            splits together, for as many epochs as validation chose, over which the
            learning rate falls anew.
        image_encoder: `"small"` or `"resnet50"`, see `ImageEncoder`; or the name or
            folder of a KerasHub preset.
        image_fine_tune: whether a preset's image network is trained too.
        width: factor on the channels of the small network; others have their own.
        augment: whether pictures are changed in training, where the image network
            learns. A frozen one sees each picture once, as it is.
        images_shuffled: whether the pictures of each split are exchanged for one
            another, a control.
        image_out_dim: width of the image's vector.
        text_out_dim: width of the text's vector.
        classification_hidden_size: width of the layer before the logits.
        attention_heads: of the transformer encoder.
        dim_feed_forward: of the transformer encoder.

    Example:
    ```python
    options = mmzoo.training.ImageTextOptions(fusion="tokens", epochs=5)
    pictures = mmzoo.data.sample_pictures(pictures_per_person=3)
    found = options.prepare(pictures, ["image", "text"])
    found.modalities  # ["pixels", "tokens"]
    ```
    """

    fusion: str = "transformer"
    epochs: int = 20
    patience: int = 10
    batch_size: int = 64
    learning_rate: float = 1e-3
    dropout: float | None = None
    image_encoder: str = "small"
    image_fine_tune: bool = False
    width: float = 1.0
    augment: bool = True
    images_shuffled: bool = False
    image_out_dim: int = 64
    text_out_dim: int = 64
    classification_hidden_size: int = 20
    attention_heads: int = 4
    dim_feed_forward: int = 2048

    AT_LEAST_1 = (
        *TextFusionOptions.AT_LEAST_1,
        "image_out_dim",
        "text_out_dim",
        "classification_hidden_size",
        "attention_heads",
        "dim_feed_forward",
    )

    def __post_init__(self):
        super().__post_init__()
        if self.width != 1.0 and self.image_encoder != "small":
            raise ValueError(
                f"`width={self.width}` is of the small network; leave it out with "
                f"`image_encoder={self.image_encoder!r}`."
            )

    def raw_front_end(self, name, corpus, seed):
        """An `ImageEncoder`, or `None` where the corpus holds cells of its own."""
        if PIXELS not in corpus.modalities:
            if name in corpus.modalities:
                return None
            raise ValueError(f"{corpus.name} has no pictures: leave the image out.")
        side = math.isqrt(int(corpus.train.sequences[PIXELS].lengths.max()))
        changes = {"augment": self.augment, "seed": seed}
        if self.image_encoder in NETWORKS:
            return ImageEncoder(self.image_encoder, side, self.width, **changes)
        return ImageEncoder.from_preset(
            self.image_encoder, side, trainable=self.image_fine_tune, **changes
        )

    def build(self, corpus, modalities, seed):
        """The image-text model of some modalities.

        Args:
            corpus: `Corpus` as `prepare` made it.
            modalities: list of `"image"` and `"text"`.
            seed: int. Of the augmentation.

        Returns:
            A `FusionModel`.
        """
        return build_image_text_classifier(
            self.ends(corpus, modalities, seed),
            classes=corpus.classes,
            target=corpus.target,
            fusion=self.fusion,
            dropout=self.dropout_for(len(corpus.train)),
            image_dim=self.image_out_dim,
            text_dim=self.text_out_dim,
            hidden_dim=self.classification_hidden_size,
            num_heads=self.attention_heads,
            feed_forward_dim=self.dim_feed_forward,
            text_units=self.text_units,
            text_dropout=self.text_dropout,
        )

    def dropout_for(self, num_samples):
        """The fraction that is dropped.

        Args:
            num_samples: int. Of the training split.

        Returns:
            A float.
        """
        if self.dropout is not None:
            return self.dropout
        return 0.4 if num_samples >= 1000 else 0.1

    def draw(self, model, split):
        """A picture with its words and where the model looks at them."""
        return draw_picture(model, split)

    def altered(self, corpus, seed):
        """The corpus, with other samples' pictures where these are to be shuffled.

        Args:
            corpus: `Corpus`.
            seed: int. Of the order.

        Returns:
            The corpus.
        """
        if not self.images_shuffled:
            return corpus
        splits = {}
        for split_name, split in corpus.splits.items():
            source = _other_pictures(split, seed)
            for name in {"image", PIXELS}.intersection(split.sequences):
                rows = split.sequences[name].select(source)
                split = split.with_modality(name, rows)
            splits[split_name] = split
        return dataclasses.replace(corpus, splits=splits)


def _other_pictures(split, seed):
    """For each sample one that has another picture; `(N,)`.

    The samples of one picture get one other picture together, and who has none keeps
    none.
    """
    found = pictures_of(split.sequences.get(PIXELS, split.sequences.get("image")))
    first = {picture: index for index, picture in reversed([*enumerate(found)])}
    known = [picture for picture in first if picture is not None]
    dealt = dict(zip(known, other_samples(len(known), seed), strict=True))
    return np.array(
        [
            index if picture is None else first[known[dealt[picture]]]
            for index, picture in enumerate(found)
        ]
    )

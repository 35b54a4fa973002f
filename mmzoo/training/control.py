"""What a row is read against: the same training with one thing changed."""

import dataclasses

import numpy as np

from mmzoo.data.image_file import PIXELS
from mmzoo.data.shared_pictures import pictures_of
from mmzoo.training.measure import other_samples


@dataclasses.dataclass(frozen=True)
class Control:
    """The same training of the same row with the claimed cause removed.

    Args:
        name: what the report calls it.
        architecture: dict of the arguments of the builder that it changes.
        shuffled: optional name of a modality that each sample takes from another one,
            in every split: what the row still reaches does not come from it.
        untrained: whether the translation is left out, so that sentiment is read from
            an encoder that learnt nothing.
        scratch: whether pretraining on another corpus is left out.
        text_states: optional str, what the row takes of a pretrained text encoder in
            the place of what `FrontEnds` says, such as `"table"`.

    Example:
    ```python
    control = mmzoo.training.Control("mean pooling", {"audio_pooling": "mean"})
    ```
    """

    name: str
    architecture: dict = dataclasses.field(default_factory=dict)
    shuffled: str | None = None
    untrained: bool = False
    scratch: bool = False
    text_states: str | None = None

    def altered(self, corpus, seed):
        """The corpus as this control sees it.

        Args:
            corpus: `Corpus`.
            seed: int. Of the order.

        Returns:
            The corpus, with another sample's modality where that is shuffled.
        """
        if self.shuffled is None:
            return corpus
        if corpus.labels_per == "step":
            raise ValueError(
                f"The control {self.name!r} shuffles {self.shuffled}, but labels are "
                "one a step and sequences differ in length: leave it out."
            )
        splits = {
            name: _shuffled(split, self.shuffled, seed)
            for name, split in corpus.splits.items()
        }
        return dataclasses.replace(corpus, splits=splits)


def _shuffled(split, modality, seed):
    """The split with each sample's modality taken from another sample."""
    names = {modality, PIXELS} if modality == "image" else {modality}
    held = sorted(names.intersection(split.sequences))
    if not held:
        raise ValueError(
            f"There is no {modality} to shuffle, only {sorted(split.sequences)}."
        )
    if modality == "image":
        source = _other_pictures(split, seed)
    else:
        source = other_samples(len(split), seed)
    for name in held:
        split = split.with_modality(name, split.sequences[name].select(source))
    if modality == "text" and split.words is not None:
        split = dataclasses.replace(split, words=tuple(split.words[i] for i in source))
    return split


def _other_pictures(split, seed):
    """For each sample the index of one that has another picture; `(N,)`.

    Samples that share a picture get the same new one; samples without a picture stay
    without.
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

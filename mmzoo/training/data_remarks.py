"""What a reader of a report must know of its data, in sentences."""

from mmzoo.data.image_file import PIXELS
from mmzoo.data.near_duplicates import near_duplicates
from mmzoo.data.shared_pictures import shared_pictures
from mmzoo.training.front_ends import RAW
from mmzoo.training.regime import readable

NEW = "without a near duplicate in training or validation"


def data_remarks(corpus, expected=(), read=("text", "image")):
    """Say how far the test samples are new, and what their pictures can tell.

    Args:
        corpus: `Corpus` as it was read.
        expected: names of modalities whose absence is said.
        read: names of the modalities that the rows read: a text that no row reads, such
            as the one sentence of all actors, makes no sample an old one.

    Returns:
        List of sentences, and the `subsets` of an `Experiment`: the test samples
        without a near duplicate, where some have one.

    Example:
    ```python
    corpus = mmzoo.data.sample_pictures(pictures_per_person=3)
    remarks, subsets = mmzoo.training.data_remarks(corpus)
    ```
    """
    held = readable(corpus)
    remarks = [
        f"There are no {RAW[name]}: the rows that read them were left out."
        for name in expected
        if name not in held
    ]
    there = {"text": "text" in read and any(corpus.train.words or ())}
    there["picture"] = "image" in read and PIXELS in corpus.modalities
    if not any(there.values()):
        return remarks, {}
    duplicates = near_duplicates(corpus, kinds=[n for n, has in there.items() if has])
    found = [f"the {n} of {duplicates.counts[n]}" for n, has in there.items() if has]
    remarks.append(
        f"Of {len(corpus.test)} test samples, training or validation nearly holds "
        f"{' and '.join(found)}."
    )
    if there["picture"]:
        remarks += _of_shared_pictures(shared_pictures(corpus))
    return remarks, {NEW: duplicates.others} if duplicates.either.any() else {}


def _of_shared_pictures(shared):
    """Sentences on pictures whose words have several classes."""
    share = shared.undecided_samples / max(shared.samples, 1)
    if shared.undecided:
        yield (
            f"{shared.undecided} of {shared.pictures} pictures have words of several "
            f"classes; {shared.undecided_samples} of {shared.samples} samples "
            f"({share:.0%}) have such a picture. Whoever sees pictures alone is right "
            f"about {shared.most_right / shared.samples:.0%} of the samples at most."
        )
    if share > 0.5:
        yield "So the row image is near chance by construction on most samples."

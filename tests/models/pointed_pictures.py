"""Pictures of which a word names the one region that counts."""

import numpy as np

import mmzoo
from tests.checks import arrays

PLACES = 5


def pointed(rng, size, names=("image", "text")):
    """A batch of regions and a word, and their labels.

    A region has a place, one of `PLACES`, and a sign; in each picture they stand in
    another order. The word names a place, and the label is the sign there. `names` are
    those of what holds the regions, and of what names one.
    """
    order = np.stack([rng.permutation(PLACES) for _ in range(size)])
    signs = rng.choice([-1.0, 1.0], (size, PLACES))
    named = rng.integers(0, PLACES, size)
    places = np.eye(PLACES)
    image = np.concatenate(
        [places[order], np.take_along_axis(signs, order, 1)[..., None]], axis=-1
    )
    both = image.astype("float32"), places[named][:, None].astype("float32")
    batch = dict(zip(names, both, strict=True))
    return batch, (signs[np.arange(size), named] > 0).astype("int32")


def share_wrong(name, steps=120, rate=0.02, turned=False, **options):
    """Share of held-out pictures that a model answers wrongly after some training.

    With `turned` it is the picture that names the one word that counts.
    """
    rng = np.random.default_rng(0)
    names = ("text", "image") if turned else ("image", "text")
    dims = dict(zip(names, (PLACES + 1, PLACES), strict=True))
    model = mmzoo.create_model(name, dims, classes=["no", "yes"], **options)
    model.compile("adam")
    model.optimizer.learning_rate = rate
    for _ in range(steps):
        model.train_on_batch(*pointed(rng, 64, names))
    batch, labels = pointed(rng, 512, names)
    return np.mean(arrays(model(batch)["emotion"]).argmax(-1) != labels)

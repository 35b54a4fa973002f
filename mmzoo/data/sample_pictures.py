"""The built-in sample of pictures: drawn faces, a sentence to each, and the mood.

Twelve people have a colour and a size of their own; none is in two splits. The mouth
tells the mood of a face and the light behind it hints at it; about every third
sentence says a mood. The mood of the whole follows a rule: what the sentence says, or,
where it says nothing, what the face shows. But a sentence may be ironic, and then the
mood is the opposite of the face. So the words tell a part, the picture tells a part,
and what is ironic only both together.
"""

import numpy as np

from mmzoo.data.corpus import Corpus
from mmzoo.data.image_file import PIXELS, SIDE, squared
from mmzoo.data.sequences import Sequences
from mmzoo.data.split import EMOTION, SPLITS, Split

CLASSES = ("negative", "neutral", "positive")
PEOPLE = {"train": 8, "valid": 2, "test": 2}
PICTURES_PER_PERSON = 30
IRONIC = "ironic"
# What a sentence and a face tell of a mood, and the share of such pairs. Of a neutral
# mood there are ironic pairs and those that tell nothing.
PAIRS = {"said": 0.3, "shown": 0.35, "said and shown": 0.15, IRONIC: 0.2}
# Beyond 0 the mouth smiles, below it frowns: its curve for a mood of 1, and deviation.
CURVE, CURVE_DEVIATION = 1.0, 0.2
# Colour behind a sad and a glad face; the deviation lets them overlap.
SAD_LIGHT, GLAD_LIGHT = np.array([70.0, 90.0, 150.0]), np.array([230.0, 190.0, 90.0])
LIGHT_DEVIATION = 0.25
# Lines are drawn finer than they are shown.
FINENESS = 4
OPENINGS = ("here we are", "look at us", "this was us", "picture of me")
PLACES = ("at the lake", "in town", "at work", "in the kitchen", "on the train")
TIMES = ("today", "last night", "on monday", "before lunch")
SAYINGS = {
    -1: ("such a sad day", "i feel awful", "how lonely"),
    0: ("",),
    1: ("such a happy day", "i feel wonderful", "what a joy"),
    IRONIC: ("yeah right", "as if", "well of course"),
}


def sample_pictures(
    seed: int = 0, pictures_per_person: int = PICTURES_PER_PERSON, side: int = SIDE
) -> Corpus:
    """Generate the sample of pictures.

    Args:
        seed: Seed of everything that is drawn. Defaults to `0`.
        pictures_per_person: Pictures of each person, as many of each class as can be.
            Defaults to `30`.
        side: Pixels of each side of the square that holds a picture. Defaults to `64`.

    Returns:
        The corpus; the same seed gives the same corpus.

    Example:
    ```python
    corpus = mmzoo.data.sample_pictures(pictures_per_person=6)
    corpus.train.words[0]  # "picture of me in the kitchen today as if"
    ```
    """
    generator = np.random.default_rng(seed)
    splits, first = {}, 0
    for name in SPLITS:
        people = range(first, first + PEOPLE[name])
        splits[name] = _split(people, pictures_per_person, side, generator)
        first += PEOPLE[name]
    provenance = {
        "format": "sample-pictures",
        "protocol": "generated",
        "files": [],
        "seed": seed,
        "side": side,
    }
    label_range = (0, len(CLASSES) - 1)
    return Corpus(
        "sample-pictures", splits, label_range, provenance, CLASSES, group_kind="person"
    )


def _split(people: range, pictures_per_person: int, side: int, generator) -> Split:
    pictures, words, labels, ids, groups = [], [], [], [], []
    for person in people:
        name = f"person{person + 1:02d}"
        skin = generator.uniform((150, 100, 70), (250, 215, 190))
        size = generator.uniform(0.38, 0.44)
        for number in range(pictures_per_person):
            label = number % len(CLASSES)
            said, shown = _pair(label - 1, generator)
            pictures.append(squared(_face(shown, skin, size, side, generator), side))
            words.append(_sentence(said, generator))
            labels.append(label)
            ids.append(f"{name}_{number:03d}")
            groups.append(name)
    rows = Sequences.from_list(*map(list, zip(*pictures, strict=True)))
    return Split(
        {PIXELS: rows},
        labels,
        tuple(ids),
        tuple(groups),
        words=tuple(words),
        target=EMOTION,
    )


def _pair(mood: int, generator) -> tuple[int | str, int]:
    """What the sentence says and what the face shows, of a mood of -1, 0 or 1."""
    kind = generator.choice(list(PAIRS), p=list(PAIRS.values()))
    if kind == IRONIC:
        return IRONIC, -mood
    return (mood if "said" in kind else 0), (mood if "shown" in kind else 0)


def _sentence(said: int | str, generator) -> str:
    parts = (OPENINGS, PLACES, TIMES, SAYINGS[said])
    return " ".join(generator.choice(part) for part in parts).strip()


def _face(mood: int, skin: np.ndarray, size: float, side: int, generator):
    """A picture of a face, upright or wide."""
    from PIL import Image, ImageDraw

    shape = np.array(((1.0, 1.0), (1.0, 0.8), (0.8, 1.0))[generator.integers(3)])
    width, height = map(int, shape * side * FINENESS)
    scale = min(width, height)
    light = np.clip(0.5 + 0.25 * mood + LIGHT_DEVIATION * generator.normal(), 0, 1)
    behind = SAD_LIGHT + light * (GLAD_LIGHT - SAD_LIGHT)
    image = Image.new("RGB", (width, height), _colour(behind))
    draw = ImageDraw.Draw(image)
    middle = np.array([width, height]) / 2 + generator.uniform(-0.04, 0.04, 2) * scale
    unit = size * scale * generator.uniform(0.95, 1.05)
    draw.ellipse(_box(middle, unit), _colour(skin))
    for eye in (-0.4, 0.4):
        place = middle + unit * np.array([eye, -0.25])
        draw.ellipse(_box(place, 0.12 * unit), "black")
    curve = CURVE * mood + CURVE_DEVIATION * generator.normal()
    across = np.linspace(-1, 1, 21)
    # Downwards is positive: a smile is low in its middle.
    down = 0.4 + 0.3 * curve * (0.5 - across**2)
    points = middle + unit * np.stack([0.55 * across, down], axis=1)
    draw.line([tuple(point) for point in points], "black", round(0.14 * unit))
    return image


def _box(middle: np.ndarray, radius: float) -> tuple[float, ...]:
    return (*(middle - radius), *(middle + radius))


def _colour(values: np.ndarray) -> tuple[int, ...]:
    return tuple(int(value) for value in values)

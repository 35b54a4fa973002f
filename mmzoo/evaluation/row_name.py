"""What the name of a row says: its model, and the modalities that it reads."""

import re

# A joined report calls rows of one name by their run, too: `text->audio [first]`.
_RUN = re.compile(r" \[.*\]$")


def identity(name):
    """A row's name, whatever the order of its modalities and the run that it is of.

    Args:
        name: str, as `mmzoo.training.Variant` writes it: `"text->audio+video"`,
            `"tensor_fusion_network:text+audio"`.

    Returns:
        `(model, chain)`: str, empty where the path implies the model, and a tuple of
        sorted tuples of modalities, from the source to the last target.
    """
    model, _, path = _RUN.sub("", name).replace(" ", "").rpartition(":")
    return model, tuple(tuple(sorted(each.split("+"))) for each in path.split("->"))


def baselines_of(name):
    """The plain baselines that a row is held against.

    Args:
        name: str, the row's name.

    Returns:
        dict from words to the identity of such a row: the baseline on the same input,
        and for a translation that on all modalities of its path, as the paper has it.
        A plain baseline has none.
    """
    model, chain = identity(name)
    every = tuple(sorted({name for modalities in chain for name in modalities}))
    found = {
        "baseline on the same input": ("", chain[:1]),
        "baseline on all its modalities": ("", (every,)),
    }
    wanted = {words: each for words, each in found.items() if each != (model, chain)}
    # Without targets both are one.
    return wanted if len(chain) > 1 else dict([*wanted.items()][:1])

"""The path of a translation: a source, and a target a level."""


def translation_path(chain, input_dims):
    """Check a path, and name what is translated into.

    Args:
        chain: list of sets of modalities, each a list or written `"text+video"`, from
            the source to the last target.
        input_dims: dict from modality to the number of its features.

    Returns:
        The sets as tuples of sorted names, and the name of the output of each level,
        e.g. `"audio+video_translation"`.

    Raises:
        ValueError: naming what is wrong with the path.
    """
    sets = [each.split("+") if isinstance(each, str) else each for each in chain]
    path = tuple(tuple(sorted(each)) for each in sets)
    shown = [list(each) for each in path]
    if len(path) < 2 or not all(path):
        raise ValueError(f"`chain` is a source and at least one target, not {shown!r}.")
    names = tuple("+".join(target) + "_translation" for target in path[1:])
    if len(set(names)) < len(names):
        raise ValueError(f"`chain` names a target twice: {shown!r}.")
    used = {name for modalities in path for name in modalities}
    if used - set(input_dims):
        raise ValueError(
            f"`chain` names {sorted(used - set(input_dims))}, but `input_dims` has "
            f"{sorted(input_dims)}."
        )
    return path, names

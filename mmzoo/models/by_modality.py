"""An option of a model that is one for all modalities, or one for each."""


def by_modality(name, values, modalities):
    """An option of each modality.

    Args:
        name: the name of the option.
        values: one value for all modalities, or a dict of them by modality.
        modalities: names of the modalities.

    Returns:
        Dict from modality to its value, in the order of `modalities`.
    """
    if not isinstance(values, dict):
        return dict.fromkeys(modalities, values)
    if set(values) != set(modalities):
        raise ValueError(
            f"`{name}` are of {sorted(values)}, `input_dims` of {sorted(modalities)}: "
            "name the same modalities in both."
        )
    return {each: values[each] for each in modalities}

"""What looks wrong in features, and is left as it is: it is counted and said."""

from mmzoo.data.frame_tally import FrameTally

# Of a modality that is zero in more of its observed steps a warning is given.
ZERO_SHARE = 0.05
# So many columns are named.
NAMED = 3

Tallies = dict[str, dict[str, FrameTally]]


def suspects(tallies: Tallies) -> dict:
    """Counts and columns by split and modality, where there are any.

    Args:
        tallies: What was found, by split and modality.

    Returns:
        Dict from split to a dict from modality to what there is of `zero_steps` (how
        many observed steps are zero in all features), `constant` (the columns with
        one value in that split) and `saturated` (the columns that end there as if they
        had been clipped, see `ColumnEdges.saturated`).
    """
    found = {}
    for split, by_modality in tallies.items():
        for modality, tally in by_modality.items():
            told = {
                "zero_steps": tally.zero_steps,
                "constant": tally.edges.constant() if tally.edges else [],
                "saturated": sorted({each["column"] for each in _clipped(tally)}),
            }
            told = {kind: what for kind, what in told.items() if what}
            if told:
                found.setdefault(split, {})[modality] = told
    return found


def suspect_warnings(tallies: Tallies) -> list[str]:
    """Warnings of what matters to a training.

    Args:
        tallies: What was found, by split and modality.

    Returns:
        The warnings.
    """
    found = []
    for split, by_modality in tallies.items():
        for modality, tally in by_modality.items():
            if tally.zero_steps > ZERO_SHARE * tally.observed:
                found.append(
                    f"{tally.zero_steps} of {tally.observed} observed steps of "
                    f"{modality} of {split} are zero in all features, as where nothing "
                    "was found: they count as observed."
                )
    for modality, tally in tallies.get("train", {}).items():
        others = {name: tallies[name][modality] for name in tallies if name != "train"}
        found += [*_constant(modality, tally, others), *_saturated(modality, tally)]
    return found


def _constant(modality: str, tally: FrameTally, others: dict) -> list[str]:
    """A warning where constant columns cost a model something."""
    columns = tally.edges.constant() if tally.edges else []
    if columns and len(columns) == tally.edges.features:
        return [
            f"All {len(columns)} columns of {modality} have one value each in train: a "
            "model can learn nothing of them."
        ]
    for name, other in others.items():
        moving = sorted(set(columns) - set(other.edges.constant())) if columns else []
        if moving and other.edges.steps > 1:
            return [
                f"{len(moving)} of {tally.edges.features} columns of {modality} have "
                f"one value in train, but several in {name} (column {_some(moving)}): "
                "models read them as zero."
            ]
    return []


def _saturated(modality: str, tally: FrameTally) -> list[str]:
    clipped = _clipped(tally)
    if not clipped:
        return []
    told = [
        f"{each['column']} at {each['value']:g} in {each['share']:.1%}"
        for each in clipped
    ]
    return [
        f"Of {modality} some columns end at a value that many frames of train have and "
        f"hardly any comes near (column {_some(told)}): it seems that they were "
        "clipped, and that what lay beyond is lost."
    ]


def _clipped(tally: FrameTally) -> list[dict]:
    return tally.edges.saturated() if tally.edges else []


def _some(columns: list) -> str:
    more = len(columns) - NAMED
    named = ", ".join(map(str, columns[:NAMED]))
    return f"{named} and {more} more" if more > 0 else named

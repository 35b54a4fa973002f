"""What the numbers say, in sentences that follow stated rules."""

from mmzoo.evaluation.paired import compare, compare_explained

SOURCE_MARGIN = 0.05

RULES = (
    "A row counts as better (or worse) than another when the 95 % interval of the "
    "paired bootstrap difference of their MAE leaves out 0; samples (or videos) and "
    "seeds are drawn anew. Otherwise the two are not distinguishable. With one seed "
    "the interval knows nothing of the luck of the seed.",
    "A translation counts as having used its source when shuffling the source between "
    f"the samples costs at least {SOURCE_MARGIN} of explained variance and the 95 % "
    "interval of that cost leaves out 0. It counts as better than copying when its "
    "teacher-forced explained variance exceeds that of the copied previous frame by "
    "an interval that leaves out 0.",
)


def verdicts(rows):
    """Sentences about every translation and every regressor of a report.

    Args:
        rows: list of `Row`, controls among them.

    Returns:
        list of str, one or more for each row that is not a control.
    """
    mine = [row for row in rows if not row.control]
    controls = [row for row in rows if row.control]
    sentences = []
    for row in mine:
        sentences += translation_verdict(row)
        sentences += regressor_verdict(row, controls, mine)
    return sentences


def translation_verdict(row):
    """Whether a translation learnt anything beyond its controls, in 0-3 sentences."""
    name, explained = _name(row), row.explained
    forced, free = "explained_teacher_forced", "explained_free_running"
    shuffled, copied = "explained_source_shuffled", "explained_copy_previous"
    sentences = []
    if forced in explained and shuffled in explained:
        cost = compare_explained(row, forced, shuffled)
        used = cost["difference"] >= SOURCE_MARGIN and cost["verdict"] == "better"
        said = (
            f"{name} learnt to use its source"
            if used
            else f"{name} learnt nothing beyond what the decoder knows without its "
            "source"
        )
        sentences.append(
            f"{said}: shuffling the source between samples costs "
            f"{_gap(cost, sign='')} of the explained variance ({_mean(row, forced)} teacher-forced, "
            f"{_mean(row, shuffled)} shuffled)."
        )
    if forced in explained and copied in explained:
        gain = compare_explained(row, forced, copied)
        said = {
            "better": "explains more than",
            "worse": "explains less than",
            "not distinguishable": "explains no more than",
        }[gain["verdict"]]
        sentences.append(
            f"{name}, teacher-forced, {said} copying the previous frame "
            f"({_mean(row, forced)} against {_mean(row, copied)}, difference "
            f"{_gap(gain)})."
        )
    if free in explained:
        low, high = row.metrics[free]["ci95"]
        said = "is worse than" if high < 0 else "explains no more than"
        said = "beats" if low > 0 else said
        sentences.append(
            f"{name}, free-running, {said} the mean frame ({_mean(row, free)} "
            f"explained, interval {low:.3f} to {high:.3f})."
        )
    return sentences


def regressor_verdict(row, controls, others=()):
    """How a regressor stands against its own controls and against the floors."""
    sentences, floors = [], {}
    for control in controls:
        against = compare(row, control)
        if control.is_control_of(row):
            sentences.append(_against_control(row, control, against))
        elif not any(control.is_control_of(other) for other in others):
            floor = f"{control.control} of {control.name} ({_gap(against, ', ')})"
            floors.setdefault(against["verdict"], []).append(floor)
    if floors:
        said = {
            "better": "a better MAE than",
            "worse": "a worse MAE than",
            "not distinguishable": "an MAE not distinguishable from that of",
        }
        parts = [f"{said[verdict]} {', '.join(floors[verdict])}" for verdict in floors]
        sentences.append(f"{_name(row)} has {'; '.join(parts)}.")
    return sentences


def _against_control(row, control, against):
    said = {
        "better": "beats",
        "worse": "is worse than",
        "not distinguishable": "is no better and no worse than",
    }[against["verdict"]]
    return (
        f"{_name(row)} {said} its control, {control.control}: MAE {_mean(row, 'mae')} "
        f"against {_mean(control, 'mae')}, difference {_gap(against)}; difference in "
        f"r {_gap(compare(row, control, 'pearson'))}, in has0 accuracy "
        f"{_gap(compare(row, control, 'acc2_has0'))}."
    )


def _name(row):
    return f"{row.name} ({row.training})"


def _mean(row, metric):
    return f"{row.metrics[metric]['mean']:.3f}"


def _gap(comparison, middle=None, sign="+"):
    """Difference and interval: "-0.1 (-0.2 to -0.0)", or with another middle."""
    low, high = (f"{end:{sign}.3f}" for end in comparison["ci95"])
    difference = f"{comparison['difference']:{sign}.3f}"
    if middle:
        return f"{difference}{middle}{low} to {high}"
    return f"{difference} ({low} to {high})"

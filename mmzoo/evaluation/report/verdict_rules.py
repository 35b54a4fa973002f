"""What the numbers say, in sentences that follow stated rules."""

from mmzoo.evaluation.metrics.latent import ACTIVE_VARIANCE
from mmzoo.evaluation.paired import compare, compare_explained
from mmzoo.evaluation.row_dicts import UNDEFINED, floor_name, is_defined, mean_text

SOURCE_MARGIN = 0.05
# With fewer, a difference between two trainings is often the luck of the seed.
LEAST_SEEDS = 3

_FORCED, _FREE = "explained_teacher_forced", "explained_free_running"
_SHUFFLED, _COPIED = "explained_source_shuffled", "explained_copy_previous"

_WRITTEN = "token_accuracy_free_running"
_FREQUENT = "token_accuracy_most_frequent"

_BETTER = (
    "A row counts as better (or worse) than another when the 95 % interval of the "
    "paired bootstrap difference of their {metric} leaves out 0; samples (or "
    "{groups}) and seeds are drawn anew. Otherwise the two are not distinguishable. "
    "Where the metric is undefined for one of them, neither is better. "
    f"A row that was trained with fewer than {LEAST_SEEDS} seeds gets no such verdict: "
    "the interval would know too little of the luck of the seed."
)
_TRANSLATED = (
    "A translation learnt nothing beyond what the decoder knows without "
    "its source when shuffling the source between the samples costs less than "
    f"{SOURCE_MARGIN} of explained variance, and learnt to use its source when the "
    "cost is at least that and its 95 % interval leaves out 0. It explains more than "
    "copying when its teacher-forced explained variance exceeds that of the copied "
    "previous frame by an interval that leaves out 0."
)
_DECODED = (
    "A translation that decodes tokens writes more of them right than (or fewer than) "
    "the training split's most frequent token would be when the 95 % interval of the "
    "difference of the two token accuracies, beam search against control, leaves out 0."
)
_LATENT = (
    "The latent vector of a translation is not used (posterior collapse) by a training "
    "in which no unit of it is active: the posterior mean of none varies over the test "
    f"samples by more than {ACTIVE_VARIANCE}. Nor is it used where another sample's "
    f"vector costs less than {SOURCE_MARGIN} of explained variance: with free bits, "
    "units are active that the decoder does without."
)


def rules(rows):
    """The rules that the sentences about rows follow.

    Args:
        rows: list of `Row` of one kind.

    Returns:
        tuple of str.
    """
    _, metric = rows[0].kind.judged_by
    groups = " or ".join(sorted({f"{row.group_kind}s" for row in rows}))
    better = _BETTER.format(metric=metric, groups=groups)
    translated = (_TRANSLATED,) if speaks_of_translations(rows) else ()
    decoded = (_DECODED,) if any(_WRITTEN in row.explained for row in rows) else ()
    latent = (_LATENT,) if any(row.latent for row in rows) else ()
    return (better, *translated, *decoded, *latent)


def speaks_of_translations(rows):
    """Whether a report on these rows says what translations explain."""
    return any(row.explained or row.kind.translates for row in rows)


def verdicts(rows):
    """Sentences about every translation, regressor and classifier of a report.

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
        sentences += latent_verdict(row)
        sentences += regressor_verdict(row, controls, mine)
        sentences += ensemble_verdict(row, rows)
    # What cannot be judged is said once a row.
    return list(dict.fromkeys(sentences))


def translation_verdict(row):
    """Whether a translation learnt anything beyond its controls, in 0-4 sentences.

    Args:
        row: a `Row`; where it translates nothing, nothing is said. Of one with fewer
            than three seeds it is said that they are too few.

    Returns:
        list of str.
    """
    explained, sentences = row.explained, []
    if explained and row.num_seeds < LEAST_SEEDS:
        return [_no_verdict(row.name, row.training, row.num_seeds)]
    if _FORCED in explained and _SHUFFLED in explained:
        sentences.append(_about_source(row))
    if _FORCED in explained and _COPIED in explained:
        sentences.append(_about_copying(row))
    if _FREE in explained:
        sentences.append(_about_free_running(row))
    if _WRITTEN in explained and _FREQUENT in explained:
        sentences.append(_about_tokens(row))
    return sentences


def _about_source(row):
    cost = compare_explained(row, _FORCED, _SHUFFLED)
    if cost["difference"] < SOURCE_MARGIN:
        said = "learnt nothing beyond what the decoder knows without its source"
    elif cost["verdict"] == "better":
        said = "learnt to use its source"
    else:
        said = "may use its source, but these test data cannot tell"
    return (
        f"{_name(row)} {said}: shuffling the source between samples costs "
        f"{_gap(cost, sign='')} of explained variance ({_mean(row, _FORCED)} "
        f"teacher-forced, {_mean(row, _SHUFFLED)} shuffled)."
    )


def _about_copying(row):
    gain = compare_explained(row, _FORCED, _COPIED)
    said = {
        "better": "explains more than",
        "worse": "explains less than",
        "not distinguishable": "explains no more than",
    }[gain["verdict"]]
    return (
        f"{_name(row)}, teacher-forced, {said} copying the previous frame "
        f"({_mean(row, _FORCED)} against {_mean(row, _COPIED)}, difference "
        f"{_gap(gain)})."
    )


def _about_free_running(row):
    low, high = row.metrics[_FREE]["ci95"]
    said = "is worse than" if high < 0 else "explains no more than"
    said = "beats" if low > 0 else said
    return (
        f"{_name(row)}, free-running, {said} the mean frame ({_mean(row, _FREE)} "
        f"explained, interval {low:.3f} to {high:.3f})."
    )


def _about_tokens(row):
    gain = compare_explained(row, _WRITTEN, _FREQUENT)
    said = {
        "better": "more tokens right than",
        "worse": "fewer tokens right than",
        "not distinguishable": "no more tokens right than",
        UNDEFINED: "tokens of which none can be compared with",
    }[gain["verdict"]]
    return (
        f"{_name(row)}, free-running, writes {said} saying the most frequent token "
        f"({_mean(row, _WRITTEN)} against {_mean(row, _FREQUENT)} of them, difference "
        f"{_gap(gain)})."
    )


def latent_verdict(row):
    """Whether a translation uses its latent vector, in a sentence.

    It tells what these trainings ended in, and so needs no number of seeds.

    Args:
        row: a `Row`; where no latent vector was measured, nothing is said.

    Returns:
        list of str.
    """
    active = row.latent.get("active_units", [])
    if not active:
        return []
    units, kl = (
        sum(row.latent[name]) / len(active) for name in ("latent_units", "latent_kl")
    )
    found = (
        f"{sum(active) / len(active):.1f} of {units:.0f} units are active, and the "
        f"posterior is {kl:.2f} nats away from the prior"
    )
    unused, cost = sum(not each for each in active), _cost_of_another_vector(row)
    said = f"the latent is not used: {found}, but"
    if unused == len(active):
        said = f"the latent is not used: {found}, so that every source is decoded alike"
    elif unused:
        said = f"the latent is not used in {unused} of {len(active)} trainings: {found}"
    elif cost < SOURCE_MARGIN:
        said += f" another sample's vector costs {cost:.3f} of explained variance"
    else:
        said = f"the latent tells samples apart: {found}"
    return [f"{_name(row)}: {said}."]


def _cost_of_another_vector(row):
    """Explained variance lost with another source, of which only the vector is read."""
    if not {_FORCED, _SHUFFLED} <= set(row.explained):
        return SOURCE_MARGIN
    return row.metrics[_FORCED]["mean"] - row.metrics[_SHUFFLED]["mean"]


def regressor_verdict(row, controls, others=()):
    """How a regressor stands against its own controls and against the floors.

    A classifier is judged alike, by the metric of its kind.

    Args:
        row: a `Row` that is no control.
        controls: list of `Row` that are. One of the same name and training as `row`
            is its own; one that belongs to none of `others` is a floor for all.
        others: the rows that are no controls. Defaults to `()`.

    Returns:
        list of str: a sentence a control of its own, and one on all the floors; with
        fewer than three seeds the one sentence that they are too few.
    """
    sentences, floors = [], {}
    if row.over_seeds:
        return [
            f"{row.name} ({row.training}) gets no verdict: it is one answer, the mean "
            "over all seeds, and how far such means differ is not known."
        ]
    if row.num_seeds < LEAST_SEEDS:
        return [_no_verdict(row.name, row.training, row.num_seeds)]
    for control in controls:
        against = compare(row, control)
        if control.is_control_of(row):
            sentences.append(_against_control(row, control, against))
        elif not any(control.is_control_of(other) for other in others):
            floor = floor_name(control.control, control.name)
            if against["verdict"] != UNDEFINED:
                floor = f"{floor} ({_gap(against, ', ')})"
            floors.setdefault(against["verdict"], []).append(floor)
    if floors:
        _, metric = row.kind.judged_by
        alike = f"{row.kind.article} {metric} not distinguishable from that of"
        said = {
            "better": f"a better {metric} than",
            "worse": f"a worse {metric} than",
            "not distinguishable": alike,
            UNDEFINED: f"no {metric} to hold against that of",
        }
        parts = [
            f"{said[verdict]} {' and '.join(floors[verdict])}" for verdict in floors
        ]
        sentences.append(f"{_name(row)} has {'; '.join(parts)}.")
    return sentences


def ensemble_verdict(row, others):
    """How an ensemble stands against each row that it is the mean of.

    Args:
        row: a `Row`; of one that is no ensemble nothing is said.
        others: list of `Row`, its members and their controls among them.

    Returns:
        list of str; with fewer than three seeds it is empty.
    """
    if row.num_seeds < LEAST_SEEDS:
        return []
    members = [other for other in others if other.title in row.members]
    return [
        _against(row, other, f"its member {other.title}", compare(row, other))
        for other in members
    ]


def _no_verdict(name, training, num_seeds):
    """The sentence on a row with too few seeds.

    Args:
        name: of the row.
        training: of the row.
        num_seeds: int.

    Returns:
        str.
    """
    seeds = "1 seed" if num_seeds == 1 else f"{num_seeds} seeds"
    return (
        f"{name} ({training}) gets no verdict: it was trained with {seeds}, and with "
        f"fewer than {LEAST_SEEDS} a difference is too often the luck of the seed. "
        f"Train it with {LEAST_SEEDS} or more."
    )


def _against_control(row, control, against):
    if control.num_seeds < LEAST_SEEDS:
        named = f"{row.name}, {control.control}"
        return _no_verdict(named, control.training, control.num_seeds)
    return _against(row, control, f"its control, {control.control}", against)


def _against(row, other, called, against):
    """How a row stands against one that belongs to it, in the metric that judges."""
    said = {
        "better": "beats",
        "worse": "is worse than",
        "not distinguishable": "is not distinguishable from",
        UNDEFINED: "cannot be compared with",
    }[against["verdict"]]
    metric, words = row.kind.judged_by
    others = ", ".join(
        f"in {also} {_gap(compare(row, other, name))}"
        for name, also in row.kind.also_said
    )
    return (
        f"{_name(row)} {said} {called}: {words} "
        f"{_mean(row, metric)} against {_mean(other, metric)}, difference "
        f"{_gap(against)}; difference {others}."
    )


def _name(row):
    return f"{row.name} ({row.training})"


def _mean(row, metric):
    return mean_text(row.metrics, metric)


def _gap(comparison, middle=None, sign="+"):
    """Difference and interval: "-0.1 (-0.2 to -0.0)", or with another middle."""
    if not is_defined(comparison["difference"]):
        return UNDEFINED
    low, high = (f"{end:{sign}.3f}" for end in comparison["ci95"])
    difference = f"{comparison['difference']:{sign}.3f}"
    if middle:
        return f"{difference}{middle}{low} to {high}"
    return f"{difference} ({low} to {high})"

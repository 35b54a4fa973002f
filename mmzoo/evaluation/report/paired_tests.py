"""Every row against its baselines and its controls, corrected for their number.

A p-value is twice the smaller share of the resampled differences on one side of 0, so
that it never says more than the paired bootstrap of `compare`. Among dozens of pairs
some are below 0.05 by chance alone: Holm's step-down correction (Holm, 1979, "A simple
sequentially rejective multiple test procedure") keeps the chance of even one such
error below it, whatever the pairs have in common.
"""

import numpy as np

from mmzoo.evaluation.bootstrap import percentile_interval
from mmzoo.evaluation.paired import check_pair, paired_gap
from mmzoo.evaluation.report.verdict_rules import LEAST_SEEDS
from mmzoo.evaluation.row_dicts import UNDEFINED
from mmzoo.evaluation.row_kind import heading_of
from mmzoo.evaluation.row_name import baselines_of, identity

# The least p-value is 2 / (draws + 1): Holm multiplies it by as many tests as there
# are, so that 1000 draws could find nothing among 26 rows.
NUM_TEST_RESAMPLES = 10_000
LEVEL = 0.05
TOO_FEW = "too few seeds"
_RULE = (
    "Each row is held against the plain baseline on the same input{translations}, and "
    "against its own controls, in {metric}. p is that of the paired bootstrap over "
    "{draws} draws of test samples (or groups) and seeds; Holm's step-down correction "
    "over all {count} tests keeps the chance of even one false difference below "
    '{level}. Sentences under "What the numbers say" are of single pairs, uncorrected.'
)
_OF_TRANSLATIONS = (
    " (what its input is worth without translation), a translation also against that "
    "on all modalities of its path (the baseline of the paper, which needs them all to "
    "predict)"
)
NUMBERS = ("difference", "ci95", "p", "p_holm")


def paired_tests(rows, metric=None):
    """Test each row against its baselines and its own controls.

    Args:
        rows: list of `Row` on the same test samples, controls among them.
        metric: name of a metric of such rows. Defaults to `None`: the one that
            decides verdicts.

    Returns:
        list of dict, one a pair, in the order of the rows: `row`, `training`,
        `against` and `against_training`, `role` (what the other is to the row),
        `metric`, `difference` of the means over the seeds, its `ci95`, `p`, `p_holm`
        and `verdict`. With fewer than three seeds on a side there is no p-value, and
        the verdict says so; where the metric is undefined, so is the verdict, and
        numbers are `None`.

    Example:
    ```python
    from mmzoo.evaluation import Row, paired_tests

    labels = np.linspace(-3, 3, 40)
    noise = np.random.default_rng(0).normal(size=(3, 40))
    rows = [Row("text", "supervised", labels, labels + noise)]
    rows.append(Row("text->audio", "phases", labels, labels + 0.1 * noise))
    (test,) = paired_tests(rows)
    test["against"], test["verdict"]  # ("text", "better")
    ```
    """
    found = [
        (row, other, role)
        for row in rows
        if not row.control
        for other, role in _partners(row, rows)
    ]
    return _tested(found, metric)


def tests_against(rows, other, role):
    """Test each row that is no control against one of them, in what decides verdicts.

    Args:
        rows: list of `Row` on the same test samples.
        other: one of them.
        role: str. What it is to the others.

    Returns:
        list of dict as `paired_tests` returns it, corrected over these pairs alone.
    """
    mine = [row for row in rows if not row.control and row is not other]
    return _tested([(row, other, role) for row in mine], None)


def _tested(found, metric):
    """Tests of pairs `(row, other, role)`, corrected for their number."""
    if not found:
        return []
    kind = found[0][0].kind
    metric = metric or kind.judged_by[0]
    draws = _draws_by_row(found, metric)
    tests = [_test(*pair, metric, draws) for pair in found]
    return _corrected(tests, metric in kind.lower_is_better)


def _lacking_baselines(rows):
    """Plain baselines that are not among the rows: dict to the translations' names."""
    alone = [row for row in rows if not (row.control or row.members)]
    there, found = {identity(row.name) for row in alone}, {}
    for row in rows:
        if row.control or row.members or "->" not in row.name:
            continue
        for model, chain in baselines_of(row.name).values():
            if (model, chain) not in there:
                found.setdefault("+".join(chain[0]), []).append(row.name)
    return found


def paired_tests_section(rows, metric=None):
    """What `report.json` holds under `paired_tests`.

    Args:
        rows: list of `Row`.
        metric: as `paired_tests` takes it.

    Returns:
        dict with `metric`, `correction`, `level`, `num_resamples`, `tests` and the
        sentences `said`; `None` where no row has a baseline or control.
    """
    tests, lacking = paired_tests(rows, metric), _lacking_baselines(rows)
    if not tests:
        return None
    metric = tests[0]["metric"]
    judged = [test for test in tests if test["p"] is not None]
    translated = any("->" in row.name for row in rows)
    said = [
        _RULE.format(
            translations=_OF_TRANSLATIONS if translated else "",
            metric=heading_of(rows[0].kind)(metric),
            draws=NUM_TEST_RESAMPLES,
            count=len(judged),
            level=LEVEL,
        ),
        *_summary(tests),
        *(
            f"No row {name} is here for {', '.join(dict.fromkeys(names))} to be held "
            "against."
            for name, names in lacking.items()
        ),
    ]
    return {
        "metric": metric,
        "correction": "Holm",
        "level": LEVEL,
        "num_resamples": NUM_TEST_RESAMPLES,
        "tests": tests,
        "said": said,
    }


def _summary(tests):
    """A sentence for each thing that tests said, with the pairs it is said of."""
    for verdict in dict.fromkeys(test["verdict"] for test in tests):
        pairs = [test for test in tests if test["verdict"] == verdict]
        named = ", ".join(f"{t['row']} ({t['role']})" for t in pairs)
        few = verdict in ("better", "worse")
        yield f"{verdict.capitalize()}: {len(pairs)} of {len(tests)}" + (
            f": {named}." if few else "."
        )


def holm(p_values):
    """P-values after Holm's step-down correction.

    Args:
        p_values: sequence of float.

    Returns:
        Float array: the largest of the products so far of a p-value and how many are
        not smaller, at most 1.

    Example:
    ```python
    from mmzoo.evaluation import holm

    holm([0.01, 0.04, 0.03]).tolist()  # [0.03, 0.06, 0.06]
    ```
    """
    values = np.asarray(p_values, "float64")
    order = np.argsort(values, kind="stable")
    products = values[order] * np.arange(len(values), 0, -1)
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(np.maximum.accumulate(products), 1.0)
    return corrected


def _partners(row, rows):
    """The rows that a row is held against, each with what it is to the row."""
    mine = [x for x in rows if not (x.control or x.members) and x is not row]
    # An ensemble has several inputs, and its members beside.
    baselines = {} if row.members else baselines_of(row.name)
    for role, wanted in baselines.items():
        yield from ((x, role) for x in mine if identity(x.name) == wanted)
    yield from ((x, f"control: {x.control}") for x in rows if x.is_control_of(row))


def _draws_by_row(found, metric):
    """Resampled metrics of each row that takes part, computed once."""
    rows = {id(row): row for row, other, _ in found for row in (row, other)}
    return {
        key: row.metric_draws(metric, NUM_TEST_RESAMPLES) for key, row in rows.items()
    }


def _test(row, other, role, metric, draws):
    check_pair(row, other)
    found = {
        "row": row.name,
        "training": row.training,
        "against": other.name,
        "against_training": other.training,
        "role": role,
        "metric": metric,
    }
    gap = paired_gap(draws[id(row)], draws[id(other)])
    difference = row.metrics[metric]["mean"] - other.metrics[metric]["mean"]
    enough = min(row.num_seeds, other.num_seeds) >= LEAST_SEEDS
    if np.isnan(difference):
        return found | dict.fromkeys(NUMBERS) | {"verdict": UNDEFINED}
    interval = percentile_interval(gap)
    p = _p_value(gap) if enough else None
    numbers = dict(zip(NUMBERS, (float(difference), interval, p, None), strict=True))
    return found | numbers | {"verdict": TOO_FEW}


def _p_value(gap):
    """Two-sided; the observed sample counts as a draw, so that it is never 0."""
    gap = gap[~np.isnan(gap)]
    beyond = min((gap <= 0).sum(), (gap >= 0).sum())
    return float(min(1.0, 2 * (beyond + 1) / (len(gap) + 1)))


def _corrected(tests, lower_is_better):
    judged = [test for test in tests if test["p"] is not None]
    for test, p in zip(judged, holm([t["p"] for t in judged]), strict=True):
        better = (test["difference"] < 0) == lower_is_better
        word = "better" if better else "worse"
        test["p_holm"] = float(p)
        test["verdict"] = word if p < LEVEL else "not distinguishable"
    return tests

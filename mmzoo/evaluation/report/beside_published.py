"""Rows beside the figures that a paper printed for them: which are below, in words."""

from mmzoo.evaluation.row_dicts import called, in_order, is_defined, key_of, number
from mmzoo.evaluation.row_kind import heading_of, kind_of

NOT_TRAINED = "not trained here"


def beside_published(published, rows, data):
    """What `report.json` holds under `published`.

    Args:
        published: `Published`.
        rows: dicts of `report.json`.
        data: provenance of the corpus, with its `name`.

    Returns:
        dict with `source`, `data`, `metric` (that of the paired tests), `metrics`,
        `lines` (those of the paper, each with the `rows` that are its own and the
        metrics in which they are `below` it), `warnings`, and the sentences `said`.

    Raises:
        ValueError: the figures are of metrics that the rows do not have.
    """
    published.check(rows[0]["metrics"])
    lines = [
        {
            **line,
            "rows": [
                {
                    "name": row["name"],
                    "training": row["training"],
                    "control": row.get("control"),
                    "below": _below(line["figures"], row),
                }
                for row in rows
                if published.matches(line, row)
            ],
        }
        for line in published.lines
    ]
    held = {
        "source": published.source,
        "data": published.data,
        "metric": _tested(published, kind_of(rows)),
        "metrics": published.metrics,
        "lines": lines,
    }
    measured = data.get("name", "")
    alien = published.data and measured and not published.is_for(measured)
    warnings = [_other_data(published, measured)] * bool(alien)
    return held | {"warnings": warnings, "said": _sentences(held, rows)}


def _tested(published, kind):
    """The metric of the paired tests: the first F1 of the figures, else the first.

    What is measured of translations has no pairs of answers to be tested.
    """
    figures = [name for name in published.metrics if name in kind.metrics]
    f1 = [name for name in figures if name.startswith("f1")]
    return next(iter(f1 + figures), kind.judged_by[0])


def published_tables(content):
    """The paper's tables as text, ours above the paper's own figures.

    Args:
        content: what `report.json` holds.

    Returns:
        list of `(title, lines)`; a line is a dict with `kind` ("ours", "control" or
        "paper"), `label`, `numbers` as long as the columns of `columns_of`, and
        `beyond`, the places of figures that ours are below.
    """
    found = {}
    for line in content["published"]["lines"]:
        found.setdefault(line["table"], []).extend(_block(line, content))
    return [(title_of(table), lines) for table, lines in found.items()]


def columns_of(content):
    """The headings over the numbers of `published_tables`.

    Args:
        content: what `report.json` holds.

    Returns:
        list of str: the metrics, the interval of the tested one, and what it cost.
    """
    names = heading_of(kind_of(content["rows"]))
    metrics = [names(name) for name in content["published"]["metrics"]]
    tested = names(content["published"]["metric"])
    return [*metrics, f"95 % of {tested}", "s a seed", "parameters"]


def _below(figures, row):
    """The metrics in which a row's mean is worse than the figure that was printed."""
    kind, found = kind_of([row]), []
    for name, figure in figures.items():
        if name not in row["metrics"]:
            # Not every model decodes, or translates.
            continue
        mean, sign = row["metrics"][name]["mean"], 1
        if name in kind.lower_is_better:
            sign = -1
        if not is_defined(mean) or sign * mean < sign * float(figure):
            found.append(name)
    return found


def _sentences(held, rows):
    trained = [line for line in held["lines"] if line["rows"]]
    if not trained:
        return ["None of the rows that the paper printed was trained here."]
    metric, named = held["metric"], heading_of(kind_of(rows))
    pairs = [(line, row) for line in trained for row in line["rows"]]
    judged = [(x, row) for x, row in pairs if metric in x["figures"]]
    below = [called(row) for _, row in judged if metric in row["below"]]
    reached = len(judged) - len(below)
    said = [
        f"{len(trained)} of the {len(held['lines'])} rows that {held['source']} "
        f"printed were trained here; in {named(metric)} {reached} of {len(judged)} "
        "reach the paper's figure or more"
        + (f", and below it are: {', '.join(below)}." if below else ".")
    ]
    for line, row in pairs:
        if row["below"]:
            said.append(_shortfall(line, row, rows, named))
    left = [
        called({"name": line["variant"], "control": line.get("control")})
        for line in held["lines"]
        if not line["rows"]
    ]
    return said + [f"{NOT_TRAINED.capitalize()}: {', '.join(left)}."] * bool(left)


def _shortfall(line, row, rows, named):
    mine = next(each for each in rows if key_of(each) == key_of(row))
    parts = []
    for name in row["below"]:
        found = mine["metrics"][name]
        text = f"{named(name)} ({number(mine['metrics'], name)} against "
        text += line["figures"][name]
        low, high = found["ci95"]
        if is_defined(low) and not low <= float(line["figures"][name]) <= high:
            text += f", outside our interval {low:.3f} to {high:.3f}"
        parts.append(f"{text})")
    return (
        f"{called(row)} ({row['training']}) is below the paper's figure in: "
        f"{', '.join(parts)}."
    )


def _other_data(published, measured):
    return (
        f"These figures were printed for {published.data}, the rows here are of "
        f"{measured}: neither says anything of the other."
    )


def _block(line, content):
    """One row of the paper: ours, our controls, and the paper's own figures."""
    lines = [
        {
            "kind": "control" if beside else "ours",
            "label": row["control"] if beside else f"{called(row)} ({row['training']})",
            "numbers": _numbers(row, content["published"]),
            "beyond": [],
        }
        for row, beside in rows_of_line(line, content)
    ]
    metrics = content["published"]["metrics"]
    printed = line["printed"] or line["variant"]
    label = printed if lines else f"{printed}, {NOT_TRAINED}"
    below = {name for row in line["rows"] for name in row["below"]}
    return [
        *lines,
        {
            "kind": "paper",
            "label": label,
            "numbers": [*(line["figures"].get(m, "") for m in metrics), "", "", ""],
            "beyond": [i for i, name in enumerate(metrics) if name in below],
        },
    ]


def rows_of_line(line, content):
    """The rows that stand at a line of the paper, each before its controls.

    Args:
        line: one of those that `beside_published` made.
        content: what `report.json` holds.

    Returns:
        list of `(row, beside)`; `beside` tells that a row is a control of one of the
        line's, for which the paper has no line.
    """
    mine = {key_of(row) for row in line["rows"]}
    others = content["published"]["lines"]
    printed = {key_of(row) for each in others for row in each["rows"]}
    found = []
    for row, _ in in_order(content["rows"]):
        key = key_of(row)
        if key in mine:
            found.append((row, False))
        elif key not in printed and (*key[:2], None) in mine:
            found.append((row, True))
    return found


def _numbers(row, published):
    low, high = row["metrics"][published["metric"]]["ci95"]
    interval = f"{low:.2f} to {high:.2f}" if is_defined(low) else ""
    seconds = f"{row['seconds_per_seed']:.1f}" if row.get("epochs") else ""
    weights = f"{row['parameters']:,}" if "parameters" in row else ""
    means = [number(row["metrics"], name) for name in published["metrics"]]
    return [*means, interval, seconds, weights]


def title_of(table):
    """What a table of a paper is called: "Table 1" where the csv has its number."""
    return f"Table {table}" if table.isdigit() else table or "Its table"

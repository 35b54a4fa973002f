"""The plain text table at the end of a run."""

from mmzoo.evaluation.row_dicts import as_dicts, in_order, number, row_label
from mmzoo.evaluation.row_kind import kind_of

WIDTH = 100

# heading, metric, factor, decimals
EXPLAINED_COLUMNS = (
    ("teacher-forced", "explained_teacher_forced", 1, 3),
    ("free", "explained_free_running", 1, 3),
    ("shuffled", "explained_source_shuffled", 1, 3),
    ("copy", "explained_copy_previous", 1, 3),
)
LATENT_COLUMNS = (
    ("active units", "active_units", 1, 1),
    ("of", "latent_units", 1, 0),
    ("KL in nats", "latent_kl", 1, 2),
)


def latent_rows(ordered):
    """The rows that have a latent vector, with what was measured of it as metrics.

    Args:
        ordered: list of `(row, belongs)`, as `in_order` gives it.

    Returns:
        List of such pairs.
    """
    return [
        ({**row, "metrics": row["latent"]}, belongs)
        for row, belongs in ordered
        if row.get("latent")
    ]


def table(rows):
    """Rows and controls as aligned plain text of at most 100 columns.

    Args:
        rows: list of `Row`, or of the rows of a `report.json`.

    Returns:
        str of several lines: means over the seeds, ± their standard deviation. What
        translations explain, and what their latent vectors hold, follows in tables of
        their own.
    """
    rows = as_dicts(rows)
    ordered = in_order(rows)
    lines = _aligned(ordered, kind_of(rows).table_columns, "row")
    translations = [
        (row, belongs)
        for row, belongs in ordered
        if any(column[1] in row["metrics"] for column in EXPLAINED_COLUMNS)
    ]
    if translations:
        heading = "variance of the target explained"
        lines += ["", *_aligned(translations, EXPLAINED_COLUMNS, heading)]
    if latent := latent_rows(ordered):
        lines += ["", *_aligned(latent, LATENT_COLUMNS, "latent vector")]
    return "\n".join(lines)


def _aligned(ordered, columns, heading):
    cells = [[heading, "training", *(column[0] for column in columns)]]
    for row, belongs in ordered:
        numbers = [number(row["metrics"], *column[1:]) for column in columns]
        training = "" if belongs else row["training"]
        cells.append([row_label(row, belongs), training, *numbers])
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    # As long as `supervised, 7 classes`.
    widths[1] = min(widths[1], 21)
    others = sum(widths[1:]) + 2 * (len(widths) - 1)
    widths[0] = min(widths[0], WIDTH - others)
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "-" * max(len(line) for line in lines))
    return lines


def _line(cells, widths):
    left = [
        (cell if len(cell) <= width else cell[: width - 2] + "..").ljust(width)
        for cell, width in zip(cells[:2], widths[:2], strict=True)
    ]
    numbers = [
        cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)
    ]
    return "  ".join([*left, *numbers]).rstrip()

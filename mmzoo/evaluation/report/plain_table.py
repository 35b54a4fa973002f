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
TOKEN_COLUMNS = (
    ("teacher-forced", "token_accuracy_teacher_forced", 100, 1),
    ("beam", "token_accuracy_free_running", 100, 1),
    ("greedy", "token_accuracy_greedy", 100, 1),
    ("sampled", "token_accuracy_sampled", 100, 1),
    ("shuffled", "token_accuracy_source_shuffled", 100, 1),
    ("frequent", "token_accuracy_most_frequent", 100, 1),
)
PERPLEXITY_COLUMNS = (
    ("teacher-forced", "perplexity_teacher_forced", 1, 2),
    ("shuffled", "perplexity_source_shuffled", 1, 2),
    ("unigram", "perplexity_unigram", 1, 2),
)
BLEU_COLUMNS = (
    ("beam", "bleu_free_running", 1, 1),
    ("greedy", "bleu_greedy", 1, 1),
    ("sampled", "bleu_sampled", 1, 1),
    ("shuffled", "bleu_source_shuffled", 1, 1),
)
# heading, columns; of rows that decode tokens
TOKEN_TABLES = (
    ("tokens that are right, in %", TOKEN_COLUMNS),
    ("perplexity of a token", PERPLEXITY_COLUMNS),
    ("BLEU of the tokens", BLEU_COLUMNS),
    ("variance that the true codes explain", (("", "explained_codebook", 1, 3),)),
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


def rows_with(ordered, columns):
    """The rows that have a metric of some columns.

    Args:
        ordered: list of `(row, belongs)`, as `in_order` gives it.
        columns: tuples whose second entry is a metric.

    Returns:
        List of such pairs.
    """
    names = {column[1] for column in columns}
    return [pair for pair in ordered if not names.isdisjoint(pair[0]["metrics"])]


def table(rows):
    """Rows and controls as aligned plain text of at most 100 columns.

    Args:
        rows: list of `Row`, or of the rows of a `report.json`.

    Returns:
        str of several lines: means over the seeds, ± their standard deviation. What
        translations explain, how well tokens are decoded, and what latent vectors hold,
        follows in tables of their own.
    """
    rows = as_dicts(rows)
    ordered = in_order(rows)
    lines = _aligned(ordered, kind_of(rows).table_columns, "row")
    of_translations = ("variance of the target explained", EXPLAINED_COLUMNS)
    for heading, columns in (of_translations, *TOKEN_TABLES):
        if translations := rows_with(ordered, columns):
            lines += ["", *_aligned(translations, columns, heading)]
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

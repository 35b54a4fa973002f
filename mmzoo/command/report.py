"""`mmzoo report`: the table of runs, and one report of several."""

import dataclasses

from mmzoo.evaluation import join_reports, read_published, table
from mmzoo.evaluation.row_name import identity
from mmzoo.training.ensemble import check_ensembles, ensemble_rows


def report(arguments):
    """Print the rows of runs, and write their report where `--output` says.

    Args:
        arguments: words of the command line, as `parse` returns them.
    """
    joined = _with_ensembles(join_reports(arguments.run), arguments.ensemble)
    if arguments.published:
        published = read_published(arguments.published)
        joined = dataclasses.replace(joined, published=published)
    print(table(joined.rows))
    content = joined.to_dict()
    beside = content.get("published", {"warnings": (), "said": ()})
    for sentence in (*beside["warnings"], *beside["said"], *content["verdicts"]):
        print(sentence)
    if arguments.output:
        joined.write(arguments.output)
        print(f"wrote {arguments.output}: read report.md there")


def _with_ensembles(joined, ensembles):
    """The same report with the means of what some rows answer."""
    titles = [row.title for row in joined.rows]
    ensembles = [[_spelt(name, titles) for name in each] for each in ensembles]
    twice = [name for each in ensembles for name in each if titles.count(name) > 1]
    if twice:
        raise ValueError(
            f"--ensemble: {titles.count(twice[0])} rows are called {twice[0]!r}, and "
            "differ in their training alone: join fewer runs."
        )
    check_ensembles(ensembles, {row.title: row.num_seeds for row in joined.rows})
    means, without = ensemble_rows(ensembles, joined.rows)
    rows, remarks = (*joined.rows, *means), (*joined.remarks, *without)
    return dataclasses.replace(joined, rows=[*rows], remarks=remarks)


def _spelt(name, titles):
    """The title of a row as the report spells it, whatever the order of modalities."""
    same = [each for each in titles if _parts(each) == _parts(name)]
    return same[0] if len(same) == 1 else name


def _parts(title):
    """The control, the row and the run that a title names."""
    given, _, run = title.partition(" [")
    control, _, name = given.rpartition(": ")
    return control, identity(name), run

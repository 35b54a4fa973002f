"""`mmzoo report`: the table of runs, and one report of several."""

from mmzoo.evaluation import join_reports, table


def report(arguments):
    """Print the rows of runs, and write their report where `--output` says.

    Args:
        arguments: words of the command line, as `parse` returns them.
    """
    joined = join_reports(arguments.run)
    print(table(joined.rows))
    for sentence in joined.to_dict()["verdicts"]:
        print(sentence)
    if arguments.output:
        joined.write(arguments.output)
        print(f"wrote {arguments.output}: read report.md there")

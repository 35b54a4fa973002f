"""`mmzoo report`: the table of runs, and one report of several."""

import dataclasses

from mmzoo.evaluation import join_reports, read_published, table


def report(arguments):
    """Print the rows of runs, and write their report where `--output` says.

    Args:
        arguments: words of the command line, as `parse` returns them.
    """
    joined = join_reports(arguments.run)
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

"""The words that ask for a recipe: those of a training, and where its data are."""

import argparse

from mmzoo.command.train_arguments import (
    ALIGN_TO,
    GRAMMAR,
    LABEL,
    LABEL_HELP,
    SPLIT_LISTS,
    add_options,
    add_run,
    label_names,
)

# What the recipes on frames of several modalities say of their data.
FRAME_DATA = """\
DATA is the built-in sample (default), mosi_utterances.npz, a folder of h5 files in
MFN's layout, or an HDF5 file that mmzoo saved. Of a format with several protocols
(MOSI: dialogue, paper, utterance; MFN folders: original, trimodal) the first is taken
that has every modality asked for.

Recipes that are given the same --output, data and options write one report together.
"""


def recipe_parser(about, epilog, data=None, rows=None, table=None):
    """The parser of a recipe: `mmzoo train` with `--data` and defaults of its own.

    Args:
        about: str. What the recipe does.
        epilog: str. What else its help tells.
        data: optional str. What is read where nothing is named; where not given,
            something has to be.
        rows: optional list of names of variants that are trained by default.
        table: optional list of names of variants, the rows of a paper's table, which
            `--variant all` trains.

    Returns:
        `argparse.ArgumentParser`.
    """
    parser = argparse.ArgumentParser(
        description=about,
        epilog=epilog + GRAMMAR,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        default=data,
        required=data is None,
        metavar="sample|PATH",
        help="see below" + (f" (default {data})" if data else ""),
    )
    parser.add_argument("--protocol", help="how to split and label the data")
    parser.add_argument("--label", type=label_names, metavar=LABEL, help=LABEL_HELP)
    parser.add_argument("--format", metavar="NAME", help="which of several formats")
    parser.add_argument("--align-to", metavar="MODALITY", help=ALIGN_TO)
    parser.add_argument("--splits", metavar="DIR", help=SPLIT_LISTS)
    add_run(parser, rows, table)
    add_options(parser)
    parser.usage = "%(prog)s [--data PATH] [--variant V ...] [options]"
    return parser

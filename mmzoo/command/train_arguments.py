"""The words that ask for a training, of `mmzoo train` and of the recipes."""

import argparse
import functools
import itertools

from mmzoo.command.flags import front_end_flags, model_flags, training_flags
from mmzoo.command.tuning_arguments import TUNING, add_tuning
from mmzoo.command.writable import output_folder

# How each command reads its data, beside the path and the protocol.
READING = ("label", "format", "align_to", "splits")
SPLIT_LISTS = (
    "folder of published lists of splits, train.txt, valid.txt and test.txt, or of "
    "such folders, where the format reads them; or the name of lists beside the data"
)
ALIGN_TO = (
    "average the frames of all modalities over the steps of one, such as text, for "
    "models that join them step by step"
)
# Every row of a recipe's table.
ALL = "all"
LABEL = "NAME|N[,...]"
LABEL_HELP = (
    "which label to read, where the data have several of each sample; several at once, "
    "such as happy,sad,anger, are emotions of which a sample has any number"
)
GRAMMAR = """
A variant is written in one grammar, here and in the report:
  text, text+audio+video           an LSTM on the modalities joined at each step
  tensor_fusion_network:text+audio another model of `mmzoo models`, by its name
  text->audio, text->audio+video   a translation; sentiment from its encoder
  text+audio->text+video           likewise, with text repeated on both sides
  text->audio->video               hierarchical: the paper's embed(T,A)->V
Only the modalities before the first arrow are needed to predict.

A run can be killed at any moment; the same command goes on where it was. Asked for
other variants of the same data and options, a folder takes their rows, too.

Rows x seeds x folds are trainings of their own: --jobs 4 does four at once, in the
same numbers. OMP_NUM_THREADS=1 before the command is faster then, and gives the numbers
of one thread. A training whose process dies is taken up by another; one that fails
lets the others finish, and its variant is left out of later runs in the folder.
"""
GRAMMAR += TUNING


def label_names(text):
    """The label that `--label` names, or the list of several.

    Args:
        text: str. Names or numbers, with a comma between two.

    Returns:
        A str, or a list of them.
    """
    names = [name.strip() for name in text.split(",")]
    return names if len(names) > 1 else text


class _Rows(argparse.Action):
    """The rows named, with those of a table in the place of the word `all`."""

    def __init__(self, table, **settings):
        super().__init__(nargs="+", **settings)
        self.table = table

    def __call__(self, parser, namespace, values, option_string=None):
        parts = [self.table if name == ALL else [name] for name in values]
        named = getattr(namespace, self.dest)
        # Given again, it names further rows, and none in the place of those before.
        before = [] if named is self.default else named
        asked = [*before, *itertools.chain.from_iterable(parts)]
        setattr(namespace, self.dest, asked)


def add_run(parser, rows=None, table=None):
    """Add what every training needs: rows, folds, seeds and a folder.

    Args:
        parser: `argparse.ArgumentParser`.
        rows: optional list of names of variants, the default; where not given, what
            suits the data.
        table: optional list of names of variants, those that `--variant all` trains;
            where not given, `all` is a name as any other.
    """
    add = parser.add_argument
    default = " ".join(rows) if rows else "rows that suit the data"
    every = f"; {ALL}: the {len(table)} rows {' '.join(table)}" if table else ""
    add(
        "--variant",
        action=functools.partial(_Rows, table or [ALL]),
        metavar="V",
        default=rows,
        help=f"what to train, see below (default: {default}{every})",
    )
    add(
        "--folds",
        type=int,
        metavar="K",
        help="cross-validate with K folds, by group where samples share one (default: "
        "the folds that the protocol defines, if any)",
    )
    add(
        "--without-test",
        action="store_true",
        help="leave the test split unread, so that --folds K compares models on "
        "training and validation samples alone: to choose one, before it is tested",
    )
    add(
        "--in-classes",
        type=int,
        metavar="N",
        help="train classifiers of the scores rounded to N classes, such as 7, in the "
        "place of regressors; what they say is compared as scores",
    )
    add(
        "--pretrain",
        metavar="PATH",
        help="another corpus, on whose frames translations learn first, unlabelled; "
        "where its columns differ, --projection N joins the two",
    )
    add("--pretrain-protocol", metavar="P", help="how to split that corpus")
    add_ensembles(parser)
    add("--seeds", type=int, default=1, metavar="N", help="how many (default 1)")
    add(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="how many trainings are done at once, each in a process of its own; the "
        "numbers stay those of --jobs 1 (default 1)",
    )
    add(
        "--ray",
        nargs="?",
        const="local",
        metavar="ADDRESS",
        help="train on a Ray cluster, such as auto or host:6379, in place of --jobs; "
        "without an address, one is started on this machine; needs mmzoo[ray]",
    )
    add(
        "--strict", action="store_true", help="refuse what would be cleaned or left out"
    )
    add(
        "--output",
        type=output_folder,
        metavar="DIR",
        help="folder of the run (default runs/<name of the data>)",
    )
    add_published(parser)
    add_trust(parser)
    add_tuning(parser)


def add_ensembles(parser):
    """Add the flag that names rows whose answers are averaged.

    Args:
        parser: `argparse.ArgumentParser`.
    """
    parser.add_argument(
        "--ensemble",
        nargs="+",
        action="append",
        default=[],
        metavar="V",
        help="report the mean of what several rows answer, too, seed by seed, or of "
        "one row over its seeds; a control is named as in the report, such as "
        "'mean pooling: audio'; can be given several times",
    )


def add_published(parser):
    """Add the flag that names figures of a paper.

    Args:
        parser: `argparse.ArgumentParser`.
    """
    parser.add_argument(
        "--published",
        metavar="CSV",
        help="figures of a paper to stand beside the rows: columns variant, table, "
        "printed, and one a metric, as recipes/results/paper.csv",
    )


def add_trust(parser):
    """Add the flag that names modules with models of the user's own.

    Args:
        parser: `argparse.ArgumentParser`.
    """
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="MODULE",
        help="a module of your own, such as mine for mine.py in this folder, which "
        "registers models in a package of this name: its code is run",
    )


def add_options(parser):
    """Add a flag for each option of a training, a front end and a model.

    Args:
        parser: `argparse.ArgumentParser`.
    """
    # Every flag in a row would hide the few that most need.
    parser.usage = "%(prog)s DATA [--variant V ...] [options]"
    kinds = {
        "training": training_flags(),
        "how recordings, words and pictures are read": front_end_flags(),
        "models (each model takes those that it has)": model_flags(),
    }
    for title, flags in kinds.items():
        group = parser.add_argument_group(title)
        for flag in flags:
            flag.add_to(group)

"""The words that ask for tuning, and the space that its help shows."""

import argparse
import importlib.util

from mmzoo.command.flags import ROOT

# As the file says it, so that it can be copied and changed.
TUNING = f"""
With --tune N each row has N trials, with options drawn from one space; each is judged
on the validation split, and the best one's options train the row. A row takes those
options that it has. The default space, in the form of a FILE for --space:

{(ROOT / "training/default_space.json").read_text("utf-8")}"""


def add_tuning(parser):
    """Add the flags of `mmzoo.training.Experiment`'s `tune` and `space`.

    Args:
        parser: `argparse.ArgumentParser`.
    """
    group = parser.add_argument_group("tuning")
    group.add_argument(
        "--tune",
        type=_trials,
        default=0,
        metavar="N",
        help="trials of each row, by which validation chooses its options; the first "
        "has those given (default 0: they are as given)",
    )
    group.add_argument(
        "--space",
        metavar="FILE",
        help="JSON file of the values that trials draw from (default: see below)",
    )


def _trials(text):
    """How many trials a row has; a `type` of `argparse`."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"it is a whole number from 0, not {text!r}")
    if int(text) and importlib.util.find_spec("optuna") is None:
        install = 'pip install "mmzoo[tune]"'
        raise argparse.ArgumentTypeError(f"it needs the package optuna: {install}")
    return int(text)

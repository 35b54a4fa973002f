"""The words that ask for tuning, and the space that its help shows."""

import argparse

from mmzoo.command.flags import ROOT

# As the file says it, so that it can be copied and changed.
TUNING = f"""
With --tune N each row has N trials, the first with the options given, the others with
options drawn from one space. All train with one seed, the better half with another, and
so on; these seeds are none of those reported. The options of the best one train the row
where they beat those given, on the validation split, by more than the seeds differ. A
row takes those options that it has. The default space, in the form of a FILE for
--space:

{(ROOT / "training/default_space.json").read_text("utf-8")}"""


def add_tuning(parser):
    """Add the flags of `Experiment`'s `tune`, `tune_seeds` and `space`.

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
        "--tune-seeds",
        type=int,
        default=5,
        metavar="N",
        help="with how many seeds the best of these trials are trained (default 5)",
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
    return int(text)

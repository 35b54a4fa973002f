"""Predict sentiment from text, audio or video alone, and report on each.

Reproduces: Table 1 of Pham et al., 2018, "Seq2Seq2Sentiment", on any corpus that mmzoo
            reads. Differences: docs/models/lstm_baseline.md.
Run:        python recipes/mosi_unimodal.py --data sample
            python recipes/mosi_unimodal.py --data mosi_utterances.npz --seeds 5
Expect:     docs/results.md, from recipes/results/*.json: text first by far.
"""

import pathlib
import sys

from mmzoo.command import FRAME_DATA, recipe_parser, run

PAPER = pathlib.Path(__file__).resolve().parent / "results" / "paper.csv"
TABLE = ["text", "audio", "video"]


def parse(argv=None):
    """Read the command line."""
    about = __doc__.split("\n\n")[0]
    return recipe_parser(about, FRAME_DATA, "sample", TABLE, TABLE).parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training.regime import FRAMES

    return train(arguments, FRAMES, published=PAPER)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

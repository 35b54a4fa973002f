"""Translate one modality into another, then predict sentiment, and report on both.

Reproduces: Table 2 of Pham et al., 2018, "Seq2Seq2Sentiment", on any corpus that mmzoo
            reads. Differences: docs/models/seq2seq_translator.md.
Run:        python recipes/mosi_bimodal.py --data sample
            python recipes/mosi_bimodal.py --data mosi_utterances.npz --seeds 5 \
                --variant all
Expect:     docs/results.md, from recipes/results/*.json.
"""

import pathlib
import sys

from mmzoo.command import FRAME_DATA, recipe_parser, run

PAPER = pathlib.Path(__file__).resolve().parent / "results" / "paper.csv"
CONCAT = ["text+video", "text+audio", "audio+video"]
TRANSLATIONS = [
    *("text->video", "text->audio", "audio->text"),
    *("audio->video", "video->text", "video->audio"),
]
TABLE = [*CONCAT, *TRANSLATIONS]
# The best translation of the table, and the baseline on the same two.
ROWS = ["text->video", "text+video"]


def parse(argv=None):
    """Read the command line."""
    about = __doc__.split("\n\n")[0]
    return recipe_parser(about, FRAME_DATA, "sample", ROWS, TABLE).parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training.regime import FRAMES

    return train(arguments, FRAMES, published=PAPER)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

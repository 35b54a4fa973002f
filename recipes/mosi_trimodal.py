"""Translate between modalities, then predict sentiment, and report on both.

Reproduces: Table 3 of Pham et al., 2018, "Seq2Seq2Sentiment", on any corpus that mmzoo
            reads. Differences: docs/models/seq2seq_translator.md and
            docs/models/hierarchical_translator.md.
Run:        python recipes/mosi_trimodal.py --data sample
            python recipes/mosi_trimodal.py --data mosi_utterances.npz --seeds 5 \
                --variant all
Expect:     docs/results.md, from recipes/results/*.json.
"""

import pathlib
import sys

from mmzoo.command import FRAME_DATA, recipe_parser, run

OPTIONS = """\
End to end, as the paper hopes for: --train-translator --translation-weight 0.5.
Tokens, cross-entropy and beam search, as the paper states it: --num-codes 64.
"""
PAPER = pathlib.Path(__file__).resolve().parent / "results" / "paper.csv"
CONCAT = ["text+audio+video"]
# The paper's embed(T, V) -> A and so on.
HIERARCHIES = [
    *("text->video->audio", "text->audio->video", "audio->video->text"),
    *("audio->text->video", "video->text->audio", "video->audio->text"),
]
TO_ONE = ["text+video->audio", "text+audio->video", "audio+video->text"]
# The paper prints the first two.
TO_TWO = ["text->audio+video", "audio->text+video", "video->text+audio"]
# Text stands on both sides; any other pair is a name for --variant, too.
TWO_TO_TWO = ["text+audio->text+video", "text+video->text+audio"]
TABLE = [*CONCAT, *HIERARCHIES, *TO_ONE, *TO_TWO, *TWO_TO_TWO]
ROWS = ["text+audio->text+video", "text", "audio", "video", "text+audio+video"]


def parse(argv=None):
    """Read the command line."""
    about = __doc__.split("\n\n")[0]
    more = f"{FRAME_DATA}\n{OPTIONS}"
    return recipe_parser(about, more, "sample", ROWS, TABLE).parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training.regime import FRAMES

    return train(arguments, FRAMES, published=PAPER)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

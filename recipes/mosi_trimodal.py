"""Translate between modalities, then predict sentiment, and report on both.

Reproduces: Tables 1-3 of Pham et al., 2018, "Seq2Seq2Sentiment", on any corpus that
            mmzoo reads. Differences: docs/models/seq2seq_translator.md.
Run:        python recipes/mosi_trimodal.py --data sample
            python recipes/mosi_trimodal.py --data mosi_utterances.npz --seeds 5 \
                --variant "text+audio->text+video" text "text+audio+video"
Expect:     docs/results.md, from recipes/results/*.json.
"""

import pathlib
import sys

from mmzoo.command import recipe_parser, run

DATA = """\
DATA is the built-in sample (default), mosi_utterances.npz, a folder of h5 files in
MFN's layout, or an HDF5 file that mmzoo saved. Of a format with several protocols
(MOSI: dialogue, utterance; MFN folders: original, trimodal) the first is taken that has
every modality asked for.

End to end, as the paper hopes for: --train-translator --translation-weight 0.5.
Tokens, cross-entropy and beam search, as the paper states it: --num-codes 64.
"""
PAPER = pathlib.Path(__file__).resolve().parent / "results" / "paper.csv"
ROWS = ["text+audio->text+video", "text", "audio", "video", "text+audio+video"]


def parse(argv=None):
    """Read the command line."""
    about = __doc__.split("\n\n")[0]
    return recipe_parser(about, DATA, "sample", ROWS).parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training.regime import FRAMES

    return train(arguments, FRAMES, published=PAPER)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

"""Ask which products of modalities the tensor fusion network needs.

Reproduces: the eight rows of the ablation of Zadeh et al., 2017, "Tensor Fusion Network
            for Multimodal Sentiment Analysis", on any corpus with text, audio and
            video. Differences: docs/models/tensor_fusion_network.md.
Run:        python recipes/tfn_ablation.py --data sample
            python recipes/tfn_ablation.py --data MMMO_FOLDER --seeds 5
Expect:     eight rows, with verdicts on TFN against each part of its product; with five
            seeds and the five folds of ICT-MMMO 200 trainings of some 10 CPU seconds.
"""

import pathlib
import sys

from mmzoo.command import FRAME_DATA, recipe_parser, run

ABOUT = """\
Rows by the paper's names: language, visual and acoustic are the network on text, video
and audio alone, and TFN reads the whole product of the three. Four controls stand
beside TFN, which read a part of the product: bimodal what two modalities multiply,
trimodal what three do, notrimodal all but that, early the vectors side by side.
"""
PAPER = pathlib.Path(__file__).resolve().parent / "results" / "tfn_ablation.csv"
MODEL = "tensor_fusion_network"
WHOLE = f"{MODEL}:text+audio+video"
ROWS = [WHOLE, *(f"{MODEL}:{name}" for name in ("text", "video", "audio"))]
ORDERS = {"bimodal": [2], "trimodal": [3], "notrimodal": [1, 2], "early": [1]}


def parse(argv=None):
    """Read the command line."""
    about, more = __doc__.split("\n\n")[0], f"{ABOUT}\n{FRAME_DATA}"
    return recipe_parser(about, more, "sample", ROWS).parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training import Control
    from mmzoo.training.regime import FRAMES

    parts = [Control(name, {"orders": orders}) for name, orders in ORDERS.items()]
    return train(arguments, FRAMES, {WHOLE: parts}, published=PAPER)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

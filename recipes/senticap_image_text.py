"""Recognise sentiment from pictures and their words, from image files to a report.

Reproduces: the image-text model (OTE) and its ablation (sections 3.2 and 5.2.2,
            Table 4). Differences: docs/models/image_text_classifier.md.
Run:        python recipes/senticap_image_text.py --data sample-pictures
            python recipes/senticap_image_text.py --data senticap_dataset.json \
                --text-encoder bert_base_en_uncased
Expect:     accuracy and UAR of each row and fusion, the same training with the pictures
            shuffled, and "to the letter" of the paper and its code (`to_the_letter`);
            majority, colours and counted words beside.
"""

import pathlib
import sys

from mmzoo.command import recipe_parser, run

DATA = """\
DATA is
  sample-pictures           drawn faces with words (default); nothing is downloaded
  senticap_dataset.json     SentiCap, protocols official, without_sentiment_words; the
                            images of COCO in val2014 or images beside it
  a folder of MVSA          labelResultAll.txt and data
  labels.csv                your own: columns image or guid, text, label, split, group

Where there are no pictures the row text is trained alone, and the report says so.

A text encoder is "embedding" (learned with the model), "word2vec", a text file of word
vectors, or the name or folder of a KerasHub preset such as bert_base_en_uncased.
"""
# What the row of both is compared with: other fusions, and pictures of other samples.
FUSIONS = ("transformer", "concat", "tokens", "tensor")
MODEL = "image_text_classifier"
RESULTS = pathlib.Path(__file__).resolve().parent / "results"
# What the paper printed for SentiCap.
FIGURES = RESULTS / "senticap.csv"
# What Table 1 compares with, although it was measured on CMU-MOSI.
TABLE = RESULTS / "table1.csv"


def parse(argv=None):
    """Read the command line."""
    parser = recipe_parser(__doc__.split("\n\n")[0], DATA, "sample-pictures")
    parser.add_argument(
        "--no-ablation",
        action="store_true",
        help="leave out the other fusions, the shuffled pictures and the paper's own",
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training import Control, has_letter, to_the_letter
    from mmzoo.training.regime import PICTURES

    own = getattr(arguments, "fusion", FUSIONS[0])
    others = [Control(name, {"fusion": name}) for name in FUSIONS if name != own]
    text = getattr(arguments, "text_encoder", None)
    letter = [to_the_letter(MODEL, text)] if has_letter(text) else []
    controls = {
        f"{MODEL}:image+text": [Control("images shuffled", shuffled="image"), *others],
        # Pictures alone learn nothing in the paper, and could not.
        f"{MODEL}:text": letter,
    }
    controls[f"{MODEL}:image+text"] += letter
    told = {} if arguments.no_ablation else controls
    return train(arguments, PICTURES, told, published=FIGURES, elsewhere=TABLE)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

"""Compare models of pictures and their words on MVSA, on published lists of splits.

Reproduces: Figure 11 of the image-text paper, its eight rows on MVSA-Single, with the
            image-text model (OTE), its modalities alone and other fusions beside.
            Differences: each row's page in docs/models; the text encoder and the image
            network are the same for all, and nothing pretrained sees the pictures.
Run:        python recipes/mvsa_image_text.py --data MVSA_Single --splits clmlf \
                --text-encoder FOLDER --seeds 3
            python recipes/mvsa_image_text.py --data MVSA_Single --splits cheema \
                --text-encoder FOLDER
Expect:     accuracy, weighted and macro F1 and UAR of each row, with the figure's own
            beside. By which lists the figure was measured it does not say, nor which F1
            it has, which stands here beside the weighted one; a row on CLMLF's lists is
            therefore compared, but not reproduced. recipes/results/mvsa_clmlf.json:
            DNN-LR .698 / .671, CNN-Multi .695 / .680 (the mean over its seeds, with
            --ensemble, .704 / .691), ours .685 / .655, and as much with the pictures
            of other tweets; an hour of trainings for all rows. mvsa_cheema.json, six
            rows: HSAN .699 / .684, ours .689 / .654, a minute or two a fold;
            mvsa_cheema_fine_tuned.json: HSAN with three seeds .689 / .676, ours
            with MiniLM fine-tuned .695 / .678, the mean of both, neutral counting
            twice for HSAN, .706 / .694; mvsa_clmlf_fine_tuned.json: .699 / .691
            fine-tuned, .707 / .695 the mean of both.
"""

import pathlib
import sys

from mmzoo.command import recipe_parser, run

DATA = """\
DATA is a folder of MVSA, with labelResultAll.txt and data; --splits names published
lists in its folder splits, such as clmlf, or cheema, which is ten folds. Other pictures
with words are taken as well, see senticap_image_text.py.

A text encoder is "embedding" (learned with the model), "word2vec", a text file of word
vectors, or the name or folder of a KerasHub preset such as bert_base_en_uncased.
"""
FIGURE = pathlib.Path(__file__).resolve().parent / "results" / "figure11.csv"
OURS = "image_text_classifier"
BOTH = f"{OURS}:image+text"
RIVALS = (
    "convolutional_fusion_network",
    "stacked_decision_network",
    "hierarchical_semantic_network",
    "semantic_attention_network",
    "co_memory_network",
    "multi_view_attention_network",
    "image_text_interaction_network",
)
ROWS = [
    *(f"{OURS}:{path}" for path in ("image+text", "text", "image")),
    *(f"{model}:image+text" for model in RIVALS),
]
# Side by side, since 3600 tweets do not fill the paper's transformer; it stands beside.
FUSION = "concat"
OTHERS = ("transformer", "iaff")
# Frozen words are learnt in a few epochs, and the rate has to fall within them.
TRAINING = {"epochs": 8, "patience": 8}


def parse(argv=None):
    """Read the command line."""
    parser = recipe_parser(__doc__.split("\n\n")[0], DATA, rows=ROWS)
    parser.add_argument(
        "--no-ablation",
        action="store_true",
        help="leave out the other fusions, the shuffled pictures and the paper's own",
    )
    # The field counts pairs: with balanced classes the rare one costs accuracy.
    parser.set_defaults(output="runs/mvsa_image_text", class_weight=None)
    return parser.parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.training import Control, has_letter, to_the_letter
    from mmzoo.training.regime import PICTURES

    own = getattr(arguments, "fusion", FUSION)
    others = [Control(name, {"fusion": name}) for name in OTHERS if name != own]
    text = getattr(arguments, "text_encoder", None)
    letter = [to_the_letter(OURS, text)] if has_letter(text) else []
    controls = [Control("images shuffled", shuffled="image"), *others, *letter]
    told = {} if arguments.no_ablation else {BOTH: controls}
    # The rivals join picture and words in ways of their own.
    ours = any(name.startswith(OURS) for name in arguments.variant or ROWS)
    more = {**TRAINING, **({"fusion": own} if ours else {})}
    return train(arguments, PICTURES, told, published=FIGURE, **more)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

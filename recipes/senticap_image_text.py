"""Recognise sentiment from pictures and their words, from image files to a report.

Reproduces: the image-text model (OTE) and its ablation (sections 3.2 and 5.2.2,
            Table 4). Differences: docs/models/image_text_classifier.md.
Run:        python recipes/senticap_image_text.py --data sample
            python recipes/senticap_image_text.py --data senticap_dataset.json \
                --text-encoder bert_base_en_uncased
Expect:     accuracy and UAR of each row and fusion, the same training with the pictures
            shuffled; majority, colours and counted words beside.
"""

import argparse
import pathlib
import sys

from mmzoo.command import chosen, output_folder, run

DATA = """\
DATA is
  sample                    drawn faces with words (default); nothing is downloaded
  senticap_dataset.json     SentiCap, protocols official, without_sentiment_words; the
                            images of COCO in val2014 or images beside it
  a folder of MVSA          labelResultAll.txt and data
  labels.csv                your own: columns image or guid, text, label, split, group

Where there are no pictures the row text is trained alone, and the report says so.

A text encoder is "embedding" (learned with the model), "word2vec", a text file of word
vectors, or the name or folder of a KerasHub preset such as bert_base_en_uncased.

A run can be killed at any moment; the same command goes on where it was.
"""
MODEL = "image_text_classifier"
ROWS = ("image+text", "image", "text")
# What the row of both is compared with: other fusions, and pictures of other samples.
FUSIONS = ("transformer", "concat", "tokens", "tensor")
TOLD = {"image": "pictures", "text": "words"}
LEFT_OUT = "There are no {}: the rows that read them were left out."
# Fewer samples than these are learnt with little dropout.
SMALL_CORPUS = 1000
TRAINING = {
    "epochs": 20,
    "patience": 10,
    "batch_size": 64,
    "least_steps": 20,
    "least_batch": 8,
    "learning_rate": 1e-3,
    "schedule": "cosine",
}
NEW = "without a near duplicate in training or validation"


def parse(argv=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        epilog=DATA,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", default="sample", metavar="sample|PATH", help="see below")
    add("--protocol", help="classes and splits, where the format knows several")
    add("--rows", nargs="+", choices=ROWS, default=ROWS, help="default: all")
    add("--text-encoder", metavar="NAME|FOLDER", help="see below (default embedding)")
    add("--fine-tune", action="store_true", help="train a pretrained encoder too")
    add("--image-encoder", choices=("small", "resnet50"), help="default small")
    add("--image-width", type=float, help="factor on its channels (default 1)")
    add(
        "--fusion",
        choices=(*FUSIONS, "attention", "mean", "vote", "learned"),
        help="transformer: the paper's (default); tokens: the same before pooling; "
        "tensor: the outer product; concat: side by side; attention: a weight a "
        "modality and feature; mean, vote, learned: each modality decides, late",
    )
    add(
        "--no-ablation",
        action="store_true",
        help="leave out the other fusions and the shuffled pictures",
    )
    add("--epochs", type=int, help="the most epochs (default 20)")
    add("--learning-rate", type=float, help="Adam's (default 0.001)")
    add(
        "--class-weight",
        choices=("balanced", "none"),
        help="balanced (default): each class counts alike however rare it is",
    )
    add("--seeds", type=int, default=1, help="how many seeds (default 1)")
    add("--strict", action="store_true", help="refuse pictures that cannot be read")
    add(
        "--output",
        type=output_folder,
        metavar="DIR",
        help="folder of the run (default runs/<name of the data>, such as "
        "runs/sample-pictures); name one for each protocol",
    )
    return parser.parse_args(argv)


def plan(arguments, corpus):
    """What is trained on a corpus, each with its controls."""
    from mmzoo.training import Control, Variant

    there = {"image": "pixels" in corpus.modalities, "text": any(corpus.train.words)}
    names = [name for name in arguments.rows if all(map(there.get, name.split("+")))]
    if not names:
        missing = " and ".join(TOLD[name] for name in there if not there[name])
        raise ValueError(f"{corpus.name} has no {missing}, which --rows asks for.")
    own = arguments.fusion or FUSIONS[0]
    others = [Control(name, {"fusion": name}) for name in FUSIONS if name != own]
    controls = [Control("images shuffled", shuffled="image"), *others]
    controls = () if arguments.no_ablation else tuple(controls)
    return [
        Variant.parse(f"{MODEL}:{name}", controls=controls if "+" in name else ())
        for name in names
    ]


def describe(corpus, duplicates):
    """What a reader must know of the pictures, in sentences."""
    from mmzoo.data import shared_pictures

    counts, total = duplicates.counts, len(corpus.test)
    remarks = [
        f"Of {total} test samples, training or validation nearly holds the text of "
        f"{counts['text']} and the picture of {counts['picture']}."
    ]
    if not any(corpus.train.words):
        remarks.append(LEFT_OUT.format(TOLD["text"]))
    if "pixels" not in corpus.modalities:
        return [LEFT_OUT.format(TOLD["image"]), *remarks]
    shared = shared_pictures(corpus)
    share = shared.undecided_samples / shared.samples
    if shared.undecided:
        remarks.append(
            f"{shared.undecided} of {shared.pictures} pictures have words of several "
            f"classes; {shared.undecided_samples} of {shared.samples} samples "
            f"({share:.0%}) have such a picture. Whoever sees pictures alone is right "
            f"about {shared.most_right / shared.samples:.0%} of the samples at most."
        )
    if share > 0.5:
        remarks.append(
            "So the row image is near chance by construction on most samples."
        )
    return remarks


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.data import near_duplicates, read
    from mmzoo.evaluation import table
    from mmzoo.training import Experiment, FrontEnds, TrainingOptions

    data = "sample-pictures" if arguments.data == "sample" else arguments.data
    corpus = read(data, arguments.protocol, arguments.strict)
    print(corpus.summary(), flush=True)
    variants = plan(arguments, corpus)
    duplicates = near_duplicates(corpus)
    modalities = sorted({m for v in variants for m in v.modalities})
    ends = FrontEnds(
        **chosen(arguments, "text_encoder", "fine_tune", "image_encoder", "image_width")
    )
    named = chosen(arguments, "epochs", "learning_rate")
    if arguments.class_weight == "none":
        named["class_weight"] = None
    architecture = chosen(arguments, "fusion")
    architecture["dropout"] = 0.4 if len(corpus.train) >= SMALL_CORPUS else 0.1
    output = (
        arguments.output or pathlib.Path("runs") / pathlib.Path(data).resolve().stem
    )
    report = Experiment(
        [ends.prepare(corpus, modalities)],
        variants,
        TrainingOptions(**TRAINING | named),
        arguments.seeds,
        output,
        architecture=architecture,
        front_ends=ends,
        remarks=describe(corpus, duplicates),
        subsets={NEW: duplicates.others} if duplicates.either.any() else {},
    ).run()
    print(f"\n{table(report.rows)}\n\nEverything is in {output}: read report.md there.")
    return report


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

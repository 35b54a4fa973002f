"""Recognise emotion from speech and its words, from sound files to a report.

Reproduces: the audio-text model (AAT) and its ablation (sections 3.1, 5.1.3, 5.2.1 and
            Table 3). Differences: docs/models/audio_text_classifier.md.
Run:        python recipes/iemocap_audio_text.py --data sample
            python recipes/iemocap_audio_text.py --data IEMOCAP_full_release \
                --protocol four --folds 5 --text-encoder bert_base_en_uncased
Expect:     accuracy and UAR of each row and pooling, majority and SVM beside.
            On RAVDESS with --seeds 3 --refit --class-weight none an earlier version had
            UAR .51 from audio, .57 with the deviation joined, .53 with the words, in 3
            minutes a training on one core, and again to refit.
"""

import argparse
import pathlib
import sys

from mmzoo.command import chosen, output_folder, run

DATA = """\
DATA is
  sample                    synthesised clips (default); nothing is downloaded
  IEMOCAP_full_release      protocols four, six, ten, valence, arousal, dominance
  a folder of RAVDESS       Actor_01, Actor_02, ...
  labels.csv                your own clips: columns path, text, label, speaker, split

A text encoder is "embedding" (learned with the model), "word2vec", a text file of word
vectors, or the name or folder of a KerasHub preset such as bert_base_en_uncased.

A run can be killed at any moment; the same command goes on where it was.
"""
# What the audio row is compared with: how regions become one vector.
POOLINGS = {
    "attention with deviation": {"audio_pooling": "deviation"},
    "mean pooling": {"audio_pooling": "mean"},
    "linear": {"audio_pooling": "linear"},
}
MODEL = "audio_text_classifier"
ROWS = ("audio+text", "audio", "text")
TRAINING = {
    "epochs": 60,
    "patience": 30,
    "batch_size": 16,
    "least_steps": 20,
    "least_batch": 8,
    "learning_rate": 3e-3,
    "schedule": "cosine",
}


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
    add("--folds", type=int, help="cross-validate over so many groups of speakers")
    add("--rows", nargs="+", choices=ROWS, default=ROWS, help="default: all")
    add("--text-encoder", metavar="NAME|FOLDER", help="see below (default embedding)")
    add("--fine-tune", action="store_true", help="train a pretrained encoder too")
    add("--audio-encoder", choices=("small", "alexnet"), help="default small")
    add("--audio-normalization", choices=("full", "batch", "none"), help="of the CNN")
    add("--width", type=float, help="factor on the network's channels (default 0.5)")
    add(
        "--fusion",
        choices=("concat", "attention", "mean", "vote", "learned"),
        help="concat: feature fusion, the paper's (default); attention: attentional "
        "feature fusion; mean, vote, learned: each modality decides, late",
    )
    add("--spectrogram", choices=("mel", "linear"), help="default mel")
    add("--no-ablation", action="store_true", help="leave out the other poolings")
    add("--epochs", type=int, help="the most epochs (default 60)")
    add("--learning-rate", type=float, help="Adam's (default 0.003)")
    add(
        "--refit",
        action="store_true",
        help="train once more on training and validation clips together, for as many "
        "epochs as validation chose",
    )
    add(
        "--class-weight",
        choices=("balanced", "none"),
        help="balanced (default): each class counts alike however rare it is",
    )
    add("--seeds", type=int, default=1, help="how many seeds (default 1)")
    add("--strict", action="store_true", help="refuse broken clips and NaN samples")
    add(
        "--output",
        type=output_folder,
        metavar="DIR",
        help="folder of the run (default runs/<name of the data>, such as "
        "runs/sample-clips); name one for each protocol",
    )
    return parser.parse_args(argv)


def choose(arguments):
    """The variants, with the poolings as controls of the audio row."""
    from mmzoo.training import Control, Variant

    others = [Control(name, changes) for name, changes in POOLINGS.items()]
    controls = {"audio": () if arguments.no_ablation else tuple(others)}
    return [
        Variant.parse(f"{MODEL}:{row}", controls=controls.get(row))
        for row in arguments.rows
    ]


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.data import read
    from mmzoo.evaluation import table
    from mmzoo.training import Experiment, FrontEnds, TrainingOptions

    data = "sample-clips" if arguments.data == "sample" else arguments.data
    corpus = read(data, arguments.protocol, arguments.strict)
    print(corpus.summary(), flush=True)
    variants = choose(arguments)
    modalities = sorted({m for v in variants for m in v.modalities})
    ends = FrontEnds(**chosen(arguments, "text_encoder", "fine_tune", "spectrogram"))
    if arguments.folds is None:
        corpora = [ends.prepare(corpus, modalities)]
    else:
        corpora = ends.prepare_folds(corpus, modalities, arguments.folds)
    named = chosen(arguments, "epochs", "learning_rate", "refit")
    if arguments.class_weight == "none":
        named["class_weight"] = None
    name = pathlib.Path(data).resolve().stem
    output = arguments.output or pathlib.Path("runs") / name
    architecture = chosen(
        arguments, "audio_encoder", "audio_normalization", "width", "fusion"
    )
    report = Experiment(
        corpora,
        variants,
        TrainingOptions(**TRAINING | named),
        arguments.seeds,
        output,
        architecture=architecture,
        front_ends=ends,
    ).run()
    print(f"\n{table(report.rows)}\n\nEverything is in {output}: read report.md there.")
    return report


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

"""Predict sentiment from raw words, with audio beside them, on CMU-MOSI.

Reproduces: the text branch of the audio-text model (sections 3.1.4 and 3.2.2) on real
            sentiment, the official split, labels from -3 to 3. Differences: a score
            instead of classes; MiniLM or another small encoder where BERT is too large.
Run:        python recipes/mosi_text.py --data mosi_utterances.npz \
                --text-encoder FOLDER --seeds 3 [--fine-tune]
Expect:     recipes/results/mosi_text_frozen.json and mosi_text_fine_tuned.json, of an
            earlier version: from words non0 82.5 %, MAE .847, r .734 in 40 seconds a
            seed, fine-tuned 84.1 %, .779, .774 in 7 minutes, both with MiniLM on one
            core.
"""

import argparse
import pathlib
import sys

from mmzoo.command import chosen, output_folder, run

ENCODERS = """\
A text encoder is
  embedding              word vectors learned with the model (default)
  word2vec               word vectors trained on the training texts; needs gensim
  glove.6B.100d.txt      a text file of word vectors
  bert_tiny_en_uncased   a preset of KerasHub, by its name
  path/to/folder         a folder with one, in KerasHub's or Hugging Face's form

A run can be killed at any moment; the same command goes on where it was.
"""
# Steps towards the data must be small where something pretrained could be lost.
FROZEN = {"learning_rate": 1e-3, "epochs": 40}
FINE = {"learning_rate": 5e-5, "epochs": 8}
FROZEN_BRANCH = {"text_units": 64, "text_dropout": 0.4}
FINE_BRANCH = {"dropout": 0.1, "text_dropout": 0.1}
SIZES = {"audio_encoder": "mean", "channels": 64, "text_dim": 128}
TRAINING = {
    "patience": 8,
    "batch_size": 32,
    "least_steps": 20,
    "least_batch": 8,
    "schedule": "cosine",
}
MODEL = "audio_text_classifier"
ROWS = ("text", "audio", "audio+text")


def parse(argv=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        epilog=ENCODERS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", required=True, metavar="PATH", help="mosi_utterances.npz")
    add("--text-encoder", default="embedding", metavar="NAME|FOLDER", help="see below")
    add("--fine-tune", action="store_true", help="train the text encoder too")
    add(
        "--rows",
        nargs="+",
        choices=ROWS,
        default=ROWS,
        help="what to train (default: all three)",
    )
    add("--seeds", type=int, default=1, help="how many seeds (default 1)")
    add("--epochs", type=int, help="the most epochs (default 40, fine-tuning 8)")
    add(
        "--output",
        type=output_folder,
        default=pathlib.Path("runs/mosi_text"),
        metavar="DIR",
        help="folder of the run (default runs/mosi_text)",
    )
    return parser.parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.data import read
    from mmzoo.evaluation import table
    from mmzoo.training import Experiment, FrontEnds, TrainingOptions, Variant

    corpus = read(arguments.data, "utterance")
    print(corpus.summary(), flush=True)
    variants = [Variant.parse(f"{MODEL}:{row}") for row in arguments.rows]
    ends = FrontEnds(arguments.text_encoder, arguments.fine_tune)
    corpus = ends.prepare(corpus, {m for v in variants for m in v.modalities})
    training = FINE if arguments.fine_tune else FROZEN
    training = training | chosen(arguments, "epochs")
    experiment = Experiment(
        [corpus],
        variants,
        TrainingOptions(**TRAINING | training),
        arguments.seeds,
        arguments.output,
        architecture=SIZES | (FINE_BRANCH if arguments.fine_tune else FROZEN_BRANCH),
        front_ends=ends,
    )
    report = experiment.run()
    print(f"\n{table(report.rows)}\n\nEverything is in {arguments.output}.")
    return report


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

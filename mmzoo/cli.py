"""The command `mmzoo`: look at data, predict with a model, measure it."""

import argparse
import dataclasses
import sys

import numpy as np

import mmzoo
from mmzoo.data import read
from mmzoo.data.audio_file import SAMPLE_RATE
from mmzoo.data.corpus import SPLITS
from mmzoo.evaluation import (
    classification_metrics,
    metric_definitions,
    variance_explained,
)
from mmzoo.evaluation._files import csv_text, write_atomically
from mmzoo.evaluation._row_kind import kind_for
from mmzoo.prediction import probabilities
from mmzoo.training.encoding import map_split
from mmzoo.training.front_ends import apply_front_end
from mmzoo.training.measure import labelled, measure_translation, predict_sentiment

EPILOG = """\
DATA is "sample", "sample-clips" or "sample-pictures" (generated, nothing is
downloaded), mosi_utterances.npz, senticap_dataset.json, a folder of h5 files in MFN's
layout, of RAVDESS, IEMOCAP or MVSA, a labels.csv of your own clips or pictures, or an
HDF5 file that `Corpus.save` wrote.
MODEL is a model.keras that a recipe wrote. To predict, it needs the modalities before
the first arrow of its variant, whatever it was trained with; an audio-text model needs
recordings and words, an image-text model pictures and words: of a corpus or one clip.

  mmzoo summary sample                              what is in the data
  mmzoo predict runs/sample/model.keras sample      writes predictions.csv
  mmzoo evaluate runs/sample/model.keras sample     metrics, with their definitions
  mmzoo predict MODEL --audio a.wav --text "the words"      says what one clip is
  mmzoo predict MODEL --image a.jpg --text "the words"      says what a picture is
"""
# What a front end reads, in an error.
RAW = {"waveform": "recording", "tokens": "word", "pixels": "picture"}
# What one clip is given by, and what it is.
CLIP = {"audio": "its recording", "text": "its words", "image": "its picture"}


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
            many = "?" if run is _predict else None
            command.add_argument("data", metavar="DATA", nargs=many)
            command.add_argument("--protocol", help="how to split, where DATA has more")
        if run is _predict:
            command.add_argument("--output", metavar="CSV", default="predictions.csv")
            for name, kind in CLIP.items():
                about = f"one clip in place of DATA: {kind}"
                command.add_argument(f"--{name}", metavar=kind[4:].upper(), help=about)
    return parser.parse_args(argv)


def _summary(arguments):
    """Show the data: splits, modalities, labels, what was cleaned."""
    print(read(arguments.data, arguments.protocol).summary())


def _models(arguments):
    """List the models that `mmzoo.create_model` builds."""
    print("\n".join(mmzoo.list_models()))


def _predict(arguments):
    """Predict; write a csv with id, group, label and predicted, or say it of a clip."""
    clip = {name: getattr(arguments, name) for name in CLIP}
    clip = {name: given for name, given in clip.items() if given is not None}
    if (arguments.data is None) == (not clip):
        raise ValueError("Give either DATA or one clip, by --audio, --text or --image.")
    if clip:
        _predict_clip(arguments.model, clip)
        return
    model, corpus, split = _open(arguments)
    if not _answers(model):
        raise ValueError(_no_answer(arguments.model))
    labels, ids, groups = labelled(split)
    header, columns = ["id", "group", "label", "predicted"], []
    if _classes(model):
        chances = _probabilities(model, split)
        predicted = [model.classes[each] for each in chances.argmax(axis=1)]
        labels = [corpus.classes[int(each)] for each in labels]
        header += [f"probability_{name}" for name in model.classes]
        columns = chances.T.tolist()
    else:
        predicted, labels = _scores(model, split).tolist(), labels.tolist()
    rows = zip(ids, groups, labels, predicted, *columns, strict=True)
    write_atomically(arguments.output, csv_text(header, rows))
    print(f"{_counts(corpus, arguments, split, model)}\nwrote {arguments.output}")


def _predict_clip(path, clip):
    """Print what the model says of one clip."""
    model = mmzoo.load(path)
    if not _answers(model):
        raise ValueError(_no_answer(path))
    features = [name for name in model.source if name not in model.front_ends]
    if features:
        raise ValueError(
            f"{path}: the model reads {' and '.join(features)} as features, not as "
            "recordings or words. Give DATA that holds them."
        )
    if sorted(clip) != model.source:
        flags = " and ".join(f"--{name}" for name in model.source)
        raise ValueError(
            f"{path}: the model reads {' and '.join(model.source)}, not "
            f"{' and '.join(clip)}. Give {flags}."
        )
    answer = mmzoo.predict(model, **clip)
    said, chances = answer[model.target], answer.get("probabilities", {})
    width = max(map(len, [model.target, *chances])) + 2
    said = said if chances else f"{said:.4f}"
    print(f"{model.target:<{width}}{said}")
    for name in sorted(chances, key=chances.get, reverse=True):
        print(f"{name:<{width}}{chances[name]:.4f}")


def _evaluate(arguments):
    """Print the metrics of predictions and translations, each with its meaning."""
    model, corpus, split = _open(arguments)
    scores, others = {}, ()
    if _answers(model):
        labels = labelled(split)[0]
        if _classes(model):
            # The corpus may lack some of the model's classes, or order them otherwise.
            place = np.array([model.classes.index(each) for each in corpus.classes])
            predicted = _probabilities(model, split).argmax(axis=1)
            scores |= classification_metrics(place[labels.astype(int)], predicted)
        else:
            score = kind_for(None, corpus.target).score
            scores |= score(labels, _scores(model, split))
    translator = getattr(model, "translator", model)
    dims = {name: corpus.input_dims.get(name) for name in translator.input_dims}
    if hasattr(translator, "translate") and dims == translator.input_dims:
        others = translator.reads
        explained, _ = measure_translation(translator, split)
        scores |= {name: variance_explained(*each) for name, each in explained.items()}
    print(_counts(corpus, arguments, split, model, others))
    for name, score in scores.items():
        meaning = " ".join(metric_definitions()[name].partition("\n\n")[0].split())
        print(f"{name:<26} {score:8.4f}  {meaning}")


def _answers(model):
    return hasattr(model, "head") or hasattr(model, "fusion_head")


def _classes(model):
    return getattr(model, "classes", None)


def _no_answer(path):
    return (
        f"{path}: it translates and predicts no sentiment. Give the model.keras of a "
        "recipe's folder, or train a regressor on its states."
    )


def _scores(model, split):
    """A score a label, `(N,)`."""
    if hasattr(model, "head"):
        return predict_sentiment(model, split, model.source)
    found = map_split(model, split, model.reads, key=model.target, steps=False)
    return np.stack(found).astype("float64")


def _probabilities(model, split):
    """`(N, classes)`."""
    return probabilities(_scores(model, split))


def _open(arguments):
    """The model, the data and its split with all that is read, if they fit."""
    model = mmzoo.load(arguments.model)
    corpus = read(arguments.data, arguments.protocol)
    _check_modalities(model, corpus, arguments)
    if _answers(model):
        _check_labels(model, corpus, arguments)
    split = corpus.splits[arguments.split]
    for name, front_end in model.front_ends.items():
        # Of this split alone: nothing else is read.
        part = dataclasses.replace(corpus, splits={arguments.split: split})
        split = apply_front_end(part, name, front_end).splits[arguments.split]
    return model, corpus, split


def _check_modalities(model, corpus, arguments):
    held = {name: name in corpus.modalities for name in model.source}
    for name, front_end in model.front_ends.items():
        words = corpus.splits[arguments.split].words
        is_text = front_end.raw == "tokens"
        held[name] = any(words or ()) if is_text else front_end.raw in corpus.modalities
    missing = sorted(name for name in held if not held[name])
    if missing:
        lacking = [
            RAW[model.front_ends[name].raw] if name in model.front_ends else name
            for name in missing
        ]
        others = corpus.provenance.get("other_protocols")
        raise ValueError(
            f"{arguments.data}: the model reads {' and '.join(model.source)}, but here "
            f"is no {' or '.join(lacking)}, only {' and '.join(corpus.modalities)}. "
            + (f"Try --protocol {' or '.join(others)}, or give" if others else "Give")
            + " a model that needs less."
        )
    for name in model.source:
        if name in model.front_ends:
            _check_rate(model.front_ends[name], corpus, arguments)
            continue
        found, wanted = corpus.input_dims[name], model.input_dims[name]
        if found != wanted:
            raise ValueError(
                f"{arguments.data}: {name} has {found} features a step, the model "
                f"reads {wanted}. Extract them as for the data it was trained on."
            )


def _check_rate(front_end, corpus, arguments):
    wanted = getattr(front_end, "sample_rate", None)
    found = corpus.provenance.get("sample_rate", SAMPLE_RATE)
    if wanted not in (None, found):
        raise ValueError(
            f"{arguments.data}: recordings have {found} samples a second, the model "
            f"reads {wanted}. Give a model that was trained on such recordings."
        )


def _check_labels(model, corpus, arguments):
    head = getattr(model, "head", None)
    labels_per = head.labels_per if head else "sequence"
    if labels_per != corpus.labels_per:
        raise ValueError(
            f"{arguments.data}: there is one label a {corpus.labels_per}, but the "
            f"model answers once a {labels_per}. Give data cut the same way."
        )
    asked, said = (_kind(each) for each in (corpus, model))
    if asked != said:
        raise ValueError(
            f"{arguments.data}: labels are {asked}, but the model answers with {said}. "
            "Give data with labels of that kind."
        )
    unknown = sorted(set(corpus.classes or ()) - set(_classes(model) or ()))
    if unknown:
        raise ValueError(
            f"{arguments.data}: the model does not know the classes "
            f"{' and '.join(unknown)}, only {', '.join(model.classes)}. Give data with "
            "these classes."
        )


def _kind(answering):
    kind = "classes" if _classes(answering) else "scores"
    return f"{kind} of {getattr(answering, 'target', 'sentiment')}"


def _counts(corpus, arguments, split, model, others=()):
    """How much was read, and of how much a modality is missing."""
    modalities = list(others) or model.source
    text = f"{corpus.name}, {arguments.split}: {len(labelled(split)[0])} labels of "
    text += f"{len(split)} samples, read from {' and '.join(modalities)}"
    for name in modalities:
        raw = model.front_ends[name].raw if name in model.front_ends else name
        rows = split.sequences[raw if raw in split.sequences else name]
        lacking = int((rows.lengths == 0).sum())
        if lacking:
            text += f"\nwarning: {lacking} of {len(split)} samples lack {name}"
    return text

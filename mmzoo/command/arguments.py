"""The words of the command line, read with the standard library alone."""

import argparse
import difflib
import os
import re

from mmzoo.command.train_arguments import (
    ALIGN_TO,
    GRAMMAR,
    LABEL,
    LABEL_HELP,
    SPLIT_LISTS,
    add_ensembles,
    add_options,
    add_published,
    add_run,
    add_trust,
    label_names,
)
from mmzoo.command.writable import answers_file, output_file, output_folder
from mmzoo.version import __version__

ABOUT = "Look at data, train models on it, predict and measure."
EXAMPLES = """\
examples:
  mmzoo data                                        the field's data sets, and where
  mmzoo inspect sample                              what is in the data, what to train
  mmzoo inspect runs/sample/model.keras             what a model reads and reached
  mmzoo convert aligned_50.pkl mosi.h5              mmzoo's own file, which is streamed
  mmzoo train sample                                models and a report in runs/sample
  mmzoo report runs/a runs/b --output runs/both     one report of several runs
  mmzoo predict runs/sample/model.keras sample      writes predictions.csv
  mmzoo evaluate runs/sample sample                 metrics, with their definitions
  mmzoo predict MODEL --audio a.wav --text "the words"      says what one clip is
  mmzoo predict MODEL --image a.jpg --text "the words"      says what a picture is
  mmzoo predict MODEL a.wav b.wav --text "one" "two"        a line a clip; or a folder
  mmzoo predict MODEL sample --explain why          what each modality contributes
  mmzoo COMMAND --help                              the arguments of one command
"""
STATUSES = """
exit status: 0; 2 after a fault, which is one line; 3 where some rows could not be
answered, which the output names; 130 after Ctrl-C
"""
DATA = """
DATA is one of
  sample, sample-clips, sample-pictures   generated, nothing is downloaded
  mosi_utterances.npz                     CMU-MOSI
  a folder of h5 files                    MFN's layout: X_train.h5, y_train.h5, ...
  a folder of csd files                   CMU-MultimodalSDK
  a folder of openSMILE's csv files       features of your own clips, by labels.csv
  a folder of OpenFace's csv files        the same; beside openSMILE's, both are read
  aligned_50.pkl, unaligned_50.pkl        MMSA, MMSA-FET
  mosi_data.pkl, iemocap_data.pkl         MulT
  mosi_raw.pkl, sarcasm.pkl               MultiBench
  a folder of train.pkl, dev.pkl, ...     MISA, MMIM; MAG-BERT's one file
  mosi.pkl, pom.pkl, iemocap.pkl          LMF, TFN
  text_2way.pickle, or its folder         bc-LSTM; IEMOCAP_features_raw.pkl
  a folder Actor_01, Actor_02, ...        RAVDESS
  a folder of 1001_DFA_ANG_XX.wav, ...    CREMA-D
  a folder of OAF_back_angry.wav, ...     TESS
  a folder of 03a01Fa.wav, ...            EMO-DB
  a folder of DC_a01.wav or DC/a01.wav    SAVEE
  IEMOCAP_full_release                    IEMOCAP
  a folder of train_sent_emo.csv, ...     MELD
  sarcasm_data.json, or its folder        MUStARD
  senticap_dataset.json, or its csv       SentiCap
  a folder of labelResultAll.txt, data    MVSA
  labels.csv, or its folder               clips, pictures or frames of your own
  an HDF5 file                            what Corpus.save wrote
"""
MODEL = """
MODEL is a model.keras that a recipe wrote, or the folder of its run. To predict, it
needs the modalities before the first arrow of its variant, whatever it was trained
with; an audio-text model needs recordings and words, an image-text model pictures and
words: of a corpus or of clips.
DATA of `mmzoo predict` may also be recordings, pictures or folders of them.
"""
ROWS = """
Every row that can be answered is. Of data that names no splits all rows are taken,
else those of the split test; --split chooses others, and what is printed says which.
"""
ALL = "all"
SPLITS = ("train", "valid", "test", ALL)
OUTPUT = "predictions.csv"
# How a file that Corpus.save writes may end.
HDF5 = (".h5", ".hdf5")
# What clips are given by.
CLIP = {
    "audio": ("RECORDING", "clips in place of DATA: the recording of each"),
    "text": ("WORDS", 'the words of each clip ("" where unknown)'),
    "image": ("PICTURE", "clips in place of DATA: the picture of each"),
}


class _Parser(argparse.ArgumentParser):
    """A parser that guesses what was meant."""

    def error(self, message):
        words = re.findall(r"'([^']*)'", message)
        if "invalid choice" in message and words:
            message += _meant(words[0], words[1:])
        unknown = message.removeprefix("unrecognized arguments: ").split()
        if message.startswith("unrecognized arguments: --"):
            message += _meant(unknown[0], self._option_string_actions)
        super().error(message)


def parse(argv=None):
    """Read the words of the command line.

    Args:
        argv: optional list of words; those of the command line where not given.

    Returns:
        `argparse.Namespace` with `command` and its arguments.
    """
    parser = _described(_Parser(prog="mmzoo"), ABOUT, EXAMPLES + STATUSES)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    for name, (about, epilog, add) in COMMANDS.items():
        command = _described(commands.add_parser(name, help=about), about, epilog)
        add(command)
    arguments, unknown = parser.parse_known_args(argv)
    # The parser of the command knows the arguments that may have been meant.
    own = commands.choices[arguments.command]
    if unknown:
        own.error(f"unrecognized arguments: {' '.join(unknown)}")
    check = CHECKS.get(arguments.command)
    if check is not None:
        check(own, arguments)
    return arguments


def _described(parser, about, epilog):
    parser.description, parser.epilog = about, epilog.strip("\n")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _meant(word, known):
    near = difflib.get_close_matches(word, known, n=1)
    return f". Did you mean {near[0]!r}?" if near else ""


def _add_data(parser, nargs=None, about="what to read"):
    parser.add_argument("data", metavar="DATA", nargs=nargs, help=about)
    parser.add_argument(
        "--protocol",
        help="how to split and label the data, where its format knows several",
    )
    parser.add_argument("--label", type=label_names, metavar=LABEL, help=LABEL_HELP)
    parser.add_argument(
        "--format", metavar="NAME", help="which format, where the data fit several"
    )
    parser.add_argument("--align-to", metavar="MODALITY", help=ALIGN_TO)
    parser.add_argument("--splits", metavar="DIR", help=SPLIT_LISTS)


def _add_inspection(parser):
    _add_data(parser, about="what to read; or a model.keras, or a run's folder")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.add_argument(
        "--plot",
        metavar="PNG|SVG",
        type=output_file,
        help="draw lengths, labels and presence into this file",
    )


def _add_known_data(parser):
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="one of them, in full (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _add_conversion(parser):
    _add_data(parser)
    parser.add_argument(
        "output", metavar="OUT.h5", type=_corpus_file, help="the file to write"
    )
    parser.add_argument(
        "--force", action="store_true", help="write over a file that is there"
    )


def _corpus_file(path):
    path = output_file(path)
    if path.suffix.lower() not in HDF5:
        raise argparse.ArgumentTypeError(
            f"{path} is no name of an HDF5 file. Give one that ends in .h5"
        )
    return path


def _check_conversion(parser, arguments):
    output = arguments.output
    if not output.exists():
        return
    if os.path.exists(arguments.data) and output.samefile(arguments.data):
        parser.error(f"OUT.h5 is DATA itself, {output}: name another file")
    if not arguments.force:
        parser.error(f"{output} is there already: name another file, or say --force")


def _add_model(parser, **data):
    parser.add_argument("model", metavar="MODEL", help="model.keras, or a run's folder")
    _add_data(parser, **data)
    parser.add_argument(
        "--split",
        choices=SPLITS,
        help="which rows: of one split, or all (default: test where the data names "
        "splits, else all)",
    )
    add_trust(parser)


def _add_prediction(parser):
    _add_model(parser, nargs="*")
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=answers_file,
        help="file of the answers, .csv, .json, .jsonl or .parquet (default for DATA: "
        f"{OUTPUT}; for one clip: the answer is printed alone)",
    )
    parser.add_argument(
        "--explain",
        metavar="DIR",
        type=output_folder,
        help="say what each modality contributes to each answer, by leaving it out: "
        "columns more, and in this folder pictures of the first rows, with what the "
        "model attends to, and an index.html",
    )
    parser.add_argument(
        "--pictures",
        type=_count,
        metavar="N",
        help="how many rows --explain draws (default 20)",
    )
    several = {"nargs": "+", "action": "extend"}
    for name, (metavar, about) in CLIP.items():
        parser.add_argument(f"--{name}", metavar=metavar, help=about, **several)
    parser.add_argument(
        "--speaker",
        metavar="NAME",
        help="clips: who speaks in each, or in all, for a model that standardises by "
        "speaker",
        **several,
    )


def _count(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no count: give 0, 1, 2, ...")
    return int(text)


def _check_prediction(parser, arguments):
    if arguments.pictures is not None and arguments.explain is None:
        parser.error("--pictures is for --explain DIR: give both, or none")
    clips = [len(getattr(arguments, name) or ()) for name in CLIP]
    if not arguments.data and not any(clips):
        parser.error("give DATA, or clips: files, --audio, --text or --image")
    if (arguments.data or max(clips) > 1) and arguments.output is None:
        try:
            arguments.output = answers_file(OUTPUT)
        except argparse.ArgumentTypeError as error:
            parser.error(f"argument --output: {error}")


def _add_training(parser):
    _add_data(parser)
    add_run(parser)
    add_options(parser)


def _add_report(parser):
    parser.add_argument("run", metavar="RUN", nargs="+", help="folder of a run")
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=output_folder,
        help="folder of the joined report (default: the table is printed alone)",
    )
    add_ensembles(parser)
    add_published(parser)


# Each command: what it does, what else its help tells, and its arguments.
COMMANDS = {
    "data": (
        "List the data sets of the field: page, access, licence, and what reads them.",
        "Nothing is downloaded. What could not be confirmed is said to be so.\n",
        _add_known_data,
    ),
    "inspect": (
        "Show what data hold, what was cleaned, what leaks, and what to train on them; "
        "or what a model reads and answers, what it was trained on and reached.",
        DATA,
        _add_inspection,
    ),
    "convert": (
        "Write data as mmzoo's own HDF5 file, which is read while it is used.",
        DATA,
        _add_conversion,
    ),
    "train": (
        "Train models on data, and write them with a report of their test scores.",
        DATA + GRAMMAR,
        _add_training,
    ),
    "report": (
        "Print the table of a run, or join runs on the same test samples.",
        "Rows are compared pair by pair, as if one run had trained them.\n",
        _add_report,
    ),
    "predict": (
        "Predict; write a file with id, group, label, predicted and, for what was not "
        "answered, the error; or say what one clip is.",
        MODEL + DATA + ROWS + STATUSES,
        _add_prediction,
    ),
    "evaluate": (
        "Print the metrics of predictions and translations, each with its meaning.",
        MODEL + DATA + ROWS + STATUSES,
        _add_model,
    ),
    "models": ("List the models that `mmzoo.create_model` builds.", "", lambda _: None),
}
# What a parser cannot tell of one argument alone.
CHECKS = {"predict": _check_prediction, "convert": _check_conversion}

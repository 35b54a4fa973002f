"""IEMOCAP as it is released: `IEMOCAP_full_release` with Session1 to Session5.

    SessionN/sentences/wav/<dialog>/<utterance>.wav
    SessionN/dialog/EmoEvaluation/<dialog>.txt
        [6.2901 - 8.2357]  Ses01F_impro01_F000  neu  [2.5000, 2.5000, 2.5000]
    SessionN/dialog/transcriptions/<dialog>.txt
        Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.

Improvised and scripted dialogues are read. Protocols:

* `four` (default): anger, happiness (with excited), neutral, sadness: the customary
  5531 utterances. `five` adds frustration; `six` keeps excited apart, too. `ten` has
  all. `improvised` has the 2280 of improvised dialogues that are angry, happy (without
  excited), neutral or sad. What a protocol leaves out is counted, and so are
  utterances on which the annotators did not agree (`xxx`).
* `valence`, `arousal`, `dominance`: the mean rating from 1 to 5, of every utterance.

Sessions 1 to 3 train, 4 validates, 5 tests, so no speaker is in two splits;
`Corpus.k_fold(5, groups=True)` tests each session once. An utterance that lacks its
recording, its transcription or its evaluation is counted by what it lacks, and left
out.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.readers.clip_table import ClipTable
from mmzoo.data.readers.file_table import Entry
from mmzoo.data.split import EMOTION
from mmzoo.reading import read_text

FORMAT = "IEMOCAP (the folder IEMOCAP_full_release with Session1, Session2, ...)"
NAMES = {
    "neu": "neutral",
    "fru": "frustration",
    "ang": "anger",
    "sad": "sadness",
    "hap": "happiness",
    "exc": "excited",
    "sur": "surprise",
    "fea": "fear",
    "dis": "disgust",
    "oth": "other",
}
NO_AGREEMENT = "xxx"
IMPROVISED = "improvised"
# Codes of each class, in the order of the classes.
CLASSES = {
    "four": (("ang",), ("hap", "exc"), ("neu",), ("sad",)),
    "five": (("ang",), ("fru",), ("hap", "exc"), ("neu",), ("sad",)),
    "six": tuple((code,) for code in ("ang", "exc", "fru", "hap", "neu", "sad")),
    "ten": tuple((code,) for code in NAMES),
    IMPROVISED: tuple((code,) for code in ("ang", "hap", "neu", "sad")),
}
# Order of the three ratings of a line.
RATINGS = ("valence", "arousal", "dominance")
RATING_RANGE = (1.0, 5.0)
PROTOCOLS = (*CLASSES, *RATINGS)
SPLIT_OF = {"1": "train", "2": "train", "3": "train", "4": "valid", "5": "test"}
SPLIT_RULE = "Sessions 1 to 3 train, 4 validates, 5 tests: complete the folder"
SESSION = re.compile(r"Session([1-5])")
# The speaker is the letter before the last number, not that of the dialogue.
UTTERANCE = re.compile(r"(Ses0[1-5])[FM]_(?:impro|script)\w*_([FM])\w*")
EVALUATION = re.compile(
    r"\[[\d.]+ *- *[\d.]+\]\s+(\S+)\s+(\w+)\s+\[([\d.]+), *([\d.]+), *([\d.]+)\]\s*"
)
TRANSCRIPTION = re.compile(r"(\S+) +\[[\d.]+ *- *[\d.]+\] *:(.*)")


@dataclass(frozen=True)
class _Evaluation:
    dialog: str
    code: str
    ratings: tuple[float, ...]


def matches(path: Path) -> bool:
    """Whether the path looks like this format."""
    return path.is_dir() and any(
        (session / "dialog" / "EmoEvaluation").is_dir() for session in _sessions(path)
    )


def files(path: Path) -> list[Path]:
    """The recordings, evaluations and transcriptions of all sessions."""
    return sorted(
        file
        for session in _sessions(path)
        for file in (*_texts(session, "EmoEvaluation"), *_recordings(session).values())
        + tuple(_texts(session, "transcriptions"))
    )


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read all sessions by one of the protocols."""
    if protocol in CLASSES:
        classes = tuple(NAMES[codes[0]] for codes in CLASSES[protocol])
        label_range, target = (0, len(classes) - 1), EMOTION
    else:
        classes, label_range, target = None, RATING_RANGE, protocol
    table = ClipTable(
        f"IEMOCAP ({protocol})",
        path,
        [],
        label_range,
        SPLIT_RULE,
        classes,
        target,
        answering=answering,
    )
    for session in _sessions(path):
        _list_session(session, protocol, table)
    kinds = [_scripted(clip.id) for clip in table.entries]
    table.provenance["dialogues"] = {
        "improvised": len(kinds) - sum(kinds),
        "scripted": sum(kinds),
    }
    return table.corpus(strict)


def _scripted(name: str) -> bool:
    """Whether an utterance, by its name, is of a scripted dialogue."""
    return "script" in name


def _sessions(path: Path) -> list[Path]:
    return sorted(each for each in path.iterdir() if SESSION.fullmatch(each.name))


def _texts(session: Path, folder: str) -> list[Path]:
    # Files that start with a dot are left by macOS.
    return sorted(
        file
        for file in (session / "dialog" / folder).glob("*.txt")
        if not file.name.startswith(".")
    )


def _recordings(session: Path) -> dict[tuple[str, str], Path]:
    """Recording of each dialogue and utterance."""
    return {
        (file.parent.name, file.stem): file
        for file in sorted((session / "sentences" / "wav").glob("*/*.wav"))
        if not file.name.startswith(".")
    }


def _lines(file: Path, table: ClipTable) -> list[str]:
    # The folder of the corpus is above Session, dialog and the folder of the texts.
    return table.note_text(*read_text(file, file.parents[3])).splitlines()


def _list_session(session: Path, protocol: str, table: ClipTable) -> None:
    """Put the session's clips in the table, and note whatever has no partner."""
    evaluated = _evaluations(session, table)
    transcribed = _transcriptions(session, table)
    recorded = _recordings(session)
    for name, told in sorted(evaluated.items()):
        label, outside = _label(told, protocol)
        if protocol == IMPROVISED and _scripted(name):
            outside = "of a scripted dialogue"
        recording = recorded.get((told.dialog, name))
        if outside:
            table.outside[outside] = table.outside.get(outside, 0) + 1
        elif label is None:
            table.leave_out("with an unknown emotion or rating", f"{name} {told.code}")
        elif recording is None:
            table.leave_out("without a recording", name)
        elif name not in transcribed:
            table.leave_out("without a transcription", name)
        else:
            ses, sex = UTTERANCE.fullmatch(name).groups()
            split = SPLIT_OF[SESSION.fullmatch(session.name)[1]]
            words = transcribed[name]
            table.entries.append(Entry(recording, name, label, ses + sex, split, words))
    for name in sorted(set(transcribed) - set(evaluated)):
        table.leave_out("transcribed but not evaluated", name)
    dialogs = {name: told.dialog for name, told in evaluated.items()}
    for dialog, name in sorted(recorded):
        if dialogs.get(name) != dialog:
            table.leave_out("recorded but not evaluated", name)


def _label(told: _Evaluation, protocol: str) -> tuple[float | None, str | None]:
    """The label, or why the utterance is outside the protocol; both None: a fault."""
    if protocol in RATINGS:
        rating = told.ratings[RATINGS.index(protocol)]
        return (rating if RATING_RANGE[0] <= rating <= RATING_RANGE[1] else None), None
    for index, codes in enumerate(CLASSES[protocol]):
        if told.code in codes:
            return index, None
    if told.code == NO_AGREEMENT:
        return None, "no agreement (xxx)"
    if told.code in NAMES:
        return None, f"{NAMES[told.code]} ({told.code})"
    return None, None


def _evaluations(session: Path, table: ClipTable) -> dict[str, _Evaluation]:
    """Evaluation of each utterance."""
    found = {}
    for file in _texts(session, "EmoEvaluation"):
        for number, line in enumerate(_lines(file, table), 1):
            # The lines of the single annotators start with a letter.
            if not line.startswith("["):
                continue
            told = EVALUATION.fullmatch(line)
            if told is None or not UTTERANCE.fullmatch(told[1]):
                place = f"{file.name} line {number}"
                table.leave_out("in a line that cannot be understood", place)
            elif told[1] in found:
                table.leave_out("evaluated twice", told[1])
            else:
                ratings = tuple(map(_number, told.groups()[2:]))
                found[told[1]] = _Evaluation(file.stem, told[2], ratings)
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        # "1.2.3" has no value, and lies in no range.
        return float("nan")


def _transcriptions(session: Path, table: ClipTable) -> dict[str, str]:
    """Words of each utterance."""
    found = {}
    for file in _texts(session, "transcriptions"):
        for line in _lines(file, table):
            told = TRANSCRIPTION.fullmatch(line.strip())
            # Other lines are remarks such as "M: [LAUGHTER]".
            if told is None or not UTTERANCE.fullmatch(told[1]):
                continue
            if told[1] in found:
                table.leave_out("transcribed twice", told[1])
            else:
                found[told[1]] = told[2].strip()
    return found

"""MELD: utterances of the series Friends, three csv with the clips beside them.

    train_sent_emo.csv    dev_sent_emo.csv          test_sent_emo.csv
    train_splits          dev_splits_complete       output_repeated_splits_test

    Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,...
    3,Y'know what?,Rachel,neutral,neutral,0,2,3,...

The tables are in one folder, or in folders `train`, `dev` and `test` of it, as the
folders of clips are. The clip of that row is `dia0_utt2`; of videos nothing is read, so
their sound has to be taken out, to `dia0_utt2.wav`. Without recordings the words are
read alone. The tables of dyadic MELD, `train_sent_emo_dya.csv` and so on, name the
clips by their old numbers.

`label=` chooses between `emotion` (default) and `sentiment`. A group is a dialogue. The
numbers of the dialogues begin again in each split, so ids and groups begin with its
name.
"""

import math
from pathlib import Path

from mmzoo.data.cells import name_of
from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.label_choice import chosen_label, told
from mmzoo.data.label_meaning import LabelMeaning
from mmzoo.data.readers.clip_table import ClipTable, clips_in
from mmzoo.data.readers.file_table import UNNAMED, Entry
from mmzoo.data.readers.labels_csv import LABEL, Rows, delimiter, read_rows
from mmzoo.data.split import EMOTION
from mmzoo.reading import check_regular, read_text

FORMAT = "MELD (train_sent_emo.csv, dev_sent_emo.csv, test_sent_emo.csv)"
PROTOCOLS = ("official",)
SEVERAL_LABELS = True
CLASSES = {
    "emotion": ("neutral", "joy", "sadness", "anger", "surprise", "fear", "disgust"),
    "sentiment": ("negative", "neutral", "positive"),
}
# MELD's own names of the splits, and the folders of their clips.
OWN_NAMES = {"train": "train", "valid": "dev", "test": "test"}
CLIPS = {
    "train": "train_splits",
    "valid": "dev_splits_complete",
    "test": "output_repeated_splits_test",
}
ENDS = ("_sent_emo.csv", "_sent_emo_dya.csv")
NEEDED = ("utterance", "dialogue_id", "utterance_id")
COLUMNS = (*NEEDED, "old_dialogue_id", "old_utterance_id", *CLASSES)
REMEDY = "Correct it, or read without `strict` to have it left out"
SPLIT_RULE = f"Put the tables of all splits in one folder: {FORMAT[6:-1]}"


def matches(path: Path) -> bool:
    """Whether the path is such a table, by its columns, or a folder of them."""
    return any(_delimiter(file) for file in _tables(path).values())


def files(path: Path) -> list[Path]:
    """The tables and the clips beside them."""
    tables = _tables(path)
    clips = (clips_in(_clips_of(path, split)) for split in tables if split in CLIPS)
    return [*tables.values(), *sorted(clip for part in clips for clip in part)]


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
    label: str | int | None = None,
) -> Corpus:
    """Read the tables and the recordings beside them."""
    names = tuple(CLASSES)
    chosen = names[0] if label is None else chosen_label(names, label, path)
    meaning = _meaning(chosen)
    table = ClipTable(
        "MELD",
        path,
        [],
        meaning.label_range,
        SPLIT_RULE,
        meaning.classes,
        target=meaning.target,
        group_kind="dialogue",
        provenance=told(chosen, names),
        answering=answering,
        names=names,
        meanings={name: _meaning(name) for name in names if name != chosen},
    )
    for split, file in _tables(path).items():
        rows = _usable(file, split, chosen, strict, table)
        _list_rows(file, split, rows, chosen, table)
    return table.corpus(strict)


def _meaning(label: str) -> LabelMeaning:
    target = EMOTION if label == "emotion" else label
    return LabelMeaning(target, (0, len(CLASSES[label]) - 1), CLASSES[label])


def _tables(path: Path) -> dict[str, Path]:
    """The table of each split; that of a file is told by its name."""
    if not path.is_dir():
        stem = path.name.lower().partition("_")[0]
        split = {own: name for name, own in OWN_NAMES.items()}.get(stem, UNNAMED)
        return {split: path}
    found = {}
    for split, own in OWN_NAMES.items():
        places = (_place(path, split, f"{own}{end}") for end in ENDS)
        file = next((each for each in places if each.is_file()), None)
        if file is not None:
            found[split] = check_regular(file, path)
    return found


def _place(path: Path, split: str, name: str) -> Path:
    """A file or folder of a split, which may have a folder of its own."""
    inside = path / OWN_NAMES[split] / name
    return inside if inside.exists() else path / name


def _clips_of(path: Path, split: str) -> Path:
    return _place(path if path.is_dir() else path.parent, split, CLIPS[split])


def _delimiter(file: Path) -> str:
    return delimiter(file, lambda head: set(NEEDED) <= set(head))


def _list_rows(file: Path, split: str, rows: Rows, label: str, table) -> None:
    """Put the utterances of a split in the table, by the names of their clips."""
    table.note_text(*read_text(file))
    clips = {name: _clip(row, "old_") or name for name, row in rows.items()}
    recordings = {}
    if split in CLIPS:
        recordings = table.recordings(_clips_of(table.place, split), clips.values())
    for name, row in rows.items():
        group, words = f"{split}_{name.partition('_')[0]}", row["utterance"]
        place, index = recordings.get(clips[name]), _index(label, row[LABEL])
        others = {each: _index(each, name_of(row[each])) for each in table.meanings}
        entry = Entry(place, f"{split}_{name}", index, group, split, words, others)
        table.entries.append(entry)


def _usable(file: Path, split: str, label: str, strict: bool, table) -> Rows:
    """The rows by the name of their utterance, without those that have a fault."""
    needed = NEEDED if table.answering else (*NEEDED, LABEL)
    noting, rows = table if table.answering else None, {}
    for line, row in read_rows(
        file, _delimiter(file), COLUMNS, needed, noting, label
    ).items():
        name, fault = _clip(row, ""), _fault(row, label, table.answering)
        if fault is None and name in rows:
            fault = "named a second time"
        if fault is None:
            rows[name] = row
        elif strict:
            raise DataError(file, f"line {line}, {fault}, cannot be used", REMEDY)
        else:
            table.leave_out(fault, f"{split} line {line}")
    return rows


def _clip(row: dict[str, str], age: str) -> str:
    """How the clip of a row is called; empty where its numbers are none."""
    numbers = [name_of(row[f"{age}{key}"]) for key in ("dialogue_id", "utterance_id")]
    proper = all(number.isdecimal() for number in numbers)
    return f"dia{numbers[0]}_utt{numbers[1]}" if proper else ""


def _index(label: str, cell: str) -> float:
    classes, name = CLASSES[label], cell.lower()
    return classes.index(name) if name in classes else math.nan


def _fault(row: dict[str, str], label: str, answering: bool) -> str | None:
    """What is wrong with a row, whatever the others are."""
    if not _clip(row, ""):
        return "without the numbers of its dialogue and utterance"
    if math.isnan(_index(label, row[LABEL])) and not answering:
        return f"with no {label} of MELD's"
    return None

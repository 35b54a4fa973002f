"""MUStARD: utterances of series, sarcastic or not, `sarcasm_data.json`.

    {"1_60": {"utterance": "It's just a privilege to watch your mind at work.",
              "speaker": "SHELDON", "context": ["I never would ...", ...],
              "context_speakers": ["LEONARD", ...], "show": "BBT", "sarcasm": true}}

The file, its folder, or the folder above `data` of the published repository. The clip
of an utterance is `utterances_final/1_60`, in a folder beside the file or in `audios`,
`videos` or `mmsd_raw_data` there; of videos nothing is read, so their sound has to be
taken out. Without recordings the words are read alone.

Protocol `speaker_independent` (default) is the published one: Friends tests. `fold_1`
to `fold_5` are the published folds, in which speakers are met again; `split_indices.p`
beside the file lists them. None has a validation split: a tenth of the other clips is
cut by a seed. A protocol that ends in `_with_context` joins the sentences before an
utterance to its words. A group is a speaker.
"""

import math
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError
from mmzoo.data.readers.clip_table import ClipTable, clips_in
from mmzoo.data.readers.file_table import UNNAMED, Entry
from mmzoo.data.readers.labels_csv import cut_by_seed
from mmzoo.data.readers.pickled_splits import numbers_in
from mmzoo.reading import (
    check_regular,
    inside_folder,
    open_regular,
    read_json,
    read_pickle,
    read_text,
)
from mmzoo.reading.text_file import LOST

FORMAT = "MUStARD (sarcasm_data.json)"
FILE = "sarcasm_data.json"
# The folds, as pairs of the places of training and test clips in the file.
INDICES = "split_indices.p"
FOLDS = 5
INDEPENDENT, CONTEXT = "speaker_independent", "_with_context"
PROTOCOLS = (INDEPENDENT, INDEPENDENT + CONTEXT)
TEST_SHOW = "FRIENDS"
CLASSES = ("not sarcastic", "sarcastic")
CLIPS = "utterances_final"
PLACES = (".", "audios", "videos", "mmsd_raw_data")
# A json of another format need not be parsed whole.
HEAD = 65536
KEYS = (b'"utterance"', b'"context"', b'"sarcasm"')
SHARES = {"valid": 0.1}
SPLIT_RULE = f"The show {TEST_SHOW} tests, the others train and validate"
REMEDY = "Correct it, or read without `strict` to have it left out"


def matches(path: Path) -> bool:
    """Whether the path is such a file, by its first keys, or a folder with one."""
    file = _file(path)
    if file.suffix != ".json" or not file.is_file():
        return False
    with open_regular(file) as content:
        head = content.read(HEAD)
    return all(key in head for key in KEYS)


def files(path: Path) -> list[Path]:
    """The file, the folds and the clips."""
    file = _file(path)
    folds = [each for each in [file.with_name(INDICES)] if each.is_file()]
    return [file, *folds, *sorted(clips_in(_clips_of(file)))]


def protocols(path: Path) -> tuple[str, ...]:
    """The protocols: the published one, and the folds where their list is there."""
    there = _file(path).with_name(INDICES).is_file()
    names = [f"fold_{number}" for number in range(1, FOLDS + 1)] if there else []
    return (*PROTOCOLS, *names, *(name + CONTEXT for name in names))


def read(
    path: Path,
    protocol: str,
    modalities: list[str] | None,
    strict: bool = False,
    answering: bool = False,
) -> Corpus:
    """Read the utterances and the recordings beside them."""
    file = _file(path)
    table = ClipTable(
        f"MUStARD ({protocol})",
        file,
        [],
        (0, len(CLASSES) - 1),
        SPLIT_RULE,
        CLASSES,
        "sarcasm",
        answering=answering,
    )
    content = read_json(file)
    table.encodings[read_text(file)[1]] += 1
    if not isinstance(content, dict) or not content:
        raise DataError(file, "it lists no utterances", "Copy or download it again")
    rule = protocol.removesuffix(CONTEXT)
    rows = _usable(file, content, rule, strict, table)
    splits = _splits(file, content, rows, rule, table)
    recordings = table.recordings(_clips_of(file), content)
    for name, split in splits.items():
        row, before = rows[name], _context(rows[name]) if rule != protocol else []
        words = " ".join(each.strip() for each in [*before, row["utterance"]])
        table.undecoded += LOST in words
        told = recordings.get(name), name, _label(row), _speaker(row), split, words
        table.entries.append(Entry(*told))
    return table.corpus(strict)


def _file(path: Path) -> Path:
    """The file that is meant by itself, by its folder or by the one above `data`."""
    file = inside_folder(path, FILE)
    deeper = path / "data" / FILE
    return check_regular(deeper, path) if deeper.is_file() else file


def _clips_of(file: Path) -> Path:
    places = [file.parent / place / CLIPS for place in PLACES]
    return next((each for each in places if each.is_dir()), places[0])


def _usable(file: Path, content: dict, rule: str, strict: bool, table) -> dict:
    """The utterances by their names, without those that have a fault."""
    rows = {}
    for name, row in content.items():
        fault = _fault(row, rule, table.answering)
        if fault is None:
            rows[name] = row
        elif strict:
            raise DataError(file, f"utterance {name}, {fault}, cannot be used", REMEDY)
        else:
            table.leave_out(fault, name)
    return rows


def _fault(row, rule: str, answering: bool) -> str | None:
    if not isinstance(row, dict) or not _is_text(row.get("utterance")):
        return "without words"
    if not _is_text(row.get("speaker")):
        return "without a speaker"
    before = _context(row)
    if not isinstance(before, list) or not all(
        isinstance(each, str) for each in before
    ):
        return "with a context that is no list of sentences"
    if not answering and math.isnan(_label(row)):
        return "without a label"
    if not answering and rule == INDEPENDENT and _show(row) is None:
        return "without a show"
    return None


def _context(row: dict):
    return row.get("context", [])


def _is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _label(row: dict) -> float:
    told = row.get("sarcasm")
    return int(told) if told in (0, 1) and isinstance(told, int) else math.nan


def _show(row: dict) -> str | None:
    show = row.get("show")
    return show if _is_text(show) else None


def _speaker(row: dict) -> str:
    """Series have persons of one name, such as PERSON1."""
    return f"{_show(row) or ''} {row['speaker']}".strip()


def _splits(file: Path, content: dict, rows: dict, rule: str, table) -> dict[str, str]:
    """The split of each utterance that is in one; a tenth of training validates."""
    if rule == INDEPENDENT:
        split_of = {TEST_SHOW: "test", None: UNNAMED}
        found = {n: split_of.get(_show(row), "train") for n, row in rows.items()}
    else:
        parts = _fold(file, int(rule.rpartition("_")[2]), len(content))
        places = {name: place for place, name in enumerate(content)}
        found = {n: s for n in rows for s, part in parts.items() if places[n] in part}
        table.split_rule = f"{INDICES} names no utterance that can be used for it"
        if len(found) < len(rows):
            table.outside["in no part of the fold"] = len(rows) - len(found)
    training = [name for name, split in found.items() if split == "train"]
    for label in (0, 1):
        names = [name for name in training if _label(rows[name]) == label]
        found |= dict(zip(names, cut_by_seed(names, SHARES), strict=True))
    held = sum(split == "valid" for split in found.values())
    table.warnings.append(
        f"there is no published validation split: {held} of {len(training)} training "
        "clips were cut by a seed, a tenth of each class; their speakers train, too."
    )
    return found


def _fold(file: Path, number: int, count: int) -> dict[str, set[int]]:
    """The places of the training and test utterances of a published fold."""
    indices = file.with_name(INDICES)
    folds = read_pickle(check_regular(indices, file.parent))
    proper = isinstance(folds, list | tuple) and len(folds) == FOLDS
    pair = folds[number - 1] if proper else None
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        fault = f"it does not hold {FOLDS} pairs of training and test"
        raise DataError(indices, fault, "Copy or download it again")
    parts = [
        set(numbers_in(dict(enumerate(pair)), part, indices).ravel().tolist())
        for part in (0, 1)
    ]
    beyond = set.union(*parts) - set(range(count))
    if beyond or parts[0] & parts[1]:
        fault = f"fold {number} names utterances that {file.name} has not"
        fault = fault if beyond else f"fold {number} trains on utterances that it tests"
        raise DataError(indices, fault, "Take the list that was published with it")
    return dict(zip(("train", "test"), parts, strict=True))

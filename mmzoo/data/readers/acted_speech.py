"""Acted speech: a folder of recordings whose names tell speaker, emotion and text.

RAVDESS, CREMA-D, TESS, EMO-DB and SAVEE are read by what `SpeechNames` says of their
names, in one folder or in folders below it. A folder is of a corpus where at least a
tenth of its recordings are named so; all others are counted, with the reason. Songs
and the like are no part of the protocol.

Protocol `speaker` never mixes a speaker; the splits are fixed, so a folder that lacks
the speakers of a split is refused. TESS has two speakers: protocol `word` cuts the
words that are said instead.
"""

import collections
import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

from mmzoo.data.corpus import Corpus
from mmzoo.data.readers.clip_table import SUFFIXES, ClipTable, preference
from mmzoo.data.readers.file_table import Entry
from mmzoo.data.readers.labels_csv import cut_by_seed
from mmzoo.data.readers.speech_names import SpeechNames

# Folders below the one that is read, such as AudioData/DC.
DEPTH = 2
SHARE = 0.1


class ActedSpeech:
    """The reader of one corpus of acted speech.

    Args:
        names: What its file names say.
    """

    def __init__(self, names: SpeechNames):
        self.names = names
        self.FORMAT = f"{names.name} speech (a folder of {names.example}, ...)"
        self.PROTOCOLS = (names.group_kind,)

    def matches(self, path: Path) -> bool:
        """Whether the path looks like this format, by the names of its recordings.

        Args:
            path: The file or folder.

        Returns:
            Whether at least a tenth of them are named so.
        """
        # A folder of another format may hold some that nobody may look into.
        found = list(_recordings(path, DEPTH, skip_closed=True))
        named = sum(self.names.told(file) is not None for file in found)
        return named > 0 and named >= SHARE * len(found)

    def files(self, path: Path) -> list[Path]:
        """The recordings of the folder.

        Args:
            path: The folder; a file has none in it.

        Returns:
            All of them, whatever they are called.
        """
        return sorted(_recordings(path, DEPTH)) if path.is_dir() else []

    def read(
        self,
        path: Path,
        protocol: str,
        modalities: list[str] | None,
        strict: bool = False,
        answering: bool = False,
    ) -> Corpus:
        """Read the recordings of all speakers.

        Args:
            path: The folder.
            protocol: The only one of `PROTOCOLS`.
            modalities: All are read, whatever it is.
            strict: Whether a recording that cannot be read is an error.
            answering: Whether the clips are to be answered, not trained on.

        Returns:
            The corpus.
        """
        names = self.names
        table = ClipTable(
            names.name,
            path,
            [],
            (0, len(names.classes) - 1),
            names.split_rule,
            tuple(names.classes.values()),
            group_kind=names.group_kind,
            answering=answering,
        )
        clips = self._clips(path, table)
        table.entries = [self._entry(file, told) for file, told in clips]
        if not names.splits:
            _cut(table, len({told["speaker"] for _, told in clips}))
        pairs = zip(table.entries, clips, strict=True)
        speakers = {(entry.split, told["speaker"]) for entry, (_, told) in pairs}
        table.provenance["speakers"] = self._by_sex(speakers)
        return table.corpus(strict)

    def _clips(self, path: Path, table: ClipTable) -> list[tuple[Path, dict]]:
        """Each recording of the protocol with what its name says; notes the others."""
        clips = {}
        for file in sorted(self.files(path), key=preference):
            told = self.names.told(file)
            place = file.relative_to(path).as_posix()
            if told is None:
                kind = f"with a name that is not of {self.names.name}"
                table.leave_out(kind, place)
            elif outside := self._outside(told):
                table.outside[outside] = table.outside.get(outside, 0) + 1
            elif told["id"] in clips:
                table.leave_out("there a second time", place)
            else:
                clips[told["id"]] = file, told
        return sorted(clips.values(), key=lambda clip: clip[0])

    def _outside(self, told: dict) -> str | None:
        kinds = self.names.outside.items()
        found = (codes.get(told[group]) for group, codes in kinds)
        return next(filter(None, found), None)

    def _entry(self, file: Path, told: dict) -> Entry:
        names, speaker = self.names, told["speaker"]
        label = list(names.classes).index(told["emotion"])
        held_out = (key for key, held in names.splits.items() if speaker in held)
        group, words = names.group.format_map(told), names.words(told["text"])
        split = next(held_out, "train")
        return Entry(file, told["id"], label, group, split, words)

    def _by_sex(self, speakers: set[tuple[str, str]]) -> dict[str, dict[str, int]]:
        """How many women and men each split has."""
        found = collections.defaultdict(lambda: {"female": 0, "male": 0})
        for split, speaker in sorted(speakers):
            found[split]["male" if speaker in self.names.men else "female"] += 1
        return dict(found)


def _recordings(folder: Path, depth: int, skip_closed: bool = False) -> Iterator[Path]:
    """The recordings in and below a folder; a closed one is an error, or skipped."""
    try:
        shown = list(os.scandir(folder))
    except OSError:
        if skip_closed:
            return
        raise
    for each in shown:
        if each.name.startswith("."):
            continue
        if os.path.splitext(each.name)[1].lower() in SUFFIXES:
            yield folder / each.name
        elif depth and each.is_dir():
            yield from _recordings(folder / each.name, depth - 1, skip_closed)


def _cut(table: ClipTable, speakers: int) -> None:
    """Cut the groups by a seed, where there are too few speakers to cut."""
    groups = [entry.group for entry in table.entries]
    pairs = zip(table.entries, cut_by_seed(groups), strict=True)
    table.entries = [dataclasses.replace(each, split=split) for each, split in pairs]
    table.provenance["cut_by"] = "seed"
    table.warnings.append(
        f"{table.name} has {speakers} speakers, too few for splits by speaker: its "
        f"{len(set(groups))} {table.group_kind}s were cut by a seed. Each voice is in "
        "all splits, so results say nothing of unseen speakers."
    )

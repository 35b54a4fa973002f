"""From entries of computational sequences to samples: aligned, and cut by segments."""

import collections
from dataclasses import dataclass, field

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.readers.csd_alignment import (
    Track,
    collapsed,
    observed,
    overlapping,
    texts_at,
    track_of,
)
from mmzoo.data.readers.csd_choice import WORDS, Choice
from mmzoo.data.readers.csd_labels import Segment
from mmzoo.data.readers.csd_root import Root
from mmzoo.data.readers.csd_tally import Tally

# What forced alignment writes where nobody speaks.
SILENCE = "sp"


@dataclass(frozen=True, eq=False)
class Sample:
    """A segment with its frames.

    Args:
        segment: The segment.
        tracks: Its frames, by modality.
        words: What is said, `""` where that is not known.
        step_ids: The word of each step, where steps are words.
    """

    segment: Segment
    tracks: dict[str, Track] = field(default_factory=dict)
    words: str = ""
    step_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Samples:
    """What makes samples of segments.

    Args:
        choice: The roots.
        aligned: Whether the steps of all modalities are words.
        tally: What notes what is left out.
    """

    choice: Choice
    aligned: bool
    tally: Tally

    def cut(self, segments: list[Segment]) -> list[Sample]:
        """The samples that have all modalities; to be answered, any.

        Args:
            segments: The segments, with their times.

        Returns:
            The samples, in the order of the segments.
        """
        by_video, found = collections.defaultdict(list), []
        for segment in segments:
            by_video[segment.video].append(segment)
        for video, parts in by_video.items():
            tracks = self._tracks(video)
            words = self._track(WORDS, self.choice.words, video)
            for segment in parts:
                found += self._kept(self._cut(segment, tracks, words))
        return found

    def stored(self, segments: list[Segment]) -> list[Sample]:
        """The samples of entries that are segments, read as they are."""
        found = []
        for segment in segments:
            parts = {
                name: self._stored(root, segment.id)
                for name, root in self.choice.features.items()
            }
            words = self._stored(self.choice.words, segment.id)
            same = words is not None and {len(words)} == set(map(len, parts.values()))
            named = tuple(words.frames) if same else None
            found += self._kept(Sample(segment, parts, _spoken(words), named))
        return found

    def _tracks(self, video: str) -> dict[str, Track]:
        """Frames of a video by modality, those of words where they are aligned."""
        tracks = {
            name: self._track(name, root, video)
            for name, root in self.choice.features.items()
        }
        if not self.aligned:
            return tracks
        steps = self._track("steps", self.choice.reference, video).intervals
        for name, track in tracks.items():
            if name != "text" and len(track):
                tracks[name] = collapsed(track, steps, self.tally.strict)
                unknown = np.count_nonzero(~np.isfinite(track.frames))
                self.tally.count("not finite, in no mean", name, unknown)
        return tracks

    def _track(self, name: str, root: Root | None, video: str) -> Track | None:
        """All frames of a video; none where it has no entry."""
        if root is None:
            return None
        keys = root.by_video.get(video, [])
        parts = [part for key in keys if (part := self._read(root, key, True))]
        if not parts:
            return track_of(np.zeros((0, 2)), _nothing(root))
        times, frames = (np.concatenate(each) for each in zip(*parts, strict=True))
        track = track_of(times, frames)
        self.tally.count("without length", name, len(times) - len(track))
        return track

    def _stored(self, root: Root | None, key: str) -> Track | None:
        """The frames of an entry that is a segment."""
        if root is None:
            return None
        part = self._read(root, key, False) if key in root.entries else None
        frames = part[1] if part else _nothing(root)
        return Track(None, frames, observed(frames))

    def _read(self, root: Root, key: str, timed: bool):
        """Intervals and features of an entry, `None` where it cannot be used."""
        try:
            return root.read(key, timed)
        except DataError:
            if self.tally.strict:
                raise
            self.tally.unusable.setdefault(root.told, set()).add(key)
            return None

    def _cut(self, segment: Segment, tracks: dict[str, Track], words) -> Sample:
        """The part of a video that a segment is."""
        span, parts = segment.span[None], {}
        for name, track in tracks.items():
            parts[name] = track.at(overlapping(track.intervals, span)[0])
        if words is None:
            return Sample(segment, parts)
        spoken = words.at(overlapping(words.intervals, span)[0])
        steps = next((track.intervals for track in parts.values()), None)
        aligned = self.aligned and steps is not None
        named = texts_at(words, steps) if aligned else None
        return Sample(segment, parts, _spoken(spoken), named)

    def _kept(self, sample: Sample) -> list[Sample]:
        """The sample, or nothing where it lacks a modality; then it is noted."""
        lacking = [name for name, track in sample.tracks.items() if not len(track)]
        most = len(sample.tracks) - 1 if self.tally.answering else 0
        if not sample.tracks:
            lacking, most = [WORDS] * (not sample.words), 0
        if len(lacking) > most:
            segment = sample.segment
            kind = f"nothing of {lacking[0]} is in it"
            self.tally.leave_out(kind, segment.id, segment.video)
            return []
        for name, track in sample.tracks.items():
            if track.imputed is not None:
                self.tally.count("imputed", name, track.imputed.sum())
        silences = (sample.step_ids or ()).count(SILENCE)
        self.tally.count("silent", "steps", silences)
        return [sample]


def _nothing(root: Root) -> np.ndarray:
    """Features of no step."""
    is_text, width = root.shape
    return np.zeros(0, object) if is_text else np.zeros((0, width), "float32")


def _spoken(words: Track | None) -> str:
    """The words in one line, without silences."""
    texts = () if words is None else words.frames
    return " ".join(text for text in texts if text not in ("", SILENCE))

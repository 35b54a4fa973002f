"""Read a recording, whatever its format, as samples that a model takes."""

import dataclasses
import fractions
import math
import re
from pathlib import Path

import numpy as np

from mmzoo.data.errors import DataError
from mmzoo.data.unread_format import refuse_unread
from mmzoo.reading import check_regular

WAVEFORM = "waveform"
SAMPLE_RATE = 16000
# Without `max_seconds`, a longer file is refused before it fills the memory.
LONGEST_SECONDS = 3600.0
MOST_SAMPLES = 3600 * 48000
RATES = (1000, 768000)
# Samples that are held at once before channels are averaged.
BLOCK = 2**20
# A file may lack so much of what its header promises.
MISSING_SHARE = 0.01
# Beyond this share of samples outside [-1, 1], they are not meant to be inside.
CLIPPED_SHARE = 0.1
# Sizes from here on are what writers to a pipe claim, who cannot know.
UNKNOWN_SIZE = 0x7FFF0000
# What libsndfile logs about a chunk that promises more bytes than there are.
PROMISE = re.compile(r"(?:data|SSND)\s*: (\d+) \(should be (\d+)\)")


@dataclasses.dataclass(frozen=True)
class AudioFile:
    """What was found in the file of a recording.

    Args:
        sample_rate: Its samples a second.
        channels: Its channels.
        nan: Values that were NaN and are 0 now.
        inf: Values that were infinite and are 0 now.
        clipped: Values that were outside [-1, 1] and are -1 or 1 now.

    Example:
    ```python
    found = mmzoo.data.AudioFile(sample_rate=44100, channels=2)
    found.nan  # 0
    ```
    """

    sample_rate: int
    channels: int
    nan: int = 0
    inf: int = 0
    clipped: int = 0


def read_audio(
    path: str | Path, sample_rate: int = SAMPLE_RATE, max_seconds: float | None = None
) -> tuple[np.ndarray, AudioFile]:
    """Read a recording as one channel at one sample rate.

    Whatever libsndfile knows by its content is read (wav, flac, ogg, mp3, aiff, ...),
    with any sample type. Channels are averaged. Values that are not finite become 0,
    those outside [-1, 1] are clipped, and both are counted.

    Args:
        path: The file.
        sample_rate: Samples a second of the result. Defaults to `16000`.
        max_seconds: Where to cut the recording. Without it, one of more than an hour
            is refused.

    Returns:
        The samples `(samples,)`, float32, and the `AudioFile`.

    Raises:
        DataError: If the file cannot be read, is cut short or holds no sample.
    """
    # libsndfile is loaded where a recording is read, not for every corpus.
    import soundfile

    path = Path(path)
    if max_seconds is not None and not max_seconds > 0:
        raise ValueError(f"`max_seconds` is above 0, not {max_seconds}.")
    try:
        if not check_regular(path).stat().st_size:
            raise DataError(path, "it is empty", "Copy or download it again")
        # MP4 and AAC may hold bytes that libsndfile takes for MP3.
        refuse_unread(path)
        with soundfile.SoundFile(path) as file:
            waveform, found = _read(file, path, max_seconds)
    except DataError:
        raise
    except Exception as error:
        # libsndfile and its wrapper raise whatever a damaged file leads them to.
        refuse_unread(path, by_name=True)
        text = getattr(error, "error_string", str(error))
        if "fseek" in text:
            # What libsndfile says where a flac file ends before its header's length.
            text = "it is cut short: its header promises more samples than it holds"
        fault = f"it cannot be read as audio ({text.rstrip('. ')})"
        remedy = "It may be truncated or no recording: copy or convert it again"
        raise DataError(path, fault, remedy) from error
    if found.sample_rate != sample_rate:
        waveform = _resampled(waveform, found.sample_rate, sample_rate)
    return waveform, found


def _read(file, path: Path, max_seconds) -> tuple[np.ndarray, AudioFile]:
    rate, channels = file.samplerate, file.channels
    if file.format == "RAW":
        # libsndfile takes any bytes for such a file, by its name alone.
        raise DataError(
            path, f"{path.suffix} has no header to check", "Convert it to wav or flac"
        )
    if not RATES[0] <= rate <= RATES[1]:
        fault = f"its header says {rate} samples a second"
        raise DataError(
            path, fault, f"It is damaged: {RATES[0]} to {RATES[1]} are read"
        )
    if file.frames > 2**62:
        # libsndfile's largest number, where the header of a flac file has 0.
        fault = "its header does not say how long it is"
        remedy = "It was written to a pipe: write it to a file, such as by `ffmpeg -i`"
        raise DataError(path, fault, remedy)
    promised = _promised(file)
    limit = math.ceil((LONGEST_SECONDS if max_seconds is None else max_seconds) * rate)
    if max_seconds is None and promised > limit:
        fault = f"its header promises {promised / rate / 3600:.1f} hours"
        raise DataError(path, fault, "Cut it into clips, or give `max_seconds`")
    if max_seconds is None and promised > MOST_SAMPLES:
        # Silence at a high rate takes no room in a file, but all of it in memory.
        fault = f"its header promises {promised:,} samples"
        remedy = (
            f"Cut it, or resample it to 48000 Hz: at most {MOST_SAMPLES:,} are read"
        )
        raise DataError(path, fault, remedy)
    blocks, counts, done = [], np.zeros(3, "int64"), 0
    while done < limit:
        values = file.read(
            min(limit - done, max(1, BLOCK // channels)), "float32", always_2d=True
        )
        if not len(values):
            break
        done += len(values)
        counts += make_finite(values)
        blocks.append(values.mean(axis=1))
    if not done:
        raise DataError(path, "it holds no sample", "Copy or record it again")
    if done < (1 - MISSING_SHARE) * min(promised, limit):
        raise DataError(
            path,
            f"it is cut short: it holds {done / rate:.2f} of {promised / rate:.2f} "
            "seconds",
            "Copy or download it again",
        )
    check_values(path, counts, done * channels)
    return np.concatenate(blocks), AudioFile(rate, channels, *map(int, counts))


def _promised(file) -> int:
    """Samples (of each channel) that the header promises."""
    told = PROMISE.search(file.extra_info)
    promised, held = map(int, told.groups()) if told else (1, 1)
    if promised >= UNKNOWN_SIZE or not held:
        return file.frames
    return file.frames * promised // held


def check_values(place, counts: np.ndarray, total: int) -> None:
    """Refuse a recording of which too much was cleaned.

    Args:
        place: What it is, for the error.
        counts: Of NaN, infinite and clipped values, as `make_finite` returns them.
        total: How many values there are.

    Raises:
        DataError: If no value is a number, or many are outside [-1, 1].
    """
    if counts[0] + counts[1] == total:
        fault = f"none of its {total} samples is a finite number"
        raise DataError(place, fault, "Record or extract it again")
    if counts[2] > CLIPPED_SHARE * total:
        raise DataError(
            place,
            f"{counts[2] / total:.0%} of its samples are outside [-1, 1]",
            "Its writer left them unscaled: write it again as 16-bit integers",
        )


def make_finite(values: np.ndarray) -> np.ndarray:
    """Set what is not finite to 0 and clip to [-1, 1], in place.

    Args:
        values: Float array.

    Returns:
        The counts of NaN, infinite and clipped values, `(3,)`.
    """
    nan, inf = np.isnan(values), np.isinf(values)
    values[nan | inf] = 0.0
    clipped = np.abs(values) > 1.0
    np.clip(values, -1.0, 1.0, out=values)
    return np.array([nan.sum(), inf.sum(), clipped.sum()])


def _resampled(waveform: np.ndarray, rate: int, sample_rate: int) -> np.ndarray:
    import scipy.signal

    # A rate such as 44101 would need a filter of a million taps; nearly is near enough.
    ratio = fractions.Fraction(sample_rate, rate).limit_denominator(1000)
    resampled = scipy.signal.resample_poly(waveform, ratio.numerator, ratio.denominator)
    return resampled.astype("float32")

"""Corpora of acted speech whose file names tell all: what is in the names of each.

| corpus  | a name                              | speakers                      |
|---------|-------------------------------------|-------------------------------|
| RAVDESS | Actor_03/03-01-05-02-01-02-03.wav   | 12 women, 12 men              |
| CREMA-D | 1001_DFA_ANG_XX.wav                 | 43 women, 48 men              |
| TESS    | OAF_back_angry.wav                  | 2 women                       |
| EMO-DB  | 03a01Fa.wav                         | 5 women, 5 men, German        |
| SAVEE   | DC_a01.wav or DC/a01.wav            | 4 men                         |

None has published splits. Those by speaker are fixed here, with women and men in each
where there are both. Two actresses cannot be three splits: TESS is cut by the words.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class SpeechNames:
    """What the names of a corpus's files say.

    Args:
        name: Name of the corpus.
        example: Such a file, for people.
        pattern: What fits the folder and the stem of a file, `folder/stem`, with the
            groups `speaker`, `emotion` and `text`; `folder` where a folder names the
            speaker, too, or instead.
        classes: Name of the class by the code of the emotion, in the order of the
            classes.
        words: What is said, by the code of the text.
        men: The speakers that are men; the others are women.
        splits: The speakers that validate and that test; the others train. Without
            any, the groups are cut by a seed.
        split_rule: How the splits are made, in a sentence.
        group: What the group of a clip is called, of the groups of the pattern.
        group_kind: What a group is; the name of the protocol.
        outside: By a group of the pattern, the codes that are no part of the protocol,
            and what those clips are.
    """

    name: str
    example: str
    pattern: re.Pattern
    classes: dict[str, str]
    words: Callable[[str], str]
    men: Collection[str]
    splits: dict[str, Collection[str]]
    split_rule: str
    group: str = "{speaker}"
    group_kind: str = "speaker"
    outside: dict[str, dict[str, str]] = field(default_factory=dict)

    def told(self, file: Path) -> dict[str, str] | None:
        """What the name of a file says.

        Args:
            file: The file.

        Returns:
            The groups of the pattern, and `id`; `None` where the name is of no such
            file, or its folder is that of another speaker.
        """
        folder = file.absolute().parent.name
        found = self.pattern.fullmatch(f"{folder}/{file.stem}")
        if found is None:
            return None
        told = {"id": file.stem, "folder": None} | found.groupdict()
        if told["speaker"] is None:
            told |= {"speaker": told["folder"], "id": f"{folder}_{file.stem}"}
        other = told["folder"] not in (None, told["speaker"])
        return None if other or told["speaker"] is None else told


def _numbers(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02}" for number in range(first, last + 1))


RAVDESS = SpeechNames(
    "RAVDESS",
    "Actor_03/03-01-05-02-01-02-03.wav",
    re.compile(
        r"(?:Actor_(?P<folder>\d\d)|[^/]*)/(?P<modality>0[123])-(?P<channel>0[12])-"
        r"(?P<emotion>0[1-8])-0[12]-(?P<text>0[12])-0[12]-"
        r"(?P<speaker>0[1-9]|1\d|2[0-4])"
    ),
    {
        "01": "neutral",
        "02": "calm",
        "03": "happy",
        "04": "sad",
        "05": "angry",
        "06": "fearful",
        "07": "disgust",
        "08": "surprised",
    },
    {
        "01": "Kids are talking by the door",
        "02": "Dogs are sitting by the door",
    }.__getitem__,
    _numbers(1, 24)[::2],
    {"valid": _numbers(13, 16), "test": _numbers(17, 20)},
    "Actors 1 to 12 and 21 to 24 train, 13 to 16 validate, 17 to 20 test",
    group="Actor_{speaker}",
    outside={
        "channel": {"02": "song"},
        "modality": {"01": "from a video", "02": "from a video"},
    },
)
CREMA_D = SpeechNames(
    "CREMA-D",
    "1001_DFA_ANG_XX.wav",
    # The level of 1040_ITH_SAD_X is written with one letter.
    re.compile(
        r"[^/]*/(?P<speaker>10(?:0[1-9]|[1-8]\d|9[01]))_(?P<text>DFA|IEO|IOM|ITH|ITS|"
        r"IWL|IWW|MTI|TAI|TIE|TSI|WSI)_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_"
        r"(?:LO|MD|HI|XX?)"
    ),
    {
        "ANG": "anger",
        "DIS": "disgust",
        "FEA": "fear",
        "HAP": "happy",
        "NEU": "neutral",
        "SAD": "sad",
    },
    {
        "DFA": "Don't forget a jacket",
        "IEO": "It's eleven o'clock",
        "IOM": "I'm on my way to the meeting",
        "ITH": "I think I have a doctor's appointment",
        "ITS": "I think I've seen this before",
        "IWL": "I would like a new alarm clock",
        "IWW": "I wonder what this is about",
        "MTI": "Maybe tomorrow it will be cold",
        "TAI": "The airplane is almost full",
        "TIE": "That is exactly what happened",
        "TSI": "The surface is slick",
        "WSI": "We'll stop in a couple of minutes",
    }.__getitem__,
    (
        "1001 1005 1011 1014 1015 1016 1017 1019 1022 1023 1026 1027 1031 1032 1033 "
        "1034 1035 1036 1038 1039 1040 1041 1042 1044 1045 1048 1050 1051 1057 1059 "
        "1062 1064 1065 1066 1067 1068 1069 1070 1071 1077 1080 1081 1083 1085 1086 "
        "1087 1088 1090"
    ).split(),
    {"valid": _numbers(1064, 1077), "test": _numbers(1078, 1091)},
    "Actors 1001 to 1063 train, 1064 to 1077 validate, 1078 to 1091 test",
)
TESS = SpeechNames(
    "TESS",
    "OAF_back_angry.wav",
    # OA_bite_neutral lacks a letter.
    re.compile(
        r"[^/]*/(?P<speaker>OA|YA)F?_(?P<text>[a-z]+)_"
        r"(?P<emotion>angry|disgust|fear|happy|neutral|ps|sad)"
    ),
    {
        "angry": "angry",
        "disgust": "disgust",
        "fear": "fear",
        "happy": "happy",
        "neutral": "neutral",
        "ps": "pleasant surprise",
        "sad": "sad",
    },
    "Say the word {}".format,
    (),
    {},
    "60 % of the words train, 20 % validate, 20 % test: it takes three words",
    group="{text}",
    group_kind="word",
)
EMO_DB = SpeechNames(
    "EMO-DB",
    "03a01Fa.wav",
    re.compile(
        r"[^/]*/(?P<speaker>03|08|09|1[0-6])(?P<text>a0[12457]|b0[1239]|b10)"
        r"(?P<emotion>[WLEAFTN])[a-z]?"
    ),
    {
        "W": "anger",
        "L": "boredom",
        "E": "disgust",
        "A": "fear",
        "F": "happiness",
        "N": "neutral",
        "T": "sadness",
    },
    {
        "a01": "Der Lappen liegt auf dem Eisschrank.",
        "a02": "Das will sie am Mittwoch abgeben.",
        "a04": "Heute Abend könnte ich es ihm sagen.",
        "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
        "a07": "In sieben Stunden wird es soweit sein.",
        "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
        "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
        "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe "
        "Agnes besucht.",
        "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
        "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
    }.__getitem__,
    ("03", "10", "11", "12", "15"),
    {"valid": ("12", "14"), "test": ("15", "16")},
    "Speakers 03, 08, 09, 10, 11 and 13 train, 12 and 14 validate, 15 and 16 test",
)
SAVEE = SpeechNames(
    "SAVEE",
    "DC_a01.wav",
    re.compile(
        r"(?:(?P<folder>DC|JE|JK|KL)|[^/]*)/(?:(?P<speaker>DC|JE|JK|KL)_)?"
        r"(?P<emotion>a|d|f|h|n|sa|su)(?P<text>\d\d)"
    ),
    {
        "a": "anger",
        "d": "disgust",
        "f": "fear",
        "h": "happiness",
        "n": "neutral",
        "sa": "sadness",
        "su": "surprise",
    },
    lambda text: "",
    ("DC", "JE", "JK", "KL"),
    {"valid": ("JK",), "test": ("KL",)},
    "Speakers DC and JE train, JK validates, KL tests",
)
SPEECH_NAMES = {
    "ravdess": RAVDESS,
    "cremad": CREMA_D,
    "tess": TESS,
    "emodb": EMO_DB,
    "savee": SAVEE,
}

from pathlib import Path

import pytest

from mmzoo.data.readers.speech_names import SPEECH_NAMES

GOOD = {
    "ravdess": ["Actor_03/03-01-05-02-01-02-03", "all/02-02-08-01-02-01-24"],
    "cremad": ["AudioWAV/1091_IWW_NEU_XX", "a/1040_ITH_SAD_X"],
    "tess": ["OAF_Fear/OAF_back_fear", "x/YAF_youth_ps", "OAF_neutral/OA_bite_neutral"],
    "emodb": ["wav/03a01Fa", "wav/16b10Tb", "wav/10a05N"],
    "savee": ["DC/a01", "ALL/KL_su15", "JE/JE_n30"],
}
BAD = {
    "ravdess": ["Actor_04/03-01-05-02-01-02-03", "a/03-01-09-02-01-02-03"],
    "cremad": ["a/1092_IWW_NEU_XX", "a/1000_IWW_NEU_XX", "a/1001_IWW_NEU", "a/1001_A"],
    "tess": ["x/OAF_back_joy", "x/MAF_back_fear", "x/OAF_back_ps_2"],
    "emodb": ["a/04a01Fa", "a/03a03Fa", "a/03a01Xa", "a/03a01Faa"],
    "savee": ["a/a01", "JE/DC_a01", "DC/x01", "DC/a1"],
}


@pytest.mark.parametrize("name", SPEECH_NAMES)
def test_names_of_one_corpus_are_of_no_other(name):
    for stem in GOOD[name]:
        file = Path("/data") / f"{stem}.wav"
        fitting = [each for each, names in SPEECH_NAMES.items() if names.told(file)]
        assert fitting == [name], stem
    for stem in BAD[name]:
        assert SPEECH_NAMES[name].told(Path("/data") / f"{stem}.wav") is None, stem


@pytest.mark.parametrize("name", SPEECH_NAMES)
def test_tables_are_complete(name):
    names = SPEECH_NAMES[name]
    told = names.told(Path("/data") / f"{GOOD[name][0]}.wav")
    assert told["emotion"] in names.classes
    assert names.words(told["text"]) or name == "savee"
    assert len(set(names.classes.values())) == len(names.classes)
    assert names.told(Path(names.example)) is not None
    assert not set(names.splits.get("valid", ())) & set(names.splits.get("test", ()))


def test_the_folder_names_the_speaker_where_the_file_does_not():
    told = SPEECH_NAMES["savee"].told(Path("/AudioData/DC/sa01.wav"))
    assert told["speaker"] == "DC" and told["emotion"] == "sa"
    assert told["id"] == "DC_sa01"
    assert SPEECH_NAMES["savee"].told(Path("/ALL/DC_sa01.wav"))["id"] == "DC_sa01"


def test_so_many_men_there_are():
    counts = {name: len(names.men) for name, names in SPEECH_NAMES.items()}
    known = {"ravdess": 12, "cremad": 48, "tess": 0, "emodb": 5, "savee": 4}
    assert counts == known

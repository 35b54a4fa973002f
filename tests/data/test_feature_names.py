import dataclasses
import json

import h5py
import numpy as np
import pytest

from mmzoo.data import DataError, Sequences, read
from tests.data.small_corpus import WIDTHS, small_corpus

AUDIO, VIDEO = ["F0", "VUV", "NAQ"], ["AU1", "AU2"]


@pytest.fixture
def corpus(rng):
    corpus = small_corpus(rng).with_feature_names("audio", AUDIO)
    return corpus.with_feature_names("video", tuple(VIDEO))


def test_names_are_known_where_they_were_given(rng, corpus):
    assert corpus.feature_names == {"audio": tuple(AUDIO), "video": tuple(VIDEO)}
    assert small_corpus(rng).feature_names == {}


def test_selected_columns_stand_in_the_order_asked_for(corpus):
    chosen = corpus.select("audio", ["NAQ", "F0"])
    assert chosen.input_dims == {**WIDTHS, "audio": 2}
    assert chosen.feature_names["audio"] == ("NAQ", "F0")
    assert chosen.feature_names["video"] == tuple(VIDEO)
    for name, split in corpus.splits.items():
        for index in range(len(split)):
            frames, _ = split.sequences["audio"][index]
            found, _ = chosen.splits[name].sequences["audio"][index]
            np.testing.assert_array_equal(found, frames[:, [2, 0]])
    assert corpus.input_dims == WIDTHS
    assert chosen.select("audio", "F0").input_dims["audio"] == 1


def test_masks_and_fills_go_with_the_columns(corpus):
    rows = corpus.train.sequences["video"]
    split = corpus.train.with_modality(
        "video", dataclasses.replace(rows, fill=np.array([5, 7], "float32"))
    )
    split.sequences["video"].frames[2, 1] = np.nan
    corpus = dataclasses.replace(corpus, splits={**corpus.splits, "train": split})
    found = corpus.select("video", ["AU2"]).train.sequences["video"]
    np.testing.assert_array_equal(found.present, rows.present)
    np.testing.assert_array_equal(found.fill, [7])
    assert found[0][0][2, 0] == 7


@pytest.mark.parametrize("streamed", [False, True])
def test_a_saved_corpus_keeps_its_names(corpus, tmp_path, streamed):
    kept = corpus if streamed else corpus.select("audio", ["VUV"])
    kept.save(tmp_path / "a.h5")
    again = read(tmp_path / "a.h5")
    assert again.feature_names == kept.feature_names
    chosen = again.select("audio", ["VUV"])
    assert not chosen.train.sequences["audio"].streamed
    for found, expected in zip(
        chosen.test.sequences["audio"], corpus.test.sequences["audio"], strict=True
    ):
        np.testing.assert_array_equal(found[0], expected[0][:, [1]])


def test_names_stay_right_in_what_is_made_of_a_corpus(corpus):
    both = {"audio": tuple(AUDIO), "video": tuple(VIDEO)}
    made = [corpus.align_to("text"), corpus.with_valid_in_train(), *corpus.k_fold(3)]
    assert all(
        each.feature_names == both for each in (*made, *corpus.k_fold(3, groups=True))
    )
    assert corpus.with_modalities(["video"]).feature_names == {"video": tuple(VIDEO)}


def test_a_modality_that_is_replaced_loses_its_names(corpus):
    rows = {
        key: Sequences.from_list([np.ones((2, 3))] * len(split))
        for key, split in corpus.splits.items()
    }
    assert "audio" not in corpus.with_modality("audio", rows).feature_names
    # Even where it was taken out before.
    apart = corpus.with_modalities(["text"]).with_modality("audio", rows)
    assert apart.feature_names == {}


def test_columns_of_another_width_have_no_names(corpus):
    split = corpus.test.with_modality("audio", Sequences.missing(3, 4))
    other = dataclasses.replace(corpus, splits={"test": split})
    assert set(other.feature_names) == {"video"}


@pytest.mark.parametrize(
    ("modality", "names", "message"),
    [
        ("adio", ["F0"], r"select\('adio', .*Name one of audio, .*mean 'audio'"),
        ("text", ["F0"], "nothing says what the columns of text are.*with_feature"),
        ("audio", ["VUF"], "no column 'VUF'. Did you mean 'VUV'. There are F0, VUV"),
        ("audio", ["x", "F0"], "audio has no column 'x'. There are F0, VUV, NAQ"),
        ("audio", [], "Name at least one"),
        ("audio", ["F0", "F0"], "and each once"),
    ],
)
def test_what_cannot_be_selected_is_one_error(corpus, modality, names, message):
    with pytest.raises(DataError, match=message):
        corpus.select(modality, names)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("F0V", "str, no list of texts"),
        ([1, 2, 3], "no list of texts"),
        (["a", "b"], "2 names for 3 columns"),
        (["a", "b", "a"], "two of its columns are called 'a'"),
    ],
)
def test_names_that_do_not_fit_are_refused(corpus, names, message):
    place = r"with_feature_names\('audio'\) of small: .*"
    with pytest.raises(DataError, match=place + message):
        corpus.with_feature_names("audio", names)


@pytest.mark.parametrize("names", [["F0"], {"audio": "abc"}, {"audio": ["F0"]}])
def test_a_file_with_other_names_is_refused(corpus, tmp_path, names):
    corpus.save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        told = json.loads(file["provenance"][()])
        del file["provenance"]
        file["provenance"] = json.dumps({**told, "feature_names": names})
    with pytest.raises(DataError, match=r"a\.h5: .*feature_names"):
        read(tmp_path / "a.h5")


def test_what_looks_wrong_is_told_of_the_columns_that_are_left(corpus):
    audio = {"zero_steps": 3, "constant": [0, 2], "saturated": [1]}
    suspect = {"train": {"audio": audio, "video": {"constant": [1]}}}
    told = {**corpus.provenance, "suspect": suspect}
    corpus = dataclasses.replace(corpus, provenance=told)
    found = corpus.select("audio", ["NAQ", "F0"]).provenance["suspect"]["train"]
    assert found == {"audio": {"constant": [0, 1]}, "video": {"constant": [1]}}
    rows = {name: split.sequences["video"] for name, split in corpus.splits.items()}
    found = corpus.with_modality("audio", rows).provenance["suspect"]["train"]
    assert found == {"video": {"constant": [1]}}

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmzoo.data import DataError, read, rows_to_answer
from tests.data.readers.small_mustard import COUNT, mustard, utterance, write_mustard
from tests.data.small_clips import tone, write_clip
from tests.data.small_corpus import assert_same_split

INDEPENDENT = "speaker_independent"


def test_friends_test_and_the_others_train(tmp_path):
    corpus = read(write_mustard(tmp_path))
    assert corpus.name == f"MUStARD ({INDEPENDENT})" and corpus.modalities == []
    assert corpus.classes == ("not sarcastic", "sarcastic")
    assert (corpus.target, corpus.group_kind) == ("sarcasm", "speaker")
    assert corpus.test.ids == tuple(f"3_{number}" for number in range(COUNT))
    assert set(corpus.test.groups) == {"FRIENDS PERSON0", "FRIENDS PERSON1"}
    np.testing.assert_array_equal(corpus.test.labels, [0, 1] * 6)
    assert corpus.test.words[0] == "It's just a privilege, number 0."
    assert [len(corpus.train), len(corpus.valid)] == [22, 2]
    assert sorted(corpus.valid.labels) == [0, 1]
    assert not set(corpus.test.groups) & {*corpus.train.groups, *corpus.valid.groups}
    provenance = corpus.provenance
    assert (provenance["format"], provenance["protocol"]) == ("mustard", INDEPENDENT)
    assert provenance["other_protocols"] == [f"{INDEPENDENT}_with_context"]
    assert provenance["warnings"][0].startswith(
        "there is no published validation split: 2 of 24 training clips were cut"
    )


def test_the_context_is_joined_where_it_is_asked_for(tmp_path):
    corpus = read(write_mustard(tmp_path), f"{INDEPENDENT}_with_context")
    words = "I never would have. What's your plan 0? It's just a privilege, number 0."
    assert corpus.test.words[0] == words


def test_published_folds(tmp_path):
    path = write_mustard(tmp_path, folds=True)
    names, tested = list(mustard()), []
    for number in range(1, 6):
        corpus = read(path, f"fold_{number}")
        assert corpus.test.ids == tuple(names[number - 1 :: 5])
        assert sum(map(len, corpus.splits.values())) == len(names)
        tested += corpus.test.ids
    assert sorted(tested) == sorted(names)
    assert "plan 4?" in read(path, "fold_5_with_context").test.words[0]
    files = [file["name"] for file in corpus.provenance["files"]]
    assert files == ["sarcasm_data.json", "split_indices.p"]


def test_folds_without_a_list_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no protocol 'fold_1'"):
        read(write_mustard(tmp_path), "fold_1")


PAIR = ([0, 1, 2], [3, 4])


@pytest.mark.parametrize(
    ("folds", "fault"),
    [
        ([PAIR] * 4, "does not hold 5 pairs"),
        ([PAIR[:1]] * 5, "does not hold 5 pairs"),
        ([([0, 1], ["a"])] * 5, "1 is a list of 1, no array of numbers"),
        ([([0, 1], [99])] * 5, "names utterances that sarcasm_data.json has not"),
        ([([0, 1], [1, 2])] * 5, "trains on utterances that it tests"),
    ],
)
def test_lists_that_cannot_be_right(tmp_path, folds, fault):
    path = write_mustard(tmp_path)
    (tmp_path / "split_indices.p").write_bytes(pickle.dumps(folds))
    with pytest.raises(DataError, match=rf"split_indices\.p: .*{fault}"):
        read(path, "fold_2")
    assert len(read(path).test) == COUNT


def test_utterances_in_no_part_of_a_fold_are_counted(tmp_path):
    path = write_mustard(tmp_path)
    pairs = [(np.arange(24), np.arange(26, 30))] * 5
    (tmp_path / "split_indices.p").write_bytes(pickle.dumps(pairs))
    corpus = read(path, "fold_1")
    assert corpus.provenance["dropped"] == {"in no part of the fold": 8}


@pytest.mark.parametrize("place", ["", "audios", "data/audios"])
def test_recordings_beside_the_file(tmp_path, place):
    write_mustard(tmp_path / "data" if place.startswith("data") else tmp_path)
    clips = tmp_path / place / "utterances_final"
    for number, name in enumerate(mustard()):
        write_clip(clips / f"{name}.wav", tone(0.02, pitch=100 + 9 * number))
    (clips / "1_0.wav").rename(clips / "1_0.mp4")
    (clips / "1_1.wav").unlink()
    (clips / "9_9.wav").write_bytes(b"")
    corpus = read(tmp_path)
    assert corpus.modalities == ["waveform"] and (corpus.test.lengths == 320).all()
    assert corpus.provenance["dropped"] == {"a clip that no row names": 1}
    warnings = " ".join(corpus.provenance["warnings"])
    assert "1 clips of utterances_final are in a format that is not read" in warnings
    assert "without a recording: 2 of 36" in warnings


def test_utterances_that_cannot_be_used_are_counted(tmp_path):
    bad = {
        "words": utterance(0, "BBT", utterance=" "),
        "none": None,
        "speaker": utterance(0, "BBT", speaker=3),
        "context": utterance(0, "BBT", context="What?"),
        "label": utterance(0, "BBT", sarcasm="true"),
        "show": utterance(0, None),
    }
    path = write_mustard(tmp_path, mustard() | bad, folds=True)
    corpus = read(path)
    assert len(corpus.train) == 22
    assert corpus.provenance["dropped"] == {
        "without words": 2,
        "without a speaker": 1,
        "with a context that is no list of sentences": 1,
        "without a label": 1,
        "without a show": 1,
    }
    with pytest.raises(DataError, match="utterance words, without words, cannot be"):
        read(path, strict=True)
    assert "show" in {
        id for part in read(path, "fold_1").splits.values() for id in part.ids
    }
    answered = read(path, answering=True)
    rows = rows_to_answer(answered, "all").split
    assert len(rows) == 38 and len(answered.provenance["left_out"]) == 4
    assert answered.splits["unnamed"].ids == ("show",)
    assert np.isnan(rows.labels[rows.ids.index("label")])


def test_a_file_without_shows_says_so(tmp_path):
    content = mustard()
    for row in content.values():
        del row["show"]
    with pytest.raises(DataError, match=r"'train' \(left out: without a show 36\)"):
        read(write_mustard(tmp_path, content))


def test_json_of_another_kind_is_of_no_format(tmp_path):
    (tmp_path / "sarcasm_data.json").write_text('{"utterance": 1, "sarcasm": 0}')
    with pytest.raises(DataError, match="of no format"):
        read(tmp_path)
    (tmp_path / "sarcasm_data.json").write_text('["utterance", "context", "sarcasm"]')
    with pytest.raises(DataError, match="it lists no utterances"):
        read(tmp_path)


TEXTS = st.text(min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(said=st.lists(TEXTS, min_size=COUNT, max_size=COUNT), folds=st.booleans())
def test_saved_corpus_is_the_one_that_was_read(said, folds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mustard")
    content = mustard()
    for row, text in zip(content.values(), said * 3, strict=True):
        row["utterance"] = text
    protocol = "fold_3_with_context" if folds else None
    corpus = read(write_mustard(folder, content, folds), protocol)
    corpus.save(folder / "saved.h5")
    again = read(folder / "saved.h5")
    assert again.classes == corpus.classes
    for name, split in corpus.splits.items():
        assert_same_split(split, again.splits[name])

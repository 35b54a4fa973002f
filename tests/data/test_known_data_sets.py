"""What is said of the data sets of the field holds together."""

import json
import re
import shlex
from importlib import resources

import pytest

from mmzoo.command.arguments import parse
from mmzoo.command.list_data_sets import ACCESS
from mmzoo.data import known_data_set, known_data_sets
from mmzoo.data.readers import BUILT_IN, READERS

# They read data of one's own.
OWN = {"clips", "pictures", "frames", "mmzoo", "opensmile", "openface"}


@pytest.mark.parametrize("found", known_data_sets(), ids=lambda each: each.name)
def test_what_is_said_is_of_use(found):
    links = [link for link in (found.page, found.files) if link is not None]
    assert all(re.fullmatch(r"https://[\w.-]+(/[\w./~-]*)?", link) for link in links)
    assert found.about.count(";") == 1 and found.access in ACCESS
    # What is not known is `None`, never an empty text.
    assert "" not in (found.page, found.access, found.licence, found.files)
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in found.sha256.values())


@pytest.mark.parametrize("found", known_data_sets(), ids=lambda each: each.name)
def test_readers_exist_and_the_command_can_be_typed(found):
    assert (found.readers is None) == (found.train is None)
    if found.readers:
        assert set(found.readers) <= set(READERS)
        command, *words = shlex.split(found.train)
        arguments = parse(words)
        assert (command, arguments.command) == ("mmzoo", "train")
        assert arguments.format == found.readers[0]
        assert arguments.data not in BUILT_IN


def test_each_reader_of_a_published_format_has_a_data_set():
    named = {name for each in known_data_sets() for name in each.readers or ()}
    assert named == set(READERS) - OWN


def test_the_field_is_there_once():
    names = [each.name for each in known_data_sets()]
    assert len({name.casefold() for name in names}) == len(names)
    assert {"CMU-MOSI", "CMU-MOSEI", "IEMOCAP", "MELD", "CH-SIMS"} <= set(names)
    assert len(names) >= 25


def test_one_is_found_by_its_name_and_a_typo_is_guessed():
    assert known_data_set("ravdess").name == "RAVDESS"
    with pytest.raises(ValueError, match=r"'mosei'.* Did you mean 'CMU-MOSEI'\?"):
        known_data_set("mosei")


def test_the_table_is_packed_with_the_library():
    file = resources.files("mmzoo.data") / "known_data_sets.json"
    assert len(json.loads(file.read_text("utf-8"))) == len(known_data_sets())

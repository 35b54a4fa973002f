"""`mmzoo data`, all data sets and one of them."""

import dataclasses
import json

import pytest

from mmzoo.command.entry import main
from mmzoo.data import known_data_sets
from tests.command.small_command import fails

pytestmark = pytest.mark.one_backend


def printed(capsys, *words):
    assert main(["data", *words]) == 0
    return capsys.readouterr().out


def test_all_are_listed_a_line_each(capsys):
    lines = printed(capsys).splitlines()
    for found, line in zip(known_data_sets(), lines[1:], strict=False):
        assert line.startswith(f"{found.name} ")
        assert (found.licence or "not confirmed") in line
        assert ", ".join(found.readers or ["-"]) in line
    assert "Nothing is downloaded." in lines[-1]


@pytest.mark.parametrize("found", known_data_sets(), ids=lambda each: each.name)
def test_all_that_is_known_of_one_is_told(found, capsys):
    text = printed(capsys, found.name.lower())
    told = " ".join(text.split())
    for value in (found.about, found.page, found.files, found.train, found.note):
        assert not value or value in told
    if found.sha256:
        assert all(f"{each}  {name}" in text for name, each in found.sha256.items())
    else:
        assert "none published that mmzoo knows of" in text
    unknown = [found.page, found.access, found.licence].count(None)
    assert text.count("not confirmed") == unknown
    # A hash and the name of its file stand in one line, whatever its length.
    facts = [line for line in text.splitlines() if not line.startswith("  ")]
    assert all(len(line) <= 100 or "http" in line for line in facts)


def test_json_is_for_programs(capsys):
    assert json.loads(printed(capsys, "--json")) == [
        dataclasses.asdict(each) for each in known_data_sets()
    ]
    assert json.loads(printed(capsys, "MELD", "--json"))["name"] == "MELD"


def test_an_unknown_name_is_one_line_with_a_guess(capsys):
    assert "Did you mean 'SentiCap'?" in fails(capsys, "data", "senticaps")

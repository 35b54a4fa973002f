"""Flags say what the signatures say, though nothing is imported for them."""

import argparse
import dataclasses
import subprocess
import sys

import pytest

import mmzoo
from mmzoo.command.flags import (
    GIVEN,
    _Flag,
    front_end_flags,
    model_flags,
    training_flags,
)
from mmzoo.models.registry import signature_of
from mmzoo.training import FrontEnds, TrainingOptions
from tests.consistency.tree import ROOT

pytestmark = pytest.mark.one_backend
OPTIONS = {TrainingOptions: training_flags, FrontEnds: front_end_flags}


def parsed(flag, *words):
    parser = argparse.ArgumentParser(exit_on_error=False)
    flag.add_to(parser)
    return vars(parser.parse_args(words))


@pytest.mark.parametrize("options", OPTIONS)
def test_options_have_their_flags_and_defaults(options):
    found = {flag.name: flag.default for flag in OPTIONS[options]()}
    fields = dataclasses.fields(options)
    assert found == {field.name: field.default for field in fields}
    assert all(flag.about.endswith(")") for flag in OPTIONS[options]())


def test_models_have_their_flags_and_defaults():
    found = {flag.name: flag for flag in [*model_flags(), *front_end_flags()]}
    for model in mmzoo.list_models():
        for name, default in signature_of(model).items():
            if name in GIVEN:
                continue
            flag = found[name]
            told = name in {each.name for each in front_end_flags()}
            assert told or model in flag.about, (model, name)
            kinds = type(default), type(flag.default)
            assert default is None or kinds[0] is kinds[1], (model, name)
    unknown = set(found) - {n for m in mmzoo.list_models() for n in signature_of(m)}
    assert unknown <= {flag.name for flag in front_end_flags()}


def test_every_flag_is_explained():
    for flag in [*training_flags(), *front_end_flags(), *model_flags()]:
        assert len(flag.about) > 10, flag.name


def test_nothing_heavy_is_imported():
    code = "import sys; from mmzoo.command.flags import model_flags; model_flags()\n"
    code += "assert not {'keras', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("default", "word", "value"),
    [
        (100, "20", 20),
        (2e-3, "1e-4", 1e-4),
        (2e-3, "1", 1.0),
        (40.0, "None", None),
        ("balanced", "None", None),
        ("balanced", "{'sad': 2.0}", {"sad": 2.0}),
        ("lstm", "gru", "gru"),
        ("global", "none", "none"),
        ("small", "50", "50"),
        (None, "[1, 2]", [1, 2]),
        (None, "mixed_bfloat16", "mixed_bfloat16"),
    ],
)
def test_a_value_is_of_the_type_of_its_default(default, word, value):
    found = parsed(_Flag("an_option", default, "about"), "--an-option", word)
    assert found == {"an_option": value}
    assert type(found["an_option"]) is type(value)


@pytest.mark.parametrize(
    ("default", "word", "message"),
    [
        (100, "20.5", "it is a whole number, not '20.5'"),
        (100, "many", "it is a whole number, not 'many'"),
        (2e-3, "fast", "it is a number, not 'fast'"),
    ],
)
def test_a_value_of_another_type_is_refused(default, word, message):
    with pytest.raises(argparse.ArgumentError, match=message):
        parsed(_Flag("an_option", default, "about"), "--an-option", word)


def test_what_is_not_given_is_not_told():
    assert parsed(_Flag("an_option", 1, "about")) == {}
    assert parsed(_Flag("refit", False, "50 %")) == {}
    assert parsed(_Flag("refit", False, "50 %"), "--no-refit") == {"refit": False}

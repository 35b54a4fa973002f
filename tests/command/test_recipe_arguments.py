"""What the recipes are asked for."""

import pytest

from mmzoo.command.recipe_arguments import FRAME_DATA, recipe_parser

pytestmark = pytest.mark.one_backend
TABLE = ["text->audio", "audio->text"]


def parser(**given):
    return recipe_parser("About.", FRAME_DATA, "sample", ["text", "audio"], **given)


def test_a_recipe_has_defaults_of_its_own():
    found = parser().parse_args([])
    assert (found.data, found.variant) == ("sample", ["text", "audio"])
    with pytest.raises(SystemExit):
        recipe_parser("About.", "More.\n").parse_args([])


def test_all_stands_for_the_rows_of_the_table():
    def variants(*words, **given):
        return parser(**given).parse_args(["--variant", *words]).variant

    assert variants("all", table=TABLE) == TABLE
    assert variants("video", "all", table=TABLE) == ["video", *TABLE]
    assert variants("video", table=TABLE) == ["video"]
    assert parser(table=TABLE).parse_args([]).variant == ["text", "audio"]
    # Without a table it may be a modality.
    assert variants("all") == ["all"]


def test_help_names_the_table():
    shown = " ".join(parser(table=TABLE).format_help().split())
    assert "default: text audio; all: the 2 rows text->audio audio->text" in shown
    assert "same --output, data and options write one report together" in shown
    assert "all: the" not in parser().format_help()

"""What `mmzoo train` and the recipes are asked for."""

import pytest

from mmzoo.command import recipe_parser
from mmzoo.command.arguments import parse

pytestmark = pytest.mark.one_backend


def test_words_of_a_training():
    words = ["train", "sample", "--variant", "text", "text->audio", "--epochs", "3"]
    found = vars(parse([*words, "--units", "8", "--seeds", "2"]))
    assert found["variant"] == ["text", "text->audio"]
    assert (found["epochs"], found["units"], found["seeds"]) == (3, 8, 2)
    assert "learning_rate" not in found, "what is not given keeps its default"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--epoch-s", "3"], "Did you mean '--epochs'"),
        (["--epochs", "three"], "it is a whole number, not 'three'"),
        (["--output", __file__], "is no folder"),
    ],
)
def test_typos_are_told(words, message, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(["train", "sample", *words])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_rows_named_twice_are_all_rows():
    for rows in (None, ["audio"]):
        parser = recipe_parser("about", "", "sample", rows, ["text", "video"])
        found = parser.parse_args(["--variant", "audio", "--variant", "all"])
        assert found.variant == ["audio", "text", "video"]
    assert rows == ["audio"]


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        parse(["train", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for word in (
        "usage: mmzoo train DATA [--variant V ...] [options]",
        "the most epochs of a phase (default 100)",
        "tensor_fusion_network:text+audio",
        "the same command goes on where it was",
        "--jobs N how many trainings are done at once",
        "--ray [ADDRESS] train on a Ray cluster",
        "--jobs 4 does four at once, in the same numbers",
        "how recordings, words and pictures are read",
    ):
        assert word in shown, word


@pytest.mark.parametrize(
    ("text", "label"),
    [("happy", "happy"), ("3", "3"), ("happy, sad,2", ["happy", "sad", "2"])],
)
def test_several_labels_have_commas_between_them(text, label):
    assert parse(["train", "sample", "--label", text]).label == label
    assert parse(["inspect", "sample", "--label", text]).label == label

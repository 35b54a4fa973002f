"""The lines of a card, with strangers' texts in them."""

import pytest

from mmzoo.command.model_card_text import EMOTIONS, MOST_OF_LINE, lines_of
from mmzoo.models import answer
from mmzoo.reading import read_model_card
from tests.reading.small_card import small_card, write_keras

pytestmark = pytest.mark.one_backend


def told(folder, card=None, **config):
    return lines_of(read_model_card(write_keras(folder / "a.keras", card, **config)))


def test_each_part_is_told(tmp_path):
    text = "\n".join(told(tmp_path, small_card()))
    assert "row text (supervised), seed 1" in text
    assert "1,234 weights, of which training changes 1,200" in text
    assert "2026-01-02T03:04:05+00:00, with mmzoo 0.1, keras 3.1, backend jax" in text
    assert "a, b, and 3 more" in text
    assert "answers sentiment, one a sequence: a score, of labels in [-3, 3]" in text
    assert "trained on made up (format mosi, protocol utterance, label" in text
    assert "fold 1 of 3" in text and "made_up.npz: SHA-256 0123456789ab..." in text
    assert "mean over the seeds 0, 1, its interval over videos" in text
    assert "class_weight={'a': 0.5}" in text
    assert "arguments of the model: units=4" in text


def test_figures_stand_beside_the_floors(tmp_path):
    card = small_card()
    assert "metric   its own fold" in "\n".join(told(tmp_path, card))
    card["data"]["folds"] = None
    lines = told(tmp_path, card)
    at = next(i for i, line in enumerate(lines) if line.startswith("metric"))
    head, mae, pearson = (line.split() for line in lines[at : at + 3])
    assert head == "metric this model mean 95 % majority".split()
    assert mae == "mae 1.25 0.75 0.5 to 1 2.5".split()
    assert pearson == "pearson undefined undefined".split()


def test_a_model_of_one_training_tells_its_own_scores(tmp_path):
    text = "\n".join(told(tmp_path, {**small_card(), "figures": None}))
    assert "this model alone on the split test" in text and "1.25" in text


def test_classes_and_joined_steps_are_named(tmp_path):
    card, names = small_card(), [f"class {number}" for number in range(20)]
    card["answers"]["classes"] = names
    card["joined_steps"] = [["audio", "text"]]
    config = {"class_name": "Mine", "config": {}}
    text = "\n".join(told(tmp_path, card, config=config))
    assert "one of 20 classes, class 0, class 1" in text and "and 12 more" in text
    assert "audio and text must have the same steps (--align-to MODALITY)" in text


def test_of_emotions_a_sample_has_any_number(tmp_path):
    card = small_card()
    card["answers"] |= {"target": EMOTIONS, "classes": ["happy", "sad"]}
    config = {"class_name": "Mine", "config": {}}
    text = "\n".join(told(tmp_path, card, config=config))
    assert "any of 2 classes, happy, sad" in text
    assert answer.EMOTIONS == EMOTIONS


def test_a_missing_card_is_said(tmp_path):
    text = "\n".join(told(tmp_path))
    assert "there is no card in it; its config.json tells this much" in text
    assert "sentiment, one a sequence: a score" in text and "keras 3.1" in text
    assert not text.endswith("\n")


def test_nothing_of_a_stranger_hides(tmp_path):
    card = small_card()
    card["row"] = "\x1b[2J\nerror: \u202e"
    card["data"]["name"] = "x" * 10**5
    card["figures"]["metrics"]["\x9bm"] = card["figures"]["metrics"].pop("mae")
    card["data"]["files"] *= 30
    lines = told(tmp_path, card)
    text = "\n".join(lines)
    assert r"row \x1b[2J error: \u202e (supervised)" in text and r"\x9bm" in text
    assert all(line.isprintable() and len(line) <= MOST_OF_LINE for line in lines)
    assert "and 26 more files" in text

import numpy as np
import pytest

from mmzoo.evaluation.pictures.explanation_picture import explanation_picture
from tests.evaluation.drawn import check_inside, check_picture, figures, said

WORDS = ["what", "a", "$day$"]
ATTENTION = {
    "attention_map": {
        "weights": np.eye(3),
        "source": "text",
        "target": "audio",
        "source_words": WORDS,
    },
    "attention_over_picture": {
        "picture": np.full((4, 4, 3), 90.0),
        "weights": np.ones((2, 2)),
        "words": WORDS,
        "word_weights": np.ones(3),
    },
    "attention_over_spectrogram": {
        "spectrogram": np.ones((6, 4)),
        "weights": np.arange(6.0),
        "seconds_per_frame": 0.01,
        "frequencies": 100.0 * 2 ** np.arange(4),
        "trimmed": True,
    },
    "attention_over_steps": {"weights": np.ones((2, 3)), "modalities": ["a", "text"]},
    "attention_over_words": {"words": WORDS, "weights": np.ones(3)},
}


def test_all_of_a_sample_is_in_one_picture(tmp_path):
    contributions = {"audio": -0.25, "text": 0.5, "video": None}
    words = "a.wav", "label sad, the model says happy (0.51). Words: " + "so " * 200
    with figures() as drawn:
        place = tmp_path / "a.svg"
        explanation_picture(contributions, ATTENTION, place, *words, "contribution")
    (figure,) = drawn
    check_inside(figure)
    for shown in ("-0.250", "+0.500", "nothing to leave out", "a.wav", "words of text"):
        assert shown in said(figure)
    # A bar of colours beside the map and the picture.
    assert len(figure.axes) == 1 + 2 + 3 + 2 + 2 + 1
    bars = [bar.get_width() for bar in figure.axes[0].patches]
    assert bars == [-0.25, 0.5, 0.0]


@pytest.mark.parametrize("name", ATTENTION)
def test_each_alone(tmp_path, name):
    with figures() as drawn:
        attention = {name: ATTENTION[name]}
        explanation_picture({"text": 0.1}, attention, tmp_path / "a.png", "a", "b")
    check_inside(drawn[0])


def test_a_model_without_attention(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, explanation_picture({"a": -1e-9, "b": 0.0}, {}, path, "a"))


def test_a_bar_a_modality_and_class(tmp_path):
    added = {"audio": None, "text": {"happy": 0.25, "sad": 0.0}}
    with figures() as drawn:
        explanation_picture(added, {}, tmp_path / "a.png")
    names = [each.get_text() for each in drawn[0].axes[0].get_yticklabels()]
    assert names == ["audio", "text, happy", "text, sad"]


def test_nothing_has_no_sign(tmp_path):
    with figures() as drawn:
        explanation_picture({"a": -1e-9}, {}, tmp_path / "a.png")
    assert "+0.000" in said(drawn[0])

import numpy as np
import pytest

from mmzoo.evaluation import (
    attention_map,
    attention_over_picture,
    attention_over_spectrogram,
    attention_over_steps,
    attention_over_words,
)
from tests.evaluation.drawn import check_inside, check_picture, figures, said

LONG = "sample A/b-c.wav: emotion sad, the model says calm. Words: " + "dogs are " * 90


@pytest.mark.parametrize("shape", [(4, 9), (60, 3), (1, 1)])
def test_attention_map(tmp_path, rng, shape):
    path = tmp_path / "a.png"
    check_picture(path, attention_map(rng.random(shape), path, "a->b", "a", "b"))


@pytest.mark.parametrize("shape", [(3,), (0, 4), (2, 3, 4)])
def test_attention_map_refuses(tmp_path, shape):
    with pytest.raises(ValueError, match="`weights` must have shape"):
        attention_map(np.zeros(shape), tmp_path / "a.png")


@pytest.mark.parametrize("shape", [(80,), (80, 20)])
def test_attention_over_spectrogram(tmp_path, rng, shape):
    path = tmp_path / "a.png"
    weights = rng.random(shape)
    spectrogram = rng.random((80, 20))
    drawn = attention_over_spectrogram(spectrogram, weights, path, "$a", 0.1)
    check_picture(path, drawn)
    # It is the weights that are shown, not the spectrogram alone.
    turned = attention_over_spectrogram(spectrogram, weights[::-1], path, "$a", 0.1)
    assert turned != drawn


def test_attention_over_steps(tmp_path, rng):
    weights = rng.random((2, 5))
    weights[0, 3:], weights[1, 2] = np.nan, np.nan
    with figures() as drawn:
        attention_over_steps(
            weights, tmp_path / "a.svg", "$a", ["text", "audio"], "abc"
        )
    text, audio = drawn[0].axes
    assert [label.get_text() for label in text.get_xticklabels()] == ["a", "b", "c"]
    assert "words of text" in said(drawn[0]) and "step of audio" in said(drawn[0])
    # The curve of each holds its own weights, with a gap where nothing was observed.
    for axis, row in ((text, weights[0, :3]), (audio, weights[1])):
        np.testing.assert_array_equal(axis.patches[0].get_data().values, row)
    check_inside(drawn[0])


def test_attention_over_steps_refuses(tmp_path):
    with pytest.raises(ValueError, match=r"a row for each.*\(2, 3\) for \['text'\]"):
        attention_over_steps(np.ones((2, 3)), tmp_path / "a.png", "", ["text"])


def test_attention_of_one_frame(tmp_path):
    path = tmp_path / "a.png"
    check_picture(path, attention_over_spectrogram(np.ones((1, 3)), [0.0], path))


def test_attention_over_spectrogram_refuses(tmp_path):
    path = tmp_path / "a.png"
    with pytest.raises(ValueError, match=r"`spectrogram` must.*received \(3,\)"):
        attention_over_spectrogram(np.zeros(3), np.zeros(3), path)
    with pytest.raises(ValueError, match=r"shape \(8,\) or \(8, 5\).*received \(4,\)"):
        attention_over_spectrogram(np.zeros((8, 5)), np.zeros(4), path)


@pytest.mark.parametrize("words", [(), ("what", "a", "$day$")])
def test_attention_over_picture(tmp_path, rng, words):
    path, cells = tmp_path / "a.png", rng.random((4, 4))
    picture, shares = rng.uniform(0, 255, (16, 16, 3)), rng.random(len(words))
    drawn = attention_over_picture(picture, cells, path, "$a", words, shares)
    check_picture(path, drawn)
    # The weights are shown, those of the words too.
    turned = attention_over_picture(picture, cells[::-1], path, "$a", words, shares)
    assert turned != drawn
    if words:
        other = attention_over_picture(picture, cells, path, "$a", words, shares[::-1])
        assert other != drawn


def test_attention_over_picture_refuses(tmp_path):
    path, picture = tmp_path / "a.png", np.zeros((4, 4, 3))
    with pytest.raises(ValueError, match=r"`picture` must.*received \(4, 4\)"):
        attention_over_picture(picture[..., 0], np.zeros((2, 2)), path)
    with pytest.raises(ValueError, match=r"received \(4,\), and 0 numbers for 0 w"):
        attention_over_picture(picture, np.zeros(4), path)
    with pytest.raises(ValueError, match="1 numbers for 2 words"):
        attention_over_picture(picture, np.zeros((2, 2)), path, "", ["a", "b"], [1.0])


def draw_all(path, name, about):
    """Each picture with this name and sample; the figures."""
    words = [f"{name} {i}" for i in range(6)]
    weights = np.random.default_rng(0).random((6, 6))
    frames, hertz = np.arange(48.0).reshape(6, 8), 100.0 * 2 ** np.arange(8)
    picture = np.full((6, 6, 3), 90.0)
    with figures() as drawn:
        attention_map(weights, path, name, name, name, about, words, words)
        attention_map(weights, path, name, name, name, about)
        for shown in (frames[:, 0], frames):
            arguments = {"frequencies": hertz, "about": about}
            attention_over_spectrogram(frames, shown, path, name, **arguments)
        attention_over_picture(picture, weights, path, name, about=about)
        shares = np.arange(60.0)
        attention_over_picture(picture, weights, path, name, words * 10, shares, about)
    return drawn


@pytest.mark.filterwarnings("ignore:No font of this machine")
@pytest.mark.parametrize("name", ["text", LONG, "W" * 300, "\x07$क$\n漢"])
def test_texts_stay_inside(tmp_path, name):
    for figure in draw_all(tmp_path / "a.svg", name, name):
        check_inside(figure)


def test_the_sample_is_said(tmp_path):
    for figure in draw_all(tmp_path / "a.png", "row", LONG):
        assert "sample A/b-c.wav: emotion sad, the model says calm." in said(figure)


def test_steps_are_named_by_their_words(tmp_path, rng):
    path = tmp_path / "a.svg"
    with figures() as drawn:
        attention_map(rng.random((2, 3)), path, "", "text", "audio", "", "abc")
        attention_map(rng.random((2, 50)), path, "", "text", "audio", "", "a" * 50)
    ticks = [label.get_text() for label in drawn[0].axes[0].get_xticklabels()]
    assert ticks == ["a", "b", "c"]
    assert "words of text" in said(drawn[0]) and "step of audio" in said(drawn[0])
    assert "step of text" in said(drawn[1])
    # People count from 1.
    assert "0" not in [each.get_text() for each in drawn[1].axes[0].get_xticklabels()]


@pytest.mark.parametrize(
    "hertz", [np.linspace(0, 8000, 20), 50 * 1.3 ** np.arange(20), [440.0]]
)
def test_frequencies_are_where_their_bins_are(tmp_path, hertz):
    with figures() as drawn:
        frames, path = np.ones((9, len(hertz))), tmp_path / "a.svg"
        attention_over_spectrogram(frames, np.ones(9), path, frequencies=hertz)
    axis = drawn[0].axes[1]
    shown = [float(label.get_text()) for label in axis.get_yticklabels()]
    middles = np.arange(len(hertz)) + 0.5
    np.testing.assert_allclose(axis.get_yticks(), np.interp(shown, hertz, middles))
    assert len(shown) == 1 if len(hertz) == 1 else 3 < len(shown) < 9
    assert axis.get_ylabel() == "frequency (Hz)" and axis.get_xlabel() == "time (s)"


def test_time_does_not_begin_where_silence_was_cut(tmp_path):
    with figures() as drawn:
        path = tmp_path / "a.svg"
        attention_over_spectrogram(np.ones((9, 2)), np.ones(9), path, trimmed=True)
    assert "time from the first loud frame (s)" in said(drawn[0])


def test_what_was_not_observed_is_not_drawn(tmp_path, rng):
    weights, frames = rng.random((3, 4)), rng.random((4, 5))
    weights[:, 1] = np.nan
    frames[2] = np.nan
    with figures() as drawn:
        attention_map(weights, tmp_path / "a.png")
        attention_over_spectrogram(frames, weights[0], tmp_path / "b.png")
    image, below = drawn[0].axes[0].images[0], drawn[1].axes[1].images[0]
    assert image.get_array().mask[:, 1].all()
    assert below.get_array().mask[:, 2].all()
    assert image.cmap(np.nan)[3] == 0.0


def test_the_heaviest_of_many_words_are_shown(tmp_path):
    weights = np.arange(100.0)
    with figures() as drawn:
        attention_over_picture(
            np.ones((4, 4, 3)),
            np.ones((2, 2)),
            tmp_path / "a.svg",
            words=[f"w{i}" for i in range(100)],
            word_weights=weights,
        )
    ticks = [label.get_text() for label in drawn[0].axes[1].get_yticklabels()]
    assert ticks == [f"w{i}" for i in range(60, 100)]
    assert "40 heaviest of 100 words" in said(drawn[0])


def test_refuses_frequencies_of_other_bins(tmp_path):
    with pytest.raises(ValueError, match="each of the 5 bins.*received 4"):
        attention_over_spectrogram(
            np.ones((3, 5)), np.ones(3), tmp_path / "a.png", frequencies=[1, 2, 3, 4]
        )


def test_attention_over_words(tmp_path):
    with figures() as drawn:
        arguments = {"title": "row", "about": LONG}
        attention_over_words("ab", [0.2, 0.8], tmp_path / "a.svg", **arguments)
    ticks = [label.get_text() for label in drawn[0].axes[0].get_yticklabels()]
    assert ticks == ["a", "b"] and "sample A/b-c.wav" in said(drawn[0])
    assert [bar.get_width() for bar in drawn[0].axes[0].patches] == [0.2, 0.8]
    check_inside(drawn[0])


def test_attention_over_words_refuses(tmp_path):
    for words, weights in (((), ()), (["a"], [0.1, 0.2])):
        with pytest.raises(ValueError, match="a number a word, of at least one"):
            attention_over_words(words, weights, tmp_path / "a.png")

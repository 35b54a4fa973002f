import functools
import unicodedata

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextPath

from mmzoo.data.facts import facts_of
from mmzoo.evaluation import pictures
from mmzoo.evaluation.pictures import figures
from mmzoo.evaluation.pictures.lettering import font_of, legible, pieces
from tests.data.small_corpus import small_emotions
from tests.evaluation.drawn import check_inside, said
from tests.evaluation.drawn import figures as drawn_figures
from tests.evaluation.rows import make_class_row, make_row

# No font has the first; Chinese, Arabic, Hindi, emoji of a late year and of a family.
WORDS = ("\ue000", "你好", "مرحبا", "हिन्दी", "\U0001fae8", "👨\u200d👩\u200d👧", "ไทย")
ABOUT = " ".join(WORDS)
ONES = np.ones(len(WORDS))
HISTORY = [{"phases": {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}}]


def overview(path):
    facts = facts_of(small_emotions(np.random.default_rng(0)))
    classes = facts["classes"] = list(WORDS[: len(facts["classes"])])
    for split in facts["splits"].values():
        counts = split["labels"]["counts"].values()
        split["labels"]["counts"] = dict(zip(classes, counts, strict=True))
    names = dict(zip(facts["modalities"], WORDS, strict=False))
    facts["modalities"] = {names[k]: each for k, each in facts["modalities"].items()}
    return pictures.data_overview(facts, path)


def classes_row():
    return make_class_row(ABOUT, classes=WORDS)


def score_row():
    return make_row(ABOUT, seeds=1, history=HISTORY)


WORDY = {"title": ABOUT, "about": ABOUT}
DRAWINGS = {
    "attention_map": functools.partial(
        pictures.attention_map,
        np.eye(len(WORDS)),
        source=ABOUT,
        target=ABOUT,
        source_words=WORDS,
        target_words=WORDS,
        **WORDY,
    ),
    "attention_over_picture": functools.partial(
        pictures.attention_over_picture,
        np.ones((4, 4, 3)),
        np.ones((2, 2)),
        words=WORDS,
        word_weights=ONES,
        **WORDY,
    ),
    "attention_over_spectrogram": functools.partial(
        pictures.attention_over_spectrogram, np.ones((9, 3)), np.ones(9), **WORDY
    ),
    "attention_over_steps": functools.partial(
        pictures.attention_over_steps,
        np.stack([ONES, ONES]),
        modalities=("text", "ไทย\ue000"),
        words=WORDS,
        **WORDY,
    ),
    "attention_over_words": functools.partial(
        pictures.attention_over_words, WORDS, ONES, **WORDY
    ),
    "comparison": lambda path: pictures.comparison([score_row()], path, title=ABOUT),
    "confusion": lambda path: pictures.confusion([classes_row()], path),
    "confusion_7class": lambda path: pictures.confusion_7class([score_row()], path),
    "data_overview": overview,
    "learning_curves": lambda path: pictures.learning_curves([score_row()], path),
    "predicted_against_true": lambda path: pictures.predicted_against_true(
        [score_row()], path
    ),
}


def test_every_picture_is_drawn_here():
    assert sorted(DRAWINGS) == sorted(pictures.__all__)


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_letter_without_a_glyph_is_drawn(tmp_path, name):
    # A letter that is drawn as a box is a second warning, of matplotlib's.
    with drawn_figures() as drawn, pytest.warns(UserWarning) as told:
        DRAWINGS[name](path=tmp_path / "a.svg")
    (warning,) = told
    assert "Install a font that has them, such as Noto" in str(warning.message)
    words = said(drawn[0])
    assert "U+E000" in words and "\ue000" not in words
    # Letters that matplotlib's own font has stay.
    assert "مرحبا" in words
    check_inside(drawn[0])


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_files_hold_no_box(tmp_path, suffix):
    with pytest.warns(UserWarning) as told:
        DRAWINGS["attention_over_steps"](path=tmp_path / f"a{suffix}")
    assert [str(each.message)[:24] for each in told] == ["No font of this machine "]


def test_only_what_no_font_has_becomes_a_code():
    assert legible("a é ب 3 \ue000\u0301!") == "a é ب 3 U+E000U+0301!"
    # An emoji's colour and what joins letters leave no ink.
    assert legible("❤\ufe0f ک\u200cک") == "❤\ufe0f ک\u200cک"


def test_another_font_of_the_machine_steps_in(tmp_path):
    def letters(name):
        return set(get_font(findfont(FontProperties(family=[name]))).get_charmap())

    # Both come with matplotlib.
    further = letters("STIXGeneral") - letters("DejaVu Sans")
    letter = next(
        c for c in map(chr, sorted(further)) if unicodedata.category(c) != "Co"
    )
    assert legible(letter) == letter
    assert len(font_of(letter, 9).get_family()) == 2
    figure = figures.new_figure(2, 2)
    axis = figure.subplots()
    axis.set_xticks([0], [letter])
    figures.dress(axis, figures.heading([f"a {letter}"]))
    figures.save(figure, tmp_path / "a.png")


def test_arabic_is_joined_and_hebrew_goes_to_the_left():
    assert figures.text_width("ببب", 9) < 2.8 * figures.text_width("ب", 9)
    both, last = (TextPath((0, 0), each).vertices for each in ("אב", "ב"))
    # The last letter is the leftmost.
    leftmost = both[: len(last)]
    np.testing.assert_allclose(leftmost - leftmost.min(0), last - last.min(0))


def test_marks_stay_with_their_letters():
    assert pieces("हिन्दी") == ["हि", "न्", "दी"]
    assert pieces("👨\u200d👩 a") == ["👨\u200d👩", " ", "a"]
    assert figures.shortened("हि" * 20, 13).split("…")[0][-1] == "ि"


def test_codes_count_where_room_is_short():
    short = figures.shortened("\ue000\ue001\ue002", 16)
    assert legible(short) == "U+E000…U+E002"
    # One code is kept whole, however short a name has to be.
    assert legible(figures.shortened("\ue000\ue001", 4)) == "U+E000…"
    lines = figures.fitted("\ue000" * 99, 1.5, 9.5, most=2).split("\n")
    assert len(lines) == 2 and lines[1].endswith("…")
    assert all(figures.text_width(line, 9.5) <= 1.5 for line in lines)

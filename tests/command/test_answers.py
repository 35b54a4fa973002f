import numpy as np
import pytest

from mmzoo.command.answers import chances, check_answers, scores
from tests.command.small_command import baseline, classifier, regressor
from tests.data.small_corpus import small_corpus


def test_a_score_a_label(rng):
    assert scores(baseline(), small_corpus(rng).test).shape == (3,)


def test_chances_add_up_to_one(monkeypatch):
    model = classifier()
    logits = np.array([[0.0, 1.0, 2.0, 3.0]] * 2)
    monkeypatch.setattr("mmzoo.command.answers.scores", lambda *_: logits)
    np.testing.assert_allclose(chances(model, None).sum(axis=1), 1, rtol=1e-6)


def test_a_translator_answers_nothing():
    check_answers(regressor(), "a.keras")
    with pytest.raises(ValueError, match=r"a.keras: it translates"):
        check_answers(regressor().translator, "a.keras")

from types import SimpleNamespace

import numpy as np

from mmzoo.data.split import EMOTIONS as LABELLED
from mmzoo.models.answer import EMOTIONS, answer_of, probabilities, said_of

SCORES = SimpleNamespace(target="sentiment", classes=None)
SEVERAL = SimpleNamespace(target=EMOTIONS, classes=["sad", "glad", "calm"])
CLASSES = SimpleNamespace(target="mood", classes=["sad", "glad"])


def test_probabilities():
    found = probabilities(np.log(np.array([[1.0, 3.0]], "float32")))
    np.testing.assert_allclose(found, [[0.25, 0.75]], rtol=1e-6)


def test_a_score_and_a_score_a_step():
    assert answer_of(np.float32(1.5), SCORES) == {"sentiment": 1.5}
    assert answer_of(np.array([1.5, -1]), SCORES) == {"sentiment": [1.5, -1.0]}


def test_a_class_and_a_class_a_step():
    one = answer_of(np.log([1.0, 3.0]), CLASSES)
    assert one["mood"] == "glad"
    np.testing.assert_allclose(one["probabilities"]["sad"], 0.25, rtol=1e-6)
    steps = answer_of(np.log([[1.0, 3.0], [3.0, 1.0]]), CLASSES)
    assert steps["mood"] == ["glad", "sad"]
    np.testing.assert_allclose(steps["probabilities"]["sad"], [0.25, 0.75], rtol=1e-6)


def test_any_number_of_classes():
    assert EMOTIONS == LABELLED
    logits = np.log([3.0, 1 / 3, 9.0])
    answer = answer_of(logits, SEVERAL)
    assert answer["emotions"] == ["sad", "calm"]
    found = list(answer["probabilities"].values())
    np.testing.assert_allclose(found, [0.75, 0.25, 0.9], rtol=1e-6)
    np.testing.assert_allclose(probabilities(logits, several=True), found, rtol=1e-6)
    assert said_of(logits, several=True).tolist() == [1, 0, 1]
    assert said_of(logits) == 2
    assert answer_of(-np.ones(3), SEVERAL)["emotions"] == []

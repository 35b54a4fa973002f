from types import SimpleNamespace

import numpy as np

from mmzoo.models.answer import answer_of, probabilities

SCORES = SimpleNamespace(target="sentiment", classes=None)
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

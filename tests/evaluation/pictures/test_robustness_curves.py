import json

import numpy as np

from mmzoo.evaluation.pictures.robustness_curves import robustness_curves
from tests.evaluation.drawn import check_inside, check_picture, figures, said
from tests.evaluation.ranked_study import FUSION, make_ranked


def test_a_panel_a_noise_and_a_line_a_row(tmp_path):
    content = json.loads(json.dumps(make_ranked().to_dict()))
    path = tmp_path / "a.png"
    check_picture(path, robustness_curves(content, path))
    with figures() as drawn:
        robustness_curves(content, tmp_path / "a.svg")
    check_inside(drawn[0])
    words = said(drawn[0])
    for text in ("text: words lost", "text: gaussian noise", FUSION, "audio+text"):
        assert text in words
    for axis in drawn[0].axes:
        found = [line.get_ydata() for line in axis.lines]
        np.testing.assert_allclose(found, [[0.75, 0.5], [0.65, 0.4]])

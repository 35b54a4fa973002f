import numpy as np
import pytest

from mmzoo.layers import FusionGraph
from mmzoo.layers.fusion_graph import fusion_edges
from tests import reference
from tests.checks import arrays, assert_close, check_layer, weights_by_path

WIDTHS = [4, 3, 2]


@pytest.fixture
def vectors(rng):
    return [rng.normal(size=(2, 5, width)).astype("float32") for width in WIDTHS]


def test_checks(vectors, tmp_path):
    def make(**kwargs):
        return FusionGraph(4, hidden_dim=8, **kwargs)

    check_layer(make, vectors, tmp_path=tmp_path)


def test_edges_lead_from_all_sets_to_all_that_hold_them():
    assert fusion_edges(1) == [((0,), "output")]
    assert fusion_edges(2) == [
        ((0,), (0, 1)),
        ((1,), (0, 1)),
        ((0,), "output"),
        ((1,), "output"),
        ((0, 1), "output"),
    ]
    assert [len(fusion_edges(count)) for count in (3, 4)] == [19, 65]
    assert len(set(fusion_edges(4))) == 65


def test_graph_follows_its_equations(vectors):
    layer = FusionGraph(6, hidden_dim=8)
    fused, efficacies = arrays(layer(vectors))
    weights = weights_by_path(layer)
    joined = np.concatenate(vectors, axis=-1)
    e = reference.sigmoid(reference.perceptron(joined, weights, "efficacies"))
    assert_close(efficacies, e.astype("float32"))
    a, t, v = vectors

    def vertex(name, first, *sources):
        parts = [
            e[..., first + index, None] * each for index, each in enumerate(sources)
        ]
        joined = np.concatenate(parts, axis=-1)
        return reference.perceptron(joined, weights, f"vertex_{name}")

    at = vertex("0_1", 0, a, t)
    av = vertex("0_2", 2, a, v)
    tv = vertex("1_2", 4, t, v)
    atv = vertex("0_1_2", 6, a, t, v, at, av, tv)
    expected = vertex("output", 12, a, t, v, at, av, tv, atv)
    assert_close(fused, expected.astype("float32"))


def test_efficacies_change_with_what_is_fused(vectors):
    _, efficacies = arrays(FusionGraph(4, hidden_dim=8)(vectors))
    assert np.all((efficacies > 0) & (efficacies < 1))
    assert np.ptp(efficacies, axis=(0, 1)).min() > 1e-4


def test_dropout_is_active_in_training(vectors):
    layer = FusionGraph(4, hidden_dim=8, dropout=0.5)
    first, again = (arrays(layer(vectors, training=True)[0]) for _ in range(2))
    assert not np.allclose(first, again)
    assert_close(layer(vectors), layer(vectors, training=False))


def test_width_is_checked():
    with pytest.raises(ValueError, match="`output_dim` is at least 1, not 0"):
        FusionGraph(0)

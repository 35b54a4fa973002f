import numpy as np
import pytest

from mmzoo.models import Variant
from mmzoo.training import Options
from mmzoo.training.variant_row import plan_variants
from tests.data.small_corpus import small_corpus

OPTIONS = Options(units=3, epochs=1, batch_size=4)

pytestmark = pytest.mark.usefixtures("eager")


def test_plan_puts_controls_after_their_variants():
    variants = [Variant.parse(name) for name in ("text", "text->audio")]
    rows = plan_variants(variants, OPTIONS)
    assert [(row.name, row.control, row.training) for row in rows] == [
        ("text", None, "supervised"),
        ("text->audio", None, "phases"),
        ("text->audio", "untrained encoder", "phases"),
    ]
    assert rows[1].modalities == Variant.parse("text->audio").modalities


def test_trains_and_measures(rng, tmp_path):
    corpus = small_corpus(rng)
    (row, _) = plan_variants([Variant.parse("text->audio")], OPTIONS)
    model, history = row.train(corpus, 0, tmp_path, str)
    assert row.validation_score(history) > 0
    arrays = row.measure(model, corpus, 0)
    assert arrays["predictions"].shape == (3,)
    explained = {name for name in arrays if name.startswith("explained")}
    assert len(explained) == 8
    assert np.isfinite(arrays["attention_map.weights"]).all()
    assert arrays["attention_map.about"].startswith("sample ")

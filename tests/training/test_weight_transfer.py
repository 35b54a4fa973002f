import numpy as np

from mmzoo.models import (
    build_hierarchical_translator,
    build_seq2seq_translator,
    build_variational_translator,
)
from mmzoo.training.weight_transfer import hand_on
from tests.checks import arrays
from tests.data.small_corpus import WIDTHS

CHAIN = ["text", "audio", "video"]
SMALL = {"units": 3, "projection": 2}


def translators(**options):
    """Two, of which the first knows other weights and twice the columns."""
    widths = [{name: 2 * n for name, n in WIDTHS.items()}, WIDTHS]
    made = [build_hierarchical_translator(w, CHAIN, **options) for w in widths]
    rng = np.random.default_rng(1)
    for weight in made[0].stack.weights:
        weight.assign(rng.normal(size=weight.shape))
    return made


def told_apart(source, translator):
    """Paths of the weights that were not handed on."""
    pairs = zip(source.stack.weights, translator.stack.weights, strict=True)
    return {
        each.path[each.path.rindex("translator_") :]
        for learnt, each in pairs
        if learnt.shape != each.shape or not np.allclose(*arrays((learnt, each)))
    }


def test_what_means_columns_stays_with_its_corpus():
    source, translator = translators(**SMALL)
    before = arrays(translator.modality_concat.weights)
    hand_on(source, translator, dict.fromkeys(CHAIN, False))
    assert told_apart(source, translator) == {
        "translator_0/encoder/projection/kernel",
        *(
            f"translator_{level}/decoder/{weight}"
            for level in (0, 1)
            for weight in ("projection/kernel", "output/kernel", "output/bias")
        ),
    }
    for kept, now in zip(
        before, arrays(translator.modality_concat.weights), strict=True
    ):
        np.testing.assert_array_equal(kept, now)


def test_codes_stay_with_their_corpus():
    source, translator = translators(num_codes=4, **SMALL)
    hand_on(source, translator, dict.fromkeys(CHAIN, False))
    assert told_apart(source, translator) == {
        "translator_0/encoder/projection/kernel",
        *(
            f"translator_{level}/decoder/{weight}"
            for level in (0, 1)
            for weight in ("embedding/embeddings", "output/kernel", "output/bias")
        ),
    }


def test_same_columns_need_no_projection():
    pair = [build_seq2seq_translator(WIDTHS, "text", "audio", units=3) for _ in "ab"]
    assert told_apart(*pair)
    hand_on(*pair, {"text": True, "audio": True})
    assert not told_apart(*pair)


def test_a_divergence_is_annealed_anew():
    pair = [
        build_variational_translator(WIDTHS, "text", "audio", units=3) for _ in "ab"
    ]
    pair[0].latent.training_steps.assign(7)
    hand_on(*pair, {"text": True, "audio": True})
    assert int(pair[1].latent.training_steps) == 0

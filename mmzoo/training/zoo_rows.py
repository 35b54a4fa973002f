"""Which models of the registry can be trained on a corpus, and why the others not."""

import itertools

import keras

from mmzoo.data.errors import DataError
from mmzoo.models import build_sentiment_regressor
from mmzoo.models.registry import list_models, made_for, signature_of
from mmzoo.training.plan import models_of, plan
from mmzoo.training.planned_row import REGRESSOR
from mmzoo.training.regime import ORDER, TRIMODAL, readable
from mmzoo.training.variant import Variant

BASELINE = "lstm_baseline"
BEHIND = (
    "it is no row of its own: it stands behind every translation that learns no labels"
)
MADE_FOR = "it was made for {}, which the data lack; by name it trains all the same"


def zoo_rows(corpus, options, architecture, front_ends=None, models=None):
    """A row for every model that can be trained on a corpus.

    Each model is built on the largest set of modalities, two at the least where there
    are two, that its constructor takes. One that joins steps which the data do not have
    in common is left out, rather than compared on less than the others read; only the
    LSTM baseline, which all are held against, reads a single modality then. So is one
    that was made for a modality, such as pictures, that the data do not have. A
    translation has the path that its name stands for, or one between two modalities.

    Args:
        corpus: `Corpus` as `front_ends` prepared it.
        options: `TrainingOptions`.
        architecture: function from a list of `Variant` to a dict of arguments of their
            builders.
        front_ends: optional `FrontEnds`; `None` reads the corpus' frames.
        models: optional list of names; `None` takes the whole registry.

    Returns:
        List of names of variants, the baseline first, and a dict from the name of each
        model that is left out to the reason.

    Example:
    ```python
    corpus = mmzoo.data.sample_corpus(sizes={"train": 6, "valid": 2, "test": 2})
    options, models = mmzoo.training.TrainingOptions(), ["tensor_fusion_network"]
    rows, left_out = mmzoo.training.zoo_rows(
        corpus, options, lambda variants: {}, models=models
    )
    rows  # ["tensor_fusion_network:text+audio+video"]
    ```
    """
    held = readable(corpus)
    names = [name for name in ORDER if name in held] + sorted(held - set(ORDER))
    rows, left_out = [], {}
    models = list_models() if models is None else models
    for model in sorted(models, key=lambda name: (name != BASELINE, name)):
        variants = _candidates(model, names)
        lacking = [name for name in made_for(model) if name not in held]
        if lacking:
            left_out[model] = MADE_FOR.format(" and ".join(lacking))
            continue
        why = None if variants else _no_path(model, names)
        found = _first_that_fits(variants, corpus, options, architecture, front_ends)
        if isinstance(found, Variant):
            rows.append(found.name)
        else:
            left_out[model] = why or found
    keras.utils.clear_session()
    return rows, left_out


def _candidates(model, names):
    """The variants of a model, the one that reads most first."""
    known = signature_of(model)
    if "input_dims" not in known:
        return []
    if "source" in known:
        pairs = [f"{one}->{other}" for one, other in itertools.permutations(names, 2)]
        whole = [TRIMODAL] if set(ORDER) <= set(names) else []
        paths = [*whole, *pairs]
    elif "chain" in known:
        paths = ["->".join(names[:end]) for end in range(len(names), 1, -1)]
    elif model == BASELINE:
        paths = dict.fromkeys(["+".join(names), *names])
    else:
        sizes = range(len(names), min(2, len(names)) - 1, -1)
        sets = [each for n in sizes for each in itertools.combinations(names, n)]
        paths = map("+".join, sets)
    return [Variant.parse(path, model=model) for path in paths]


def _first_that_fits(variants, corpus, options, architecture, front_ends):
    """The first variant that can be trained, or why the first of all cannot."""
    why = None
    for variant in variants:
        try:
            _check(variant, corpus, options, architecture, front_ends)
        except ValueError as error:
            why = why or " ".join(str(error).split())
            reads_one_set = len(variant.chain) == 1 and variant.model != BASELINE
            if isinstance(error, DataError) and reads_one_set:
                break
        else:
            return variant
    return why


def _no_path(model, names):
    if "input_dims" not in signature_of(model):
        return BEHIND
    return f"it translates between modalities, and there is {' and '.join(names)} alone"


def _check(variant, corpus, options, architecture, front_ends):
    """Build a variant's models and compare the steps that they join."""
    given = architecture([variant])
    row = plan([variant], options, given, front_ends)[0]
    model = row.build(corpus, seed=0)
    if REGRESSOR in models_of(variant):
        told = row.arguments(REGRESSOR, corpus, seed=0)
        model = build_sentiment_regressor(model, **told)
    for name, split in corpus.splits.items():
        place = f"{corpus.name}, split {name}"
        model.check_steps(split, place)

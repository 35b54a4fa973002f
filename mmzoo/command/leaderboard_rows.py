"""What a leaderboard trains: each model that the data can train, or those asked for."""

from mmzoo.evaluation import Leaderboard, read_published_models
from mmzoo.models.registry import signature_of
from mmzoo.training import Variant, zoo_rows
from mmzoo.training.plan import models_of


def leaderboard_rows(asked, corpus, regime, options, given, ends, published):
    """The rows of a leaderboard, and what it says beside them.

    Args:
        asked: list of names of variants; empty for a row a model of the registry.
        corpus: `Corpus` as `ends` prepared it.
        regime: the `Regime` of the data.
        options: `TrainingOptions`.
        given: dict of arguments of the models that were asked for.
        ends: `FrontEnds`.
        published: csv, as `read_published_models` takes it.

    Returns:
        List of names of variants, and the `Leaderboard`.
    """
    printed = read_published_models(published)
    names, left_out = asked, {}
    if not names:
        print("looking which models these data can train ...", flush=True)

        def architecture(variants):
            known = {n for v in variants for m in models_of(v) for n in signature_of(m)}
            own = {name: value for name, value in given.items() if name in known}
            return regime.architecture_for(corpus, variants) | own

        names, left_out = zoo_rows(corpus, options, architecture, ends)
    for model, why in left_out.items():
        print(f"  not {model}: {why}", flush=True)
    names = [Variant.parse(name).name for name in names]
    return names, Leaderboard({}, left_out=left_out, published=printed)
